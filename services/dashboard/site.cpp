#include "dashboard/site.hpp"

#include "dashboard/access.hpp"
#include "embedded_app_js.hpp"
#include "embedded_chart_js.hpp"
#include "embedded_connection_js.hpp"
#include "embedded_dygraph_js.hpp"
#include "embedded_format_js.hpp"
#include "embedded_icon_svg.hpp"
#include "embedded_index_html.hpp"
#include "embedded_store_js.hpp"
#include "embedded_style_css.hpp"
#include "embedded_widgets_js.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <xxhash.h>
#include <zlib.h>

#include <algorithm>
#include <stdexcept>

namespace strike::dashboard {

namespace {

constexpr std::string_view strategies_path = "/api/strategies", schema_suffix = "/schema";

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

page_reply json_reply(std::string body) {
  return {.content_type = "application/json", .body = std::make_shared<std::string>(std::move(body))};
}

page_reply refusal(unsigned status, std::string_view why) {
  const boost::json::string text{why.data(), why.size()};
  auto made = json_reply(boost::json::serialize(boost::json::object{{"error", text}}));
  made.status = status;
  return made;
}

page_reply file_reply(const asset& file, const page_request& to) {
  page_reply made{.content_type = file.content_type, .etag = file.etag};
  if (matches_etag(to.if_none_match, file.etag)) made.status = 304;
  made.is_gzip = accepts_gzip(to.accept_encoding);
  made.body = made.is_gzip ? file.gzip : file.plain;
  return made;
}

page_reply strategy_reply(std::string_view rest, const strategy_board& board) {
  const bool wants_schema = rest.ends_with(schema_suffix);
  const auto name = wants_schema ? rest.substr(0, rest.size() - schema_suffix.size()) : rest;
  auto found = wants_schema ? board.schema_json(name) : board.state_json(name);
  if (!found) return refusal(404, fmt::format("no strategy '{}'; /api/strategies lists them", name));
  return json_reply(*std::move(found));
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

site::site() {
  using namespace embedded;
  const std::string script = "text/javascript; charset=utf-8";
  files_.emplace("/", made_of(index_html, "text/html; charset=utf-8"));
  files_.emplace("/style.css", made_of(style_css, "text/css; charset=utf-8"));
  files_.emplace("/icon.svg", made_of(icon_svg, "image/svg+xml"));
  files_.emplace("/app.js", made_of(app_js, script));
  files_.emplace("/chart.js", made_of(chart_js, script));
  files_.emplace("/connection.js", made_of(connection_js, script));
  files_.emplace("/format.js", made_of(format_js, script));
  files_.emplace("/store.js", made_of(store_js, script));
  files_.emplace("/widgets.js", made_of(widgets_js, script));
  files_.emplace("/dygraph.min.js", made_of(dygraph_js, script));
}

page_reply site::answer(const page_request& what, const strategy_board& board, std::int64_t now_ns) const {
  if (what.method != "GET" && what.method != "HEAD") return refusal(405, "only GET and HEAD");
  if (what.path == "/healthz") return json_reply(R"({"status":"ok"})"); // by whatever name a probe asks
  if (!is_loopback_host(what.host))
    return refusal(403, "the dashboard is reached as localhost or 127.0.0.1 only: the name in Host is another");
  if (const auto file = files_.find(what.path); file != files_.end()) return file_reply(file->second, what);
  std::string_view path = what.path;
  if (path == strategies_path) return json_reply(board.list_json(now_ns));
  if (path.starts_with(strategies_path) && path.substr(strategies_path.size()).starts_with('/'))
    return strategy_reply(path.substr(strategies_path.size() + 1), board);
  return refusal(404, "nothing here; the page is at /, the API at /api/strategies");
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
