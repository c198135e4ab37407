#include "gateway-polymarket/feed.hpp"

#include "gateway-polymarket/session.hpp"

#include <algorithm>
#include <utility>

namespace strike::gateway_polymarket {

namespace {

constexpr std::size_t trades_remembered = 20'000; // longer than two sockets live side by side

} // namespace

polymarket_feed::polymarket_feed(settings how, const instrument_registry& names)
    : how_{std::move(how)}, names_{names}, markets_{how_}, lookup_{how_, markets_}, desk_{how_},
      trades_{trades_remembered} {}

gateway::venue_feed::limits polymarket_feed::limit() const { return {.topics_per_socket = how_.tokens_per_socket / 2}; }

net::socket_options polymarket_feed::socket() const { return {.url = how_.url}; }

void polymarket_feed::start(gateway::feed_port& port, const gateway::moment& now) {
  markets_.start(port);
  desk_.start(port);
  lookup_.start(port, now);
}

std::int64_t polymarket_feed::round(const gateway::moment& now) {
  return std::min(lookup_.round(now), desk_.round(now));
}

void polymarket_feed::look_up(std::string_view symbol, const gateway::moment& now) { lookup_.look_up(symbol, now); }

std::uint64_t polymarket_feed::key(feed::slot topic) const {
  const auto id = feed::instrument_of(topic);
  const auto first = markets_.first_of(names_.at(id).symbol);
  return first.is_valid() ? first.index : id.index;
}

bool polymarket_feed::has_topic(feed::slot topic) const { return feed::channel_of_slot(topic) != channel::status; }

std::unique_ptr<gateway::session> polymarket_feed::make_session(gateway::session_port& port) {
  return std::make_unique<session>(port, session_tools{how_, names_, markets_, desk_, trades_});
}

} // namespace strike::gateway_polymarket
