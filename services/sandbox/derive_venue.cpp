#include "sandbox/derive_venue.hpp"

#include "base/time.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace strike::sandbox::derive {

namespace {

namespace json = boost::json;

constexpr std::string_view cash = "USDC";

/// Numbers in the form that ids have.
std::string uuid(unsigned kind, std::uint64_t n) { return fmt::format("{:08x}-0000-4000-8000-{:012x}", kind, n); }
std::string order_name(const instrument&, std::uint64_t n) { return uuid(1, n); }
std::string trade_name(const instrument&, std::uint64_t n) { return uuid(2, n); }

bool is_order_method(std::string_view method) {
  return method == "private/order" || method == "private/replace" || method.starts_with("private/cancel");
}

std::string envelope(const json::value& id, answer<json::value> x) {
  if (x) return json::serialize(json::object{{"id", id}, {"result", std::move(*x)}});
  return json::serialize(json::object{{"id", id}, {"error", error_json(x.error())}});
}

/// As `envelope`, with the id last. Source: Derive, recorded REST answers.
std::string rest_envelope(const std::string& id, answer<json::value> x) {
  if (x) return json::serialize(json::object{{"result", std::move(*x)}, {"id", id}});
  return json::serialize(json::object{{"error", error_json(x.error())}, {"id", id}});
}

/// The id of what may be a request; null if it is none.
json::value id_in(std::string_view text) {
  boost::system::error_code fault;
  const auto x = json::parse(text, fault);
  const auto* id = !fault && x.is_object() ? x.get_object().if_contains("id") : nullptr;
  return id != nullptr && (id->is_string() || id->is_number()) ? *id : json::value(nullptr);
}

rpc_error error_of(refusal why) {
  if (why == refusal::failed) return {9000, "Confirmation timed out"};
  if (why == refusal::throttled) return {-32000, "Rate limit exceeded", "Retry after 1000 ms"};
  return {-32603, "Internal error"};
}

/// @returns `params.channels`
answer<std::vector<std::string>> channel_names(const json::object& params) {
  const auto* list = params.if_contains("channels");
  if (list == nullptr || !list->is_array())
    return std::unexpected{invalid_params("{'channels': ['Not a valid list.']}")};
  std::vector<std::string> names;
  for (const auto& x : list->get_array()) {
    if (!x.is_string()) return std::unexpected{invalid_params("{'channels': ['Not a valid string.']}")};
    names.emplace_back(std::string_view{x.get_string()});
  }
  return names;
}

} // namespace

settings read_settings(config::section from) {
  settings x;
  auto& orders = x.orders;
  orders.version = from.choice("api", orders.version);
  orders.chain = from.choice("network", orders.chain);
  orders.least_signature_life_ns = from.duration_ns("least_signature_life", orders.least_signature_life_ns);
  orders.nonce_window_ns = from.duration_ns("nonce_window", orders.nonce_window_ns);
  orders.burns_unseen_nonces = from.flag("burns_unseen_nonces", orders.burns_unseen_nonces);
  const auto per_window = [&](std::string_view key, std::uint32_t fallback) {
    return static_cast<std::uint32_t>(from.integer(key, fallback, 0, 1'000'000));
  };
  x.limits.requests = per_window("requests_per_window", x.limits.requests);
  x.limits.matching = per_window("matching_per_window", x.limits.matching);
  x.limits.others = per_window("others_per_window", x.limits.others);
  x.limits.cancel_all = per_window("cancel_all_per_window", x.limits.cancel_all);
  x.balance = from.quantity_of("balance", x.balance);
  x.accounts = read_accounts(from);
  return x;
}

derive_venue::derive_venue(settings how, const market_source& source, const market_view& market)
    : how_{std::move(how)}, source_{source}, market_{market}, channels_{source, market, tape_},
      desk_{{.at = venue::derive, .fees_for = fees_of, .order_name = order_name, .trade_name = trade_name},
            source,
            market},
      wallets_{how_.accounts}, orders_{how_.orders, desk_, market, wallets_}, limits_{how_.limits} {
  open_accounts();
}

void derive_venue::open_accounts() {
  const money start{how_.balance.nanos};
  for (const auto& [owner, of] : wallets_.all())
    for (const auto subaccount : of.subaccounts) {
      const auto id = desk_.open_account(std::to_string(subaccount), {{std::string{cash}, start}});
      orders_.add(subaccount, id);
      private_channels_.watch(id, subaccount, owner, start);
    }
}

std::optional<http_response> derive_venue::on_upgrade(const http_request& how, std::int64_t) {
  if (how.path == prefix() + "/ws") return {};
  return http_response{.status = 404, .body = R"({"error":"Not found"})"};
}

void derive_venue::on_open(connection& with, const http_request& how, std::int64_t now_ns) {
  now_ns_ = now_ns;
  clients_[&with] = {.address = how.remote};
}

void derive_venue::on_close(connection& which) {
  channels_.forget(which);
  private_channels_.forget(which);
  const auto found = clients_.find(&which);
  const auto* of = found->second.who.of;
  if (of != nullptr && of->cancels_on_disconnect)
    for (const auto subaccount : of->subaccounts)
      orders_.cancel_where(
          *orders_.owner_of(found->second.who, subaccount), [](const order_record&) { return true; },
          "cancel_on_disconnect", now_ns_);
  clients_.erase(found);
}

void derive_venue::on_text(connection& from, std::string_view text, std::int64_t now_ns) {
  now_ns_ = now_ns;
  if (text == "ping") return from.send("pong", frame_kind::answer);
  boost::system::error_code fault;
  const auto request = json::parse(text, fault);
  if (fault) return from.send(envelope(nullptr, std::unexpected{rpc_error{-32700, "Parse error"}}), frame_kind::answer);
  const auto id = id_in(text);
  const auto refuse_it = [&](rpc_error why) {
    from.send(envelope(id, std::unexpected{std::move(why)}), frame_kind::answer);
  };
  const auto* method = request.is_object() ? request.get_object().if_contains("method") : nullptr;
  if (method == nullptr || !method->is_string() || id.is_null()) return refuse_it({-32600, "Invalid request"});
  const auto* params = request.get_object().if_contains("params");
  if (params == nullptr || !params->is_object()) return refuse_it(invalid_params("params must be an object"));
  from.send(envelope(id, serve(from, method->get_string(), params->get_object(), now_ns)), frame_kind::answer);
  publish(now_ns);
}

answer<json::value> derive_venue::serve(connection& from, std::string_view method, const json::object& params,
                                        std::int64_t now_ns) {
  const auto& who_is = clients_.at(&from);
  const bool is_private = method.starts_with("private/");
  const auto payer = is_private && who_is.who.of != nullptr ? hex_of(who_is.who.of->owner) : who_is.address;
  if (auto over = limits_.over(payer, method, params, now_ns)) return std::unexpected{std::move(*over)};
  if (method == "subscribe") return subscribe(from, params);
  if (method == "unsubscribe") return unsubscribe(from, params);
  if (method == "public/login") return log_in(from, params, now_ns);
  if (method == "public/getRateLimits") return limits_.remaining(payer, now_ns);
  if (is_private)
    return call_private(method, params, {who_is.who, orders_, desk_, view(), limits_.settings(), true, now_ns});
  return call(method, params, {source_, market_, tape_, version(), now_ns});
}

/// Source: Derive, public/login.
answer<json::value> derive_venue::log_in(connection& from, const json::object& params, std::int64_t now_ns) {
  parameters p{params};
  const auto wallet_text = p.required_text("wallet"), signature = p.required_text("signature"),
             timestamp = std::to_string(p.required_number("timestamp"));
  if (p.fault()) return std::unexpected{*p.fault()};
  auto who = wallets_.log_in(wallet_text, timestamp, signature, now_ns);
  if (!who) return std::unexpected{who.error()};
  clients_.at(&from).who = *who;
  return json::value_from(who->of->subaccounts);
}

/// Why a private channel is not for that client; none for one that is, and for public ones.
std::optional<std::string> derive_venue::private_fault(connection& from, std::string_view name) {
  const auto subaccount = private_channels::subaccount_in(name);
  if (!subaccount || orders_.owner_of(clients_.at(&from).who, *subaccount)) return {};
  return "Not allowed to access private channel"; // Source: Derive, errors, 14022
}

json::value derive_venue::all_channels(connection& of) const {
  auto names = channels_.of(of);
  const auto own = private_channels_.of(of);
  names.insert(names.end(), own.begin(), own.end());
  return json::value_from(names);
}

answer<json::value> derive_venue::subscribe(connection& from, const json::object& params) {
  const auto names = channel_names(params);
  if (!names) return std::unexpected{names.error()};
  json::object status;
  std::vector<std::pair<std::string, std::optional<channel_name>>> good; // private ones are only a name
  for (const auto& name : *names) {
    std::optional<channel_name> what;
    auto fault = private_fault(from, name);
    if (!private_channels::subaccount_in(name)) {
      auto x = parse_channel(name, market_, version());
      if (x)
        what = std::move(*x);
      else
        fault = x.error();
    }
    // v3 refuses all for one. Source: Derive, subscriptions.
    if (fault && version() == api::v3) return std::unexpected{invalid_params(name + ": " + *fault)};
    status[name] = fault.value_or("ok");
    if (!fault) good.emplace_back(name, std::move(what));
  }
  if (good.empty() && !names->empty())
    return std::unexpected{rpc_error{13000, "Invalid channels", json::serialize(status)}};
  for (const auto& [name, what] : good) {
    if (what)
      channels_.subscribe(from, name, *what);
    else
      private_channels_.subscribe(from, name);
  }
  return json::object{{"status", std::move(status)}, {"current_subscriptions", all_channels(from)}};
}

answer<json::value> derive_venue::unsubscribe(connection& from, const json::object& params) {
  auto names = json::value_to<std::vector<std::string>>(all_channels(from)); // without channels: all
  const auto* list = params.if_contains("channels");
  if (list != nullptr && !list->is_null()) {
    auto given = channel_names(params);
    if (!given) return std::unexpected{given.error()};
    names = std::move(*given);
  }
  json::object status;
  for (const auto& name : names) {
    const bool was = private_channels::subaccount_in(name) ? private_channels_.unsubscribe(from, name)
                                                           : channels_.unsubscribe(from, name);
    status[name] = was ? "ok" : "not subscribed";
  }
  return json::object{{"status", std::move(status)}, {"remaining_subscriptions", all_channels(from)}};
}

http_response derive_venue::on_http(const http_request& what, std::int64_t now_ns) {
  now_ns_ = now_ns;
  const bool is_v2 = version() == api::v2;
  // Source: Derive, REST.
  if (!is_v2 && value_of(what.extra, "user-agent").empty())
    return {.status = 403, .content_type = "text/plain", .body = "Forbidden"};
  const auto path = prefix() + "/";
  if (!what.path.starts_with(path) || (what.method != "POST" && !(is_v2 && what.method == "GET")))
    return {.status = 404, .body = R"({"error":"Not found"})"};
  const auto answer_with = [&](int status, answer<json::value> x) {
    return http_response{.status = status, .body = rest_envelope(next_id(), std::move(x))};
  };
  json::object params;
  for (const auto& [key, value] : what.query) params[key] = value;
  if (!what.body.empty()) {
    boost::system::error_code fault;
    auto body = json::parse(what.body, fault);
    if (fault) return answer_with(400, std::unexpected{rpc_error{-32700, "Parse error"}});
    if (!body.is_object()) return answer_with(400, std::unexpected{rpc_error{-32600, "Invalid request"}});
    params = std::move(body.get_object());
  }
  auto x = serve_rest(what, what.path.substr(path.size()), params, now_ns);
  publish(now_ns);
  constexpr int over_limit = -32000;
  const int status = !x && x.error().code == over_limit ? 429 : 200;
  return answer_with(status, std::move(x));
}

/// Private methods bear what a login does, in headers. Source: Derive, REST headers.
answer<json::value> derive_venue::serve_rest(const http_request& what, std::string_view method,
                                             const json::object& params, std::int64_t now_ns) {
  caller who;
  const bool is_private = method.starts_with("private/");
  if (is_private) {
    const std::string start = version() == api::v3 ? "x-derive" : "x-lyra";
    const auto wallet_text = value_of(what.extra, start + "wallet"), time = value_of(what.extra, start + "timestamp"),
               signature = value_of(what.extra, start + "signature");
    if (wallet_text.empty() || time.empty() || signature.empty())
      return std::unexpected{rpc_error{14020, "Missing auth header", start + "wallet, -timestamp, -signature"}};
    const auto known = wallets_.log_in(wallet_text, time, signature, now_ns);
    if (!known) return std::unexpected{known.error()};
    who = *known;
  }
  const auto payer = is_private ? hex_of(who.of->owner) : what.remote;
  if (auto over = limits_.over(payer, method, params, now_ns)) return std::unexpected{std::move(*over)};
  if (is_private) return call_private(method, params, {who, orders_, desk_, view(), limits_.settings(), false, now_ns});
  return call(method, params, {source_, market_, tape_, version(), now_ns});
}

bool derive_venue::is_order(std::string_view text) const {
  boost::system::error_code fault;
  const auto x = json::parse(text, fault);
  const auto* method = !fault && x.is_object() ? x.get_object().if_contains("method") : nullptr;
  return method != nullptr && method->is_string() && is_order_method(method->get_string());
}
bool derive_venue::is_order(const http_request& what) const {
  const auto at = what.path.find("private/");
  return at != std::string::npos && is_order_method(std::string_view{what.path}.substr(at));
}

void derive_venue::on_event(const market_event& what, std::int64_t now_ns) {
  now_ns_ = now_ns;
  desk_.on_event(what, now_ns);
  publish(now_ns);
  const auto& of = market_.at(what.instrument);
  if (!of.listing || of.listing->rules.at != venue::derive) return;
  channels_.touch(what.instrument);
  if (const auto* x = std::get_if<trade>(&what.body)) channels_.print(tape_.add(of, *x, what.venue_ns));
}

std::int64_t derive_venue::round(std::int64_t now_ns) {
  now_ns_ = now_ns;
  const auto next = desk_.advance(now_ns);
  publish(now_ns);
  return std::min(next, channels_.round(now_ns));
}

void derive_venue::refuse(connection& from, std::string_view text, refusal why, std::int64_t) {
  from.send(envelope(id_in(text), std::unexpected{error_of(why)}), frame_kind::answer);
}

http_response derive_venue::refuse(const http_request&, refusal why, std::int64_t) {
  return {.status = why == refusal::throttled ? 429 : 500,
          .body = rest_envelope(next_id(), std::unexpected{error_of(why)})};
}

std::string derive_venue::next_id() { return uuid(0, ++answers_); }

} // namespace strike::sandbox::derive
