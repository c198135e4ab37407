// Lines of type book, book_change, trade and status; tickers are in line_reader.cpp.
#include "json_text.hpp"
#include "line_reader.hpp"

#include <fmt/format.h>

namespace strike::journal {

namespace ondemand = simdjson::ondemand;

bool line_reader::read_typed(ondemand::object& object, std::string_view type, market_event& event) {
  if (type != "book" && type != "book_change" && type != "trade" && type != "status")
    return fault_ =
               fmt::format("unknown type '{}'; known: ticker, book, book_change, trade, status", type.substr(0, 64)),
           false;
  heading_ = {};
  details_ = {};
  if (type == "book") {
    auto& book = event.body.emplace<book_snapshot>();
    details_.bids = &book.bids;
    details_.asks = &book.asks;
  } else if (type == "book_change") {
    auto& change = event.body.emplace<book_change>();
    details_.bids = &change.bids;
    details_.asks = &change.asks;
  }
  if (object.reset().error() != simdjson::SUCCESS) return fault_ = "not a JSON object", false;
  for (auto item : object) {
    if (item.error() != simdjson::SUCCESS)
      return fault_ = fmt::format("not a JSON object: {}", simdjson::error_message(item.error())), false;
    auto&& field = std::move(item).value_unsafe(); // a reference: copying a field stalls on store forwarding
    const auto what = key_of(field);
    if (what == key::other || what == key::type) continue;
    auto& from = field.value();
    if (what <= key::trust ? !read_heading(what, from, event) : !read_detail(what, from)) return false;
  }
  if (!finish(event)) return false;
  if (type == "trade") return build_trade(event);
  if (type == "status") return build_status(event);
  if (auto* book = std::get_if<book_snapshot>(&event.body)) book->sequence = details_.sequence;
  if (auto* change = std::get_if<book_change>(&event.body)) {
    change->sequence = details_.sequence;
    change->previous = details_.previous;
  }
  return true;
}

bool line_reader::read_detail(key what, value& from) {
  auto& x = details_;
  switch (what) {
  case key::sequence:
    return count_of(what, from, x.sequence);
  case key::previous:
    return count_of(what, from, x.previous);
  case key::bids:
    return x.bids == nullptr || read_levels(what, from, *x.bids);
  case key::asks:
    return x.asks == nullptr || read_levels(what, from, *x.asks);
  case key::price:
    return decimal_of(what, from, x.at);
  case key::size:
    return decimal_of(what, from, x.size);
  case key::side:
    return text_of(what, from, x.side);
  case key::id:
    return text_of(what, from, x.id);
  case key::state:
    return text_of(what, from, x.state);
  case key::settlement:
    return number_of(what, from, x.settlement);
  case key::tick_size:
    return decimal_of(what, from, x.tick_size);
  case key::tick_steps:
    return read_steps(from);
  case key::lot:
    return decimal_of(what, from, x.lot);
  case key::minimum:
    return decimal_of(what, from, x.minimum);
  case key::multiplier:
    return decimal_of(what, from, x.multiplier);
  case key::expiry:
    return time_of(what, from, time_unit::automatic, x.expiry_ns);
  case key::index:
    return text_of(what, from, x.index);
  case key::outcome:
    return text_of(what, from, x.outcome);
  case key::complement:
    return text_of(what, from, x.complement);
  default:
    return true; // a ticker's key
  }
}

namespace {

/// Calls `each(first, second)` for every pair of exact decimals of [[a, b], ...].
template <class F> bool each_pair(ondemand::value& from, F each) {
  ondemand::array pairs;
  if (from.get_array().get(pairs) != simdjson::SUCCESS) return false;
  for (auto item : pairs) {
    ondemand::array pair;
    if (item.get_array().get(pair) != simdjson::SUCCESS) return false;
    std::int64_t numbers[2] = {};
    std::size_t count = 0;
    for (auto element : pair) {
      ondemand::value number;
      if (count == 2 || std::move(element).get(number) != simdjson::SUCCESS ||
          parse_nanos(token_of(number), numbers[count]) != decimal_fault::none)
        return false;
      ++count;
    }
    if (count != 2) return false;
    each(numbers[0], numbers[1]);
  }
  return true;
}

} // namespace

bool line_reader::read_levels(key what, value& from, book_levels& into) {
  into.clear();
  bool positive = true;
  const bool ok = each_pair(from, [&](std::int64_t at, std::int64_t size) {
    positive = positive && size >= 0;
    into.push_back({price{at}, quantity{size}});
  });
  if (ok && positive) return true;
  return refuse(what, "", "is not [[price, size], ...] with exact decimals and sizes of at least 0");
}

bool line_reader::read_steps(value& from) {
  details_.tick_steps.clear();
  const bool ok = each_pair(from, [&](std::int64_t above, std::int64_t tick) {
    details_.tick_steps.push_back({price{above}, price{tick}});
  });
  for (std::size_t i = 0; ok && i < details_.tick_steps.size(); ++i)
    if (details_.tick_steps[i].tick.nanos <= 0 ||
        (i > 0 && details_.tick_steps[i].above <= details_.tick_steps[i - 1].above))
      return refuse(key::tick_steps, "", "must ascend and have ticks above 0");
  return ok || refuse(key::tick_steps, "", "is not [[above, tick], ...] with exact decimals");
}

bool line_reader::build_trade(market_event& event) {
  if (!details_.at || !details_.size) return fault_ = "a trade needs price and size", false;
  if ((*details_.size).nanos <= 0) return fault_ = "a trade's size must be above 0", false;
  trade made{*details_.at, *details_.size, {}, std::string{details_.id}};
  if (!details_.side.empty()) {
    const auto aggressor = from_text<side>(details_.side);
    if (!aggressor) return fault_ = aggressor.error().text, false;
    made.aggressor = *aggressor;
  }
  event.body = std::move(made);
  return true;
}

bool line_reader::build_status(market_event& event) {
  const auto& x = details_;
  const auto state = from_text<instrument_state>(x.state);
  if (!state) return fault_ = state.error().text, false;
  instrument_status made{.state = *state, .settlement = x.settlement};
  if (x.tick_size || x.lot || x.minimum) {
    const auto is_positive = [](auto number) { return number && (*number).nanos > 0; };
    if (!is_positive(x.tick_size) || !is_positive(x.lot) || !is_positive(x.minimum))
      return fault_ = "a status with rules needs tick_size, lot and minimum, each above 0", false;
    const auto& entry = instruments_.at(event.instrument);
    auto rules = std::make_shared<instrument>();
    rules->at = entry.at;
    rules->symbol = entry.symbol;
    rules->info = entry.info;
    if (x.expiry_ns != 0) rules->info.expiry_ns = x.expiry_ns;
    rules->ticks = {*x.tick_size, x.tick_steps};
    rules->lot = *x.lot;
    rules->minimum = *x.minimum;
    rules->multiplier = x.multiplier.value_or(quantity{nanos_per_unit});
    rules->index = x.index;
    rules->outcome = x.outcome;
    rules->complement = x.complement;
    made.definition = std::move(rules);
  }
  event.body = std::move(made);
  return true;
}

} // namespace strike::journal
