#include "strike/market_text.hpp"

#include "base/time.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <vector>

namespace strike {

namespace {

using row = std::vector<std::string>;

/// Columns as wide as their widest field; the last is not padded.
std::string aligned(const std::vector<row>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& x : rows)
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (i == widths.size()) widths.push_back(0);
      widths[i] = std::max(widths[i], x[i].size());
    }
  std::string text;
  for (const auto& x : rows) {
    for (std::size_t i = 0; i + 1 < x.size(); ++i)
      fmt::format_to(std::back_inserter(text), "{:<{}}  ", x[i], widths[i]);
    (text += x.back()) += '\n';
  }
  return text;
}

std::string minute_of(std::int64_t ns) {
  if (ns == 0) return "never";
  const auto iso = iso_from_ns(ns);
  return fmt::format("{} {}", iso.substr(0, 10), iso.substr(11, 5));
}

std::string state_of(const catalog::market& x) {
  if (x.is_closed) return x.winner() ? "closed: " + x.winner()->label : "closed";
  return x.is_tradable() ? "open" : "not tradable";
}

template <class Optional> std::string text_or(const Optional& x, std::string_view none) {
  return x ? to_string(*x) : std::string{none};
}

std::string tick_of(const catalog::market& x) {
  if (!x.ticks) return "-";
  auto text = to_string(x.ticks->base);
  for (const auto& step : x.ticks->steps)
    fmt::format_to(std::back_inserter(text), ", {} above {}", to_string(step.tick), to_string(step.above));
  return text;
}

std::string fees_of(const catalog::fee_terms& x) {
  if (x.exponent > 0)
    return fmt::format("taker {} x (p x (1 - p))^{}, maker {}, {} of it back to makers", to_string(x.taker), x.exponent,
                       to_string(x.maker), to_string(x.maker_rebate));
  auto text = fmt::format("taker {}, maker {}", to_string(x.taker), to_string(x.maker));
  if (x.flat.nanos != 0) text += fmt::format(", {} per taker order", to_string(x.flat));
  return text;
}

} // namespace

std::string search_table(std::span<const catalog::hit> found) {
  std::vector<row> rows{{"score", "venue", "ends", "state", "slug", "question"}};
  for (const auto& [x, score] : found)
    rows.push_back(
        {std::to_string(score), std::string{to_text(x->at)}, minute_of(x->end_ns), state_of(*x), x->slug, x->question});
  return aligned(rows);
}

std::string search_json(std::span<const catalog::hit> found) {
  std::string text = "[";
  for (const auto& [x, score] : found) {
    fmt::format_to(std::back_inserter(text), R"({}{{"score":{},"market":)", text.size() > 1 ? ",\n" : "", score);
    append_json(text, *x);
    text += '}';
  }
  return text + "]\n";
}

std::string market_page(const catalog::market& x) {
  std::vector<row> rows;
  const auto add = [&](std::string_view name, std::string value) {
    if (!value.empty()) rows.push_back({std::string{name}, std::move(value)});
  };
  add("question", x.question);
  add("venue", std::string{to_text(x.at)});
  add("id", x.id);
  add("slug", x.slug);
  add("event", x.event_title.empty() ? x.event_slug : fmt::format("{} ({})", x.event_title, x.event_slug));
  for (const auto& side : x.outcomes) add("token", fmt::format("{} {}", side.token, side.label));
  add("state", state_of(x));
  add("ends", minute_of(x.end_ns));
  if (x.game_start_ns != 0) add("game starts", minute_of(x.game_start_ns));
  add("tick", tick_of(x));
  add("minimum", text_or(x.minimum, "-"));
  add("size step", text_or(x.lot, "-"));
  add("fees", fees_of(x.fees));
  if (x.taker_delay_s > 0) add("taker delay", fmt::format("{} s", x.taker_delay_s));
  if (x.is_neg_risk) add("neg-risk group", x.neg_risk_group);
  if (x.is_placeholder) add("placeholder", "yes, not to be traded");
  if (x.volume) add("volume", fmt::format("{:.0f}", *x.volume));
  if (x.liquidity) add("liquidity", fmt::format("{:.0f}", *x.liquidity));
  add("tags", fmt::format("{}", fmt::join(x.tags, ", ")));
  return aligned(rows) + (x.description.empty() ? "" : "\n" + x.description + "\n");
}

std::string instrument_table(std::span<const catalog::market* const> instruments) {
  std::vector<row> rows{{"symbol", "kind", "expires", "strike", "right", "settles in", "tick", "minimum", "state"}};
  for (const auto* x : instruments)
    rows.push_back({x->id, std::string{to_text(x->info.kind)}, minute_of(x->end_ns), text_or(x->info.strike, "-"),
                    x->info.right ? std::string{to_text(*x->info.right)} : "-", x->info.settlement, tick_of(*x),
                    text_or(x->minimum, "-"), state_of(*x)});
  return aligned(rows);
}

std::string markets_json(std::span<const catalog::market* const> markets) {
  std::string text = "[";
  for (const auto* x : markets) {
    if (text.size() > 1) text += ",\n";
    append_json(text, *x);
  }
  return text + "]\n";
}

} // namespace strike
