// What channels say: tickers, books, trades, spot feeds.
#include "impl.hpp"

#include <algorithm>

namespace strike::derive {

namespace {

/// Source: Derive API, `funding_rate` is a fraction per hour; the domain's is per eight.
constexpr double funding_hours = 8;

template <class Decimal> void set_unless_zero(optional_value<Decimal>& into, std::int64_t nanos) {
  if (nanos != 0)
    into = Decimal{nanos};
  else
    into.reset();
}

/// Reads one ticker. The same letter means different things in different objects.
class ticker_fields {
public:
  ticker_fields(value_reader& read, ticker_message& into) : read_{read}, into_{into}, values_{into.values} {}

  bool snapshot(ondemand::value& from) {
    return read_.fields(from, "instrument_ticker", [this](std::string_view key, ondemand::value& value) {
      if (key.size() == 1) return letter(key[0], value);
      if (key == "option_pricing") return is_null(value) || pricing(value);
      if (key == "stats") return is_null(value) || stats(value);
      return true;
    });
  }
  /// A size without a price says nothing.
  void finish() {
    if (!values_.best_bid) values_.best_bid_size.reset();
    if (!values_.best_ask) values_.best_ask_size.reset();
  }

private:
  bool letter(char key, ondemand::value& value) {
    switch (key) {
    case 't':
      return read_.time_ms(value, "t", into_.venue_ns);
    case 'b':
      return decimal(value, "b", values_.best_bid);
    case 'B':
      return decimal(value, "B", values_.best_bid_size);
    case 'a':
      return decimal(value, "a", values_.best_ask);
    case 'A':
      return decimal(value, "A", values_.best_ask_size);
    case 'I':
      return unless_zero(value, "I", values_.index);
    case 'M':
      return unless_zero(value, "M", values_.mark);
    case 'f':
      if (!read_.number(value, "f", values_.funding)) return false;
      if (values_.funding) values_.funding = *values_.funding * funding_hours;
      return true;
    default:
      return true;
    }
  }
  bool pricing(ondemand::value& from) {
    return read_.fields(from, "option_pricing", [this](std::string_view key, ondemand::value& value) {
      if (key == "bi") return unless_zero(value, "bi", values_.bid_iv);
      if (key == "ai") return unless_zero(value, "ai", values_.ask_iv);
      if (key.size() != 1) return true;
      switch (key[0]) {
      case 'd':
        return read_.number(value, "d", values_.delta);
      case 'g':
        return read_.number(value, "g", values_.gamma);
      case 'v':
        return read_.number(value, "v", values_.vega);
      case 't':
        return read_.number(value, "option_pricing.t", values_.theta);
      case 'r':
        return read_.number(value, "r", values_.rho);
      case 'i':
        return unless_zero(value, "i", values_.mark_iv);
      case 'f':
        return unless_zero(value, "option_pricing.f", values_.underlying);
      default:
        return true;
      }
    });
  }
  bool stats(ondemand::value& from) {
    return read_.fields(from, "stats", [this](std::string_view key, ondemand::value& value) {
      return key != "oi" || read_.number(value, "oi", values_.open_interest);
    });
  }
  template <class Decimal> bool decimal(ondemand::value& from, std::string_view what, optional_value<Decimal>& into) {
    std::int64_t nanos = 0;
    if (!is_null(from) && !read_.exact(from, what, nanos)) return false;
    set_unless_zero(into, nanos);
    return nanos >= 0 || read_.refuse(what, scalar(from), "is below 0");
  }
  bool unless_zero(ondemand::value& from, std::string_view what, optional_double& into) {
    if (!read_.number(from, what, into)) return false;
    if (into && *into == 0) into.reset();
    return true;
  }

  value_reader& read_;
  ticker_message& into_;
  ticker& values_;
};

/// ["3000.1","2.5"] or {"price":"3000.1","amount":"2.5"}
bool read_level(value_reader& read, ondemand::value& from, book_level& into) {
  ondemand::json_type type{};
  if (from.type().get(type) != simdjson::SUCCESS) return read.refuse("level", {}, "is no JSON");
  if (type == ondemand::json_type::object) {
    int found = 0;
    const bool ok = read.fields(from, "level", [&](std::string_view key, ondemand::value& value) {
      if (key == "price") return ++found, read.exact(value, "price", into.at.nanos);
      if (key == "amount") return ++found, read.exact(value, "amount", into.size.nanos);
      return true;
    });
    return ok && (found == 2 || read.refuse("level", {}, "needs price and amount"));
  }
  std::size_t count = 0;
  const bool ok = read.elements(from, "level", [&](ondemand::value& value) {
    if (++count == 1) return read.exact(value, "price", into.at.nanos);
    return count > 2 || read.exact(value, "amount", into.size.nanos);
  });
  return ok && (count >= 2 || read.refuse("level", {}, "needs price and amount"));
}

/// @param better whether its first price is better than its second
template <class Better>
bool read_side(value_reader& read, ondemand::value& from, std::string_view what, Better better, book_levels& into) {
  into.clear();
  const bool ok = read.elements(from, what, [&](ondemand::value& value) {
    book_level level;
    if (!read_level(read, value, level)) return false;
    if (level.at.nanos <= 0 || level.size.nanos < 0) return read.refuse(what, {}, "has a price or size below 0");
    if (level.size.nanos > 0) into.push_back(level);
    return true;
  });
  if (!ok) return false;
  const auto is_before = [better](const book_level& a, const book_level& b) { return better(a.at, b.at); };
  const auto wrong = std::ranges::adjacent_find(into, [&](const auto& a, const auto& b) { return !is_before(a, b); });
  return wrong == into.end() || read.refuse(what, {}, "are not best first, each price once");
}

} // namespace

result<ticker_message> message_reader::ticker() {
  ticker_message x;
  ticker_fields into{*impl_, x};
  ondemand::value data;
  std::int64_t sent_ns = 0;
  bool found = false;
  const bool ok = impl_->data(data) && impl_->fields(data, "data", [&](std::string_view key, ondemand::value& value) {
    if (key == "timestamp") return impl_->time_ms(value, "timestamp", sent_ns);
    if (key == "instrument_ticker") return found = true, into.snapshot(value);
    return true;
  });
  if (ok && !found) return fail(ec::malformed, "derive: a ticker without instrument_ticker");
  if (x.venue_ns == 0) x.venue_ns = sent_ns;
  if (ok && x.venue_ns == 0) return fail(ec::malformed, "derive: a ticker without time");
  into.finish();
  return impl_->finish(ok, std::move(x));
}

result<book_message> message_reader::book() {
  book_message x;
  ondemand::value data;
  std::optional<std::int64_t> id;
  bool bids = false, asks = false;
  const bool ok = impl_->data(data) && impl_->fields(data, "data", [&](std::string_view key, ondemand::value& value) {
    if (key == "timestamp") return impl_->time_ms(value, "timestamp", x.venue_ns);
    if (key == "publish_id") return impl_->integer(value, "publish_id", id);
    if (key == "bids") return bids = true, read_side(*impl_, value, "bids", std::greater{}, x.bids);
    if (key == "asks") return asks = true, read_side(*impl_, value, "asks", std::less{}, x.asks);
    return true;
  });
  if (ok && (!bids || !asks || x.venue_ns == 0 || !id || *id < 0))
    return fail(ec::malformed, "derive: a book needs bids, asks, timestamp and publish_id");
  x.publish_id = static_cast<std::uint64_t>(id.value_or(0));
  return impl_->finish(ok, std::move(x));
}

bool message_reader::impl::read_trade(ondemand::value& from, trade_message& into) {
  std::string direction, role;
  const bool ok = fields(from, "trade", [&](std::string_view key, ondemand::value& value) {
    if (key == "instrument_name") return text(value, "instrument_name", into.symbol);
    if (key == "timestamp") return time_ms(value, "timestamp", into.venue_ns);
    if (key == "trade_id") return text(value, "trade_id", into.what.id);
    if (key == "trade_price") return exact(value, "trade_price", into.what.at.nanos);
    if (key == "trade_amount") return exact(value, "trade_amount", into.what.size.nanos);
    if (key == "direction") return text(value, "direction", direction);
    if (key == "liquidity_role") return text(value, "liquidity_role", role);
    if (key == "rfq_id" || key == "quote_id") into.is_rfq = into.is_rfq || !is_null(value);
    return true;
  });
  if (!ok) return false;
  if (into.symbol.empty() || into.what.id.empty() || into.venue_ns == 0)
    return refuse("a trade", {}, "needs instrument_name, trade_id and timestamp");
  if (into.what.at.nanos <= 0 || into.what.size.nanos <= 0) return refuse("a trade", {}, "needs a price and an amount");
  const auto own = from_text<side>(direction);
  if (!own) return refuse("direction", direction, "is neither buy nor sell");
  into.what.aggressor = role == "maker" ? opposite(*own) : *own;
  return true;
}

result<std::vector<trade_message>> message_reader::trades() {
  std::vector<trade_message> all;
  ondemand::value data;
  const bool ok = impl_->data(data) && impl_->elements(data, "data", [&](ondemand::value& value) {
    return impl_->read_trade(value, all.emplace_back());
  });
  return impl_->finish(ok, std::move(all));
}

result<spot_message> message_reader::spot() {
  spot_message x;
  ondemand::value data;
  const auto feed = [&](std::string_view currency, ondemand::value& from) {
    optional_double price;
    const bool ok = impl_->fields(from, "feed", [&](std::string_view key, ondemand::value& value) {
      return key != "price" || impl_->number(value, "price", price);
    });
    if (ok && price && *price > 0) x.prices.emplace(currency, *price);
    return ok;
  };
  const bool ok = impl_->data(data) && impl_->fields(data, "data", [&](std::string_view key, ondemand::value& value) {
    if (key == "timestamp") return impl_->time_ms(value, "timestamp", x.venue_ns);
    if (key == "feeds") return impl_->fields(value, "feeds", feed);
    return true;
  });
  if (ok && x.venue_ns == 0) return fail(ec::malformed, "derive: a spot feed without time");
  return impl_->finish(ok, std::move(x));
}

} // namespace strike::derive
