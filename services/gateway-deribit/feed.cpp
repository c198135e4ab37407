#include "gateway-deribit/feed.hpp"

#include "base/backoff.hpp"
#include "base/time.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::gateway_deribit {

using gateway::moment;
using gateway::oddity;

namespace {

constexpr std::int64_t expiry_hour_ns = 8 * 3'600 * ns_per_s, settled_by_ns = 60 * ns_per_s;
constexpr backoff load_again{.first = std::chrono::seconds{5}, .longest = std::chrono::minutes{1}};
constexpr std::uint64_t most_trades = 1'000; ///< in one answer; of a longer gap, its end is enough
constexpr std::size_t most_missed = 1'000;   ///< gaps that wait: a hundred seconds of questions
// The delivery price is published some time after the expiry: it is asked for less and less often.
constexpr std::int64_t ask_first_ns = 10 * ns_per_s, ask_every_ns = 60 * ns_per_s, ask_until_ns = 3'600 * ns_per_s;

} // namespace

std::int64_t next_load(std::int64_t wall_ns, std::int64_t every_ns) {
  auto morning_ns = wall_ns - wall_ns % ns_per_day + expiry_hour_ns + settled_by_ns;
  if (morning_ns <= wall_ns) morning_ns += ns_per_day;
  return std::min(wall_ns + every_ns, morning_ns);
}

feed::feed(settings how, instrument_registry& names) : shared_{std::move(how), names} {
  shared_.on_state = [this](deribit::state_message&& x, const moment& now) { on_state(std::move(x), now); };
  shared_.on_created = [this](deribit::listing&& x, const moment&) {
    const auto at_ns = x.created_ns;
    take(std::move(x), at_ns);
  };
  shared_.on_missed_trades = [this](instrument_id of, std::uint64_t first, std::uint64_t last) {
    if (missed_.size() == most_missed)
      return port_->note(oddity::refused, "more gaps of trades than can be asked about", shared_.names.at(of).symbol);
    missed_.push_back({of, last - first < most_trades ? first : last - most_trades + 1, last});
  };
  shared_.on_platform = [this](deribit::platform_message&& x, const moment&) { on_platform(std::move(x)); };
}

void feed::start(gateway::feed_port& port, const moment& now) {
  port_ = &port;
  load(now);
}

/// @param done with a result of the venue; @param failed with what went wrong
void feed::get(std::string path, int attempts, answer_handler done, std::function<void(const std::string&)> failed) {
  port_->fetch(
      {.url = shared_.how.rest + "/public/" + path, .attempts = attempts},
      [this, done = std::move(done), failed = std::move(failed)](result<net::http_response> got, const moment& now) {
        if (!got) return failed(got.error().text);
        deribit::pad(got->body);
        deribit::message_reader read;
        const auto kind = read.open(got->body);
        if (!kind || *kind == deribit::message_kind::notification)
          return failed(fmt::format("HTTP {}: {}", got->status, got->body.substr(0, 200)));
        if (const auto& why = read.refused()) return failed(deribit::to_string(*why));
        if (const auto testnet = read.testnet(); testnet && *testnet != shared_.how.testnet)
          return failed(fmt::format("the {} answered; see [gateway.deribit] testnet and rest",
                                    *testnet ? "testnet" : "production network"));
        done(read, now);
      });
}

void feed::load(const moment& now) {
  is_loading_ = true;
  next_load_ns_ = next_load(now.wall_ns, shared_.how.refresh.count());
  get(
      "get_instruments?currency=any&expired=false", 3,
      [this](deribit::message_reader& read, const moment& at) {
        is_loading_ = false;
        if (auto page = read.listings(); page) return on_page(*std::move(page), at);
        port_->note(oddity::malformed, "get_instruments", "the list of instruments cannot be read");
      },
      [this, wall_ns = now.wall_ns](const std::string& why) {
        is_loading_ = false;
        port_->note(oddity::refused, "get_instruments", why);
        next_load_ns_ = std::min(next_load_ns_, wall_ns + load_again.delay(++failed_loads_, 0.5).count());
      });
}

void feed::on_page(deribit::listing_page&& page, const moment& now) {
  failed_loads_ = 0;
  looked_up_.clear();
  for (const auto& fault : page.faults) port_->note(oddity::malformed, "instrument", fault);
  for (auto& [id, x] : known_) x.is_seen = false;
  for (auto& x : page.listings) {
    const auto at_ns = x.created_ns;
    take(std::move(x), at_ns);
  }
  std::vector<instrument_id> gone;
  for (const auto& [id, x] : known_)
    if (!x.is_seen) gone.push_back(id);
  for (const auto id : gone) end(id, now);
  port_->loaded();
}

instrument_id feed::take(deribit::listing&& x, std::int64_t venue_ns) {
  if (deribit::state_of(x.state) == instrument_state::expired) return {};
  const auto expiry_ns = x.rules.info.expiry_ns;
  auto index = x.rules.index;
  const auto id = port_->define(std::move(x.rules), venue_ns);
  if (!id.is_valid()) return id;
  auto& kept = known_[id];
  kept = {.expiry_ns = expiry_ns, .index = std::move(index), .is_seen = true, .is_halted = kept.is_halted};
  if (expiry_ns != 0) expiries_.insert({expiry_ns, id});
  set_state(id, x.state, venue_ns);
  return id;
}

/// What is listed trades unless it is said that it does not.
void feed::set_state(instrument_id id, std::string_view word, std::int64_t venue_ns) {
  const auto state = deribit::state_of(word);
  if (!state) port_->note(oddity::unknown, "state", word);
  const bool is_halted = !state || state == instrument_state::halted;
  auto& kept = known_.at(id);
  if (is_halted == kept.is_halted) return;
  kept.is_halted = is_halted;
  port_->set_state(id, is_halted ? instrument_state::halted : instrument_state::resumed, {}, venue_ns);
}

void feed::on_state(deribit::state_message&& x, const moment& now) {
  const auto id = shared_.names.find(venue::deribit, x.symbol);
  if (!id || !known_.contains(*id)) return look_up(x.symbol, now);
  if (deribit::state_of(x.state) == instrument_state::expired) return end(*id, now);
  set_state(*id, x.state, x.venue_ns);
}

void feed::on_platform(deribit::platform_message&& x) {
  if (!x.is_down) return; // what comes next is to be trusted again
  std::vector<instrument_id> concerned;
  for (const auto& [id, instrument] : known_)
    if (x.index.empty() || instrument.index == x.index) concerned.push_back(id);
  port_->distrust(concerned, trust::stale);
}

void feed::end(instrument_id id, const moment& now) {
  const auto at = known_.find(id);
  if (at == known_.end()) return;
  const auto [expiry_ns, index, is_seen, is_halted] = at->second;
  known_.erase(at);
  expiries_.erase({expiry_ns, id});
  const bool has_expired = expiry_ns != 0 && expiry_ns <= now.wall_ns;
  port_->set_state(id, instrument_state::expired, {}, has_expired ? expiry_ns : now.wall_ns);
  if (!has_expired || index.empty()) return;
  auto& waiting = settling_[{index, expiry_ns}];
  waiting.instruments.push_back(id);
  waiting.due_ns = expiry_ns + ask_first_ns;
  waiting.until_ns = expiry_ns + ask_until_ns;
}

void feed::expire(const moment& now) {
  while (!expiries_.empty() && expiries_.begin()->first <= now.wall_ns) {
    const auto [expiry_ns, id] = *expiries_.begin();
    expiries_.erase(expiries_.begin());
    end(id, now);
  }
}

void feed::ask_delivery(const moment& now) {
  std::erase_if(settling_, [&](const auto& x) {
    const bool is_late = x.second.until_ns <= now.wall_ns;
    if (is_late) port_->note(oddity::unexpected, "no delivery price", x.first.first);
    return is_late;
  });
  for (auto& [what, x] : settling_) {
    if (x.due_ns > now.wall_ns) continue;
    const auto& [index, expiry_ns] = what;
    x.due_ns = now.wall_ns + std::clamp(now.wall_ns - expiry_ns, ask_first_ns, ask_every_ns);
    get(
        fmt::format("get_delivery_prices?index_name={}&offset=0&count=10", index), 1,
        [this, index = index, expiry_ns = expiry_ns](deribit::message_reader& read, const moment&) {
          if (const auto all = read.deliveries()) on_delivery(index, expiry_ns, *all);
        },
        [this](const std::string& why) { port_->note(oddity::refused, "get_delivery_prices", why); });
  }
}

void feed::on_delivery(const std::string& index, std::int64_t expiry_ns, const std::vector<deribit::delivery>& all) {
  const auto waiting = settling_.find({index, expiry_ns});
  const auto price =
      std::ranges::find(all, expiry_ns - expiry_ns % ns_per_day, [](const auto& x) { return x.date_ns; });
  if (waiting == settling_.end() || price == all.end()) return;
  for (const auto id : waiting->second.instruments)
    port_->set_state(id, instrument_state::settled, price->price, expiry_ns);
  settling_.erase(waiting);
}

/// Trades are numbered without holes, so that it is known which ones a cut connection has lost. Source: Deribit API v2,
/// sections "trades" (`trade_seq`, pages) and "Rate limits".
void feed::ask_missed(const moment& now) {
  while (!missed_.empty() && questions_.take(1, now.steady_ns)) {
    const auto [of, first, last] = missed_.front();
    missed_.pop_front();
    get(
        fmt::format("get_last_trades_by_instrument?instrument_name={}&start_seq={}&end_seq={}&count={}&sorting=asc",
                    shared_.names.at(of).symbol, first, last, most_trades),
        3,
        [this, of](deribit::message_reader& read, const moment& at) {
          std::vector<deribit::trade_message> all;
          if (const auto ok = read.trades(all); !ok)
            return port_->note(oddity::malformed, "get_last_trades_by_instrument", ok.error().text);
          on_trades(of, std::move(all), at);
        },
        [this](const std::string& why) { port_->note(oddity::refused, "get_last_trades_by_instrument", why); });
  }
}

void feed::on_trades(instrument_id of, std::vector<deribit::trade_message>&& all, const moment& now) {
  std::ranges::sort(all, {}, &deribit::trade_message::sequence);
  std::vector<market_event> events;
  for (auto& x : all)
    events.push_back({.venue_ns = x.venue_ns,
                      .recv_ns = now.wall_ns,
                      .instrument = of,
                      .state = trust::live,
                      .body = std::move(x.what)});
  port_->publish_late(events);
}

void feed::look_up(std::string_view symbol, const moment&) {
  if (!looked_up_.emplace(symbol).second) return;
  get(
      fmt::format("get_instrument?instrument_name={}", symbol), 3,
      [this, symbol = std::string{symbol}](deribit::message_reader& read, const moment&) {
        auto x = read.listed();
        if (!x) return port_->note(oddity::malformed, "instrument", x.error().text);
        const auto at_ns = x->created_ns;
        take(*std::move(x), at_ns);
      },
      [this, symbol = std::string{symbol}](const std::string& why) {
        port_->note(oddity::refused, "get_instrument", symbol + ": " + why);
      });
}

std::int64_t feed::round(const moment& now) {
  if (!is_loading_ && next_load_ns_ <= now.wall_ns) load(now);
  expire(now);
  ask_delivery(now);
  ask_missed(now);
  auto next_ns = is_loading_ ? INT64_MAX : next_load_ns_;
  if (!expiries_.empty()) next_ns = std::min(next_ns, expiries_.begin()->first);
  for (const auto& [what, x] : settling_) next_ns = std::min({next_ns, x.due_ns, x.until_ns});
  const auto asks_ns = missed_.empty() ? INT64_MAX : questions_.ready_ns(1, now.steady_ns);
  if (next_ns == INT64_MAX) return asks_ns;
  return std::min(asks_ns, now.steady_ns + std::max<std::int64_t>(next_ns - now.wall_ns, 1));
}

} // namespace strike::gateway_deribit
