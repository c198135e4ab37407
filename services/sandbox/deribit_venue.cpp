#include "sandbox/deribit_venue.hpp"

#include "base/time.hpp"
#include "sandbox/deribit_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace strike::sandbox::deribit {

namespace {

constexpr std::string_view socket_path = "/ws/api/v2", rest_path = "/api/v2/";
constexpr std::size_t most_frame_bytes = 32 * 1024;
constexpr std::int64_t idle_ns = 60 * ns_per_s; ///< a connection without traffic and heartbeat
constexpr std::int64_t service_us = 120;        ///< what an answer says it took
constexpr std::size_t most_credit_entries = 10'000;

const rpc_error too_many{10028, "too_many_requests"};
const rpc_error maintenance{11051, "system_maintenance"};
const rpc_error invalid_request{-32600, "Invalid Request"};
const rpc_error too_large{-32600, "request entity too large"};
const rpc_error invalid_json{11050, "bad_request", in_quotes("invalid json")};

std::optional<boost::json::value> parse(std::string_view text) {
  boost::system::error_code failed;
  auto made = boost::json::parse({text.data(), text.size()}, failed);
  if (failed) return {};
  return made;
}

/// The id as it came; empty if there is none.
std::string id_of(const boost::json::object& request) {
  const auto* const id = request.if_contains("id");
  return id ? boost::json::serialize(*id) : std::string{};
}

struct rpc_request {
  std::string id, method;
  boost::json::object params;
};
std::expected<rpc_request, rpc_error> request_of(boost::json::object& from) {
  rpc_request made{.id = id_of(from)};
  const auto* const method = from.if_contains("method");
  if (!method || !method->is_string()) return std::unexpected{invalid_request};
  made.method = std::string{method->get_string().data(), method->get_string().size()};
  if (auto* params = from.if_contains("params")) {
    if (!params->is_object()) return std::unexpected{invalid_param("params", "must be an object")};
    made.params = std::move(params->get_object());
  }
  return made;
}

} // namespace

deribit_venue::deribit_venue(const market_source& source, const market_view& view, settings how)
    : how_{std::move(how)}, market_{source, view}, feed_{market_}, orders_{source, view, how_.orders},
      user_feed_{orders_, view, how_.lower_case_portfolio}, accounts_{{.keys = how_.keys,
                                                                       .expires_in_s = how_.token_lifetime_s}} {
  for (const auto& key : how_.keys)
    if (!owners_.contains(key.account)) owners_[key.account] = orders_.open_account(key.account);
}

std::optional<http_response> deribit_venue::on_upgrade(const http_request& how, std::int64_t) {
  if (how.path != socket_path) return http_response{.status = 404, .body = "a WebSocket is at /ws/api/v2"};
  const auto open = std::ranges::count_if(sessions_, [&](const auto& x) { return x.second.remote == how.remote; });
  if (static_cast<std::size_t>(open) >= how_.most_connections) return http_response{.status = 429, .body = ""};
  return {};
}

void deribit_venue::on_open(connection& with, const http_request& how, std::int64_t now_ns) {
  sessions_[&with] = {.line = &with, .remote = how.remote, .heard_ns = now_ns};
  next_watch_ns_ = 0;
}

void deribit_venue::on_close(connection& which) {
  const auto& was = sessions_.at(&which);
  if (does_cancel(was) && !was.is_leaving) lost_.push_back(which.id());
  feed_.unsubscribe_all(which);
  user_feed_.unsubscribe_all(which);
  accounts_.forget(which.id());
  sessions_.erase(&which);
}

void deribit_venue::on_text(connection& from, std::string_view text, std::int64_t now_ns) {
  auto& at = sessions_.at(&from);
  at.heard_ns = now_ns;
  if (text.size() > most_frame_bytes) return answer(at, "", std::unexpected{too_large}, now_ns);
  auto parsed = parse(text);
  if (!parsed) return answer(at, "", std::unexpected{invalid_json}, now_ns);
  if (!parsed->is_object()) return answer(at, "", std::unexpected{invalid_request}, now_ns);
  auto& object = parsed->get_object();
  const auto request = request_of(object);
  if (!request) return answer(at, id_of(object), std::unexpected{request.error()}, now_ns);
  const auto made = dispatch(request->method, request->params, &at, at.remote, now_ns);
  if (made && made->empty()) return; // it has no reply
  answer(at, request->id, made, now_ns);
  publish(now_ns);
  if (!made && made.error().code == too_many.code) from.close(1008, too_many.message);
}

outcome deribit_venue::dispatch(std::string_view name, const boost::json::object& params, session* from,
                                std::string_view remote, std::int64_t now_ns) {
  const auto* const found = find_method(name);
  if (!found) return std::unexpected{rpc_error{-32601, "Method not found"}};
  auto who = identity_of(params, from, now_ns);
  if (credits_.size() > most_credit_entries) credits_.clear();
  auto& left =
      credits_
          .try_emplace(who.account.empty() ? std::string{remote} : who.account, how_.trading_rate, how_.trading_burst)
          .first->second;
  if (!left.take(found->cost, now_ns)) return std::unexpected{too_many};
  if (found->is_websocket_only && !from) return std::unexpected{rpc_error{10030, "must_be_websocket_request"}};
  if (name.starts_with("private/") && who.account.empty()) return std::unexpected{rpc_error{13009, "unauthorized"}};
  if (!found->permission.empty() && !who.may(found->permission))
    return std::unexpected{rpc_error{13403, "scope_exceeded", in_quotes(found->permission)}};
  return (this->*found->run)({params, from, std::move(who), now_ns});
}

/// Whom the connection, or the token within the request, speaks for.
identity deribit_venue::identity_of(const boost::json::object& params, const session* from, std::int64_t now_ns) const {
  if (from && now_ns < from->login_ends_ns) return from->who;
  const auto token = text_of(params, "access_token");
  if (token.empty()) return {};
  return accounts_.identity_of(token, from ? from->line->id() : 0, now_ns).value_or(identity{});
}

std::string deribit_venue::envelope(std::string_view id, const outcome& x, std::int64_t now_ns) const {
  json_object made;
  made.text("jsonrpc", "2.0");
  if (!id.empty()) made.add("id", id);
  if (x) {
    made.add("result", *x);
  } else {
    json_object fault;
    fault.integer("code", x.error().code).text("message", x.error().message);
    if (!x.error().data.empty()) fault.add("data", x.error().data);
    made.add("error", fault.take());
  }
  const auto in_us = now_ns / ns_per_us;
  made.integer("usIn", in_us).integer("usOut", in_us + service_us).integer("usDiff", service_us);
  return made.flag("testnet", how_.testnet).take();
}

void deribit_venue::answer(session& to, std::string_view id, const outcome& x, std::int64_t now_ns) {
  to.line->send(envelope(id, x, now_ns), frame_kind::answer);
}

http_response deribit_venue::http_answer(std::string_view id, const outcome& x, std::int64_t now_ns) const {
  const int status = x ? 200 : x.error().code == too_many.code ? 429 : 400;
  return {.status = status, .body = envelope(id, x, now_ns)};
}

http_response deribit_venue::on_http(const http_request& what, std::int64_t now_ns) {
  if (!what.path.starts_with(rest_path.substr(0, rest_path.size() - 1)))
    return {.status = 404, .content_type = "text/plain", .body = "the API is at /api/v2/"};
  rpc_request request{.method = what.path.substr(std::min(rest_path.size(), what.path.size()))};
  if (what.method == "POST") {
    auto parsed = parse(what.body);
    if (what.body.size() > most_frame_bytes) return http_answer("", std::unexpected{too_large}, now_ns);
    if (!parsed || !parsed->is_object()) return http_answer("", std::unexpected{invalid_json}, now_ns);
    auto made = request_of(parsed->get_object());
    if (!made) return http_answer("", std::unexpected{made.error()}, now_ns);
    request = *std::move(made);
  } else if (what.method == "GET") {
    for (const auto& [name, value] : what.query) request.params[name] = value;
  } else {
    return {.status = 405, .content_type = "text/plain", .body = "GET or POST"};
  }
  auto made = http_answer(request.id, dispatch(request.method, request.params, nullptr, what.remote, now_ns), now_ns);
  publish(now_ns);
  return made;
}

void deribit_venue::on_event(const market_event& what, std::int64_t now_ns) {
  orders_.on_event(what, now_ns);
  publish(now_ns);
  market_.on_event(what);
  feed_.on_event(what, now_ns);
}

std::int64_t deribit_venue::round(std::int64_t now_ns) {
  cancel_lost(now_ns);
  auto next = std::min(feed_.round(now_ns), orders_.advance(now_ns));
  publish(now_ns);
  next = std::min(next, user_feed_.round(now_ns));
  if (now_ns >= next_watch_ns_) {
    next_watch_ns_ = now_ns + idle_ns;
    for (auto& [line, x] : sessions_) next_watch_ns_ = std::min(next_watch_ns_, watch(x, now_ns));
  }
  return std::min(next, next_watch_ns_);
}

/// Heartbeats, and the end of those who do not answer. Source: Deribit page, section 5: with an interval of 10 s the
/// first test_request comes after 12 s, later ones every 10.6 s, and the connection ends 10 s after an unanswered one.
/// @returns when to look again
std::int64_t deribit_venue::watch(session& x, std::int64_t now_ns) {
  const auto active_ns = std::max({x.heard_ns, feed_.last_sent_ns(*x.line), user_feed_.last_sent_ns(*x.line)});
  if (x.heartbeat_ns == 0) {
    if (now_ns - active_ns < idle_ns) return active_ns + idle_ns;
    x.line->cut();
    return INT64_MAX;
  }
  if (x.answer_by_ns != 0 && now_ns >= x.answer_by_ns) {
    x.answer_by_ns = x.heartbeat_ns = 0;
    x.heard_ns = now_ns;
    x.line->close(4000, "heartbeat close");
    return INT64_MAX;
  }
  if (now_ns >= x.next_test_ns) {
    const auto beat = [&](const char* type) {
      x.line->send(fmt::format(R"({{"jsonrpc":"2.0","method":"heartbeat","params":{{"type":"{}"}}}})", type),
                   frame_kind::answer);
    };
    if (now_ns - active_ns >= x.heartbeat_ns) beat("heartbeat"); // a quiet connection sees this kind, too
    beat("test_request");
    x.next_test_ns = now_ns + x.heartbeat_ns * 106 / 100;
    if (x.answer_by_ns == 0) x.answer_by_ns = now_ns + x.heartbeat_ns;
  }
  return x.answer_by_ns != 0 ? std::min(x.answer_by_ns, x.next_test_ns) : x.next_test_ns;
}

rpc_error deribit_venue::error_of(refusal why) {
  switch (why) {
  case refusal::throttled:
    return too_many;
  case refusal::failed:
    return {11094, "internal_server_error"};
  case refusal::rejected:
    return maintenance;
  }
  return maintenance;
}

void deribit_venue::refuse(connection& from, std::string_view text, refusal why, std::int64_t now_ns) {
  auto parsed = parse(text);
  const auto id = parsed && parsed->is_object() ? id_of(parsed->get_object()) : std::string{};
  answer(sessions_.at(&from), id, std::unexpected{error_of(why)}, now_ns);
  if (why == refusal::throttled) from.close(1008, too_many.message);
}

http_response deribit_venue::refuse(const http_request&, refusal why, std::int64_t now_ns) {
  auto made = http_answer("", std::unexpected{error_of(why)}, now_ns);
  if (why == refusal::failed) made.status = 500;
  return made;
}

bool deribit_venue::is_order(std::string_view text) const {
  auto parsed = parse(text);
  if (!parsed || !parsed->is_object()) return false;
  const auto request = request_of(parsed->get_object());
  const auto* const found = request ? find_method(request->method) : nullptr;
  return found && found->cost >= cost_class::trading;
}

bool deribit_venue::is_order(const http_request& what) const {
  if (what.method == "POST") return is_order(std::string_view{what.body});
  const auto* const found = find_method(what.path.substr(std::min(rest_path.size(), what.path.size())));
  return found && found->cost >= cost_class::trading;
}

} // namespace strike::sandbox::deribit
