#include "market_event.hpp"

#include "enums.hpp"
#include "message.hpp"

namespace strike::wire {
namespace {

void write(v1::Ticker& to, const ticker& from) {
#define STRIKE_DECIMAL(name, Number)                                                                                   \
  if (from.name) to.set_##name((*from.name).nanos);
#define STRIKE_DOUBLE(name, Number)                                                                                    \
  if (from.name) to.set_##name(*from.name);
#include "ticker_fields.inc"
#undef STRIKE_DECIMAL
#undef STRIKE_DOUBLE
}

void read(ticker& to, const v1::Ticker& from) {
#define STRIKE_DECIMAL(name, Number)                                                                                   \
  if (from.has_##name()) to.name = decltype(*to.name){from.name()};
#define STRIKE_DOUBLE(name, Number)                                                                                    \
  if (from.has_##name()) to.name = from.name();
#include "ticker_fields.inc"
#undef STRIKE_DECIMAL
#undef STRIKE_DOUBLE
}

using counts = google::protobuf::RepeatedField<std::int64_t>;

void write_side(counts& prices, counts& sizes, const book_levels& from) {
  prices.Reserve(static_cast<int>(from.size()));
  sizes.Reserve(static_cast<int>(from.size()));
  for (const auto& level : from) {
    prices.AddAlreadyReserved(level.at.nanos);
    sizes.AddAlreadyReserved(level.size.nanos);
  }
}

void read_side(book_levels& to, const counts& prices, const counts& sizes) {
  to.resize(static_cast<std::size_t>(prices.size()));
  for (int i = 0; i < prices.size(); ++i) to[static_cast<std::size_t>(i)] = {{prices.Get(i)}, {sizes.Get(i)}};
}

/// BookSnapshot and BookChange.
template <class Proto, class Domain> void write_book(Proto& to, const Domain& from) {
  to.set_sequence(from.sequence);
  write_side(*to.mutable_bid_prices(), *to.mutable_bid_sizes(), from.bids);
  write_side(*to.mutable_ask_prices(), *to.mutable_ask_sizes(), from.asks);
}

template <class Proto, class Domain> result<reading> read_book(Domain& to, const Proto& from) {
  if (from.bid_prices_size() != from.bid_sizes_size()) return broken(from, "bid_prices and bid_sizes differ in length");
  if (from.ask_prices_size() != from.ask_sizes_size()) return broken(from, "ask_prices and ask_sizes differ in length");
  to.sequence = from.sequence();
  read_side(to.bids, from.bid_prices(), from.bid_sizes());
  read_side(to.asks, from.ask_prices(), from.ask_sizes());
  return reading::done;
}

void write(v1::Trade& to, const trade& from) {
  to.set_price(from.at.nanos);
  to.set_size(from.size.nanos);
  if (from.aggressor) to.set_aggressor(to_proto(*from.aggressor));
  set_text(to.mutable_id(), from.id);
}

result<reading> read(trade& to, const v1::Trade& from) {
  if (from.aggressor() != v1::SIDE_UNSPECIFIED) {
    to.aggressor = from_proto<side>(from.aggressor());
    if (!to.aggressor) return reading::unknown;
  }
  to.at = {from.price()};
  to.size = {from.size()};
  to.id = from.id();
  return reading::done;
}

void write(v1::InstrumentStatus& to, const instrument_status& from) {
  to.set_state(to_proto(from.state));
  if (from.settlement) to.set_settlement(*from.settlement);
  if (from.definition) write_definition(*to.mutable_definition(), *from.definition);
}

result<reading> read(instrument_status& to, const v1::InstrumentStatus& from) {
  const auto state = from_proto<instrument_state>(from.state());
  if (!state) return reading::unknown;
  to.state = *state;
  if (from.has_settlement()) to.settlement = from.settlement();
  if (!from.has_definition()) return reading::done;
  auto definition = std::make_shared<instrument>();
  auto read = read_definition(*definition, from.definition());
  to.definition = std::move(definition);
  return read;
}

struct body_writer {
  v1::MarketEvent& to;

  void operator()(const ticker& x) const { write(*to.mutable_ticker(), x); }
  void operator()(const book_snapshot& x) const { write_book(*to.mutable_book_snapshot(), x); }
  void operator()(const book_change& x) const {
    write_book(*to.mutable_book_change(), x);
    to.mutable_book_change()->set_previous(x.previous);
  }
  void operator()(const trade& x) const { write(*to.mutable_trade(), x); }
  void operator()(const instrument_status& x) const { write(*to.mutable_status(), x); }
};

} // namespace

void write_event(v1::MarketEvent& to, const market_event& from) {
  to.set_venue_ns(from.venue_ns);
  to.set_recv_ns(from.recv_ns);
  to.set_trust(to_proto(from.state));
  std::visit(body_writer{to}, from.body);
}

result<reading> read_event(market_event& to, const v1::MarketEvent& from) {
  const auto state = from_proto<trust>(from.trust());
  if (!state) return reading::unknown;
  to.venue_ns = from.venue_ns();
  to.recv_ns = from.recv_ns();
  to.state = *state;
  switch (from.body_case()) {
  case v1::MarketEvent::kTicker:
    return read(to.body.emplace<ticker>(), from.ticker()), reading::done;
  case v1::MarketEvent::kBookSnapshot:
    return read_book(to.body.emplace<book_snapshot>(), from.book_snapshot());
  case v1::MarketEvent::kBookChange:
    to.body.emplace<book_change>().previous = from.book_change().previous();
    return read_book(std::get<book_change>(to.body), from.book_change());
  case v1::MarketEvent::kTrade:
    return read(to.body.emplace<trade>(), from.trade());
  case v1::MarketEvent::kStatus:
    return read(to.body.emplace<instrument_status>(), from.status());
  case v1::MarketEvent::BODY_NOT_SET:
    break; // none, or an alternative that only a newer version knows
  }
  return reading::unknown;
}

} // namespace strike::wire
