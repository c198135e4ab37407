#include "exec/order_reader_rows.hpp"

namespace strike::exec {

namespace {

constexpr int application = 0x5354524b; // "STRK"

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

result<std::vector<std::string>> order_reader::strategies() const {
  return ask("strategies", [&] {
    std::vector<std::string> all;
    SQLite::Statement row{*db_, "SELECT name FROM strategies ORDER BY owner"};
    while (row.executeStep()) all.push_back(row.getColumn(0).getString());
    return all;
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
