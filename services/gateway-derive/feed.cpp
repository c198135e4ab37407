#include "gateway-derive/feed.hpp"

#include "base/symbol.hpp"
#include "base/time.hpp"
#include "derive/request.hpp"

#include <algorithm>
#include <utility>

namespace strike::gateway_derive {

using gateway::moment;
using gateway::oddity;

namespace {

constexpr std::int64_t minute_ns = 60 * ns_per_s;
constexpr std::int64_t first_retry_ns = 5 * ns_per_s;       ///< after a list that could not be read; doubles
constexpr std::int64_t settlement_delay_ns = 20 * ns_per_s; ///< the price is an average that ends with the option
constexpr std::int64_t settlement_wait_ns = 120 * minute_ns;
constexpr std::size_t most_look_ups = 1000; ///< between two readings of the list

result<std::vector<derive::settlement_price>> settlement_prices(const result<derive::message_reader*>& answer) {
  if (!answer) return std::unexpected{answer.error()};
  if (const auto& refused = (*answer)->refused()) return fail(ec::io, derive::to_string(*refused));
  return (*answer)->settled();
}

} // namespace

std::int64_t next_refresh(std::int64_t wall_ns, std::int64_t every_ns) {
  const auto midnight_ns = wall_ns - wall_ns % ns_per_day;
  const auto opening_ns = midnight_ns + 8 * 60 * minute_ns + 10 * ns_per_s; // 08:00:10
  if (wall_ns >= opening_ns && wall_ns < opening_ns + 10 * minute_ns) return wall_ns + std::min(every_ns, minute_ns);
  return wall_ns < opening_ns ? std::min(wall_ns + every_ns, opening_ns) : wall_ns + every_ns;
}

feed::feed(settings how, instrument_registry& names)
    : shared_{std::move(how), names}, rest_{shared_.how.network, shared_.requests},
      pass_{shared_.how.network.list,
            shared_.how.currencies,
            rest_,
            {.on_listing = [this](derive::listing&& x, const moment& now) { on_listing(std::move(x), now); },
             .on_fault = [this](std::string_view why) { port_->note(oddity::malformed, "instrument", why); },
             .on_end = [this](result<void> x, const moment& now) { on_pass_end(std::move(x), now); }}} {}

feed::limits feed::limit() const {
  return {.topics_per_socket = shared_.how.topics_per_socket, .silence = shared_.how.silence};
}

net::socket_options feed::socket() const {
  const auto& network = shared_.how.network;
  return {.url = network.ws_url, .extra = {{"user-agent", network.user_agent}}};
}

std::unique_ptr<gateway::session> feed::make_session(gateway::session_port& port) {
  return std::make_unique<session>(shared_, port);
}

void feed::start(gateway::feed_port& port, const moment& now) {
  port_ = &port;
  rest_.connect(port);
  next_pass_ns_ = now.steady_ns;
}

std::int64_t feed::round(const moment& now) {
  if (port_ == nullptr) return INT64_MAX;
  expire(now);
  if (!pass_.is_running() && now.steady_ns >= next_pass_ns_) {
    for (auto& [id, is_seen] : known_) is_seen = false;
    pass_.begin();
  }
  auto due_ns = pass_.is_running() ? INT64_MAX : next_pass_ns_;
  if (!expiries_.empty()) due_ns = std::min(due_ns, now.steady_ns + expiries_.begin()->first - now.wall_ns);
  for (const auto& [which, x] : settling_) due_ns = std::min(due_ns, x.due_ns);
  return std::min(due_ns, rest_.round(now));
}

void feed::on_listing(derive::listing&& x, const moment& now) {
  const auto expiry_ns = x.rules.info.expiry_ns;
  if (expiry_ns > 0 && expiry_ns <= now.wall_ns) return; // the list is older than its end
  if (const auto named = parse_symbol(venue::derive, x.rules.symbol); named && *named != x.rules.info)
    port_->note(oddity::unknown, "instrument that its name does not describe", x.rules.symbol);
  const auto id = port_->define(std::move(x.rules), now.wall_ns);
  if (!id.is_valid()) return;
  const auto [found, is_new] = known_.insert_or_assign(id, true);
  if (is_new && expiry_ns > 0) expiries_[expiry_ns].push_back(id);
  port_->set_state(id, x.is_active ? instrument_state::resumed : instrument_state::halted, {}, now.wall_ns);
}

void feed::on_pass_end(result<void> how, const moment& now) {
  if (how) {
    failed_passes_ = 0;
    looked_up_.clear();
    retire_missing(now);
    port_->loaded();
    next_pass_ns_ = now.steady_ns + next_refresh(now.wall_ns, shared_.how.refresh.count()) - now.wall_ns;
    return;
  }
  port_->note(oddity::refused, "instrument list", how.error().text);
  next_pass_ns_ =
      now.steady_ns + std::min(first_retry_ns << std::min(failed_passes_++, 10), shared_.how.refresh.count());
}

/// What the venue does not list any more, before its time, cannot be traded.
void feed::retire_missing(const moment& now) {
  for (const auto& [id, is_seen] : known_)
    if (!is_seen) port_->set_state(id, instrument_state::halted, {}, now.wall_ns);
}

void feed::expire(const moment& now) {
  for (; !expiries_.empty() && expiries_.begin()->first <= now.wall_ns; expiries_.erase(expiries_.begin())) {
    const auto& [expiry_ns, ids] = *expiries_.begin();
    for (const auto id : ids) {
      known_.erase(id);
      port_->set_state(id, instrument_state::expired, {}, expiry_ns);
      auto& x = settling_[{shared_.names.at(id).info.base, expiry_ns}];
      x.options.push_back(id);
      x.due_ns = now.steady_ns + settlement_delay_ns;
      x.until_ns = now.steady_ns + settlement_wait_ns;
    }
  }
  std::set<std::string> asked;
  for (auto& [which, x] : settling_) {
    if (now.steady_ns < x.due_ns) continue;
    x.due_ns = now.steady_ns + minute_ns;
    asked.insert(which.first);
  }
  for (const auto& currency : asked) ask_settlement(currency);
}

void feed::ask_settlement(const std::string& currency) {
  rest_.push("public/get_option_settlement_prices", derive::one_param("currency", currency),
             [this, currency](auto answer, const moment& now) { on_settlement(currency, std::move(answer), now); });
}

void feed::on_settlement(const std::string& currency, result<derive::message_reader*> answer, const moment& now) {
  if (const auto prices = settlement_prices(answer))
    for (const auto& x : *prices) {
      const auto found = settling_.find({currency, x.expiry_ns});
      if (found == settling_.end() || !x.price) continue;
      for (const auto id : found->second.options) port_->set_state(id, instrument_state::settled, x.price, x.expiry_ns);
      settling_.erase(found);
    }
  else
    port_->note(oddity::refused, "settlement prices", currency + ": " + prices.error().text);
  std::erase_if(settling_, [&](const auto& x) {
    if (x.first.first != currency || now.steady_ns < x.second.until_ns) return false;
    port_->note(oddity::gap, "settlement price", currency + " " + iso_from_ns(x.first.second));
    return true;
  });
}

void feed::look_up(std::string_view symbol, const moment&) {
  if (port_ == nullptr || looked_up_.contains(symbol) || looked_up_.size() >= most_look_ups) return;
  looked_up_.emplace(symbol);
  rest_.push(
      "public/get_instrument", derive::one_param("instrument_name", symbol),
      [this, name = std::string{symbol}](auto answer, const moment& now) { on_look_up(name, std::move(answer), now); });
}

void feed::on_look_up(const std::string& symbol, result<derive::message_reader*> answer, const moment& now) {
  if (!answer) return port_->note(oddity::refused, "public/get_instrument", symbol + ": " + answer.error().text);
  if (const auto& refused = (*answer)->refused())
    return port_->note(oddity::refused, "public/get_instrument", symbol + ": " + derive::to_string(*refused));
  auto read = (*answer)->listed();
  if (!read) return port_->note(oddity::malformed, "public/get_instrument", symbol + ": " + read.error().text);
  if (const auto ended_ns = read->rules.info.expiry_ns; ended_ns > 0 && ended_ns <= now.wall_ns)
    return port_->note(oddity::refused, "public/get_instrument: expired", symbol);
  on_listing(std::move(*read), now);
}

} // namespace strike::gateway_derive
