#include "polymarket/frame.hpp"

#include "base/time.hpp"
#include "json_text.hpp"

#include <charconv>
#include <utility>

namespace strike::polymarket {

namespace {

constexpr price one{nanos_per_unit};

/// A share costs more than nothing and less than what it can pay; a tick is as much.
bool is_inside(price x) { return x > price{} && x < one; }
bool is_level(const book_level& x) { return is_inside(x.at) && x.size >= quantity{}; }

bool read_side(std::string_view text, side& into) {
  if (text == "BUY") return into = side::buy, true;
  if (text == "SELL") return into = side::sell, true;
  return false;
}

bool read_time(std::string_view text, std::int64_t& ns) {
  std::int64_t count = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), count);
  return fault == std::errc{} && end == text.data() + text.size() && ns_from_count(count, time_unit::automatic, ns);
}

/// Reads the fields of one object, in whatever order they come; `event_type` is often the last.
class object_reader {
public:
  explicit object_reader(market_message& into) : into_{into} {}

  bool read(ondemand::object object) {
    for (auto item : object) {
      ondemand::field field;
      if (std::move(item).get(field) != simdjson::SUCCESS) return false;
      if (!take(key_of(field), field.value())) return false;
    }
    finish();
    return true;
  }

private:
  void blame(std::string_view field) {
    if (into_.fault.empty()) into_.fault = field;
  }

  /// @returns false if this is no JSON
  bool take(std::string_view key, ondemand::value& from) {
    if (key == "price_changes" || key == "changes") return read_changes(from);
    if (key == "bids") return has_levels_ = true, read_levels(key, from, into_.bids, into_.text.bids);
    if (key == "asks") return has_levels_ = true, read_levels(key, from, into_.asks, into_.text.asks);
    if (key == "assets_ids") return read_assets(from);
    const auto text = text_of(from);
    if (key == "market")
      into_.market = text;
    else if (key == "asset_id")
      into_.asset = text;
    else if (key == "event_type")
      into_.type = text;
    else if (key == "timestamp")
      into_.text.timestamp = text;
    else if (key == "hash")
      into_.text.hash = text;
    else if (key == "tick_size")
      into_.text.tick = text;
    else if (key == "min_order_size")
      into_.text.minimum = text;
    else if (key == "neg_risk")
      into_.text.neg_risk = text;
    else if (key == "last_trade_price")
      into_.text.last = text;
    else if (key == "new_tick_size")
      new_tick_ = text;
    else if (key == "winning_asset_id")
      into_.winner = text;
    else
      take_flat(key, text);
    return true;
  }

  /// Fields of trades and touches, and of a change at the top level.
  void take_flat(std::string_view key, std::string_view text) {
    if (key == "price")
      price_ = text;
    else if (key == "size")
      size_ = text;
    else if (key == "side")
      side_ = text;
    else if (key == "best_bid" && !read_optional(text, into_.best_bid))
      blame("best_bid");
    else if (key == "best_ask" && !read_optional(text, into_.best_ask))
      blame("best_ask");
  }

  bool read_levels(std::string_view key, ondemand::value& from, book_levels& levels,
                   std::vector<book_text::level>& texts) {
    ondemand::array array;
    if (text_of(from).empty()) return true; // null
    if (from.get_array().get(array) != simdjson::SUCCESS) return false;
    for (auto item : array) {
      ondemand::object object;
      if (item.get_object().get(object) != simdjson::SUCCESS) return false;
      auto& text = texts.emplace_back();
      for (auto part : object) {
        ondemand::field field;
        if (std::move(part).get(field) != simdjson::SUCCESS) return false;
        const auto name = key_of(field);
        if (name == "price")
          text.price = text_of(field.value());
        else if (name == "size")
          text.size = text_of(field.value());
      }
      book_level level;
      if (read_nanos(text.price, level.at.nanos) && read_nanos(text.size, level.size.nanos) && is_level(level))
        levels.push_back(level);
      else
        blame(key);
    }
    return true;
  }

  bool read_changes(ondemand::value& from) {
    ondemand::array array;
    if (from.get_array().get(array) != simdjson::SUCCESS) return false;
    for (auto item : array) {
      ondemand::object object;
      if (item.get_object().get(object) != simdjson::SUCCESS) return false;
      auto& change = into_.changes.emplace_back();
      std::string_view at, size, on;
      for (auto part : object) {
        ondemand::field field;
        if (std::move(part).get(field) != simdjson::SUCCESS) return false;
        const auto name = key_of(field);
        const auto text = text_of(field.value());
        if (name == "asset_id")
          change.asset = text;
        else if (name == "price")
          at = text;
        else if (name == "size")
          size = text;
        else if (name == "side")
          on = text;
        else if (name == "best_bid" && !read_optional(text, change.best_bid))
          change.is_malformed = true;
        else if (name == "best_ask" && !read_optional(text, change.best_ask))
          change.is_malformed = true;
      }
      judge(change, at, size, on);
    }
    return true;
  }

  void judge(level_change& change, std::string_view at, std::string_view size, std::string_view on) {
    const bool is_read = read_nanos(at, change.level.at.nanos) && read_nanos(size, change.level.size.nanos) &&
                         read_side(on, change.on) && is_level(change.level);
    if (!is_read) change.is_malformed = true;
  }

  bool read_assets(ondemand::value& from) {
    ondemand::array array;
    if (text_of(from).empty()) return true;
    if (from.get_array().get(array) != simdjson::SUCCESS) return false;
    for (auto item : array) {
      ondemand::value value;
      if (std::move(item).get(value) != simdjson::SUCCESS) return false;
      into_.assets.push_back(text_of(value));
    }
    return true;
  }

  void finish() {
    const auto kind = from_type();
    into_.kind = kind;
    if (kind == message_kind::unknown || kind == message_kind::new_market) return;
    if (!read_time(into_.text.timestamp, into_.venue_ns)) blame("timestamp");
    if (kind == message_kind::price_change) return finish_changes();
    if (kind == message_kind::market_resolved) return;
    if (into_.asset.empty()) blame("asset_id");
    if (kind == message_kind::book) finish_book();
    if (kind == message_kind::last_trade_price) finish_trade();
    if (kind == message_kind::tick_size_change && !read_inside(new_tick_, into_.tick)) blame("new_tick_size");
  }

  static bool read_inside(std::string_view text, optional_price& into) {
    price value;
    if (!read_nanos(text, value.nanos) || !is_inside(value)) return false;
    into = value;
    return true;
  }

  message_kind from_type() const {
    for (const auto& row : enum_names<message_kind>::table)
      if (row.text == into_.type) return row.value;
    return into_.type.empty() && has_levels_ ? message_kind::book : message_kind::unknown;
  }

  void finish_changes() {
    if (into_.changes.empty() && !price_.empty()) { // 2024
      auto& change = into_.changes.emplace_back();
      change.best_bid = into_.best_bid;
      change.best_ask = into_.best_ask;
      judge(change, price_, size_, side_);
    }
    for (auto& change : into_.changes) {
      if (change.asset.empty()) change.asset = into_.asset; // 2024 and 2025
      if (change.asset.empty()) blame("asset_id");
      if (change.is_malformed) blame("price_changes");
    }
  }

  void finish_book() {
    into_.text.market = into_.market;
    into_.text.asset = into_.asset;
    if (!has_levels_) blame("bids");
    if (!into_.text.tick.empty() && !read_inside(into_.text.tick, into_.tick)) blame("tick_size");
    read_inside(into_.text.last, into_.last); // before the first trade it may be 0
  }

  void finish_trade() {
    side taker{};
    if (!read_inside(price_, into_.last)) blame("price");
    if (!read_optional(size_, into_.size) || into_.size.value_or(quantity{}) <= quantity{}) blame("size");
    if (read_side(side_, taker))
      into_.taker = taker;
    else if (!side_.empty())
      blame("side");
  }

  market_message& into_;
  std::string_view price_, size_, side_, new_tick_;
  bool has_levels_ = false;
};

/// As new, but for the memory.
void clear(market_message& x) {
  auto changes = std::move(x.changes);
  auto assets = std::move(x.assets);
  auto bids = std::move(x.bids), asks = std::move(x.asks);
  auto bid_texts = std::move(x.text.bids), ask_texts = std::move(x.text.asks);
  x = {};
  changes.clear(), assets.clear(), bids.clear(), asks.clear(), bid_texts.clear(), ask_texts.clear();
  x.changes = std::move(changes);
  x.assets = std::move(assets);
  x.bids = std::move(bids), x.asks = std::move(asks);
  x.text.bids = std::move(bid_texts), x.text.asks = std::move(ask_texts);
}

} // namespace

struct frame_reader::impl {
  market_message& next() {
    if (used == messages.size()) messages.emplace_back();
    clear(messages[used]);
    return messages[used++];
  }
  bool read_one(simdjson::simdjson_result<ondemand::object> from) {
    ondemand::object object;
    return std::move(from).get(object) == simdjson::SUCCESS && object_reader{next()}.read(object);
  }
  bool read(std::string_view frame) {
    ondemand::document document;
    ondemand::json_type type{};
    const simdjson::padded_string_view padded{frame.data(), frame.size(), frame.size() + simdjson::SIMDJSON_PADDING};
    if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return false;
    if (document.type().get(type) != simdjson::SUCCESS) return false;
    if (type == ondemand::json_type::object) {
      if (!read_one(document.get_object())) return false;
    } else {
      ondemand::array array;
      if (document.get_array().get(array) != simdjson::SUCCESS) return false;
      for (auto item : array)
        if (!read_one(item.get_object())) return false;
    }
    const char* behind = nullptr;
    return document.current_location().get(behind) != simdjson::SUCCESS; // it fails at the end of the document
  }

  ondemand::parser parser;
  std::vector<market_message> messages;
  std::size_t used = 0;
};

frame_reader::frame_reader() : impl_{std::make_unique<impl>()} {}
frame_reader::~frame_reader() = default;

result<std::span<const market_message>> frame_reader::read(std::string_view frame) {
  impl_->used = 0;
  if (!impl_->read(frame))
    return fail(ec::malformed, "no JSON object or array of objects: " + std::string{frame.substr(0, 200)});
  return std::span<const market_message>{impl_->messages}.first(impl_->used);
}

} // namespace strike::polymarket
