#include "gateway_core.hpp"

#include "base/symbol.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <utility>

namespace strike::gateway {

namespace {

/// Status events and marks leave in portions: an outage of ten thousand topics would overflow a subscriber's queue.
constexpr std::size_t most_told = 500;
constexpr std::int64_t tell_every_ns = ns_per_ms;

constexpr std::array data_channels = {channel::ticker, channel::book, channel::trades};

} // namespace

gateway_core::gateway_core(tools with, instrument_registry& names, std::unique_ptr<venue_feed> feed)
    : with_{std::move(with)}, names_{names}, feed_{std::move(feed)}, instruments_{feed_->at(), names_},
      topics_{feed_->at(), names_, [this](feed::slot which) { return feed_->has_topic(which); }},
      shards_{{with_.on, *feed_, with_.report, with_.clock, with_.random, failure_, with_.data_silence}, *this} {
  feed_->start(*this, with_.clock());
}

gateway_core::~gateway_core() = default;

void gateway_core::demand(const bus::demand& wish) {
  with_.report.demand(wish.prefix, wish.is_wanted);
  if (wish.is_wanted)
    topics_.want(wish.prefix);
  else
    topics_.unwant(wish.prefix);
}

std::int64_t gateway_core::round() {
  failure_.rethrow();
  const auto now = with_.clock();
  auto next_ns = feed_->round(now);
  if (is_loaded_) look_up_unknown(now);
  change_topics(now);
  next_ns = std::min(next_ns, shards_.round(now));
  check_sessions();
  next_ns = std::min(next_ns, tell(now));
  return is_due() ? now.steady_ns : next_ns;
}

void gateway_core::look_up_unknown(const moment& now) {
  for (const auto& symbol : topics_.take_unknown()) {
    if (const auto info = parse_symbol(feed_->at(), symbol); !info)
      note(oddity::unexpected, "a consumer asks for a symbol that the venue cannot have", symbol);
    else
      feed_->look_up(symbol, now);
  }
}

void gateway_core::change_topics(const moment& now) {
  const auto [dropped, added] = topics_.take();
  if (dropped.empty() && added.empty()) return;
  shards_.change(dropped, added, now);
  for (const auto which : dropped) { // what a late joiner would be given is out of date from now on
    marks_.push_back({which, trust::stale});
    trust_again(feed::instrument_of(which));
  }
}

// ---- what the venue's list says ----

void gateway_core::fetch(net::http_request what, std::function<void(result<net::http_response>, const moment&)> done) {
  with_.on.fetch(std::move(what), [this, done = std::move(done)](result<net::http_response> answer) {
    failure_.guard([&] { done(std::move(answer), with_.clock()); });
  });
}

instrument_id gateway_core::define(instrument rules, std::int64_t venue_ns) {
  const auto symbol = rules.symbol;
  const auto id = instruments_.define(std::move(rules), venue_ns, with_.clock().wall_ns);
  if (!id) {
    note(oddity::malformed, "symbol", symbol);
    return {};
  }
  topics_.define(*id);
  return *id;
}

void gateway_core::set_state(instrument_id which, instrument_state state, optional_double settlement,
                             std::int64_t venue_ns) {
  if (instruments_.set_state(which, state, settlement, venue_ns, with_.clock().wall_ns)) topics_.retire(which);
}

void gateway_core::publish_late(std::span<const market_event> events) {
  if (events.empty()) return;
  const auto topic = feed::slot_of(events.front());
  if (!shards_.is_wanted(topic)) return;
  std::vector<market_event> made{events.begin(), events.end()};
  if (shards_.is_marked(topic)) // what is true of then does not make the topic live again
    for (auto& x : made) x.state = trust::stale;
  with_.to.publish(made);
  with_.report.published_late(made);
}

void gateway_core::loaded() {
  if (std::exchange(is_loaded_, true)) return;
  with_.report.instruments_loaded(topics_.defined());
}

void gateway_core::note(oddity what, std::string_view detail, std::string_view sample) {
  with_.report.note(what, detail, sample);
}

// ---- trust ----

void gateway_core::distrust(const std::vector<instrument_id>& which, trust why) {
  const auto wall_ns = with_.clock().wall_ns;
  for (const auto id : which) {
    for (const auto what : data_channels) {
      const auto topic = feed::slot_of(id, what);
      if (!shards_.distrust(topic)) continue;
      marks_.push_back({topic, why});
      instruments_.set_trust(id, why, wall_ns);
    }
  }
}

void gateway_core::on_lost(feed::slot which) {
  marks_.push_back({which, trust::stale});
  instruments_.set_trust(feed::instrument_of(which), trust::stale, with_.clock().wall_ns);
}

void gateway_core::on_mended(feed::slot which) { trust_again(feed::instrument_of(which)); }

void gateway_core::trust_again(instrument_id which) {
  const auto is_marked = [&](channel x) { return shards_.is_marked(feed::slot_of(which, x)); };
  if (instruments_.is_trusted(which) || std::ranges::any_of(data_channels, is_marked)) return;
  instruments_.set_trust(which, trust::live, with_.clock().wall_ns);
}

std::int64_t gateway_core::tell(const moment& now) {
  if (marks_.empty() && !instruments_.has_events()) return INT64_MAX;
  if (now.steady_ns < next_tell_ns_) return next_tell_ns_;
  next_tell_ns_ = now.steady_ns + tell_every_ns;
  auto room = most_told;
  for (; room > 0 && !marks_.empty(); marks_.pop_front()) {
    const auto [which, why] = marks_.front();
    if (shards_.is_carried(which) && !shards_.is_marked(which)) continue; // it has recovered meanwhile
    with_.to.distrust(which, why);
    --room;
  }
  if (const auto events = instruments_.take(room); !events.empty()) with_.to.publish(events);
  return marks_.empty() && !instruments_.has_events() ? INT64_MAX : next_tell_ns_;
}

// ---- events, and what is seen of them ----

void gateway_core::on_events(std::span<const market_event> events, const moment& received) {
  with_.to.publish(events);
  with_.report.published(events, received, with_.clock().steady_ns);
}

void gateway_core::check_sessions() {
  const auto missing = shards_.count() - shards_.open_count();
  if (std::exchange(missing_, missing) != missing) with_.report.session_ready(missing == 0, missing);
}

levels gateway_core::level() const {
  auto made = shards_.level();
  made.wanted = topics_.wanted();
  made.instruments = topics_.defined();
  return made;
}

} // namespace strike::gateway
