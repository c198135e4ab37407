#pragma once

#include "client.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace strike::net {

/// One request sent once, and its answer.
class http_attempt final : public client {
public:
  using answer = result<http_response>;
  /// @param done called once, from within a round
  http_attempt(engine& on, address to, std::shared_ptr<const http_request> what, std::function<void(answer)> done);
  ~http_attempt() override;

  void begin() { dial(what_->timeout); }
  /// Ends it without a call.
  void abandon();

private:
  lws_client_connect_info how() override;
  std::string pool() const override { return "requests to " + to().authority(); }
  int on_event(lws* of, lws_callback_reasons why, std::string_view in) override;
  int on_head(lws* of) override;
  void on_deadline() override;
  void on_failure(std::string why, int http_status) override;
  int on_answer(lws* of);
  int on_readable(lws* of);
  int on_piece(std::string_view piece);
  int on_writeable(lws* of);
  answer cut() const;
  void finish(answer x);
  /// libwebsockets compares the name it connects to with the Host header, which has the port if it is another.
  bool has_own_port() const { return to().authority() == to().host; }

  std::shared_ptr<const http_request> what_;
  std::function<void(answer)> done_; ///< empty once called
  http_response got_;
  enum class ending : std::uint8_t { connection, length, last_chunk } ends_with_ = ending::connection; ///< the answer
  bool is_sent_ = false;
  bool may_take_over_ = false; ///< an idle connection: it is the only request of its pool
};

} // namespace strike::net
