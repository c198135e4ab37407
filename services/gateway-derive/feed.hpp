#pragma once

#include "gateway-derive/instrument_pass.hpp"
#include "gateway-derive/rest_queue.hpp"
#include "gateway-derive/session.hpp"
#include "gateway-derive/settings.hpp"
#include "gateway/venue_feed.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>

namespace strike::gateway_derive {

/// Derive as its gateway sees it: instruments by REST, market data by `session`. Never logs in.
class feed final : public gateway::venue_feed {
public:
  feed(settings how, instrument_registry& names);

  venue at() const override { return venue::derive; }
  limits limit() const override;
  net::socket_options socket() const override;
  void start(gateway::feed_port& port, const gateway::moment& now) override;
  std::int64_t round(const gateway::moment& now) override;
  void look_up(std::string_view symbol, const gateway::moment& now) override;
  /// Every topic is a subscription of its own.
  std::uint64_t key(strike::feed::slot topic) const override { return topic; }
  bool has_topic(strike::feed::slot) const override { return true; }
  std::unique_ptr<gateway::session> make_session(gateway::session_port& port) override;

private:
  /// Options of one currency that end at one time, until their settlement price is known.
  struct settling {
    std::vector<instrument_id> options;
    std::int64_t due_ns = 0, until_ns = 0; ///< steady: when to ask, when not to ask any more
  };
  using expiry = std::pair<std::string, std::int64_t>; ///< currency, wall clock

  void on_listing(derive::listing&& x, const gateway::moment& now);
  void on_pass_end(result<void> how, const gateway::moment& now);
  void retire_missing(const gateway::moment& now);
  void expire(const gateway::moment& now);
  void ask_settlement(const std::string& currency);
  void on_settlement(const std::string& currency, result<derive::message_reader*> answer, const gateway::moment& now);
  void on_look_up(const std::string& symbol, result<derive::message_reader*> answer, const gateway::moment& now);

  common shared_;
  rest_queue rest_;
  instrument_pass pass_;
  gateway::feed_port* port_ = nullptr;
  std::map<instrument_id, bool> known_; ///< that have not ended: whether this pass has seen them
  std::map<std::int64_t, std::vector<instrument_id>> expiries_; ///< wall clock
  std::map<expiry, settling> settling_;
  std::set<std::string, std::less<>> looked_up_; ///< since the last pass
  std::int64_t next_pass_ns_ = 0;                ///< steady
  int failed_passes_ = 0;
};

/// When the list is read again: each `every`, and more often from 08:00 to 08:10 UTC, when options expire and are
/// listed.
/// @returns a wall-clock time after `wall_ns`
std::int64_t next_refresh(std::int64_t wall_ns, std::int64_t every_ns);

} // namespace strike::gateway_derive
