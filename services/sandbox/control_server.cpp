#include "sandbox/control_server.hpp"

#include "sandbox/desk_truth.hpp"
#include "sandbox/fault_command.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <iterator>

namespace strike::sandbox {

namespace {

constexpr const char* help =
    "POST /fault, GET /faults, GET /truth[?venue=deribit&instrument=BTC-PERPETUAL], GET /truth/orders, /truth/fills, "
    "/truth/positions, /truth/balances [?venue=deribit&account=sandbox-key], GET /metrics\n";

struct desk_subject {
  std::string_view name;
  boost::json::array (*of)(const trading_desk&, std::string_view account);
};
constexpr desk_subject desk_subjects[] = {
    {"orders", orders_json}, {"fills", fills_json}, {"positions", positions_json}, {"balances", balances_json}};

http_response plain(int status, std::string text) {
  return {.status = status, .content_type = "text/plain; charset=utf-8", .body = std::move(text)};
}
http_response json(int status, const boost::json::value& x) {
  return {.status = status, .body = boost::json::serialize(x)};
}

/// Best first; exact decimals, and so texts.
boost::json::array levels_of(std::span<const book_level> levels) {
  boost::json::array made;
  for (auto x = levels.rbegin(); x != levels.rend(); ++x)
    made.push_back(boost::json::array{to_string(x->at), to_string(x->size)});
  return made;
}

boost::json::object truth_of(const instrument_view& x) {
  const auto& rules = x.listing->rules;
  boost::json::object made{
      {"venue", to_text(rules.at)},       {"instrument", rules.symbol}, {"state", to_text(x.state)},
      {"sequence", x.book.sequence()},    {"book_ns", x.book_ns},       {"bids", levels_of(x.book.bids())},
      {"asks", levels_of(x.book.asks())}, {"trades", x.trades}};
  const auto add = [&](const char* key, optional_double value) {
    if (value) made[key] = *value;
  };
  add("mark", x.quote.mark);
  add("index", x.quote.index);
  add("mark_iv", x.quote.mark_iv);
  add("settlement", x.settlement);
  return made;
}

/// What `?venue=` says; none: all.
result<std::optional<venue>> venue_in(const http_request& what) {
  const auto name = value_of(what.query, "venue");
  if (name.empty()) return std::optional<venue>{};
  const auto parsed = from_text<venue>(name);
  if (!parsed) return fail(ec::malformed, "truth: " + parsed.error().text);
  return std::optional{*parsed};
}

} // namespace

std::optional<http_response> control_server::on_upgrade(const http_request&, std::int64_t) {
  return plain(404, "no WebSocket here");
}

http_response control_server::on_http(const http_request& what, std::int64_t now_ns) {
  if (what.method == "POST") return what.path == "/fault" ? inject(what.body, now_ns) : plain(404, help);
  if (what.method != "GET") return plain(405, help);
  if (what.path == "/faults") return faults(now_ns);
  if (what.path == "/truth") return truth(what, now_ns);
  if (what.path.starts_with("/truth/")) return desk_truth(what.path.substr(7), what, now_ns);
  if (what.path == "/metrics")
    return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = tools_.metrics.to_text()};
  return plain(what.path == "/" ? 200 : 404, help);
}

http_response control_server::inject(std::string_view body, std::int64_t now_ns) {
  const auto command = parse_fault_command(body);
  if (!command) return json(400, {{"error", command.error().text}});
  boost::json::array at;
  for (const auto& row : enum_names<venue>::table) {
    auto* const frame = tools_.frames[static_cast<std::size_t>(row.value)];
    if (!frame || (command->at && *command->at != row.value)) continue;
    at.push_back(boost::json::string{row.text});
    if (const auto* one = std::get_if<fault>(&command->what))
      frame->inject(*one, now_ns);
    else if (const auto* mix = std::get_if<fault_mix>(&command->what))
      frame->inject(*mix, now_ns);
    else
      frame->clear();
  }
  if (at.empty()) return json(404, {{"error", "fault: that venue is not served here"}});
  tools_.log.info("fault by order", {{"command", body}});
  return json(200, {{"venues", at}});
}

http_response control_server::faults(std::int64_t now_ns) const {
  boost::json::object made;
  for (const auto& row : enum_names<venue>::table) {
    const auto* const frame = tools_.frames[static_cast<std::size_t>(row.value)];
    if (!frame) continue;
    boost::json::object active;
    for (const auto& kind : enum_names<fault_kind>::table) {
      const auto& state = frame->faults();
      if (state.holds(kind.value, now_ns))
        active[kind.text] = {{"until_ns", state.until_ns(kind.value)}};
      else if (state.left(kind.value) > 0)
        active[kind.text] = {{"left", state.left(kind.value)}};
    }
    made[row.text] = std::move(active);
  }
  return json(200, made);
}

http_response control_server::truth(const http_request& what, std::int64_t now_ns) const {
  const auto at = venue_in(what);
  if (!at) return json(400, {{"error", at.error().text}});
  const auto symbol = value_of(what.query, "instrument");
  boost::json::array instruments;
  for (const auto& row : enum_names<venue>::table) {
    if (*at && **at != row.value) continue;
    for (const auto& x : tools_.source.listings(row.value))
      if (symbol.empty() || symbol == x.rules.symbol) instruments.push_back(truth_of(tools_.view.at(x.id)));
  }
  return json(200, {{"now_ns", now_ns}, {"instruments", std::move(instruments)}});
}

http_response control_server::desk_truth(std::string_view subject, const http_request& what,
                                         std::int64_t now_ns) const {
  const auto found = std::ranges::find(desk_subjects, subject, &desk_subject::name);
  if (found == std::end(desk_subjects)) return plain(404, help);
  const auto at = venue_in(what);
  if (!at) return json(400, {{"error", at.error().text}});
  boost::json::array rows;
  for (const auto& row : enum_names<venue>::table) {
    const auto* const desk = tools_.desks[static_cast<std::size_t>(row.value)];
    if (!desk || (*at && **at != row.value)) continue;
    for (auto& x : found->of(*desk, value_of(what.query, "account"))) rows.push_back(std::move(x));
  }
  return json(200, {{"now_ns", now_ns}, {subject, std::move(rows)}});
}

} // namespace strike::sandbox
