// What channels say: tickers, books, trades, states.
#include "impl.hpp"

namespace strike::deribit {

namespace {

constexpr double percent = 0.01;

/// Source: Deribit API v2, section "ticker".
class ticker_fields {
public:
  ticker_fields(value_reader& read, ticker_message& into) : read_{read}, into_{into}, x_{into.values} {}

  bool all(ondemand::value& from) {
    return read_.fields(from, "ticker",
                        [this](std::string_view key, ondemand::value& value) { return field(key, value); });
  }
  /// A side is there if it has a price and a size above 0. Volatilities of a side that is not there, and of 0, mean
  /// nothing.
  void finish() {
    drop_unless_sized(x_.best_bid, x_.best_bid_size, x_.bid_iv);
    drop_unless_sized(x_.best_ask, x_.best_ask_size, x_.ask_iv);
    for (auto* iv : {&x_.mark_iv, &x_.bid_iv, &x_.ask_iv})
      if (*iv) *iv = **iv * percent;
  }

private:
  static void drop_unless_sized(optional_price& at, optional_quantity& size, optional_double& iv) {
    if (!at || !size || *size <= quantity{}) {
      at.reset();
      size.reset();
      iv.reset();
    } else if (iv && *iv == 0) {
      iv.reset();
    }
  }
  /// By the length of the key first: most are told apart by that and one character.
  bool field(std::string_view key, ondemand::value& value) {
    switch (key.size()) {
    case 6:
      if (key == "bid_iv") return read_.number(value, key, x_.bid_iv);
      if (key == "ask_iv") return read_.number(value, key, x_.ask_iv);
      return key != "greeks" || is_null(value) || greeks(value);
    case 7:
      return key != "mark_iv" || read_.number(value, key, x_.mark_iv);
    case 9:
      return key != "timestamp" || read_.time_ms(value, key, into_.venue_ns);
    case 10:
      if (key == "mark_price") return read_.number(value, key, x_.mark);
      return key != "last_price" || read_.exact(value, key, x_.last);
    case 11:
      return key != "index_price" || read_.number(value, key, x_.index);
    case 13:
      return key != "open_interest" || read_.number(value, key, x_.open_interest);
    case 14:
      if (key == "best_bid_price") return read_.exact(value, key, x_.best_bid);
      return key != "best_ask_price" || read_.exact(value, key, x_.best_ask);
    case 15:
      if (key == "best_bid_amount") return read_.exact(value, key, x_.best_bid_size);
      if (key == "best_ask_amount") return read_.exact(value, key, x_.best_ask_size);
      return key != "current_funding" || read_.number(value, key, x_.funding);
    case 16:
      return key != "underlying_price" || read_.number(value, key, x_.underlying);
    default:
      return true;
    }
  }
  bool greeks(ondemand::value& from) {
    return read_.fields(from, "greeks", [this](std::string_view key, ondemand::value& value) {
      if (key == "delta") return read_.number(value, key, x_.delta);
      if (key == "gamma") return read_.number(value, key, x_.gamma);
      if (key == "vega") return read_.number(value, key, x_.vega);
      if (key == "theta") return read_.number(value, key, x_.theta);
      return key != "rho" || read_.number(value, key, x_.rho);
    });
  }

  value_reader& read_;
  ticker_message& into_;
  ticker& x_;
};

/// [["new",0.0150,12.5],["delete",0.0160,0.0]]: whatever the action, the size is the new total, and 0 removes.
bool read_levels(value_reader& read, ondemand::value& from, std::string_view what, book_levels& into) {
  if (is_null(from)) return true;
  return read.elements(from, what, [&](ondemand::value& level) {
    optional_price at;
    optional_quantity size;
    bool is_delete = false;
    std::size_t place = 0;
    const bool ok = read.elements(level, what, [&](ondemand::value& value) {
      switch (place++) {
      case 0:
        is_delete = value.raw_json_token().starts_with("\"delete\"");
        return value.raw_json_token().starts_with('"') || read.refuse(what, {}, "has a level without an action");
      case 1:
        return read.exact(value, what, at);
      case 2:
        return read.exact(value, what, size);
      default:
        return true;
      }
    });
    if (!ok) return false;
    if (!at || (!size && !is_delete) || (size && *size < quantity{}))
      return read.refuse(what, {}, "has a level without price or size");
    into.push_back({*at, is_delete ? quantity{} : *size});
    return true;
  });
}

bool read_trade(value_reader& read, ondemand::value& from, trade_message& into) {
  optional_price at;
  optional_quantity size;
  std::string direction, block;
  const bool ok = read.fields(from, "trade", [&](std::string_view key, ondemand::value& value) {
    if (key == "instrument_name") return read.text(value, key, into.symbol);
    if (key == "timestamp") return read.time_ms(value, key, into.venue_ns);
    if (key == "trade_seq") return read.count(value, key, into.sequence);
    if (key == "trade_id") return read.text(value, key, into.what.id);
    if (key == "price") return read.exact(value, key, at);
    if (key == "amount") return read.exact(value, key, size);
    if (key == "direction") return read.text(value, key, direction);
    if (key != "block_trade_id") return true;
    into.is_block = !is_null(value);
    return true;
  });
  if (!ok) return false;
  if (!at || !size || into.symbol.empty()) return read.refuse("trade", {}, "lacks instrument_name, price or amount");
  if (const auto by = from_text<side>(direction)) into.what.aggressor = *by;
  into.what.at = *at;
  into.what.size = *size;
  return true;
}

} // namespace

result<void> message_reader::ticker(ticker_message& into) {
  into = {};
  ondemand::value data;
  ticker_fields read{*impl_, into};
  if (!impl_->data(data) || !read.all(data)) return impl_->broken();
  if (into.venue_ns == 0) {
    impl_->refuse("timestamp", {}, "is missing");
    return impl_->broken();
  }
  read.finish();
  return {};
}

result<void> message_reader::book(book_message& into) {
  into = {};
  auto& x = *impl_;
  std::string_view type;
  ondemand::value data;
  const bool ok = x.data(data) && x.fields(data, "book", [&](std::string_view key, ondemand::value& value) {
    if (key == "bids") return read_levels(x, value, key, into.bids);
    if (key == "asks") return read_levels(x, value, key, into.asks);
    if (key == "change_id") return x.count(value, key, into.change_id);
    if (key == "prev_change_id") {
      into.has_previous = !is_null(value);
      return x.count(value, key, into.previous);
    }
    if (key == "timestamp") return x.time_ms(value, key, into.venue_ns);
    if (key != "type") return true;
    type = value.raw_json_token();
    return true;
  });
  if (!ok) return x.broken();
  if (into.change_id == 0 || into.venue_ns == 0) {
    x.refuse("book", {}, "lacks change_id or timestamp");
    return x.broken();
  }
  if (type.starts_with("\"snapshot\""))
    into.is_snapshot = true;
  else if (type.empty())
    into.is_snapshot = into.previous == 0;
  else
    into.is_snapshot = into.has_previous && into.previous == 0;
  return {};
}

result<void> message_reader::trades(std::vector<trade_message>& into) {
  into.clear();
  auto& x = *impl_;
  const auto read_all = [&](ondemand::value& from) {
    return x.elements(from, "trades", [&](ondemand::value& one) { return read_trade(x, one, into.emplace_back()); });
  };
  ondemand::value data;
  if (!x.data(data)) return x.broken();
  const bool ok = !x.channel.empty() ? read_all(data) : x.fields(data, "result", [&](auto key, ondemand::value& value) {
    return key != "trades" || read_all(value);
  });
  if (!ok) return x.broken();
  return {};
}

result<state_message> message_reader::state() {
  state_message into;
  auto& x = *impl_;
  ondemand::value data;
  const bool ok = x.data(data) && x.fields(data, "state", [&](std::string_view key, ondemand::value& value) {
    if (key == "instrument_name") return x.text(value, key, into.symbol);
    if (key == "state") return x.text(value, key, into.state);
    return key != "timestamp" || x.time_ms(value, key, into.venue_ns);
  });
  if (!ok) return x.broken();
  return into;
}

result<platform_message> message_reader::platform() {
  platform_message into;
  auto& x = *impl_;
  ondemand::value data;
  const bool ok = x.data(data) && x.fields(data, "platform_state", [&](std::string_view key, ondemand::value& value) {
    if (key == "price_index") return x.text(value, key, into.index);
    if (key == "locked" || key == "maintenance") return x.flag(value, key, into.is_down);
    return true;
  });
  if (!ok) return x.broken();
  return into;
}

} // namespace strike::deribit
