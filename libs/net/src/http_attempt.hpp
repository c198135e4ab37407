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
  int on_piece(std::string_view piece);
  int on_writeable(lws* of);
  void finish(answer x);

  std::shared_ptr<const http_request> what_;
  std::function<void(answer)> done_; ///< empty once called
  http_response got_;
  bool has_length_ = false; ///< the answer says where it ends
  bool is_sent_ = false;
  bool is_first_ = false; ///< of the requests of its pool that are under way
};

} // namespace strike::net
