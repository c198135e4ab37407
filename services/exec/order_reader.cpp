#include "exec/order_reader.hpp"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>

namespace strike::exec {

namespace {

constexpr int application = 0x5354524b; // "STRK"

template <class E> E enum_of(const SQLite::Column& from) {
  auto value = from_text<E>(from.getString());
  if (!value) throw SQLite::Exception{value.error().text}; // leaves as a damaged store
  return *value;
}

instrument_id instrument_of(instrument_registry& names, const SQLite::Column& at, const SQLite::Column& symbol) {
  const auto id = names.intern(enum_of<venue>(at), symbol.getString());
  if (!id) throw SQLite::Exception{id.error().text};
  return *id;
}

fill fill_at(SQLite::Statement& row, int first, instrument_id instrument) {
  return {.venue_ns = row.getColumn(first).getInt64(),
          .order = {static_cast<std::uint64_t>(row.getColumn(first + 1).getInt64())},
          .instrument = instrument,
          .side = enum_of<side>(row.getColumn(first + 2)),
          .at = {row.getColumn(first + 3).getInt64()},
          .size = {row.getColumn(first + 4).getInt64()},
          .fee = {row.getColumn(first + 5).getInt64()},
          .liquidity = enum_of<liquidity>(row.getColumn(first + 6)),
          .reason = enum_of<fill_reason>(row.getColumn(first + 7))};
}
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

constexpr const char* fill_columns = "venue_ns, order_id, side, price, size, fee, liquidity, reason";

} // namespace

result<void> check_store(SQLite::Database& db, const std::filesystem::path& file) {
  const int is_ours = db.execAndGet("PRAGMA application_id").getInt();
  const int version = db.execAndGet("PRAGMA user_version").getInt();
  if (is_ours != application)
    return fail(ec::io,
                fmt::format("{}: is no order store of strike; name another file in [exec] store", file.string()));
  if (version > store_version)
    return fail(ec::io, fmt::format("{}: has version {}, this program knows {}: start the newer strike that wrote it, "
                                    "or name another file in [exec] store",
                                    file.string(), version, store_version));
  return {};
}

result<order_reader> order_reader::open(const std::filesystem::path& file, instrument_registry& instruments) {
  if (!std::filesystem::exists(file))
    return fail(ec::not_found,
                fmt::format("{}: no order store; exec makes it when it starts ([exec] store)", file.string()));
  try {
    auto db = std::make_shared<SQLite::Database>(file.string(), SQLite::OPEN_READONLY, 2'000);
    if (auto ok = check_store(*db, file); !ok) return std::unexpected{ok.error()};
    return order_reader{std::move(db), instruments};
  } catch (const SQLite::Exception& x) {
    return fail(ec::io, fmt::format("{}: cannot be read: {}", file.string(), x.what()));
  }
}

template <class F> auto order_reader::ask(std::string_view what, F f) const {
  using answer = result<decltype(f())>;
  try {
    if constexpr (std::is_void_v<decltype(f())>)
      return f(), answer{};
    else
      return answer{f()};
  } catch (const SQLite::Exception& x) {
    return answer{fail(ec::io, fmt::format("{}: reading {}: {}", db_->getFilename(), what, x.what()))};
  }
}

result<std::vector<std::string>> order_reader::strategies() const {
  return ask("strategies", [&] {
    std::vector<std::string> all;
    SQLite::Statement row{*db_, "SELECT name FROM strategies ORDER BY owner"};
    while (row.executeStep()) all.push_back(row.getColumn(0).getString());
    return all;
  });
}

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

result<std::vector<fill>> order_reader::fills_of(const account_name& account, std::string_view trade_id) const {
  return ask("fills", [&] {
    std::vector<fill> all;
    SQLite::Statement row{*db_, fmt::format("SELECT {}, symbol, venue FROM fills WHERE venue = ? AND account = ? AND "
                                            "trade_id = ?",
                                            fill_columns)};
    row.bind(1, std::string{to_text(account.at)});
    row.bind(2, account.name);
    row.bind(3, std::string{trade_id});
    while (row.executeStep())
      all.push_back(fill_at(row, 0, instrument_of(instruments_, row.getColumn(9), row.getColumn(8))));
    return all;
  });
}

result<void> order_reader::bookings(const filter& which, const std::function<void(booking&&)>& visit) const {
  return ask("bookings", [&] {
    // one list of three tables: what it is, whose, and the columns of a fill, or what takes their place
    SQLite::Statement row{
        *db_,
        "SELECT seq, 'fill', venue, account, owner, symbol, booked_ns, venue_ns, order_id, side, price, size, fee, "
        "liquidity, reason, trade_id, 0.0, 0 FROM fills UNION ALL "
        "SELECT r.seq, 'undone', f.venue, f.account, f.owner, f.symbol, r.at_ns, f.venue_ns, f.order_id, f.side, "
        "f.price, "
        "f.size, f.fee, f.liquidity, f.reason, f.trade_id, 0.0, 0 FROM reversals r JOIN fills f USING (venue, account, "
        "trade_id, order_id) UNION ALL "
        "SELECT seq, 'settled', venue, account, owner, symbol, booked_ns, venue_ns, 0, '', 0, size, fee, '', '', '', "
        "delivery, payoff FROM settlements UNION ALL "
        "SELECT seq, 'adopted', venue, account, NULL, symbol, at_ns, at_ns, 0, '', 0, size, 0, '', '', why, 0.0, 0 "
        "FROM "
        "adoptions ORDER BY 1"};
    std::optional<owner_id> only;
    if (!which.strategy.empty()) {
      SQLite::Statement owner{*db_, "SELECT owner FROM strategies WHERE name = ?"};
      owner.bind(1, which.strategy);
      if (!owner.executeStep()) return;
      only = static_cast<owner_id>(owner.getColumn(0).getInt64());
    }
    while (row.executeStep()) {
      booking made{.account = {enum_of<venue>(row.getColumn(2)), row.getColumn(3).getString()}, .what = fill{}};
      if (!which.venue.empty() && to_text(made.account.at) != which.venue) continue;
      if (!row.getColumn(4).isNull()) made.owner = static_cast<owner_id>(row.getColumn(4).getInt64());
      if (only && made.owner != only) continue;
      made.booked_ns = row.getColumn(6).getInt64();
      const auto instrument = instrument_of(instruments_, row.getColumn(2), row.getColumn(5));
      const std::string_view kind = row.getColumn(1).getText();
      const quantity size{row.getColumn(11).getInt64()};
      if (kind == "settled") {
        made.what = match::settlement{.venue_ns = row.getColumn(7).getInt64(),
                                      .owner = made.owner.value_or(0),
                                      .instrument = instrument,
                                      .size = size,
                                      .delivery = row.getColumn(16).getDouble(),
                                      .payoff = {row.getColumn(17).getInt64()},
                                      .fee = {row.getColumn(12).getInt64()}};
      } else if (kind == "adopted") {
        made.what = adoption{instrument, size, row.getColumn(15).getString()};
      } else {
        auto x = fill_at(row, 7, instrument);
        made.trade_id = row.getColumn(15).getString();
        made.is_undone = kind == "undone";
        if (made.is_undone) {
          x.side = opposite(x.side);
          x.fee = -x.fee;
        }
        made.what = x;
      }
      visit(std::move(made));
    }
  });
}

result<std::vector<audit_entry>> order_reader::audit() const {
  return ask("the audit", [&] {
    std::vector<audit_entry> all;
    SQLite::Statement row{*db_, "SELECT at_ns, kind, subject, text FROM audit ORDER BY seq"};
    while (row.executeStep())
      all.push_back({row.getColumn(0).getInt64(), row.getColumn(1).getString(), row.getColumn(2).getString(),
                     row.getColumn(3).getString()});
    return all;
  });
}

result<std::int64_t> order_reader::newest_fill_ns(const account_name& account) const {
  return ask("fills", [&] {
    SQLite::Statement row{*db_, "SELECT COALESCE(MAX(venue_ns), 0) FROM fills WHERE venue = ? AND account = ?"};
    row.bind(1, std::string{to_text(account.at)});
    row.bind(2, account.name);
    row.executeStep();
    return row.getColumn(0).getInt64();
  });
}

result<std::string> order_reader::value(std::string_view key) const {
  return ask("a value", [&] {
    SQLite::Statement row{*db_, "SELECT text FROM notes WHERE key = ?"};
    row.bind(1, std::string{key});
    return row.executeStep() ? row.getColumn(0).getString() : std::string{};
  });
}

result<std::uint64_t> order_reader::last_order() const {
  return ask("orders", [&] {
    return static_cast<std::uint64_t>(db_->execAndGet("SELECT COALESCE(MAX(id), 0) FROM orders").getInt64());
  });
}

result<std::int64_t> order_reader::last_booking() const {
  return ask("bookings", [&] {
    return db_
        ->execAndGet(
            "SELECT MAX(COALESCE((SELECT MAX(seq) FROM fills), 0), COALESCE((SELECT MAX(seq) FROM reversals), 0), "
            "COALESCE((SELECT MAX(seq) FROM settlements), 0), COALESCE((SELECT MAX(seq) FROM adoptions), 0))")
        .getInt64();
  });
}

} // namespace strike::exec
