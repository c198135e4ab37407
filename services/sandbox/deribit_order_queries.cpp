#include "sandbox/deribit_channel.hpp"
#include "sandbox/deribit_json.hpp"
#include "sandbox/deribit_orders.hpp"
#include "sandbox/deribit_params.hpp"

#include <boost/json/value.hpp>

#include <algorithm>

// Of `orders`: what is asked about orders, fills and positions. Source: Deribit page, section 11.6.
namespace strike::sandbox::deribit {

namespace {

constexpr std::int64_t recent_orders_ns = 1'800 * ns_per_s, recent_trades_ns = 86'400 * ns_per_s;
constexpr std::int64_t most_rows = 1'000;

std::expected<std::size_t, rpc_error> count_of(const boost::json::object& x, std::int64_t otherwise) {
  const auto count = integer_of(x, "count").value_or(otherwise);
  if (count < 1 || count > most_rows) return std::unexpected{invalid_param("count", "must be from 1 to 1000")};
  return static_cast<std::size_t>(count);
}

} // namespace

std::expected<const instrument_view*, rpc_error> orders::named(const params& x) const {
  const auto name = text_of(x, "instrument_name");
  if (name.empty()) return std::unexpected{invalid_param("instrument_name", "must be given")};
  const auto* const found = view_.find(venue::deribit, name);
  if (!found) return std::unexpected{rpc_error{13020, "not_found"}};
  return found;
}

/// What is done is known for a while, what was cancelled without a fill perhaps for less. Refused orders never were.
bool orders::is_known(const order_record& x, std::int64_t now_ns, bool is_historical) const {
  if (x.is_open()) return true;
  if (x.state == order_state::rejected && !x.waits_for) return false;
  const auto age_ns = now_ns - x.updated_ns;
  return is_historical || age_ns <= (x.filled > quantity{} ? recent_orders_ns : how_.forget_cancelled_ns);
}

/// Without `type`, those that wait for a trigger are left out.
outcome orders::get_open_orders(const params& x, const caller& by) const {
  const auto which = chosen(x, by.owner, "limit");
  return which ? json_of(*which) : outcome{std::unexpected{which.error()}};
}

outcome orders::get_open_orders_by_instrument(const params& x, const caller& by) const {
  const auto at = named(x);
  return at ? get_open_orders(x, by) : std::unexpected{at.error()};
}

outcome orders::get_open_orders_by_label(const params& x, const caller& by) const {
  const auto which = chosen(x, by.owner, "all");
  return which ? json_of(*which) : outcome{std::unexpected{which.error()}};
}

outcome orders::get_order_state(const params& x, const caller& by) const {
  const auto* const found = desk_.find(text_of(x, "order_id"));
  if (!found || !is_known(*found, by.now_ns, flag_of(x, "historical")))
    return std::unexpected{rpc_error{10004, "order_not_found"}};
  if (found->owner != by.owner) return std::unexpected{rpc_error{10029, "not_owner_of_order"}};
  return json_of(*found);
}

outcome orders::get_order_state_by_label(const params& x, const caller& by) const {
  for (const auto* name : {"currency", "label"})
    if (text_of(x, name).empty()) return std::unexpected{invalid_param(name, "must be given")};
  order_list made;
  for (const auto& one : desk_.orders())
    if (one.owner == by.owner && is_meant(one, x) && is_known(one, by.now_ns, flag_of(x, "historical")))
      made.push_back(&one);
  return json_of(made);
}

/// Newest first; what was never filled only with `include_unfilled`.
outcome orders::get_order_history(const params& x, const caller& by) const {
  const auto count = count_of(x, 20);
  if (!count) return std::unexpected{count.error()};
  if (x.contains("instrument_name"))
    if (const auto at = named(x); !at) return std::unexpected{at.error()};
  auto skip = std::max<std::int64_t>(integer_of(x, "offset").value_or(0), 0);
  const bool is_historical = flag_of(x, "historical") || flag_of(x, "include_old");
  order_list made;
  for (auto one = desk_.orders().rbegin(); one != desk_.orders().rend() && made.size() < *count; ++one) {
    const bool is_wanted = one->filled > quantity{} || flag_of(x, "include_unfilled");
    if (one->owner != by.owner || one->is_open() || !is_wanted || !is_meant(*one, x)) continue;
    if (is_known(*one, by.now_ns, is_historical) && skip-- <= 0) made.push_back(&*one);
  }
  return json_of(made);
}

/// Oldest first if a start is given or asked for, else newest first.
outcome orders::get_user_trades(const params& x, const caller& by) const {
  const auto count = count_of(x, 10);
  if (!count) return std::unexpected{count.error()};
  if (x.contains("instrument_name"))
    if (const auto at = named(x); !at) return std::unexpected{at.error()};
  const auto bound = [&](std::string_view name, std::int64_t otherwise) {
    return integer_of(x, name).value_or(otherwise);
  };
  const auto sequence_of = [&](std::string_view name, std::uint64_t otherwise) {
    const auto id = text_of(x, name);
    const auto found = std::ranges::find(desk_.fills(), id, &fill_record::trade_id);
    return id.empty() || found == desk_.fills().end() ? otherwise : found->sequence;
  };
  const auto first = sequence_of("start_id", 0), last = sequence_of("end_id", UINT64_MAX);
  const auto from_ms = bound("start_timestamp", INT64_MIN), to_ms = bound("end_timestamp", INT64_MAX);
  const auto oldest_ns = flag_of(x, "historical") ? INT64_MIN : by.now_ns - recent_trades_ns;
  std::vector<std::string_view> rows;
  for (const auto& one : desk_.fills()) {
    const auto& told = trades_[one.sequence - 1];
    const auto ms = one.what.venue_ns / ns_per_ms;
    if (one.owner != by.owner || one.what.venue_ns < oldest_ns || ms < from_ms || ms > to_ms) continue;
    if (one.sequence < first || one.sequence > last) continue;
    if (told.sequence < bound("start_seq", 0) || told.sequence > bound("end_seq", INT64_MAX)) continue;
    if (is_meant(desk_.at(one.what.order), x)) rows.push_back(told.json);
  }
  const bool has_start = x.contains("start_seq") || x.contains("start_id") || x.contains("start_timestamp");
  const auto sorting = text_of(x, "sorting");
  if (sorting == "desc" || (sorting != "asc" && !has_start)) std::ranges::reverse(rows);
  json_array trades;
  for (std::size_t i = 0; i < std::min(rows.size(), *count); ++i) trades.add(rows[i]);
  return json_object{}.add("trades", trades.take()).flag("has_more", rows.size() > *count).take();
}

outcome orders::get_user_trades_by_order(const params& x, const caller& by) const {
  const auto* const found = desk_.find(text_of(x, "order_id"));
  if (!found || found->owner != by.owner) return std::unexpected{rpc_error{10004, "order_not_found"}};
  json_array made;
  auto rows = desk_.fills_of(found->id);
  if (text_of(x, "sorting") != "asc") std::ranges::reverse(rows);
  for (const auto* one : rows) made.add(trades_[one->sequence - 1].json);
  return made.take();
}

std::string orders::position_of(owner_id owner, instrument_id of) const {
  return position_json(desk_, view_.at(of), owner, how_.shorts_are_negative);
}

/// Spot is no position: it is in the balances.
outcome orders::get_positions(const params& x, const caller& by) const {
  const auto currency = text_of(x, "currency"), kind = text_of(x, "kind");
  json_array made;
  desk_.each_position(by.owner, [&](instrument_id id, const match::holding&) {
    const auto& info = desk_.rules(id).info;
    if (info.kind != instrument_kind::spot && matches(kind, currency, info)) made.add(position_of(by.owner, id));
  });
  return made.take();
}

outcome orders::get_position(const params& x, const caller& by) const {
  const auto at = named(x);
  if (!at) return std::unexpected{at.error()};
  return position_of(by.owner, (*at)->listing->id);
}

} // namespace strike::sandbox::deribit
