#include "sandbox/polymarket_channel.hpp"

#include "base/time.hpp"
#include "sandbox/json_text.hpp"
#include "sandbox/polymarket_answers.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace strike::sandbox::polymarket {

namespace {

namespace json = boost::json;

std::string price_text(const book_level* x) { return x != nullptr ? to_string(x->at) : std::string{}; }
std::string ms_text(std::int64_t ns) { return std::to_string(ns / ns_per_ms); }
const char* side_text(side x) { return x == side::buy ? "BUY" : "SELL"; }

std::vector<std::string> texts_in(const json::object& from, std::string_view key) {
  std::vector<std::string> found;
  const auto* list = from.if_contains(key);
  if (list == nullptr || !list->is_array()) return found;
  for (const auto& x : list->get_array())
    if (x.is_string()) found.emplace_back(std::string_view{x.get_string()});
  return found;
}

std::optional<bool> flag_in(const json::object& from, std::string_view key) {
  const auto* x = from.if_contains(key);
  return x != nullptr && x->is_bool() ? std::optional{x->get_bool()} : std::nullopt;
}

std::string_view text_in(const json::object& from, std::string_view key) {
  const auto* x = from.if_contains(key);
  return x != nullptr && x->is_string() ? std::string_view{x->get_string()} : std::string_view{};
}

std::string book_message(const token_state& x, const market_state& in) {
  auto text = text_of(x, in).json;
  return text.replace(0, 1, R"({"event_type":"book",)");
}

std::string event_message(const binary_market& x, const market_state& in) {
  return json_members{}
      .text("id", in.find_event(x.event_slug)->id)
      .text("ticker", x.event_slug)
      .text("slug", x.event_slug)
      .text("title", x.event_title)
      .text("description", x.description)
      .take();
}

/// What new_market and market_resolved share.
json_members market_message(std::string_view type, const binary_market& x, const market_state& in, std::int64_t ns) {
  json_members message;
  message.text("event_type", type)
      .text("id", x.gamma_id)
      .text("question", x.question)
      .text("market", x.condition_id)
      .text("slug", x.slug)
      .text("description", x.description)
      .add("assets_ids", array_of({x.outcomes[0].token, x.outcomes[1].token}))
      .add("outcomes", array_of({x.outcomes[0].label, x.outcomes[1].label}))
      .add("event_message", event_message(x, in))
      .text("timestamp", ms_text(ns))
      .add("tags", array_of(x.tags));
  return message;
}

} // namespace

void market_channel::close(connection& who) {
  for (auto& [market, who_wants] : by_market_) who_wants.erase(&who);
  clients_.erase(&who);
}

void market_channel::on_text(connection& from, std::string_view text) {
  if (text == "PING") return from.send("PONG", frame_kind::answer);
  boost::system::error_code fault;
  const auto message = json::parse(text, fault);
  if (fault || !message.is_object()) return from.send("INVALID MESSAGE", frame_kind::answer);
  const auto& x = message.get_object();
  auto& is = clients_[&from];
  is.wants_custom = flag_in(x, "custom_feature_enabled").value_or(is.wants_custom);
  const auto tokens = texts_in(x, "assets_ids");
  const auto operation = text_in(x, "operation");
  const bool wants_dump = flag_in(x, "initial_dump").value_or(true);
  flush(); // a book shows what has not been sent as a change yet
  if (operation == "unsubscribe") return unsubscribe(from, is, tokens);
  if (operation == "subscribe" || text_in(x, "type") == "market") return subscribe(from, is, tokens, wants_dump);
  from.send("INVALID OPERATION", frame_kind::answer);
}

void market_channel::subscribe(connection& who, client& is, const std::vector<std::string>& tokens, bool wants_dump) {
  json_elements books;
  bool has_new = false;
  for (const auto& name : tokens) {
    const auto* token = state_.find_token(name);
    if (token == nullptr || !is.tokens.insert(token).second) continue;
    has_new = true;
    by_market_[token->market].insert(&who);
    if (wants_dump && token->is_trading && is.tokens.size() <= most_books) books.add(book_message(*token, state_));
  }
  if (!has_new && !tokens.empty()) return who.send("NO NEW ASSETS", frame_kind::answer);
  if (wants_dump) who.send(books.take(), frame_kind::notice);
}

void market_channel::unsubscribe(connection& who, client& is, const std::vector<std::string>& tokens) {
  for (const auto& name : tokens) {
    const auto* token = state_.find_token(name);
    if (token == nullptr || is.tokens.erase(token) == 0) continue;
    const auto& other = state_.token(token->market, 1 - token->outcome);
    if (!is.tokens.contains(&other)) by_market_[token->market].erase(&who);
  }
}

void market_channel::on_event(const market_event& what, const token_state& token) {
  if (const auto* change = std::get_if<book_change>(&what.body)) return add_changes(*change, what.venue_ns, token);
  if (const auto* done = std::get_if<trade>(&what.body)) {
    flush();
    to_token(token,
             json_members{}
                 .text("event_type", "last_trade_price")
                 .text("market", state_.market_of(token).condition_id)
                 .text("asset_id", state_.name_of(token))
                 .text("price", to_string(done->at))
                 .text("size", to_string(done->size))
                 .text("side", side_text(token.last_side))
                 .text("fee_rate_bps", "0")
                 .text("timestamp", ms_text(what.venue_ns))
                 .text("transaction_hash", fmt::format("0x{:064x}", ++trades_))
                 .take(),
             false);
    traded_ = token.market;
  }
  if (const auto* status = std::get_if<instrument_status>(&what.body)) on_status(*status, what.venue_ns, token);
}

void market_channel::add_changes(const book_change& x, std::int64_t ns, const token_state& token) {
  if (waiting_ && (waiting_->market != token.market || waiting_->ns != ns)) flush();
  if (!waiting_) waiting_ = price_changes{.market = token.market, .ns = ns};
  waiting_->tokens.insert(&token);
  const auto wanted = by_market_.find(token.market);
  if (wanted == by_market_.end() || wanted->second.empty()) return;
  const auto hash = text_of(token, state_).hash;
  for (const auto& [levels, which] : {std::pair{&x.bids, side::buy}, {&x.asks, side::sell}})
    for (const auto& level : *levels)
      fmt::format_to(
          std::back_inserter(waiting_->entries),
          R"({}{{"asset_id":"{}","price":"{}","size":"{}","side":"{}","hash":"{}","best_bid":"{}","best_ask":"{}"}})",
          waiting_->entries.empty() ? "" : ",", state_.name_of(token), to_string(level.at), to_string(level.size),
          side_text(which), hash, price_text(token.book.best_bid()), price_text(token.book.best_ask()));
}

void market_channel::flush() {
  if (!waiting_) return;
  const auto x = std::move(*waiting_);
  waiting_.reset();
  if (!x.entries.empty())
    to_market(x.market,
              fmt::format(R"({{"event_type":"price_change","market":"{}","timestamp":"{}","price_changes":[{}]}})",
                          state_.markets()[x.market].condition_id, ms_text(x.ns), x.entries),
              frame_kind::book_change);
  if (traded_ == x.market)
    for (const auto* token : x.tokens) send_book(*token);
  traded_.reset();
  for (const auto* token : x.tokens) send_touch(*token, x.ns);
}

void market_channel::send_book(const token_state& token) {
  if (by_market_.contains(token.market)) to_token(token, book_message(token, state_), false);
}

void market_channel::send_touch(const token_state& token, std::int64_t ns) {
  const auto* bid = token.book.best_bid();
  const auto* ask = token.book.best_ask();
  const std::pair now{bid != nullptr ? optional_price{bid->at} : optional_price{},
                      ask != nullptr ? optional_price{ask->at} : optional_price{}};
  if (std::exchange(touches_[&token], now) == now || !by_market_.contains(token.market)) return;
  to_token(token,
           json_members{}
               .text("event_type", "best_bid_ask")
               .text("market", state_.market_of(token).condition_id)
               .text("asset_id", state_.name_of(token))
               .text("best_bid", price_text(bid))
               .text("best_ask", price_text(ask))
               .text("spread", bid != nullptr && ask != nullptr ? to_string(ask->at - bid->at) : std::string{})
               .text("timestamp", ms_text(ns))
               .take(),
           true);
}

void market_channel::on_status(const instrument_status& x, std::int64_t ns, const token_state& token) {
  flush();
  const auto& market = state_.market_of(token);
  if (x.state == instrument_state::tick_changed) {
    // It becomes ten times finer. Source: Polymarket, tick-size change.
    to_token(token,
             json_members{}
                 .text("event_type", "tick_size_change")
                 .text("market", market.condition_id)
                 .text("asset_id", state_.name_of(token))
                 .text("old_tick_size", to_string(price{token.tick.nanos * 10}))
                 .text("new_tick_size", to_string(token.tick))
                 .text("timestamp", ms_text(ns))
                 .take(),
             false);
  }
  if (token.outcome != 0) return; // the rest is about the market
  if (x.state == instrument_state::listed)
    to_custom(market_message("new_market", market, state_, ns)
                  .text("condition_id", market.condition_id)
                  .flag("active", true)
                  .add("clob_token_ids", array_of({market.outcomes[0].token, market.outcomes[1].token}))
                  .text("sports_market_type", "")
                  .text("line", "")
                  .text("game_start_time", "")
                  .text("order_price_min_tick_size", to_string(token.tick))
                  .text("group_item_title", "")
                  .text("taker_base_fee", "1000")
                  .flag("fees_enabled", market.fee_rate > 0)
                  .add("fee_schedule", fee_schedule(market))
                  .take());
  if (x.state == instrument_state::settled && market.winner >= 0) {
    const auto& winner = market.outcomes[static_cast<std::size_t>(market.winner)];
    to_custom(market_message("market_resolved", market, state_, ns)
                  .text("winning_asset_id", winner.token)
                  .text("winning_outcome", winner.label)
                  .take());
  }
}

void market_channel::to_market(std::size_t market, const std::string& text, frame_kind kind) {
  const auto found = by_market_.find(market);
  if (found == by_market_.end()) return;
  for (auto* who : found->second) who->send(text, kind);
}

void market_channel::to_token(const token_state& token, const std::string& text, bool only_custom) {
  const auto found = by_market_.find(token.market);
  if (found == by_market_.end()) return;
  for (auto* who : found->second)
    if (const auto& is = clients_.at(who); is.tokens.contains(&token) && (is.wants_custom || !only_custom))
      who->send(text, frame_kind::notice);
}

void market_channel::to_custom(const std::string& text) {
  for (const auto& [who, is] : clients_)
    if (is.wants_custom) who->send(text, frame_kind::notice);
}

} // namespace strike::sandbox::polymarket
