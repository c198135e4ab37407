#include "replay/summary.hpp"

#include "base/time.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value_from.hpp>
#include <fmt/format.h>
#include <sys/resource.h>

#include <cmath>

namespace strike::replay {

namespace {

/// Money as a person reads it: coins with eight decimals, dollars with two.
std::string amount_text(double amount, const std::string& currency, bool is_signed = true) {
  const bool is_dollar = currency.starts_with("USD") || currency == "pUSD";
  return fmt::format("{}{:.{}f} {}", is_signed && amount >= 0 ? "+" : "", amount, is_dollar ? 2 : 8, currency);
}

std::string amounts_text(const std::map<std::string, double>& amounts, bool is_signed = true) {
  std::string text;
  for (const auto& [currency, amount] : amounts)
    text += (text.empty() ? "" : "  ") + amount_text(amount, currency, is_signed);
  return text.empty() ? "none" : text;
}

/// The first few; all of them are in summary.json.
std::string positions_text(const std::vector<open_position>& positions) {
  constexpr std::size_t shown = 6;
  std::string text = fmt::format("{} open:", positions.size());
  for (std::size_t i = 0; i < positions.size() && i < shown; ++i)
    text += fmt::format("  {} {}", to_string(positions[i].size), positions[i].instrument);
  return positions.size() > shown ? text + "  ..." : text;
}

boost::json::object amounts_json(const std::map<std::string, double>& amounts) {
  boost::json::object out;
  for (const auto& [currency, amount] : amounts) out[currency] = amount;
  return out;
}

boost::json::array texts_json(const std::vector<std::string>& texts) {
  boost::json::array out;
  for (const auto& text : texts) out.emplace_back(text);
  return out;
}

std::string with_commas(std::uint64_t number) {
  auto text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

} // namespace

std::uint64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

run_summary summarize(const kernel& run, const run_output& output, const journal::read_stats& read,
                      double wall_seconds) {
  run_summary x;
  x.read = read;
  x.events = run.events();
  x.first_ns = run.first_ns();
  x.last_ns = run.last_ns();
  for (std::size_t i = 0; i < run.strategies().size(); ++i)
    x.strategies.push_back({run.strategies()[i].name, run.strategies()[i].type, output.activities()[i], {}, {}});
  for (const auto& row : run.simulated_venue().accounts().equity([&](instrument_id id) { return run.mark(id); })) {
    x.strategies[row.owner].pnl[row.currency] += row.equity;
    x.pnl[row.currency] += row.equity;
  }
  for (const auto& row : run.simulated_venue().accounts().balances()) {
    x.strategies[row.owner].fees[row.currency] += to_double(row.fees);
    x.fees[row.currency] += to_double(row.fees);
  }
  for (const auto& row : run.settings().cash) x.cash[row.currency] += to_double(row.amount);
  for (const auto& row : run.simulated_venue().accounts().balances()) x.cash[row.currency] += to_double(row.cash);
  run.simulated_venue().accounts().each([&](match::owner_id owner, instrument_id id, const match::holding& held) {
    if (held.size == quantity{}) return;
    const auto& rules = run.rules_of(id);
    x.positions.push_back(
        {x.strategies[owner].name, rules.at, rules.symbol, held.size, held.average_price(rules), run.mark(id)});
  });
  x.drawdowns = output.drawdowns();
  x.fill_hash = output.fill_hash();
  x.wall_seconds = wall_seconds;
  x.peak_rss_bytes = peak_rss_bytes();
  for (const auto& [kind, what] : run.warnings())
    x.warnings.push_back(
        what.count == 1 ? what.text : fmt::format("{}; the same on {} more instruments", what.text, what.count - 1));
  if (run.undelivered() > 0)
    x.warnings.push_back(
        fmt::format("{} messages were still under way 10 s after the last event; look at recv_ns of the "
                    "recording and at the latencies",
                    run.undelivered()));
  if (!run.catalog_gap().empty()) x.warnings.push_back("strategies did not see all markets: " + run.catalog_gap());
  for (const auto& what : output.log_notices()) x.warnings.push_back(to_string(what));
  return x;
}

boost::json::object to_json(const run_summary& x) {
  activity total;
  boost::json::array strategies;
  for (const auto& row : x.strategies) {
    total.signals += row.did.signals;
    total.orders += row.did.orders;
    total.fills += row.did.fills;
    total.settlements += row.did.settlements;
    strategies.push_back({{"name", row.name},
                          {"type", row.type},
                          {"signals", row.did.signals},
                          {"orders", row.did.orders},
                          {"fills", row.did.fills},
                          {"settlements", row.did.settlements},
                          {"pnl", amounts_json(row.pnl)},
                          {"fees", amounts_json(row.fees)}});
  }
  boost::json::object drawdowns;
  for (const auto& [currency, fall] : x.drawdowns)
    drawdowns[currency] = {
        {"amount", fall.amount},
        {"fraction", fall.fraction},
        {"peak", iso_from_ns(fall.peak_ns)},
        {"bottom", iso_from_ns(fall.bottom_ns)},
        {"recovered", fall.recovered_ns != 0 ? boost::json::value(iso_from_ns(fall.recovered_ns)) : nullptr}};
  boost::json::array positions;
  for (const auto& row : x.positions)
    positions.push_back({{"strategy", row.strategy},
                         {"venue", to_text(row.at)},
                         {"instrument", row.instrument},
                         {"size", to_double(row.size)},
                         {"average_price", row.average_price},
                         {"mark", row.mark ? boost::json::value(*row.mark) : nullptr}});
  return {{"ended", x.ended},
          {"events", x.events},
          {"malformed_lines", x.read.malformed_lines},
          {"time_went_back", x.read.time_went_back},
          {"first_event", iso_from_ns(x.first_ns)},
          {"last_event", iso_from_ns(x.last_ns)},
          {"signals", total.signals},
          {"orders", total.orders},
          {"fills", total.fills},
          {"settlements", total.settlements},
          {"pnl", amounts_json(x.pnl)},
          {"fees", amounts_json(x.fees)},
          {"cash", amounts_json(x.cash)},
          {"positions", std::move(positions)},
          {"max_drawdown", std::move(drawdowns)},
          {"fill_hash", x.fill_hash},
          {"wall_seconds", x.wall_seconds},
          {"events_per_second", std::round(x.events_per_second())},
          {"peak_rss_bytes", x.peak_rss_bytes},
          {"strategies", std::move(strategies)},
          {"malformed", texts_json(x.read.complaints)},
          {"warnings", texts_json(x.warnings)}};
}

std::string to_report(const run_summary& x) {
  std::string out;
  const auto line = [&](std::string_view name, const std::string& value) {
    out += fmt::format("  {:<14} {}\n", name, value);
  };
  out += fmt::format("Backtest, {}\n", x.ended);
  if (x.events > 0) line("period", fmt::format("{} to {}", iso_from_ns(x.first_ns), iso_from_ns(x.last_ns)));
  line("events", fmt::format("{} in {:.2f} s, {} events/s, peak memory {} MB", with_commas(x.events), x.wall_seconds,
                             with_commas(static_cast<std::uint64_t>(x.events_per_second())), x.peak_rss_bytes >> 20));
  if (x.read.malformed_lines > 0) line("malformed", with_commas(x.read.malformed_lines) + " lines");
  if (x.read.time_went_back > 0)
    line("out of order",
         with_commas(x.read.time_went_back) + " lines earlier than the one before (--sort orders them)");
  out += fmt::format("\n  {:<18}{:>10}{:>10}{:>10}{:>10}  {}\n", "strategy", "signals", "orders", "fills", "settled",
                     "PnL after fees");
  for (const auto& row : x.strategies)
    out += fmt::format("  {:<18}{:>10}{:>10}{:>10}{:>10}  {}\n", row.name, row.did.signals, row.did.orders,
                       row.did.fills, row.did.settlements, amounts_text(row.pnl));
  out += '\n';
  line("PnL", amounts_text(x.pnl));
  line("fees paid", amounts_text(x.fees, false));
  line("cash", amounts_text(x.cash, false));
  if (!x.positions.empty()) line("positions", positions_text(x.positions));
  for (const auto& [currency, fall] : x.drawdowns)
    if (fall.amount > 0)
      line("max drawdown", fmt::format("{}{}, {} to {}", amount_text(-fall.amount, currency),
                                       fall.fraction > 0 ? fmt::format(" ({:.2f} %)", fall.fraction * 100) : "",
                                       iso_from_ns(fall.peak_ns), iso_from_ns(fall.bottom_ns)));
  line("fill hash", x.fill_hash);
  for (const auto& text : x.read.complaints) line("malformed", text);
  for (const auto& text : x.warnings) line("warning", text);
  return out;
}

} // namespace strike::replay
