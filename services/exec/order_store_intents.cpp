#include "exec/order_store_state.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace strike::exec {

namespace {

/// A row of the table that `kind` names, as the log of intents has it.
template <class... Ts> std::string line_of(std::string_view kind, const Ts&... values) {
  return boost::json::serialize(boost::json::array{kind, values...});
}
constexpr std::string_view order_line = "order", key_line = "key", refusal_line = "refused";
constexpr std::uint64_t long_log = 1 << 20; ///< it is emptied when all of it is in the tables

} // namespace

/// @throws SQLite::Exception
void order_store::state::file_line(std::string_view line) {
  boost::system::error_code broken;
  const auto parsed = boost::json::parse(line, broken);
  const auto* const all = broken ? nullptr : parsed.if_array();
  const auto is_value = [](const auto& x) { return x.is_int64() || x.is_string(); };
  if (!all || all->empty() || !all->front().is_string() || !std::ranges::all_of(*all, is_value))
    throw SQLite::Exception{"the log of intents has a line that is none: " + std::string{line.substr(0, 80)}};
  const auto& row = *all;
  const std::string_view kind = row.at(0).as_string();
  auto& to = kind == order_line ? add_order : kind == refusal_line ? add_refusal : add_key;
  to.reset();
  for (std::size_t i = 1; i < row.size(); ++i) {
    if (const auto* whole = row[i].if_int64())
      to.bind(static_cast<int>(i), *whole);
    else
      to.bind(static_cast<int>(i), std::string{row[i].as_string()});
  }
  to.exec();
}

result<void> order_store::state::file_intents() {
  if (log.unfiled().empty()) return {};
  auto ok = write_now("orders", [&] {
    SQLite::Transaction whole{*db};
    for (const auto& line : log.unfiled()) file_line(line);
    whole.commit();
  });
  if (!ok) return ok;
  unfiled_ids.clear();
  return log.filed(long_log);
}

result<void> order_store::file_intents() { return state_->file_intents(); }
bool order_store::has_unfiled() const { return !state_->log.unfiled().empty(); }

result<bool> order_store::has(std::string_view client_id) const {
  auto& s = *state_;
  if (s.unfiled_ids.contains(std::string{client_id})) return true;
  return s.write_now("an order", [&] {
    s.find_order.reset();
    s.find_order.bind(1, std::string{client_id});
    const bool is_there = s.find_order.executeStep();
    s.find_order.reset(); // no reader holds the log back
    return is_there;
  });
}

result<void> order_store::add(const stored_order& x) {
  auto& s = *state_;
  const auto& r = x.what.request;
  auto kept = s.log.append(
      line_of(order_line, store_number(x.what.id.value), x.what.label, store_number(x.what.owner),
              store_number(x.of_strategy.value), store_text(x.account.at), x.account.name, s.symbol(r.instrument),
              store_text(r.side), store_text(r.type), r.limit.nanos, r.size.nanos, store_text(r.tif),
              store_number(r.post_only), store_number(r.reduce_only), r.expire_ns, r.stop.nanos, store_text(r.trigger),
              x.placed_ns, store_text(x.last.state), x.last.filled.nanos, x.last.counted.nanos, x.last.limit.nanos,
              x.last.size.nanos, x.last.changed_ns, x.last.venue_id, x.last.reason));
  if (kept) s.unfiled_ids.insert(x.what.label);
  return kept;
}

result<void> order_store::refuse(const stored_order& x) {
  auto& s = *state_;
  const auto& r = x.what.request;
  auto kept = s.log.append(line_of(refusal_line, s.last_refusal + 1, x.what.label, store_number(x.what.owner),
                                   store_number(x.of_strategy.value), store_text(x.account.at), x.account.name,
                                   s.symbol(r.instrument), store_text(r.side), store_text(r.type), r.limit.nanos,
                                   r.size.nanos, x.placed_ns, store_text(x.last.state), x.last.reason));
  if (kept) ++s.last_refusal;
  return kept;
}

result<void> order_store::keep(order_id order, std::string_view key) {
  return state_->log.append(line_of(key_line, store_number(order.value), key));
}

} // namespace strike::exec
