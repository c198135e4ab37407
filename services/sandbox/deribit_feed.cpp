#include "sandbox/deribit_feed.hpp"

#include "base/time.hpp"

#include <algorithm>
#include <utility>

namespace strike::sandbox::deribit {

namespace {

constexpr int price_decimals = 4, mark_decimals = 8, rate_decimals = 8;

bool is_of_instrument(topic_kind x) {
  switch (x) {
  case topic_kind::book:
  case topic_kind::grouped_book:
  case topic_kind::ticker:
  case topic_kind::incremental_ticker:
  case topic_kind::quote:
  case topic_kind::trades:
  case topic_kind::perpetual:
    return true;
  default:
    return false;
  }
}

bool is_of_kind(topic_kind x) {
  return x == topic_kind::trades_of_kind || x == topic_kind::instrument_state || x == topic_kind::instrument_creation;
}

/// A quote without its time, which comes last.
std::string levels_of(const std::string& quote) { return quote.substr(0, quote.find("\"timestamp\"")); }

} // namespace

topic* feed::open(std::string_view name, std::int64_t now_ns) {
  if (const auto found = topics_.find(std::string{name}); found != topics_.end()) return found->second.get();
  const auto what = parse_channel(name);
  if (!what) return nullptr;
  instrument_id id;
  if (is_of_instrument(what->what)) {
    const auto* const view = market_.find(what->instrument);
    if (!view) return nullptr;
    const auto kind = view->listing->rules.info.kind;
    if (what->what == topic_kind::perpetual && kind != instrument_kind::perpetual) return nullptr;
    id = view->listing->id;
  }
  const bool is_of_index = what->what == topic_kind::price_index || what->what == topic_kind::mark_prices;
  if (is_of_index && !market_.indices().contains(what->instrument)) return nullptr;
  auto& made = topics_[std::string{name}];
  made = std::make_unique<topic>();
  made->name = name;
  made->what = *what;
  made->id = id;
  if (id.is_valid()) by_instrument_[id.index].push_back(made.get());
  if (is_of_kind(what->what)) by_kind_.push_back(made.get());
  if (is_of_index) schedule(*made, now_ns);
  return made.get();
}

bool feed::subscribe(connection& who, std::string_view name, const std::string& label, std::int64_t now_ns) {
  auto& names = listeners_[&who].names;
  if (names.contains(name)) return true;
  auto* const to = open(name, now_ns);
  if (!to) return false;
  names.emplace(name);
  if (to->due_ns != 0 && to->what.what == topic_kind::book)
    flush(*to, now_ns); // the newcomer's snapshot has it already
  to->subscribers.push_back({&who, label});
  greet(*to, who, now_ns);
  return true;
}

void feed::leave(connection& who, const std::string& name) {
  const auto found = topics_.find(name);
  auto& x = *found->second;
  std::erase_if(x.subscribers, [&](const auto& one) { return one.who == &who; });
  if (!x.subscribers.empty()) return;
  if (x.id.is_valid()) std::erase(by_instrument_[x.id.index], &x);
  std::erase(by_kind_, &x);
  cancel(x);
  topics_.erase(found);
}

bool feed::unsubscribe(connection& who, std::string_view name) {
  const auto found = listeners_.find(&who);
  if (found == listeners_.end() || found->second.names.erase(std::string{name}) == 0) return false;
  leave(who, std::string{name});
  return true;
}

void feed::unsubscribe_all(connection& who) {
  const auto found = listeners_.find(&who);
  if (found == listeners_.end()) return;
  for (const auto& name : found->second.names) leave(who, name);
  listeners_.erase(found);
}

std::int64_t feed::last_sent_ns(const connection& who) const {
  const auto found = listeners_.find(&who);
  return found == listeners_.end() ? 0 : found->second.last_sent_ns;
}

void feed::send(const topic& x, connection& to, std::string_view data, const std::string& label, std::int64_t now_ns,
                frame_kind kind) {
  std::string text;
  text.reserve(data.size() + x.name.size() + 96);
  text.append(R"({"jsonrpc":"2.0","method":"subscription","params":{"channel":")")
      .append(x.name)
      .append(R"(","data":)");
  text.append(data);
  if (!label.empty()) text.append(R"(,"label":)").append(in_quotes(label));
  text.append("}}");
  listeners_.at(&to).last_sent_ns = now_ns;
  to.send(std::move(text), kind);
}

void feed::publish(topic& x, std::string_view data, std::int64_t now_ns, frame_kind kind) {
  for (const auto& one : x.subscribers) send(x, *one.who, data, one.label, now_ns, kind);
  x.flushed_ns = now_ns;
}

/// The first message of a new subscriber: the state that later ones change.
void feed::greet(topic& to, connection& who, std::int64_t now_ns) {
  const auto& label = to.subscribers.back().label;
  switch (to.what.what) {
  case topic_kind::trades:
  case topic_kind::trades_of_kind:
  case topic_kind::instrument_state:
  case topic_kind::instrument_creation:
    return; // only what happens from now on
  case topic_kind::platform_state:
    for (const auto& index : market_.indices())
      send(to, who, json_object{}.text("price_index", index).flag("locked", false).take(), label, now_ns);
    return;
  case topic_kind::book: {
    const auto& view = market_.at(to.id);
    if (view.book_ns == 0) return; // it comes as an event
    to.sequence = view.book.sequence();
    send(to, who, book_snapshot_json(to.what.instrument, view.book, view.book_ns), label, now_ns);
    return;
  }
  case topic_kind::incremental_ticker:
    if (to.fields.empty() || to.subscribers.size() == 1) to.fields = market_.ticker_fields_of(to.id);
    send(to, who, ticker_json(to.fields, R"("type":"snapshot")"), label, now_ns);
    return;
  default:
    const auto data = state_of(to);
    if (to.what.what == topic_kind::quote && to.subscribers.size() == 1) to.quote = levels_of(data);
    if (!data.empty()) send(to, who, data, label, now_ns);
    return;
  }
}

std::string feed::mark_prices(const std::string& index) const {
  json_array made;
  for (const auto id : market_.options_of(index)) {
    const auto& view = market_.at(id);
    if (!view.quote.mark || !view.quote.mark_iv) continue;
    json_object one;
    one.text("instrument_name", view.listing->rules.symbol).add("mark_price", number(view.quote.mark, mark_decimals));
    one.add("iv", number(view.quote.mark_iv, 6)); // a fraction, here only
    made.add(one.integer("timestamp", view.quote_ns / ns_per_ms).take());
  }
  return made.is_empty() ? std::string{} : made.take();
}

/// The data of channels that say all in every message; empty if there is nothing yet.
std::string feed::state_of(const topic& x) const {
  if (x.what.what == topic_kind::price_index) {
    const auto now = market_.index(x.what.instrument);
    if (!now) return {};
    json_object made;
    made.text("index_name", x.what.instrument).add("price", number(now, price_decimals));
    return made.integer("timestamp", x.flushed_ns / ns_per_ms).take();
  }
  if (x.what.what == topic_kind::mark_prices) return mark_prices(x.what.instrument);
  if (x.what.what == topic_kind::public_methods_state)
    return json_object{}.flag("allow_unauthenticated_public_requests", true).take();
  const auto& view = market_.at(x.id);
  if (x.what.what == topic_kind::grouped_book)
    return grouped_book_json(x.what.instrument, view.book, view.book_ns, x.what.group, x.what.depth);
  if (x.what.what == topic_kind::quote) {
    const auto& quote = view.quote;
    const auto text = [](optional_price at) { return at ? number(*at) : std::string{"0.0"}; };
    const auto size = [](optional_price at, optional_quantity amount) {
      return at ? number(amount.value_or(quantity{})) : std::string{"0.0"};
    };
    json_object made;
    made.text("instrument_name", x.what.instrument).add("best_bid_price", text(quote.best_bid));
    made.add("best_bid_amount", size(quote.best_bid, quote.best_bid_size));
    made.add("best_ask_price", text(quote.best_ask)).add("best_ask_amount", size(quote.best_ask, quote.best_ask_size));
    return made.integer("timestamp", view.quote_ns / ns_per_ms).take();
  }
  if (x.what.what == topic_kind::perpetual) {
    json_object made;
    made.add("interest", number(view.quote.funding.value_or(0), rate_decimals));
    made.add("index_price", number(view.quote.index, price_decimals));
    return made.integer("timestamp", view.quote_ns / ns_per_ms).take();
  }
  return ticker_json(market_.ticker_fields_of(x.id));
}

void feed::schedule(topic& x, std::int64_t now_ns) {
  if (x.due_ns != 0) return;
  x.due_ns = std::max(now_ns, x.flushed_ns + x.what.interval_ns);
  due_.emplace(x.due_ns, &x);
}

void feed::cancel(topic& x) {
  due_.erase({x.due_ns, &x});
  x.due_ns = 0;
}

std::int64_t feed::round(std::int64_t now_ns) {
  while (!due_.empty() && due_.begin()->first <= now_ns) flush(*due_.begin()->second, now_ns);
  return due_.empty() ? INT64_MAX : due_.begin()->first;
}

void feed::flush(topic& x, std::int64_t now_ns) {
  cancel(x);
  switch (x.what.what) {
  case topic_kind::book:
    return flush_book(x, now_ns);
  case topic_kind::incremental_ticker:
    return flush_incremental(x, now_ns);
  case topic_kind::quote:
    return flush_quote(x, now_ns);
  case topic_kind::trades:
  case topic_kind::trades_of_kind:
    return publish(x, std::exchange(x.trades, {}).take(), now_ns);
  case topic_kind::price_index:
  case topic_kind::mark_prices: // about once a second, whatever happens
    x.flushed_ns = now_ns;
    if (const auto data = state_of(x); !data.empty()) publish(x, data, now_ns);
    return schedule(x, now_ns);
  default:
    return publish(x, state_of(x), now_ns);
  }
}

void feed::flush_book(topic& x, std::int64_t now_ns) {
  const auto& view = market_.at(x.id);
  const auto levels = x.touched.json(view.book);
  x.touched.clear();
  const auto previous = std::exchange(x.sequence, view.book.sequence());
  publish(x, book_change_json(x.what.instrument, view.book_ns, x.sequence, previous, levels), now_ns,
          frame_kind::book_change);
}

void feed::flush_incremental(topic& x, std::int64_t now_ns) {
  auto now = market_.ticker_fields_of(x.id);
  const auto changes = difference(x.fields, now);
  x.fields = std::move(now);
  publish(x, ticker_json(changes, R"("type":"change")"), now_ns);
}

void feed::flush_quote(topic& x, std::int64_t now_ns) {
  const auto now = state_of(x);
  auto levels = levels_of(now);
  if (levels == x.quote) return;
  x.quote = std::move(levels);
  publish(x, now, now_ns);
}

} // namespace strike::sandbox::deribit
