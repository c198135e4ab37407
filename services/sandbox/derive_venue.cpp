#include "sandbox/derive_venue.hpp"

#include "base/time.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace strike::sandbox::derive {

namespace {

namespace json = boost::json;

constexpr std::int64_t window_ns = 5 * ns_per_s; ///< Source: Derive, rate limits
constexpr std::size_t most_windows = 10'000;     ///< then those of silent addresses are forgotten

json::object error_json(const rpc_error& x) {
  json::object y{{"code", x.code}, {"message", x.message}};
  if (!x.data.empty()) y["data"] = x.data;
  return y;
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
  x.version = from.choice("api", x.version);
  x.requests_per_window =
      static_cast<std::uint32_t>(from.integer("requests_per_window", x.requests_per_window, 0, 1'000'000));
  return x;
}

derive_venue::derive_venue(settings how, const market_source& source, const market_view& market)
    : settings_{how}, source_{source}, market_{market}, channels_{source, market, tape_} {}

std::optional<http_response> derive_venue::on_upgrade(const http_request& how, std::int64_t) {
  if (how.path == prefix() + "/ws") return {};
  return http_response{.status = 404, .body = R"({"error":"Not found"})"};
}

void derive_venue::on_open(connection& with, const http_request& how, std::int64_t) { addresses_[&with] = how.remote; }

void derive_venue::on_close(connection& which) {
  channels_.forget(which);
  addresses_.erase(&which);
}

void derive_venue::on_text(connection& from, std::string_view text, std::int64_t now_ns) {
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
  if (auto over = over_limit(addresses_[&from], now_ns)) return refuse_it(std::move(*over));
  from.send(envelope(id, serve(from, method->get_string(), params->get_object(), now_ns)), frame_kind::answer);
}

answer<json::value> derive_venue::serve(connection& from, std::string_view method, const json::object& params,
                                        std::int64_t now_ns) {
  if (method == "subscribe") return subscribe(from, params);
  if (method == "unsubscribe") return unsubscribe(from, params);
  return call(method, params, {source_, market_, tape_, settings_.version, now_ns});
}

answer<json::value> derive_venue::subscribe(connection& from, const json::object& params) {
  const auto names = channel_names(params);
  if (!names) return std::unexpected{names.error()};
  json::object status;
  std::vector<std::pair<std::string, channel_name>> good;
  for (const auto& name : *names) {
    auto x = parse_channel(name, market_, settings_.version);
    // v3 refuses all for one. Source: Derive, subscriptions.
    if (!x && settings_.version == api::v3) return std::unexpected{invalid_params(name + ": " + x.error())};
    status[name] = x ? "ok" : x.error();
    if (x) good.emplace_back(name, std::move(*x));
  }
  if (good.empty() && !names->empty())
    return std::unexpected{rpc_error{13000, "Invalid channels", json::serialize(status)}};
  for (const auto& [name, x] : good) channels_.subscribe(from, name, x);
  return json::object{{"status", std::move(status)}, {"current_subscriptions", json::value_from(channels_.of(from))}};
}

answer<json::value> derive_venue::unsubscribe(connection& from, const json::object& params) {
  auto names = channels_.of(from); // without channels: all
  const auto* list = params.if_contains("channels");
  if (list != nullptr && !list->is_null()) {
    auto given = channel_names(params);
    if (!given) return std::unexpected{given.error()};
    names = std::move(*given);
  }
  json::object status;
  for (const auto& name : names) status[name] = channels_.unsubscribe(from, name) ? "ok" : "not subscribed";
  return json::object{{"status", std::move(status)}, {"remaining_subscriptions", json::value_from(channels_.of(from))}};
}

http_response derive_venue::on_http(const http_request& what, std::int64_t now_ns) {
  const bool is_v2 = settings_.version == api::v2;
  // Source: Derive, REST.
  if (!is_v2 && value_of(what.extra, "user-agent").empty())
    return {.status = 403, .content_type = "text/plain", .body = "Forbidden"};
  const auto path = prefix() + "/";
  if (!what.path.starts_with(path) || (what.method != "POST" && !(is_v2 && what.method == "GET")))
    return {.status = 404, .body = R"({"error":"Not found"})"};
  const auto answer_with = [&](int status, answer<json::value> x) {
    return http_response{.status = status, .body = rest_envelope(next_id(), std::move(x))};
  };
  if (auto over = over_limit(what.remote, now_ns)) return answer_with(429, std::unexpected{std::move(*over)});
  json::object params;
  for (const auto& [key, value] : what.query) params[key] = value;
  if (!what.body.empty()) {
    boost::system::error_code fault;
    auto body = json::parse(what.body, fault);
    if (fault) return answer_with(400, std::unexpected{rpc_error{-32700, "Parse error"}});
    if (!body.is_object()) return answer_with(400, std::unexpected{rpc_error{-32600, "Invalid request"}});
    params = std::move(body.get_object());
  }
  return answer_with(200,
                     call(what.path.substr(path.size()), params, {source_, market_, tape_, settings_.version, now_ns}));
}

void derive_venue::on_event(const market_event& what, std::int64_t) {
  const auto& of = market_.at(what.instrument);
  if (!of.listing || of.listing->rules.at != venue::derive) return;
  channels_.touch(what.instrument);
  if (const auto* x = std::get_if<trade>(&what.body)) channels_.print(tape_.add(of, *x, what.venue_ns));
}

std::int64_t derive_venue::round(std::int64_t now_ns) { return channels_.round(now_ns); }

void derive_venue::refuse(connection& from, std::string_view text, refusal why, std::int64_t) {
  from.send(envelope(id_in(text), std::unexpected{error_of(why)}), frame_kind::answer);
}

http_response derive_venue::refuse(const http_request&, refusal why, std::int64_t) {
  return {.status = why == refusal::throttled ? 429 : 500,
          .body = rest_envelope(next_id(), std::unexpected{error_of(why)})};
}

std::optional<rpc_error> derive_venue::over_limit(const std::string& address, std::int64_t now_ns) {
  if (settings_.requests_per_window == 0) return {};
  if (windows_.size() > most_windows)
    std::erase_if(windows_, [&](const auto& x) { return now_ns - x.second.began_ns >= window_ns; });
  auto& x = windows_[address];
  if (now_ns - x.began_ns >= window_ns) x = {.began_ns = now_ns};
  if (x.used < settings_.requests_per_window) return ++x.used, std::nullopt;
  const auto wait_ns = x.began_ns + window_ns - now_ns;
  return rpc_error{-32000, "Rate limit exceeded",
                   fmt::format("Retry after {} ms", (wait_ns + ns_per_ms - 1) / ns_per_ms)};
}

std::string derive_venue::next_id() { return fmt::format("00000000-0000-4000-8000-{:012x}", ++answers_); }

} // namespace strike::sandbox::derive
