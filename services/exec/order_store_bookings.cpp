#include "exec/order_store_state.hpp"

namespace strike::exec {

namespace {

/// @throws what leaves the store as an error: 64 bits of 1e-9 hold 9.2e9
std::int64_t nanos(money x) {
  if (x.nanos > INT64_MAX || x.nanos < INT64_MIN) throw SQLite::Exception{"an amount above 9.2e9"};
  return static_cast<std::int64_t>(x.nanos);
}

} // namespace

int order_store::state::insert_fill(const account_name& account, std::string_view trade_id, const fill& what,
                                    order_id order, std::optional<owner_id> owner, std::int64_t at_ns) {
  add_fill.reset();
  bind_owner(add_fill, 6, owner);
  int at = 0;
  const auto bind = [&](const auto& x) { add_fill.bind(++at, x); };
  bind(last_booking + 1);
  bind(store_text(account.at));
  bind(account.name);
  bind(std::string{trade_id});
  bind(store_number(order.value));
  ++at; // the owner
  bind(symbol(what.instrument));
  bind(store_text(what.side));
  bind(what.at.nanos);
  bind(what.size.nanos);
  bind(nanos(what.fee));
  bind(store_text(what.liquidity));
  bind(store_text(what.reason));
  bind(what.venue_ns);
  bind(at_ns);
  const int added = add_fill.exec();
  last_booking += added;
  return added;
}

result<bool> order_store::book(const account_name& account, std::string_view trade_id, const fill& what,
                               std::int64_t at_ns) {
  return state_->write("a fill", [&] { return state_->insert_fill(account, trade_id, what, {}, {}, at_ns) > 0; });
}

result<bool> order_store::book(const account_name& account, std::string_view trade_id, const fill& what, order_id order,
                               std::optional<owner_id> owner, const order_life::standing& last, std::int64_t at_ns) {
  auto& s = *state_;
  return s.write("a fill", [&] {
    SQLite::Transaction whole{*s.db};
    if (s.insert_fill(account, trade_id, what, order, owner, at_ns) == 0) return false;
    s.save(order, last);
    whole.commit();
    return true;
  });
}

result<bool> order_store::undo(const account_name& account, std::string_view trade_id, order_id order,
                               std::string_view why, const order_life::standing& last, std::int64_t at_ns) {
  auto& s = *state_;
  return s.write("a fill taken back", [&] {
    SQLite::Transaction whole{*s.db};
    const int added = s.run(s.add_reversal, s.last_booking + 1, store_text(account.at), account.name,
                            std::string{trade_id}, store_number(order.value), std::string{why}, at_ns);
    s.last_booking += added;
    if (order.value != 0) s.save(order, last);
    whole.commit();
    return added > 0;
  });
}

result<void> order_store::settle(const account_name& account, std::optional<owner_id> owner,
                                 const match::settlement& what, std::int64_t at_ns) {
  auto& s = *state_;
  return s.write("a settlement", [&] {
    SQLite::Statement add{*s.db, "INSERT INTO settlements VALUES (?,?,?,?,?,?,?,?,?,?,?)"};
    s.bind_owner(add, 4, owner);
    int at = 0;
    const auto bind = [&](const auto& x) { add.bind(++at, x); };
    bind(s.last_booking + 1);
    bind(store_text(account.at));
    bind(account.name);
    ++at; // the owner
    bind(s.symbol(what.instrument));
    bind(what.size.nanos);
    bind(what.delivery);
    bind(nanos(what.payoff));
    bind(nanos(what.fee));
    bind(what.venue_ns);
    bind(at_ns);
    s.last_booking += add.exec();
  });
}

result<void> order_store::adopt(const account_name& account, const adoption& what, std::int64_t at_ns) {
  auto& s = *state_;
  return s.write("a position", [&] {
    SQLite::Statement add{*s.db, "INSERT INTO adoptions VALUES (?,?,?,?,?,?,?)"};
    s.last_booking += s.run(add, s.last_booking + 1, store_text(account.at), account.name, s.symbol(what.instrument),
                            what.size.nanos, what.why, at_ns);
  });
}

} // namespace strike::exec
