#include "exec/exec_core.hpp"

#include "base/time.hpp"
#include "process/instance.hpp"
#include "process/version.hpp"
#include "wire/ops.hpp"

#include <algorithm>
#include <chrono>

namespace strike::exec {

namespace {

std::int64_t wall_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}
std::int64_t steady_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

} // namespace

exec_core::exec_core(exec_parts& with, net::network& network, std::function<void(instrument_id)> want)
    : epoch_{static_cast<std::uint64_t>(wall_ns())}, with_{with}, metrics_{with.metrics},
      rules_{*with.instruments, with.how.simulation.rules}, risk_metrics_{with.metrics}, risk_{with.how.risk,
                                                                                               risk_tools()},
      desk_{epoch_,
            {.instruments = *with.instruments,
             .rules = rules_,
             .store = *with.store,
             .risk = risk_,
             .log = with.log,
             .metrics = metrics_,
             .clock = [this] { return now(); },
             .want = std::move(want),
             .lines = {*with.instruments, with.send, with.publish},
             .reconcile = with.how.reconcile,
             .on_account = [this](const account_fact& x) { control_.on_account(x, now()); },
             .on_venue = [this](venue at, std::string_view why) { set_ready(at, why); }}},
      control_{{.instruments = *with.instruments,
                .rules = rules_,
                .gate = risk_,
                .desk = desk_,
                .store = *with.store,
                .log = with.log,
                .metrics = with.metrics}} {
  if (const auto ok = simulator::define_overrides(with.how.simulation, *with.instruments, rules_); !ok)
    with.log.error("an [[instrument]] cannot be used", {{"why", ok.error().text}});
  const venue_tools tools{.network = network,
                          .instruments = *with.instruments,
                          .rules = rules_,
                          .log = with.log,
                          .metrics = with.metrics,
                          .keys = *with.store};
  for (const auto& row : enum_names<venue>::table) {
    const auto at = row.value;
    const auto live = std::ranges::find(with.how.live, at, &live_venue::at);
    if (live != with.how.live.end()) {
      venues_.push_back(live->make(tools, desk_));
      desk_.attach({at, live->account}, *venues_.back(), false);
      continue;
    }
    auto paper = std::make_unique<paper_venue>(
        at, with.how.simulation,
        paper_venue::tools{.instruments = *with.instruments,
                           .rules = rules_,
                           .warn = [this](match::warning, instrument_id x, std::string_view text) { warn(x, text); }},
        desk_);
    papers_[static_cast<std::size_t>(at)] = paper.get();
    desk_.attach({at, "paper"}, *paper, true);
    venues_.push_back(std::move(paper));
  }
}

result<void> exec_core::start() {
  const auto at = now();
  auto ok = desk_.restore([&](const booking& x) {
    auto* paper = papers_[static_cast<std::size_t>(x.account.at)];
    if (!paper || !x.owner) return;
    if (const auto* made = std::get_if<fill>(&x.what)) paper->hold(*x.owner, *made, at);
    if (const auto* made = std::get_if<match::settlement>(&x.what)) paper->hold(*made);
  });
  if (!ok) return ok;
  if (ok = control_.restore(); !ok) return ok;
  for (int i = 0; i < 3; ++i) round(); // paper: up, asked, compared: its first order is not refused
  return {};
}

moment exec_core::now() const {
  if (with_.how.clock == clock_mode::feed) return {.steady_ns = feed_ns_, .wall_ns = feed_ns_};
  return {.steady_ns = steady_ns(), .wall_ns = wall_ns()};
}

void exec_core::request(std::string_view peer, std::string_view bytes) { desk_.take(peer, bytes, now()); }

risk_gate::tools exec_core::risk_tools() {
  return {.instruments = *with_.instruments,
          .rules = rules_,
          .metrics = risk_metrics_,
          .on_state = [this](const risk_state_change& x) { control_.on_state(x); },
          .on_kill = [this](const risk_scope& where, std::string_view why) { control_.on_kill(where, why, now()); }};
}

void exec_core::set_ready(venue at, std::string_view why) {
  const auto condition = ready_condition(at);
  if (why.empty())
    with_.ready.ready(condition);
  else
    with_.ready.not_ready(condition, why);
}

std::string exec_core::control(std::string_view bytes) {
  const auto request = wire::decode_control_request(bytes);
  const auto reply =
      request ? control_.answer(*request, now()) : wire::control_reply{.request_id = 0, .outcome = request.error()};
  std::string out;
  wire::encode(out, reply);
  return out;
}

void exec_core::on_market(const market_event& event) {
  feed_ns_ = std::max(feed_ns_, event.recv_ns != 0 ? event.recv_ns : event.venue_ns);
  const auto at = now();
  if (const auto* status = std::get_if<instrument_status>(&event.body); status && status->definition)
    rules_.define(event.instrument, *status->definition);
  if (auto* paper = papers_[static_cast<std::size_t>(with_.instruments->at(event.instrument).at)])
    paper->on_market(event, at);
  desk_.on_market(event, at);
}

std::int64_t exec_core::round() {
  const auto at = now();
  auto next_ns = std::min(desk_.round(at), control_.round(at));
  for (auto& x : venues_) next_ns = std::min(next_ns, x->round(at));
  if (steady_ns() >= next_beat_ns_) beat(steady_ns());
  // the feed's time passes with its events
  return with_.how.clock == clock_mode::feed ? next_beat_ns_ : std::min({next_ns, stop_by_ns_, next_beat_ns_});
}

/// A sign of life beside the order updates.
void exec_core::beat(std::int64_t now_ns) {
  next_beat_ns_ = now_ns + ns_per_s;
  std::string bytes;
  wire::encode(bytes, wire::heartbeat{.service = "exec",
                                      .instance = process::instance_name(),
                                      .epoch = epoch_,
                                      .at_ns = wall_ns(),
                                      .version = std::string{process::version},
                                      .ready = with_.ready.is_ready(),
                                      .counters = {{"orders", metrics_.placed.value()},
                                                   {"refused", metrics_.refused.value()},
                                                   {"fills", metrics_.fills.value()},
                                                   {"open", static_cast<std::uint64_t>(metrics_.open.value())}}});
  with_.publish("ops/exec/", bytes);
}

void exec_core::begin_stop() {
  const auto at = now();
  desk_.refuse("exec is stopping");
  if (with_.how.cancel_on_stop) desk_.cancel_all(at);
  const bool waits = with_.how.cancel_on_stop && with_.how.clock == clock_mode::wall;
  stop_by_ns_ = waits ? at.steady_ns + with_.how.stop_wait_ns : at.steady_ns;
}

bool exec_core::is_stopped() { return desk_.open_orders() == 0 || now().steady_ns >= stop_by_ns_; }

void exec_core::warn(instrument_id instrument, std::string_view text) {
  const auto& traded = with_.instruments->at(instrument);
  with_.log.warning("paper trading", {{"venue", to_text(traded.at)}, {"instrument", traded.symbol}, {"what", text}});
}

} // namespace strike::exec
