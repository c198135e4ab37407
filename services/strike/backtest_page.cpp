#include "strike/backtest_page.hpp"

#include "base/time.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <chrono>
#include <deque>
#include <optional>

namespace strike {

namespace {

namespace json = boost::json;
using replay::kernel;
using replay::run_output;

constexpr std::chrono::milliseconds shown_every{500};
constexpr std::size_t kept_lines = 100;
constexpr std::uint64_t epoch = 1; ///< there is but one start

json::string text_of(std::string_view x) { return json::string{x.data(), x.size()}; }
std::int64_t wall_ns() { return std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count(); }

/// What one strategy did, as the host of a live one would show it.
struct activity_log {
  std::string name, type;
  std::uint64_t states = 0, updates = 0, signals = 0;
  std::deque<json::object> last_signals, lines;
  wire::dashboard_state last;

  static void keep(std::deque<json::object>& in, json::object what) {
    in.push_back(std::move(what));
    if (in.size() > kept_lines) in.pop_front();
  }
  json::object facts() const {
    return {{"signals", signals},
            {"last_signals", json::array(last_signals.begin(), last_signals.end())},
            {"log", json::array(lines.begin(), lines.end())}};
  }
};

class page final : public backtest_page {
public:
  result<void> start(dashboard::settings how, const std::vector<strategy_registry::instance>& strategies);
  const std::string& url() const override { return dashboard_->url(); }
  void watch(replay::backtest_options& run) override;
  void finish(const std::string& why) override;

  // what the run tells, on its thread
  void on_order(std::uint32_t strategy, std::int64_t sent_ns, order_id id, const order_request& what);
  void on_update(std::uint32_t strategy, const order_update& what);
  void on_signal(std::uint32_t strategy, std::int64_t seen_ns, const signal& what);
  void on_settlement(const match::settlement& what);
  void on_market(const market_event& event);
  void on_log(std::uint32_t strategy, std::int64_t now_ns, log_level level, std::string_view text);
  void on_step(const kernel& run, bool is_over);

private:
  void tell(std::uint32_t strategy, decltype(wire::order_update_message::body) what);
  void show_states(const kernel& run, dashboard::boards& on);
  void show_quotes(const kernel& run, dashboard::boards& on);
  instrument_id of_page(instrument_id of_run);

  process::logger log_{"strike backtest", process::level::warning, process::log_format::text};
  process::metric_registry metrics_;
  process::readiness ready_;
  bus::context where_;
  std::unique_ptr<dashboard::running_dashboard> dashboard_;
  std::vector<activity_log> strategies_; ///< by index
  const instrument_registry* names_ = nullptr;
  const kernel* run_ = nullptr;
  std::vector<instrument_id> pages_; ///< the page's ids by those of the run
  std::vector<ticker> quotes_;       ///< the newest, by the run's id; empty ones of instruments without
  std::chrono::steady_clock::time_point next_{};
};

/// Passes everything on, and tells the page.
class watched_output final : public run_output {
public:
  watched_output(std::unique_ptr<run_output> inner, page& to) : inner_{std::move(inner)}, to_{to} {}

  void on_order(std::uint32_t strategy, std::int64_t sent_ns, order_id id, const order_request& what) override {
    inner_->on_order(strategy, sent_ns, id, what);
    to_.on_order(strategy, sent_ns, id, what);
  }
  void on_update(std::uint32_t strategy, const order_update& what) override {
    inner_->on_update(strategy, what);
    to_.on_update(strategy, what);
  }
  void on_fill(std::uint32_t strategy, const fill& what, const instrument& rules) override {
    inner_->on_fill(strategy, what, rules);
  }
  void on_signal(std::uint32_t strategy, std::int64_t seen_ns, const signal& what) override {
    inner_->on_signal(strategy, seen_ns, what);
    to_.on_signal(strategy, seen_ns, what);
  }
  void on_settlement(const match::settlement& what, const instrument& rules) override {
    inner_->on_settlement(what, rules);
    to_.on_settlement(what);
  }
  void on_equity(std::int64_t venue_ns, const std::vector<match::ledger::equity_row>& rows) override {
    inner_->on_equity(venue_ns, rows);
  }
  void on_log(std::uint32_t strategy, std::int64_t now_ns, log_level level, std::string_view text) override {
    inner_->on_log(strategy, now_ns, level, text);
    to_.on_log(strategy, now_ns, level, text);
  }
  const std::vector<replay::activity>& activities() const override { return inner_->activities(); }
  const std::map<std::string, replay::drawdown>& drawdowns() const override { return inner_->drawdowns(); }
  const std::vector<replay::notice>& log_notices() const override { return inner_->log_notices(); }
  std::string fill_hash() const override { return inner_->fill_hash(); }
  result<void> close() override { return inner_->close(); }

private:
  std::unique_ptr<run_output> inner_;
  page& to_;
};

result<void> page::start(dashboard::settings how, const std::vector<strategy_registry::instance>& strategies) {
  how.upstream.clear(), how.feeds.clear(), how.orders.clear(), how.recorders.clear(); // all is told directly
  how.controls = {};
  for (const auto& x : strategies) strategies_.push_back({.name = x.name, .type = x.type});
  auto opened = dashboard::open({log_, metrics_, ready_}, where_, std::move(how));
  if (!opened) return std::unexpected{opened.error()};
  dashboard_ = *std::move(opened);
  return {};
}

void page::watch(replay::backtest_options& run) {
  run.watch = [this](std::unique_ptr<run_output> inner, const instrument_registry& names) {
    names_ = &names;
    return std::make_unique<watched_output>(std::move(inner), *this);
  };
  run.on_market = [this](const market_event& x) { on_market(x); };
  run.on_step = [this](const kernel& x, bool is_over) { on_step(x, is_over); };
}

/// The page has names of its own; it learns the rules with the name.
instrument_id page::of_page(instrument_id of_run) {
  if (of_run.index >= pages_.size()) pages_.resize(of_run.index + 1);
  auto& made = pages_[of_run.index];
  if (made.is_valid()) return made;
  const auto& name = names_->at(of_run);
  dashboard_->boards().with([&](dashboard::boards& x) {
    made = x.names.intern(name.at, name.symbol).value(); // it fitted the grammar once already
    if (run_) x.rules.define(made, run_->rules_of(of_run));
  });
  return made;
}

void page::tell(std::uint32_t strategy, decltype(wire::order_update_message::body) what) {
  auto& x = strategies_[strategy];
  wire::order_update_message made;
  made.header.epoch = epoch;
  made.header.sequence = ++x.updates;
  made.header.strategy = x.name;
  made.body = std::move(what);
  dashboard_->boards().with([&](dashboard::boards& to) { to.trades.take(made, wall_ns()); });
}

void page::on_order(std::uint32_t strategy, std::int64_t sent_ns, order_id id, const order_request& what) {
  wire::order_change change;
  change.client_id = std::to_string(id.value);
  change.update.venue_ns = sent_ns;
  change.update.instrument = of_page(what.instrument);
  change.update.remaining = what.size;
  change.terms = wire::order_terms{what.side, what.type, what.limit};
  tell(strategy, std::move(change));
}

void page::on_update(std::uint32_t strategy, const order_update& what) {
  wire::order_change change;
  change.client_id = std::to_string(what.order.value);
  change.update = what;
  change.update.instrument = of_page(what.instrument);
  tell(strategy, std::move(change));
}

void page::on_settlement(const match::settlement& what) {
  tell(what.owner, wire::position_settled{.venue_ns = what.venue_ns,
                                          .instrument = of_page(what.instrument),
                                          .size = what.size,
                                          .delivery = what.delivery,
                                          .payoff = what.payoff,
                                          .fee = what.fee});
}

void page::on_market(const market_event& event) {
  if (const auto* quote = std::get_if<ticker>(&event.body)) {
    if (event.instrument.index >= quotes_.size()) quotes_.resize(event.instrument.index + 1);
    quotes_[event.instrument.index] = *quote;
  }
}

void page::on_signal(std::uint32_t strategy, std::int64_t seen_ns, const signal& what) {
  auto& x = strategies_[strategy];
  ++x.signals;
  activity_log::keep(x.last_signals, {{"time", seen_ns / ns_per_ms},
                                      {"instrument", names_->at(what.instrument).symbol},
                                      {"side", text_of(to_text(what.side))},
                                      {"value", what.value},
                                      {"reason", what.reason}});
}

void page::on_log(std::uint32_t strategy, std::int64_t now_ns, log_level level, std::string_view text) {
  activity_log::keep(strategies_[strategy].lines,
                     {{"time", now_ns / ns_per_ms}, {"level", text_of(to_text(level))}, {"text", text_of(text)}});
}

void page::on_step(const kernel& run, bool is_over) {
  run_ = &run;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_ && !is_over) return;
  next_ = now + shown_every;
  for (std::uint32_t i = 0; i < quotes_.size(); ++i)
    if (quotes_[i] != ticker{}) of_page({i});
  dashboard_->boards().with([&](dashboard::boards& x) {
    show_states(run, x);
    show_quotes(run, x);
  });
}

void page::show_states(const kernel& run, dashboard::boards& on) {
  for (std::size_t i = 0; i < strategies_.size(); ++i) {
    auto& x = strategies_[i];
    const auto& logic = *run.strategies()[i].logic;
    auto state = logic.dashboard_state();
    auto facts = x.facts();
    facts["events"] = run.events();
    state["host"] = std::move(facts);
    x.last = {.strategy = x.name,
              .epoch = epoch,
              .sequence = ++x.states,
              .at_ns = run.last_ns(),
              .state_json = json::serialize(state),
              .layout_json = json::serialize(to_json(logic.dashboard_layout())),
              .type = x.type};
    on.strategies.take(x.last, wall_ns());
  }
}

/// Quotes are shown with the marks that the simulated venue goes by; what was never quoted may be held, too.
void page::show_quotes(const kernel& run, dashboard::boards& on) {
  for (std::uint32_t i = 0; i < pages_.size(); ++i) {
    if (!pages_[i].is_valid()) continue;
    auto shown = i < quotes_.size() ? quotes_[i] : ticker{};
    shown.mark = run.mark({i});
    if (shown == ticker{}) continue;
    on.markets.take({.venue_ns = run.last_ns(), .recv_ns = run.last_ns(), .instrument = pages_[i], .body = shown},
                    wall_ns());
  }
}

void page::finish(const std::string& why) {
  dashboard_->boards().with([&](dashboard::boards& x) {
    for (auto& s : strategies_) {
      if (s.states == 0) continue; // it never ran
      s.last.sequence = ++s.states;
      s.last.run_state = wire::run_state::stopped;
      s.last.reason = why.empty() ? "the run is over" : "the run ended: " + why;
      x.strategies.take(s.last, wall_ns());
    }
  });
}

} // namespace

result<std::unique_ptr<backtest_page>> backtest_page::open(dashboard::settings how,
                                                           const std::vector<strategy_registry::instance>& strategies) {
  auto made = std::make_unique<page>();
  if (auto ok = made->start(std::move(how), strategies); !ok) return std::unexpected{ok.error()};
  return made;
}

} // namespace strike
