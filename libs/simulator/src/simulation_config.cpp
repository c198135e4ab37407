#include "simulator/simulation_config.hpp"

#include "base/symbol.hpp"
#include "rules/patterns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace strike::simulator {

enum class post_only_rule : std::uint8_t { reject, reprice };

} // namespace strike::simulator

namespace strike {
template <> struct enum_names<simulator::post_only_rule> {
  static constexpr std::string_view what = "post-only rule";
  static constexpr std::array table = {enum_name{simulator::post_only_rule::reject, "reject"},
                                       enum_name{simulator::post_only_rule::reprice, "reprice"}};
};
} // namespace strike

namespace strike::simulator {

namespace {

using all_venues = std::array<venue_settings, venue_count>;

all_venues read_venues(config::section root, const all_venues& defaults) {
  all_venues all;
  auto venues = root.table("venue");
  for (const auto& [at, name] : enum_names<venue>::table) {
    const auto i = static_cast<std::size_t>(at);
    all[i] = read_venue(venues.table(name), at, defaults[i]);
  }
  return all;
}

/// The defaults that are compiled in; a mistake in them is ours, and is told with the user's.
all_venues read_built_in(config::section& root) {
  auto document = config::document::from_text(rules::venue_defaults(), "venues.toml (built in)");
  if (!document) {
    root.reject("venue", document.error().text);
    return {};
  }
  auto all = read_venues(document->root(), {});
  if (auto done = document->finish(); !done) root.reject("venue", done.error().text);
  return all;
}

match::queue_model read_queue(config::section& settings, match::queue_model fallback) {
  fallback.rule = settings.choice("queue", fallback.rule);
  fallback.n = settings.number("queue_n", fallback.n, 0.01, 100);
  return fallback;
}

instrument_override read_override(config::section& settings, match::queue_model queue) {
  instrument_override x;
  const auto text = settings.required_text("symbol");
  if (const auto symbol = parse_qualified_symbol(text)) {
    x.at = symbol->at;
    x.symbol = symbol->symbol;
  } else if (!text.empty()) {
    settings.reject("symbol", symbol.error().text);
  }
  const auto ticks = rules::read_ticks(settings);
  if (settings.has("tick")) x.ticks = ticks;
  x.lot = rules::read_positive(settings, "lot");
  x.minimum = rules::read_positive(settings, "minimum");
  x.multiplier = rules::read_positive(settings, "multiplier");
  if (settings.has("index")) x.index = settings.text("index", "");
  if (settings.has("outcome")) x.outcome = settings.text("outcome", "");
  if (settings.has("complement")) x.complement = settings.text("complement", "");
  if (settings.has("queue") || settings.has("queue_n")) x.queue = read_queue(settings, queue);
  auto fees = settings.table("fee");
  if (settings.has("fee")) x.fees = read_fees(fees);
  return x;
}

const instrument_override* override_of(const std::vector<instrument_override>& all, const instrument& what) {
  const auto at = std::ranges::find_if(all, [&](const auto& x) { return x.at == what.at && x.symbol == what.symbol; });
  return at == all.end() ? nullptr : &*at;
}

} // namespace

instrument instrument_override::applied_to(instrument rules) const {
  if (ticks) rules.ticks = *ticks;
  rules.lot = lot.value_or(rules.lot);
  rules.minimum = minimum.value_or(rules.minimum);
  rules.multiplier = multiplier.value_or(rules.multiplier);
  rules.index = index.value_or(rules.index);
  rules.outcome = outcome.value_or(rules.outcome);
  rules.complement = complement.value_or(rules.complement);
  return rules;
}

simulation_config read_simulation(config::section root) {
  simulation_config x;
  auto simulator = root.table("simulator");
  x.exchange.consume = simulator.flag("consume", x.exchange.consume);
  x.exchange.assumed_touch_lots =
      simulator.integer("assumed_touch_lots", x.exchange.assumed_touch_lots, 1, 1'000'000'000);
  x.exchange.post_only_reprices = simulator.choice("post_only", post_only_rule::reject) == post_only_rule::reprice;
  x.exchange.settlement_window_ns = simulator.duration_ns("settlement_window", x.exchange.settlement_window_ns);
  const auto step_ns = simulator.duration_ns("equity_step", x.equity_step_ns);
  if (step_ns > 0)
    x.equity_step_ns = step_ns;
  else
    simulator.reject("equity_step", "must be above 0");
  const auto seed = simulator.integer("seed", 1, 0, 1'000'000'000);
  const auto queue = read_queue(simulator, {});
  for (auto& settings : root.tables("instrument")) x.instruments.push_back(read_override(settings, queue));

  std::vector<fee_pattern> fees;
  const auto venues = read_venues(root, read_built_in(root));
  for (std::size_t i = 0; i < venue_count; ++i) {
    x.latency[i] = venues[i].latency;
    x.latency[i].seed = static_cast<std::uint64_t>(seed) + i; // sessions of their own
    x.feed_delay_ns[i] = venues[i].feed_delay_ns;
    x.cash.insert(x.cash.end(), venues[i].cash.begin(), venues[i].cash.end());
    x.rules.insert(x.rules.end(), venues[i].rules.begin(), venues[i].rules.end());
    fees.insert(fees.end(), venues[i].fees.begin(), venues[i].fees.end());
  }

  const auto overrides = std::make_shared<const std::vector<instrument_override>>(x.instruments);
  x.exchange.queue_for = [overrides, queue](const instrument& what) {
    const auto* own = override_of(*overrides, what);
    return own && own->queue ? *own->queue : queue;
  };
  x.exchange.fees_for = [overrides, fees = std::move(fees)](const instrument& what) {
    const auto* own = override_of(*overrides, what);
    if (own && own->fees) return *own->fees;
    const auto at = std::ranges::find_if(fees, [&](const auto& row) { return row.matches(what); });
    return at == fees.end() ? match::fee_schedule{} : at->fees;
  };
  return x;
}

result<void> define_overrides(const simulation_config& settings, instrument_registry& instruments,
                              instrument_rules& rules) {
  for (const auto& x : settings.instruments) {
    const auto id = instruments.intern(x.at, x.symbol);
    if (!id) return std::unexpected{id.error()};
    rules.define(*id, x.applied_to(rules.of(*id)));
  }
  return {};
}

} // namespace strike::simulator
