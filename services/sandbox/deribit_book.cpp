#include "sandbox/deribit_book.hpp"

#include "base/time.hpp"
#include "sandbox/deribit_json.hpp"

#include <functional>

namespace strike::sandbox::deribit {

namespace {

std::string triple(std::string_view action, price at, quantity size) {
  return "[\"" + std::string{action} + "\"," + number(at) + "," + number(size) + "]";
}

void add_level(json_array& to, price at, quantity before, quantity now) {
  if (before == now) return;
  to.add(triple(now.nanos == 0 ? "delete" : before.nanos == 0 ? "new" : "change", at, now));
}

std::string all_levels(std::span<const book_level> levels) {
  json_array made;
  for (auto x = levels.rbegin(); x != levels.rend(); ++x) made.add(triple("new", x->at, x->size));
  return made.take();
}

price round_to(price x, price group, bool is_down) {
  if (group.nanos == 0) return x;
  auto steps = x.nanos / group.nanos;
  const auto rest = x.nanos % group.nanos;
  if (is_down && rest < 0) --steps;
  if (!is_down && rest > 0) ++steps;
  return {steps * group.nanos};
}

/// Bids fall to the group's price, asks rise to it.
std::string grouped_levels(std::span<const book_level> levels, price group, std::size_t depth, bool is_bid) {
  std::vector<book_level> made;
  for (auto x = levels.rbegin(); x != levels.rend(); ++x) {
    const auto at = round_to(x->at, group, is_bid);
    if (!made.empty() && made.back().at == at)
      made.back().size += x->size;
    else if (made.size() == depth)
      break;
    else
      made.push_back({at, x->size});
  }
  json_array text;
  for (const auto& x : made) text.add("[" + number(x.at) + "," + number(x.size) + "]");
  return text.take();
}

} // namespace

void touched_levels::add(const book_change& x, const order_book& before) {
  for (const auto& level : x.bids) bids_.try_emplace(level.at, before.bid_size_at(level.at));
  for (const auto& level : x.asks) asks_.try_emplace(level.at, before.ask_size_at(level.at));
}

std::string touched_levels::json(const order_book& now) const {
  json_array bids, asks;
  for (const auto& [at, before] : bids_) add_level(bids, at, before, now.bid_size_at(at));
  for (const auto& [at, before] : asks_) add_level(asks, at, before, now.ask_size_at(at));
  return "\"bids\":" + bids.take() + ",\"asks\":" + asks.take();
}

std::string touched_levels::json(const book_change& x, const order_book& before) {
  json_array bids, asks;
  for (const auto& level : x.bids) add_level(bids, level.at, before.bid_size_at(level.at), level.size);
  for (const auto& level : x.asks) add_level(asks, level.at, before.ask_size_at(level.at), level.size);
  return "\"bids\":" + bids.take() + ",\"asks\":" + asks.take();
}

std::string book_snapshot_json(std::string_view instrument, const order_book& x, std::int64_t venue_ns) {
  return json_object{}
      .text("type", "snapshot")
      .integer("timestamp", venue_ns / ns_per_ms)
      .text("instrument_name", instrument)
      .integer("change_id", static_cast<std::int64_t>(x.sequence()))
      .add("bids", all_levels(x.bids()))
      .add("asks", all_levels(x.asks()))
      .take();
}

std::string book_change_json(std::string_view instrument, std::int64_t venue_ns, std::uint64_t sequence,
                             std::uint64_t previous, std::string_view levels) {
  auto text = json_object{}
                  .text("type", "change")
                  .integer("timestamp", venue_ns / ns_per_ms)
                  .text("instrument_name", instrument)
                  .integer("change_id", static_cast<std::int64_t>(sequence))
                  .integer("prev_change_id", static_cast<std::int64_t>(previous))
                  .take();
  text.back() = ',';
  text += levels;
  return text += '}';
}

std::string grouped_book_json(std::string_view instrument, const order_book& x, std::int64_t venue_ns, price group,
                              std::size_t depth) {
  return json_object{}
      .text("instrument_name", instrument)
      .integer("timestamp", venue_ns / ns_per_ms)
      .integer("change_id", static_cast<std::int64_t>(x.sequence()))
      .add("bids", grouped_levels(x.bids(), group, depth, true))
      .add("asks", grouped_levels(x.asks(), group, depth, false))
      .take();
}

} // namespace strike::sandbox::deribit
