#include "polymarket/account.hpp"

#include "account_words.hpp"
#include "base/time.hpp"
#include "json_walk.hpp"

#include <charconv>

namespace strike::polymarket {

namespace {

/// Seconds, milliseconds or finer, told apart by magnitude; "" is 0.
bool read_time(std::string_view text, std::int64_t& ns) {
  if (text.empty()) return true;
  std::int64_t count = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (fault == std::errc{} && end == text.data() + text.size()) return ns_from_count(count, time_unit::automatic, ns);
  const auto iso = ns_from_text(text);
  if (iso) ns = *iso;
  return iso.has_value();
}

/// A decimal, or "", null and nothing for 0; never negative.
template <class Decimal> bool read_amount(std::string_view text, Decimal& into) {
  if (text.empty()) return true;
  return read_nanos(text, into.nanos) && into.nanos >= 0;
}

/// @returns false if there is something, and it is neither
bool read_side(std::string_view text, std::optional<side>& into) {
  const auto word = upper(text);
  if (word.empty()) return true;
  if (word == "BUY") return into = side::buy, true;
  if (word == "SELL") return into = side::sell, true;
  return false;
}

/// Reads fields of one row, and names the first that could not be read.
class row_reader {
public:
  std::string fault;

  bool blame(std::string_view field) {
    if (fault.empty()) fault = field;
    return true;
  }
  bool need(bool is_there, std::string_view field) { return is_there || blame(field); }
};

class order_reader : public row_reader {
public:
  order_row made;

  bool take(std::string_view key, ondemand::value& from) {
    if (key == "associate_trades") return take_trades(from);
    const auto text = text_of(from);
    if (key == "id")
      made.id = lower(text);
    else if (key == "owner" && !text.empty())
      made.owner = text;
    else if (key == "market")
      made.market = text;
    else if (key == "asset_id")
      made.asset = text;
    else if (key == "side" && !read_side(text, side_))
      blame(key);
    else if (key == "status")
      status_ = text;
    else if (key == "type" && !read_event(text))
      blame(key);
    else if (key == "original_size" && !read_amount(text, made.original))
      blame(key);
    else if (key == "size_matched" && !read_amount(text, made.matched))
      blame(key);
    else if (key == "price" && !read_amount(text, made.limit))
      blame(key);
    else if (key == "timestamp" && !read_time(text, made.venue_ns))
      blame(key);
    return true;
  }

  void finish() {
    need(!made.id.empty(), "id");
    need(!made.asset.empty(), "asset_id");
    need(side_.has_value(), "side");
    made.side = side_.value_or(side::buy);
    if (made.event == order_event::cancellation && status_.empty()) status_ = "CANCELED";
    const auto word = read_order_status(status_);
    need(word.has_value(), "status '" + status_ + "'");
    if (word) made.status = word->status, made.reason = word->reason;
  }

private:
  bool take_trades(ondemand::value& from) {
    if (text_of(from).empty()) return true; // null
    return each_item(from, [this](ondemand::value& item) {
      made.trades.emplace_back(text_of(item));
      return true;
    });
  }
  bool read_event(std::string_view text) {
    const auto word = from_text<order_event>(upper(text));
    if (word) made.event = *word;
    return word || text.empty();
  }

  std::optional<side> side_;
  std::string status_;
};

class maker_reader : public row_reader {
public:
  maker_part made;

  bool take(std::string_view key, ondemand::value& from) {
    const auto text = text_of(from);
    if (key == "order_id")
      made.order = lower(text);
    else if (key == "owner")
      made.owner = text;
    else if (key == "asset_id")
      made.asset = text;
    else if (key == "matched_amount" && !read_amount(text, made.size))
      blame("maker_orders.matched_amount");
    else if (key == "price" && !read_amount(text, made.at))
      blame("maker_orders.price");
    else if (key == "side" && !read_side(text, made.side))
      blame("maker_orders.side");
    return true;
  }
};

class trade_reader : public row_reader {
public:
  trade_row made;

  bool take(std::string_view key, ondemand::value& from) {
    if (key == "maker_orders") return take_makers(from);
    const auto text = text_of(from);
    if (key == "id")
      made.id = text;
    else if (key == "taker_order_id")
      made.taker_order = lower(text);
    else if (key == "market")
      made.market = text;
    else if (key == "asset_id")
      made.asset = text;
    else if (key == "owner")
      made.owner = text;
    else if (key == "side" && !read_side(text, side_))
      blame(key);
    else if (key == "size" && !read_amount(text, made.size))
      blame(key);
    else if (key == "price" && !read_amount(text, made.at))
      blame(key);
    else if (key == "status")
      status_ = text;
    else if ((key == "match_time" || key == "matchtime") && !read_time(text, made.match_ns))
      blame(key);
    else if (key == "timestamp" && !read_time(text, sent_ns_))
      blame(key);
    else if (key == "trader_side")
      take_role(text);
    else if (key == "err_msg")
      return read_text(from, made.why);
    return true;
  }

  void finish() {
    need(!made.id.empty(), "id");
    need(!made.asset.empty(), "asset_id");
    need(side_.has_value(), "side");
    made.side = side_.value_or(side::buy);
    if (made.match_ns == 0) made.match_ns = sent_ns_;
    const auto word = read_trade_status(status_);
    need(word.has_value(), "status '" + status_ + "'");
    made.status = word.value_or(trade_status::matched);
  }

private:
  void take_role(std::string_view text) {
    const auto word = upper(text);
    if (word == "TAKER")
      made.ours = liquidity::taker;
    else if (word == "MAKER")
      made.ours = liquidity::maker;
    else if (!word.empty())
      blame("trader_side");
  }
  bool take_makers(ondemand::value& from) {
    if (text_of(from).empty()) return true; // null
    return each_item(from, [this](ondemand::value& item) {
      maker_reader reader;
      if (!each_field(item, [&](std::string_view key, ondemand::value& value) { return reader.take(key, value); }))
        return false;
      if (!reader.fault.empty()) blame(reader.fault);
      need(!reader.made.order.empty(), "maker_orders.order_id");
      made.makers.push_back(std::move(reader.made));
      return true;
    });
  }

  std::optional<side> side_;
  std::string status_;
  std::int64_t sent_ns_ = 0;
};

class position_reader : public row_reader {
public:
  position_row made;

  bool take(std::string_view key, ondemand::value& from) {
    const auto text = text_of(from);
    if (key == "asset")
      made.asset = text;
    else if (key == "conditionId")
      made.market = text;
    else if (key == "redeemable")
      made.is_redeemable = from.raw_json_token().starts_with("true");
    else if (key == "size" && !(has_size_ = !text.empty() && read_amount(text, made.size)))
      blame(key);
    return true;
  }
  void finish() {
    need(!made.asset.empty(), "asset");
    need(has_size_, "size");
  }

private:
  bool has_size_ = false;
};

/// @returns false if it is no JSON, or a field is wrong; `fault` names that
template <class Reader, class Row> bool read_row(ondemand::value& from, std::vector<Row>& into, std::string& fault) {
  Reader reader;
  if (!each_field(from, [&](std::string_view key, ondemand::value& value) { return reader.take(key, value); }))
    return false;
  reader.finish();
  if (!reader.fault.empty()) return fault = reader.fault, false;
  into.push_back(std::move(reader.made));
  return true;
}

error malformed(std::string_view what, std::string_view fault, std::string_view json) {
  return {ec::malformed, std::string{what} +
                             (fault.empty() ? " is no JSON of the documented form: "
                                            : ": field " + std::string{fault} + " is wrong or missing: ") +
                             sample(json)};
}

/// Which row an object is: by its event type, or by its type where that was left out.
std::string kind_of(std::string_view event_type, std::string_view type) {
  if (!event_type.empty()) return lower(event_type);
  return upper(type) == "TRADE" ? "trade" : from_text<order_event>(upper(type)) ? "order" : std::string{type};
}

/// What the object is, its last field may say: it is read as both.
bool read_news(ondemand::value& from, user_news& into, std::string& fault) {
  std::string event_type, type;
  order_reader order;
  trade_reader trade;
  const bool is_read = each_field(from, [&](std::string_view key, ondemand::value& x) {
    if (key == "event_type") event_type = text_of(x);
    if (key == "type") type = text_of(x);
    return key == "maker_orders" || key == "err_msg" ? trade.take(key, x) : trade.take(key, x) && order.take(key, x);
  });
  if (!is_read) return false;
  auto kind = kind_of(event_type, type);
  if (kind == "order") {
    order.finish();
    fault = order.fault;
    into.orders.push_back(std::move(order.made));
  } else if (kind == "trade") {
    trade.finish();
    fault = trade.fault;
    into.trades.push_back(std::move(trade.made));
  } else {
    into.unknown.push_back(std::move(kind));
  }
  return fault.empty();
}

template <class Reader, class Row> result<account_page<Row>> parse_page(std::string_view json, std::string_view what) {
  account_page<Row> page;
  std::string fault;
  const auto row = [&](ondemand::value& from) { return read_row<Reader>(from, page.rows, fault); };
  const bool is_array =
      json.find_first_not_of(" \n\r\t") != json.npos && json[json.find_first_not_of(" \n\r\t")] == '[';
  bool has_rows = is_array;
  const bool is_read =
      is_array ? each_item_of(json, row) : each_field_of(json, [&](std::string_view key, ondemand::value& from) {
        if (key == "next_cursor") page.next_cursor = text_of(from);
        if (key != "data") return true;
        has_rows = true;
        return text_of(from).empty() || each_item(from, row);
      });
  if (!is_read || !has_rows) return std::unexpected{malformed(what, fault, json)};
  if (page.next_cursor == "LTE=") page.next_cursor.clear(); // the end mark: -1
  return page;
}

} // namespace

result<user_news> parse_user_frame(std::string_view frame) {
  user_news news;
  std::string fault;
  const bool is_read = in_document(frame, [&](ondemand::document& document) {
    ondemand::json_type type{};
    if (document.type().get(type) != simdjson::SUCCESS) return false;
    const auto take = [&](ondemand::value& from) { return read_news(from, news, fault); };
    if (type == ondemand::json_type::array) {
      ondemand::array array;
      return document.get_array().get(array) == simdjson::SUCCESS && each_item(array, take);
    }
    ondemand::value value;
    return document.get_value().get(value) == simdjson::SUCCESS && take(value);
  });
  if (!is_read) return std::unexpected{malformed("a message of the user channel", fault, frame)};
  return news;
}

result<std::optional<order_row>> parse_order(std::string_view json) {
  const auto first = json.find_first_not_of(" \n\r\t");
  if (first == json.npos) return std::nullopt;
  const auto bare = json.substr(first, json.find_last_not_of(" \n\r\t") - first + 1);
  if (bare == "null" || bare == "{}" || bare == "\"\"") return std::nullopt;
  std::vector<order_row> rows;
  std::string fault;
  const bool is_read = in_document(json, [&](ondemand::document& document) {
    ondemand::value value;
    return document.get_value().get(value) == simdjson::SUCCESS && read_row<order_reader>(value, rows, fault);
  });
  if (!is_read) return std::unexpected{malformed("an order", fault, json)};
  return std::move(rows.front());
}

result<account_page<order_row>> parse_orders(std::string_view json) {
  return parse_page<order_reader, order_row>(json, "a page of orders");
}

result<account_page<trade_row>> parse_trades(std::string_view json) {
  return parse_page<trade_reader, trade_row>(json, "a page of trades");
}

result<std::vector<position_row>> parse_positions(std::string_view json) {
  auto page = parse_page<position_reader, position_row>(json, "the positions");
  if (!page) return std::unexpected{page.error()};
  return std::move(page->rows);
}

} // namespace strike::polymarket
