#pragma once

#include "gateway-polymarket/book_desk.hpp"
#include "gateway-polymarket/market_table.hpp"
#include "gateway-polymarket/mirror.hpp"
#include "gateway-polymarket/recent_counts.hpp"
#include "gateway-polymarket/settings.hpp"
#include "gateway-polymarket/token_stream.hpp"
#include "gateway/venue_feed.hpp"
#include "polymarket/frame.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace strike::gateway_polymarket {

/// What the sessions of a feed share.
struct session_tools {
  const settings& how;
  const instrument_registry& names;
  market_table& markets;
  book_desk& desk;
  recent_counts& trades; ///< published, over all sockets
};

/// The market channel on one socket: subscriptions, heartbeat, and which token a message is about.
/// Source: Polymarket CLOB, market channel.
class session final : public gateway::session, book_desk::reader {
public:
  session(gateway::session_port& port, session_tools with);
  ~session() override;

  void opened(const gateway::moment& now) override;
  void received(std::string_view frame, const gateway::moment& now) override;
  void want(const std::vector<feed::slot>& topics, const gateway::moment& now) override;
  void unwant(const std::vector<feed::slot>& topics, const gateway::moment& now) override;
  bool is_settled() const override;
  std::int64_t round(const gateway::moment& now) override;

private:
  struct line {
    token_stream stream;
    line* other = nullptr;               ///< the market's other token, if this socket has it
    std::shared_ptr<mirror_audit> audit; ///< of both; null without the other
  };
  struct hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view x) const { return std::hash<std::string_view>{}(x); }
  };

  void fetched(std::string_view token, const std::optional<whole_book>& book) override;

  line* find(std::string_view token);
  void add(instrument_id id, const gateway::moment& now);
  void remove(std::string_view token);
  void flush(const gateway::moment& now);
  void keep_alive(const gateway::moment& now);

  void on_text(std::string_view frame);
  void on_object(const polymarket::market_message& x, const gateway::moment& now);
  void on_changes(const polymarket::market_message& x, const gateway::moment& now);
  void on_token(const polymarket::market_message& x, const gateway::moment& now);
  void on_resolved(const polymarket::market_message& x, const gateway::moment& now);
  void audit_hash(const polymarket::market_message& x, line& of, const gateway::moment& now);
  void check_level(line& x, const polymarket::level_change& change, const gateway::moment& now);
  void check_books(line& x, const gateway::moment& now);
  void end_suspicion(line& x, const gateway::moment& now);
  void call_at(std::int64_t ns) { due_ns_ = std::min(due_ns_, ns); }

  gateway::session_port& port_;
  session_tools with_;
  recent_counts seen_trades_;
  polymarket::frame_reader frames_;
  std::unordered_map<std::string, std::unique_ptr<line>, hash, std::equal_to<>> lines_; ///< by token
  std::vector<line*> touched_;                                           ///< by the message that is being read
  std::vector<std::string> to_subscribe_;                                ///< with the next round
  std::vector<std::pair<std::string, std::optional<whole_book>>> inbox_; ///< for the next round
  bool is_open_ = false, has_greeted_ = false;
  std::size_t books_heard_ = 0;
  std::int64_t due_ns_ = INT64_MAX;
  std::int64_t next_ping_ns_ = INT64_MAX;
  std::int64_t dead_ns_ = INT64_MAX; ///< without a frame until then
};

} // namespace strike::gateway_polymarket
