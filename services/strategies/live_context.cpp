#include "strategies/live_context.hpp"

#include "base/time.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace strike::strategies {

namespace {

constexpr std::size_t kept = 200; ///< lines and signals: some screens of a dashboard

boost::json::string_view json_text(std::string_view x) { return {x.data(), x.size()}; }

} // namespace

live_context::live_context(world_config config)
    : config_{std::move(config)}, rules_{config_.instruments, config_.rules}, orders_{make_route()}, lines_{kept} {}

std::unique_ptr<order_route> live_context::make_route() {
  const auto take = [this](order_update x) { answer(std::move(x)); };
  if (!config_.send_order) return std::make_unique<no_exec>(take);
  auto made = std::make_unique<exec_route>(exec_route::tools{.strategy = config_.strategy,
                                                             .epoch = static_cast<std::uint64_t>(config_.wall_ns()),
                                                             .instruments = config_.instruments,
                                                             .positions = positions_,
                                                             .log = config_.log,
                                                             .now_ns = [this] { return now_ns(); },
                                                             .wall_ns = config_.wall_ns,
                                                             .send = config_.send_order,
                                                             .answer = take});
  exec_ = made.get();
  return made;
}

std::int64_t live_context::now_ns() const {
  if (config_.clock == clock_mode::wall) now_ns_ = std::max(now_ns_, config_.wall_ns());
  return now_ns_;
}

void live_context::set_now(std::int64_t now_ns) {
  if (!has_started()) timers_.shift(now_ns);
  now_ns_ = std::max(now_ns_, now_ns);
}

void live_context::subscribe(const subscription& what) {
  if (wanted_.add(what)) route_changes_.push_back({what, true});
}

void live_context::unsubscribe(const subscription& what) {
  if (wanted_.remove(what)) route_changes_.push_back({what, false});
}

bool live_context::admit(const market_event& event) {
  if (!wanted_.wants(event, config_.instruments)) return false;
  const auto* status = std::get_if<instrument_status>(&event.body);
  if (status && status->definition) rules_.define(event.instrument, *status->definition);
  return true;
}

void live_context::answer(order_update update) {
  if (update.state == order_state::rejected) {
    ++orders_refused_;
    config_.metrics.orders_refused.add();
  }
  if (update.execution) config_.metrics.fills.add();
  if (update.venue_ns == 0) update.venue_ns = now_ns();
  answers_.push_back(std::move(update));
}

std::string live_context::name_of(instrument_id id) const {
  if (!id.is_valid()) return {};
  const auto& x = config_.instruments.at(id);
  return fmt::format("{}:{}", to_text(x.at), x.symbol);
}

void live_context::report(const signal& what) {
  ++signals_;
  config_.metrics.signals.add();
  if (last_signals_.size() == kept) last_signals_.pop_front();
  last_signals_.push_back({now_ns(), what});
  config_.log.info("signal", {{"strategy", config_.strategy},
                              {"instrument", name_of(what.instrument)},
                              {"side", to_text(what.side)},
                              {"value", what.value},
                              {"reason", what.reason},
                              {"at", now_ns()}});
}

void live_context::log(log_level level, std::string_view text) {
  lines_.add(now_ns(), level, std::string{text});
  switch (level) {
  case log_level::info:
    return config_.log.info(text, {{"strategy", config_.strategy}});
  case log_level::warning:
    return config_.log.warning(text, {{"strategy", config_.strategy}});
  case log_level::error:
    return config_.log.error(text, {{"strategy", config_.strategy}});
  }
}

boost::json::object live_context::facts() const {
  boost::json::array signals;
  for (const auto& [at_ns, x] : last_signals_)
    signals.push_back(boost::json::object{{"time", at_ns / ns_per_ms},
                                          {"instrument", name_of(x.instrument)},
                                          {"side", json_text(to_text(x.side))},
                                          {"value", json_number(x.value)},
                                          {"reason", x.reason}});
  boost::json::object all{{"signals", signals_},
                          {"orders_refused", orders_refused_},
                          {"last_signals", std::move(signals)},
                          {"log", lines_.to_json()}};
  if (!exec_) return all;
  all["exec_ready"] = exec_->is_ready();
  all["open_orders"] = exec_->open_orders();
  all["fills"] = positions_.fills();
  all["positions"] = positions_.to_json([this](instrument_id x) { return name_of(x); });
  all["results"] = positions_.results();
  return all;
}

} // namespace strike::strategies
