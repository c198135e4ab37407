// Orders of the store, and those that were refused before they left.
#include "exec/order_reader_rows.hpp"

#include <algorithm>

namespace strike::exec {

namespace {

/// The rest of a SELECT of orders, the newest first.
struct selected {
  std::string where;
  std::vector<std::string> values; ///< to be bound
};

selected rows_of(const order_reader::filter& which, std::string_view key) {
  selected made{"WHERE 1", {}};
  if (which.is_open) made.where += " AND state IN ('pending', 'open', 'partially_filled', 'unknown')";
  if (!which.strategy.empty()) {
    made.where += " AND owner = (SELECT owner FROM strategies WHERE name = ?)";
    made.values.push_back(which.strategy);
  }
  if (!which.venue.empty()) {
    made.where += " AND venue = ?";
    made.values.push_back(which.venue);
  }
  made.where += fmt::format(" ORDER BY {} DESC", key);
  if (which.newest != SIZE_MAX) made.where += fmt::format(" LIMIT {}", which.newest);
  return made;
}

} // namespace

std::vector<stored_order> order_reader::read_orders(const std::string& where,
                                                    const std::vector<std::string>& values) const {
  SQLite::Statement row{*db_,
                        "SELECT id, client_id, owner, strategy_order, venue, account, symbol, side, type, limit_0, "
                        "size_0, tif, post_only, reduce_only, expire_ns, stop, stop_trigger, placed_ns, state, filled, "
                        "counted, limit_now, size_now, changed_ns, venue_id, reason FROM orders " +
                            where};
  for (std::size_t i = 0; i < values.size(); ++i) row.bind(static_cast<int>(i + 1), values[i]);
  std::vector<stored_order> all;
  const auto number = [&](int i) { return row.getColumn(i).getInt64(); };
  while (row.executeStep()) {
    stored_order x;
    x.what.id = {static_cast<std::uint64_t>(number(0))};
    x.what.label = row.getColumn(1).getString();
    x.what.owner = static_cast<owner_id>(number(2));
    x.of_strategy = {static_cast<std::uint64_t>(number(3))};
    x.account = {enum_of<venue>(row.getColumn(4)), row.getColumn(5).getString()};
    x.what.request = {.instrument = instrument_of(instruments_, row.getColumn(4), row.getColumn(6)),
                      .side = enum_of<side>(row.getColumn(7)),
                      .type = enum_of<order_type>(row.getColumn(8)),
                      .limit = {number(9)},
                      .size = {number(10)},
                      .tif = enum_of<time_in_force>(row.getColumn(11)),
                      .post_only = number(12) != 0,
                      .reduce_only = number(13) != 0,
                      .expire_ns = number(14),
                      .stop = {number(15)},
                      .trigger = enum_of<stop_trigger>(row.getColumn(16))};
    x.placed_ns = number(17);
    x.last = {.state = enum_of<order_state>(row.getColumn(18)),
              .filled = {number(19)},
              .counted = {number(20)},
              .limit = {number(21)},
              .size = {number(22)},
              .changed_ns = number(23),
              .venue_id = row.getColumn(24).getString(),
              .reason = row.getColumn(25).getString()};
    all.push_back(std::move(x));
  }
  for (auto& x : all) add_details(x);
  return all;
}

void order_reader::add_details(stored_order& to) const {
  SQLite::Statement fills{*db_, fmt::format("SELECT {}, trade_id, EXISTS (SELECT 1 FROM reversals r WHERE r.venue = "
                                            "f.venue AND r.account = f.account AND r.trade_id = f.trade_id AND "
                                            "r.order_id = f.order_id) FROM fills f WHERE order_id = ? ORDER BY seq",
                                            fill_columns)};
  fills.bind(1, static_cast<std::int64_t>(to.what.id.value));
  while (fills.executeStep())
    to.fills.push_back({fills.getColumn(8).getString(), fill_at(fills, 0, to.what.request.instrument),
                        fills.getColumn(9).getInt() != 0});
  SQLite::Statement keys{*db_, "SELECT key FROM order_keys WHERE order_id = ? ORDER BY seq"};
  keys.bind(1, static_cast<std::int64_t>(to.what.id.value));
  while (keys.executeStep()) to.keys.push_back(keys.getColumn(0).getString());
}

result<std::vector<stored_order>> order_reader::orders(const filter& which) const {
  return ask("orders", [&] {
    const auto rows = rows_of(which, "id");
    auto all = read_orders(rows.where, rows.values);
    std::ranges::reverse(all);
    return all;
  });
}

result<std::vector<stored_order>> order_reader::refusals(const filter& which) const {
  return ask("refused orders", [&] {
    std::vector<stored_order> all;
    if (which.is_open || !db_->tableExists("refusals")) return all; // of a version before this one
    const auto rows = rows_of(which, "seq");
    SQLite::Statement row{*db_, "SELECT client_id, owner, strategy_order, venue, account, symbol, side, type, limit_0, "
                                "size_0, at_ns, state, reason FROM refusals " +
                                    rows.where};
    for (std::size_t i = 0; i < rows.values.size(); ++i) row.bind(static_cast<int>(i + 1), rows.values[i]);
    const auto number = [&](int i) { return row.getColumn(i).getInt64(); };
    while (row.executeStep()) {
      stored_order x;
      x.what.label = row.getColumn(0).getString();
      x.what.owner = static_cast<owner_id>(number(1));
      x.of_strategy = {static_cast<std::uint64_t>(number(2))};
      x.account = {enum_of<venue>(row.getColumn(3)), row.getColumn(4).getString()};
      x.what.request = {.instrument = instrument_of(instruments_, row.getColumn(3), row.getColumn(5)),
                        .side = enum_of<side>(row.getColumn(6)),
                        .type = enum_of<order_type>(row.getColumn(7)),
                        .limit = {number(8)},
                        .size = {number(9)}};
      x.placed_ns = number(10);
      x.last = {.state = enum_of<order_state>(row.getColumn(11)),
                .limit = x.what.request.limit,
                .size = x.what.request.size,
                .changed_ns = x.placed_ns,
                .reason = row.getColumn(12).getString()};
      all.push_back(std::move(x));
    }
    std::ranges::reverse(all);
    return all;
  });
}

result<std::optional<stored_order>> order_reader::find(std::string_view client_id) const {
  return ask("an order", [&] {
    auto found = read_orders("WHERE client_id = ?", {std::string{client_id}});
    return found.empty() ? std::optional<stored_order>{} : std::optional{std::move(found.front())};
  });
}

result<std::optional<stored_order>> order_reader::find(order_id id) const {
  return ask("an order", [&] {
    auto found = read_orders(fmt::format("WHERE id = {}", id.value), {});
    return found.empty() ? std::optional<stored_order>{} : std::optional{std::move(found.front())};
  });
}

result<std::optional<stored_order>> order_reader::find(const account_name& account, const venue_name& name) const {
  return ask("an order", [&]() -> std::optional<stored_order> {
    const std::vector<std::string> of{std::string{to_text(account.at)}, account.name};
    const auto look = [&](const char* where, std::vector<std::string> values) {
      values.insert(values.end(), of.begin(), of.end());
      return read_orders(std::string{"WHERE "} + where + " AND venue = ? AND account = ?", values);
    };
    std::vector<stored_order> found;
    if (!name.label.empty()) found = look("client_id = ?", {name.label});
    if (found.empty() && !name.id.empty()) found = look("venue_id = ? AND venue_id <> ''", {name.id});
    if (found.empty() && !name.id.empty())
      found = look("id IN (SELECT order_id FROM order_keys WHERE key >= ? AND key < ?)",
                   {name.id + " ", name.id + "!"}); // the character after a space
    return found.empty() ? std::optional<stored_order>{} : std::optional{std::move(found.front())};
  });
}

} // namespace strike::exec
