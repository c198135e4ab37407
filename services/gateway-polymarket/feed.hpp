#pragma once

#include "base/registry.hpp"
#include "gateway-polymarket/book_desk.hpp"
#include "gateway-polymarket/market_lookup.hpp"
#include "gateway-polymarket/market_table.hpp"
#include "gateway-polymarket/recent_counts.hpp"
#include "gateway-polymarket/settings.hpp"
#include "gateway/venue_feed.hpp"

#include <memory>

namespace strike::gateway_polymarket {

/// Polymarket, as a gateway sees it. Both tokens of a market share a socket: the venue sends them together, and their
/// books are each other's audit.
class polymarket_feed final : public gateway::venue_feed {
public:
  polymarket_feed(settings how, const instrument_registry& names);

  venue at() const override { return venue::polymarket; }
  limits limit() const override;
  net::socket_options socket() const override;
  void start(gateway::feed_port& port, const gateway::moment& now) override;
  std::int64_t round(const gateway::moment& now) override;
  void look_up(std::string_view symbol, const gateway::moment& now) override;
  std::uint64_t key(feed::slot topic) const override;
  bool has_topic(feed::slot topic) const override;
  std::unique_ptr<gateway::session> make_session(gateway::session_port& port) override;

private:
  settings how_;
  const instrument_registry& names_;
  market_table markets_;
  market_lookup lookup_;
  book_desk desk_;
  recent_counts trades_;
};

} // namespace strike::gateway_polymarket
