// Stands in for all services, as a browser test or a person tells it: lines on stdin, each a JSON object.
//
//     {"strategy":"gamma","state":{...},"layout":[...]}    what a strategy shows; the layout where it is new, and
//                                                          "run_state", "reason", "type" where they are. "skip": 3
//                                                          leaves out three sequence numbers
//     {"ticker":{"instrument":"deribit:BTC-PERPETUAL","best_bid":1,"mark":1.5,...}}    names as in a recording
//     {"book":{"instrument":..,"bids":[[1,2]],"asks":[[2,2]]}}
//     {"order":{"strategy":..,"client_id":..,"instrument":..,"state":"open","side":"buy","limit":1,"filled":0,
//               "remaining":2,"fill_price":1,"fill_size":1,"fee":0}}    with a fill where it has a fill_price
//     {"beat":{"service":"exec","ready":true,"replay":{"is_paused":..,"speed":..,"position_ms":..,"first_ms":..,
//              "fraction":..}}}
//
//     {"risk":{"states":[{"scope":"venue","name":"derive","state":"halted","source":"command","reason":..,"by":..}],
//              "limits":[{"scope":..,"name":..,"limit":..,"used":..,"most":..}],"kills":[{"scope":..,"name":..,
//              "flatten":..,"reason":..,"by":..,"is_over":..,"is_clean":..,"lines":[..]}]}}
//
// A strategy "broken" does not stop. Says on stdout where it publishes and where it takes control requests, and then
// each request that it has carried out. Who comes late gets the newest of each strategy.
#include "bus/publisher.hpp"
#include "base/symbol.hpp"
#include "bus/request.hpp"
#include "bus/topic.hpp"
#include "wire/control.hpp"
#include "wire/dashboard.hpp"
#include "wire/market.hpp"
#include "wire/ops.hpp"
#include "wire/order.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <iostream>
#include <map>
#include <mutex>

using namespace strike;
namespace json = boost::json;

namespace {

std::int64_t now_ns() { return std::chrono::system_clock::now().time_since_epoch().count(); }
std::string_view text_of(const json::value& x) { return {x.as_string().data(), x.as_string().size()}; }
double number_of(const json::value& x) { return x.to_number<double>(); }

/// What services would publish. Any thread.
class services {
public:
  explicit services(const char* endpoint);
  std::string endpoints() const { return out_->endpoint() + " " + control_->endpoint(); }
  void say(const json::object& what);

private:
  void publish(std::string_view topic) { out_->publish(topic, bytes_); }
  void publish(const wire::dashboard_state& x);
  void show(const json::object& what);
  void tell_market(const json::object& what, channel on, decltype(market_event::body) body);
  void quote(const json::object& what);
  void show_book(const json::object& what);
  void tell_order(const json::object& what);
  void beat(const json::object& what);
  void set_risk(const json::object& what);
  void carry_out(std::string_view peer, std::string_view bytes);
  instrument_id id_of(const json::object& what) {
    const auto name = parse_qualified_symbol(text_of(what.at("instrument"))).value();
    return names_.intern(name.at, name.symbol).value();
  }

  std::mutex guard_;
  const std::uint64_t epoch_ = static_cast<std::uint64_t>(now_ns());
  instrument_registry names_;
  std::map<std::string, wire::dashboard_state> newest_;
  wire::risk_report risk_;
  std::map<std::string, std::uint64_t> sequences_; ///< by topic
  wire::market_encoder encoder_;
  std::string bytes_;
  std::unique_ptr<bus::threaded_publisher> out_;
  std::unique_ptr<bus::request_server> control_;
};

services::services(const char* endpoint) {
  const std::scoped_lock lock{guard_};
  const auto on_demand = [this](const bus::demand& x) {
    const std::scoped_lock held{guard_};
    if (x.is_wanted && std::string_view{"dash/"}.starts_with(x.prefix.substr(0, 5)))
      for (const auto& [name, state] : newest_) publish(state);
  };
  const bus::context where;
  out_ = bus::threaded_publisher::open(where, {.bind = {.endpoint = endpoint}, .on_demand = on_demand}).value();
  control_ =
      bus::request_server::open(
          where, {.bind = {.endpoint = "tcp://127.0.0.1:*"},
                  .on_request = [this](std::string_view peer, std::string_view bytes) { carry_out(peer, bytes); }})
          .value();
}

void services::carry_out(std::string_view peer, std::string_view bytes) {
  const std::scoped_lock lock{guard_};
  const auto request = wire::decode_control_request(bytes).value();
  wire::control_reply reply;
  reply.request_id = request.request_id;
  reply.outcome = wire::control_done{};
  if (const auto* x = std::get_if<wire::start_strategy>(&request.body))
    std::cout << "start_strategy " << x->strategy << std::endl;
  else if (const auto* y = std::get_if<wire::stop_strategy>(&request.body); y && y->strategy != "broken")
    std::cout << "stop_strategy " << y->strategy << std::endl;
  else if (std::holds_alternative<wire::ask_risk>(request.body))
    reply.outcome = risk_;
  else if (const auto* halt = std::get_if<wire::restrict_trading>(&request.body))
    std::cout << "restrict " << to_string(halt->where) << ' ' << to_text(halt->state) << ": " << halt->reason << " by "
              << halt->by << std::endl;
  else if (const auto* resume = std::get_if<wire::resume_trading>(&request.body))
    std::cout << "resume " << to_string(resume->where) << " by " << resume->by << std::endl;
  else if (const auto* kill = std::get_if<wire::kill_trading>(&request.body))
    std::cout << "kill " << to_string(kill->where) << (kill->flatten ? " flatten" : "") << ": " << kill->reason
              << " by " << kill->by << std::endl;
  else if (std::holds_alternative<wire::cancel_all_orders>(request.body))
    std::cout << "cancel_all_orders" << std::endl;
  else if (std::holds_alternative<wire::pause_replay>(request.body))
    std::cout << "pause_replay" << std::endl;
  else if (const auto* s = std::get_if<wire::set_replay_speed>(&request.body))
    std::cout << "set_replay_speed " << s->factor << std::endl;
  else
    reply.outcome = error{ec::not_found, "it will not stop"};
  std::string out;
  wire::encode(out, reply);
  std::ignore = control_->send(peer, out);
}

void services::publish(const wire::dashboard_state& x) {
  wire::encode(bytes_, x);
  publish(*bus::named_topic(bus::topic_root::dashboard, x.strategy));
}

void services::show(const json::object& what) {
  auto& x = newest_[std::string{text_of(what.at("strategy"))}];
  x.strategy = text_of(what.at("strategy"));
  x.epoch = epoch_;
  x.sequence += 1;
  if (const auto* skip = what.if_contains("skip")) x.sequence += skip->to_number<std::uint64_t>();
  x.at_ns = now_ns();
  if (const auto* run = what.if_contains("run_state")) x.run_state = from_text<wire::run_state>(text_of(*run)).value();
  if (const auto* why = what.if_contains("reason")) x.reason = text_of(*why);
  if (const auto* type = what.if_contains("type")) x.type = text_of(*type);
  x.state_json = json::serialize(what.at("state"));
  if (const auto* layout = what.if_contains("layout")) x.layout_json = json::serialize(*layout);
  publish(x);
}

void services::tell_market(const json::object& what, channel on, decltype(market_event::body) body) {
  const auto id = id_of(what);
  const auto topic = bus::market_topic(names_.at(id).at, names_.at(id).symbol, on).value();
  const market_event event{
      .venue_ns = now_ns() - 5'000'000, .recv_ns = now_ns(), .instrument = id, .body = std::move(body)};
  encoder_.encode(bytes_, {.epoch = epoch_, .sequence = ++sequences_[topic]}, std::span{&event, 1});
  publish(topic);
}

void services::quote(const json::object& what) {
  ticker made;
  const auto read = [&](const char* key, auto& to) {
    using target = std::decay_t<decltype(*to)>;
    const auto* const x = what.if_contains(key);
    if (!x) return;
    if constexpr (std::is_same_v<target, double>)
      to = number_of(*x);
    else
      to = nearest_decimal<target>(number_of(*x)).value();
  };
  read("best_bid", made.best_bid), read("best_ask", made.best_ask), read("last", made.last);
  read("best_bid_size", made.best_bid_size), read("best_ask_size", made.best_ask_size);
  read("mark", made.mark), read("index", made.index), read("underlying", made.underlying);
  read("mark_iv", made.mark_iv), read("bid_iv", made.bid_iv), read("ask_iv", made.ask_iv);
  read("delta", made.delta), read("gamma", made.gamma), read("vega", made.vega), read("theta", made.theta);
  read("open_interest", made.open_interest);
  tell_market(what, channel::ticker, made);
}

void services::show_book(const json::object& what) {
  book_snapshot made;
  for (const auto& [key, to] : {std::pair{"bids", &made.bids}, {"asks", &made.asks}})
    for (const auto& x : what.at(key).as_array())
      to->push_back(
          {nearest_decimal<price>(number_of(x.at(0))).value(), nearest_decimal<quantity>(number_of(x.at(1))).value()});
  tell_market(what, channel::book, std::move(made));
}

void services::tell_order(const json::object& what) {
  const auto decimal_of = [&](const char* key) {
    const auto* const x = what.if_contains(key);
    return x ? nearest_decimal<quantity>(number_of(*x)).value().nanos : 0;
  };
  const std::string strategy{text_of(what.at("strategy"))};
  const auto at = what.if_contains("side") ? from_text<side>(text_of(what.at("side"))).value() : side::buy;
  wire::order_change change;
  change.client_id = text_of(what.at("client_id"));
  change.terms = wire::order_terms{at, order_type::limit, {decimal_of("limit")}};
  change.update.venue_ns = now_ns();
  change.update.instrument = id_of(what);
  change.update.state = from_text<order_state>(text_of(what.at("state"))).value();
  change.update.filled = {decimal_of("filled")};
  change.update.remaining = {decimal_of("remaining")};
  if (const auto* why = what.if_contains("reason")) change.update.reason = text_of(*why);
  if (what.contains("fill_price"))
    change.update.execution = fill{.venue_ns = now_ns(),
                                   .side = at,
                                   .at = {decimal_of("fill_price")},
                                   .size = {decimal_of("fill_size")},
                                   .fee = {decimal_of("fee")}};
  const auto topic = bus::named_topic(bus::topic_root::orders, strategy).value();
  wire::encode(bytes_, {{.epoch = epoch_, .sequence = ++sequences_[topic], .strategy = strategy}, std::move(change)},
               names_);
  publish(topic);
}

void services::beat(const json::object& what) {
  wire::heartbeat made{.service = std::string{text_of(what.at("service"))},
                       .instance = "1",
                       .epoch = epoch_,
                       .at_ns = now_ns(),
                       .version = "test",
                       .ready = what.at("ready").as_bool()};
  if (const auto* counters = what.if_contains("counters"))
    for (const auto& x : counters->as_object()) made.counters[x.key()] = x.value().to_number<std::uint64_t>();
  if (const auto* x = what.if_contains("replay"))
    made.replay =
        wire::replay_position{.is_paused = x->at("is_paused").as_bool(),
                              .speed = number_of(x->at("speed")),
                              .position_ns = static_cast<std::int64_t>(number_of(x->at("position_ms"))) * 1'000'000,
                              .first_ns = static_cast<std::int64_t>(number_of(x->at("first_ms"))) * 1'000'000,
                              .fraction = number_of(x->at("fraction"))};
  wire::encode(bytes_, made);
  publish(*bus::named_topic(bus::topic_root::operations, made.service));
}

void services::set_risk(const json::object& what) {
  const auto scope_of = [](const json::object& x) {
    return risk_scope{from_text<scope_kind>(text_of(x.at("scope"))).value(), std::string{text_of(x.at("name"))}};
  };
  const auto text = [](const json::value& x) { return std::string{text_of(x)}; };
  risk_ = {};
  for (const auto& each : what.at("states").as_array()) {
    const auto& x = each.as_object();
    risk_.states.push_back({scope_of(x), from_text<state_source>(text_of(x.at("source"))).value(),
                            from_text<trading_state>(text_of(x.at("state"))).value(), text(x.at("reason")),
                            text(x.at("by")), now_ns()});
  }
  for (const auto& each : what.at("limits").as_array()) {
    const auto& x = each.as_object();
    risk_.limits.push_back({scope_of(x), text(x.at("limit")), number_of(x.at("used")), number_of(x.at("most"))});
  }
  for (const auto& each : what.at("kills").as_array()) {
    const auto& x = each.as_object();
    kill_report made{scope_of(x), x.at("flatten").as_bool(), text(x.at("reason")),       text(x.at("by")),
                     now_ns(),    x.at("is_over").as_bool(), x.at("is_clean").as_bool(), false,
                     {}};
    for (const auto& line : x.at("lines").as_array()) made.lines.push_back(text(line));
    risk_.kills.push_back(std::move(made));
  }
}

void services::say(const json::object& what) {
  const std::scoped_lock lock{guard_};
  if (what.contains("strategy")) return show(what);
  const auto& [key, value] = *what.begin();
  const auto& body = value.as_object();
  if (key == "ticker") return quote(body);
  if (key == "book") return show_book(body);
  if (key == "order") return tell_order(body);
  if (key == "beat") return beat(body);
  if (key == "risk") return set_risk(body);
  std::cerr << "what is '" << key << "'?\n";
  std::exit(1);
}

} // namespace

int main(int argc, char** argv) {
  services all{argc > 1 ? argv[1] : "tcp://127.0.0.1:*"};
  std::cout << all.endpoints() << std::endl;
  for (std::string line; std::getline(std::cin, line);) all.say(json::parse(line).as_object());
}
