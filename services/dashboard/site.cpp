#include "dashboard/site.hpp"

#include "dashboard/access.hpp"
#include "dashboard/api.hpp"
#include "dashboard/json_text.hpp"
#include "dashboard/scripts.hpp"
#include "embedded_icon_svg.hpp"
#include "embedded_index_html.hpp"
#include "embedded_openapi_json.hpp"
#include "embedded_style_css.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <xxhash.h>
#include <zlib.h>

#include <algorithm>
#include <stdexcept>

namespace strike::dashboard {

namespace {

std::string gzipped(std::string_view text) {
  z_stream z{};
  constexpr int window_and_gzip_header = 15 + 16;
  if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, window_and_gzip_header, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc{}; // the only way it fails with these arguments
  std::string out(deflateBound(&z, text.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data())); // zlib only reads it
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

asset made_of(std::string_view text, std::string content_type) {
  return {.content_type = std::move(content_type),
          .etag = fmt::format("\"{:016x}\"", XXH3_64bits(text.data(), text.size())),
          .plain = std::make_shared<std::string>(text),
          .gzip = std::make_shared<std::string>(gzipped(text))};
}

page_reply file_reply(const asset& file, const page_request& to) {
  page_reply made{.content_type = file.content_type, .etag = file.etag};
  if (matches_etag(to.if_none_match, file.etag)) made.status = 304;
  made.is_gzip = accepts_gzip(to.accept_encoding);
  made.body = made.is_gzip ? file.gzip : file.plain;
  return made;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Calls `f` with each part, trimmed, until it returns true.
template <class F> bool any_part(std::string_view text, char separator, F f) {
  for (;;) {
    const auto end = text.find(separator);
    if (f(trimmed(text.substr(0, end)))) return true;
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
  }
}

} // namespace

page_reply json_reply(std::string body, unsigned status) {
  return {.status = status, .content_type = "application/json", .body = std::make_shared<std::string>(std::move(body))};
}

page_reply refusal(unsigned status, std::string_view why) {
  // it may quote what was asked, which need not be UTF-8
  std::string text{why};
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '?');
  std::string out;
  json_object{out}.add("error", text).end();
  return json_reply(std::move(out), status);
}

site::site(site_parts with) : parts_{std::move(with)} {
  const std::string script = "text/javascript; charset=utf-8";
  files_.emplace("/", made_of(embedded::index_html, "text/html; charset=utf-8"));
  files_.emplace("/style.css", made_of(embedded::style_css, "text/css; charset=utf-8"));
  files_.emplace("/icon.svg", made_of(embedded::icon_svg, "image/svg+xml"));
  files_.emplace("/api", made_of(embedded::openapi_json, "application/json"));
  for (const auto& [path, text] : scripts()) files_.emplace(path, made_of(text, script));
}

bool site::is_asked_by_our_name(const page_request& what) const {
  return parts_.who.is_open_to_world() || is_loopback_host(what.host);
}

bool site::may_view(const page_request& what) const {
  return what.path == "/ws" && is_asked_by_our_name(what) && is_same_origin(what.origin, what.host) &&
         parts_.who.may_read(what.authorization, what.cookies);
}

page_reply site::answer(const page_request& what, std::chrono::steady_clock::time_point now) {
  if (what.path == "/healthz") return json_reply(R"({"status":"ok"})"); // by whatever name a probe asks
  // commands have a limit of their own: pages that ask too often do not keep one from being heard
  if (what.method != "POST" && !parts_.who.pass_request(what.peer, now))
    return refusal(429, "too many requests; ask less often");
  if (!is_asked_by_our_name(what))
    return refusal(403, "the dashboard is reached as localhost or 127.0.0.1 only: the name in Host is another");
  if (what.method == "GET" || what.method == "HEAD") return get(what);
  if (what.method == "POST") return post(what, now);
  return refusal(405, "only GET, HEAD and POST");
}

page_reply site::get(const page_request& what) {
  if (const auto file = files_.find(what.path); file != files_.end()) return file_reply(file->second, what);
  if (!parts_.who.may_read(what.authorization, what.cookies))
    return refusal(401, "log in first: POST /api/login, or Authorization: Bearer TOKEN");
  if (what.path == "/metrics")
    return {.content_type = "text/plain; version=0.0.4", .body = std::make_shared<std::string>(parts_.metrics())};
  if (auto found = answer_api(what, parts_)) return *std::move(found);
  return refusal(404, "nothing here; the page is at /, a description of the API at /api");
}

page_reply site::post(const page_request& what, std::chrono::steady_clock::time_point now) {
  if (!is_same_origin(what.origin, what.host)) return refusal(403, "a page of another origin may not ask this");
  if (!what.content_type.starts_with("application/json")) return refusal(415, "the body must be application/json");
  if (!is_urgent(what) && !parts_.who.pass_attempt(what.peer, now))
    return refusal(429, "too many commands; wait some seconds");
  if (what.path == "/api/control") return control(what);
  if (what.path == "/api/login") return log_in(what);
  if (what.path == "/api/logout") {
    parts_.who.log_out(what.cookies);
    auto done = json_reply("{}");
    done.set_cookie = fmt::format("{}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0", guard::cookie_name);
    return done;
  }
  return refusal(404, "nothing takes a POST here; /api describes what does");
}

bool site::is_urgent(const page_request& what) const {
  if (what.path != "/api/control" || !parts_.who.may_act(what.authorization, what.cookies)) return false;
  const auto command = parse_command(what.body);
  return command && stops_trading(*command);
}

page_reply site::log_in(const page_request& what) {
  boost::system::error_code failed;
  const auto parsed = boost::json::parse(what.body, failed);
  const auto* const given = !failed && parsed.is_object() ? parsed.get_object().if_contains("token") : nullptr;
  if (!given || !given->is_string()) return refusal(422, R"(the body must be {"token":"..."})");
  const auto& token = given->get_string();
  auto cookie = parts_.who.log_in({token.data(), token.size()});
  if (!cookie) return refusal(401, parts_.who.has_token() ? "that is not the token" : "no token is configured");
  auto done = json_reply("{}");
  done.set_cookie = *std::move(cookie);
  return done;
}

page_reply site::control(const page_request& what) {
  const auto command = parse_command(what.body);
  if (!command) return refusal(422, command.error().text);
  const bool is_free = command->target == control_target::replay && !parts_.who.is_open_to_world();
  if (!is_free && !parts_.who.may_act(what.authorization, what.cookies))
    return parts_.who.has_token()
               ? refusal(401, "log in first: POST /api/login, or Authorization: Bearer TOKEN")
               : refusal(403, "controls are off: start the dashboard with STRIKE_DASHBOARD_TOKEN set");
  if (!parts_.controls) return refusal(503, "no control endpoint is configured; see [dashboard]");
  const auto id = parts_.controls->ask(*command, what.peer);
  if (!id) return refusal(503, id.error().text);
  std::string out;
  json_object{out}.add("id", *id).end();
  return json_reply(std::move(out), 202);
}

bool accepts_gzip(std::string_view header) {
  return any_part(header, ',', [](std::string_view part) {
    const auto name = trimmed(part.substr(0, part.find(';')));
    if (name != "gzip" && name != "*") return false;
    // "q=0", "q=0.000": not wanted
    return !any_part(part, ';', [](std::string_view x) {
      return x.starts_with("q=0") && x.find_first_not_of("0.", 2) == std::string_view::npos;
    });
  });
}

bool matches_etag(std::string_view header, std::string_view etag) {
  return any_part(header, ',', [&](std::string_view x) {
    if (x.starts_with("W/")) x.remove_prefix(2);
    return x == "*" || x == etag;
  });
}

} // namespace strike::dashboard
