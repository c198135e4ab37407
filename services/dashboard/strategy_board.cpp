#include "dashboard/strategy_board.hpp"

#include "dashboard/json_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <unordered_map>

namespace strike::dashboard {

namespace {

namespace json = boost::json;

constexpr std::int64_t ns_per_ms = 1'000'000;

void append(std::string& out, std::string_view text) { out.append(text); }

} // namespace

strategy_board::entry* strategy_board::entry_of(const std::string& name) {
  if (const auto found = strategies_.find(name); found != strategies_.end()) return &found->second;
  if (strategies_.size() >= limits_.most_strategies) return ++counts_.refused, nullptr;
  const auto index = static_cast<std::uint32_t>(strategies_.size());
  return &strategies_.emplace(name, entry{.index = index}).first->second;
}

bool strategy_board::take(const wire::dashboard_state& what, std::int64_t now_ns) {
  ++counts_.messages;
  auto* const x = entry_of(what.strategy);
  if (!x) return false;
  const bus::stamp stamp{.epoch = what.epoch, .first = what.sequence};
  const auto seen = tracker_.observe(x->index, stamp);
  // What a new subscriber gets is the newest state once more: the only duplicate that may hold news, its layout.
  if (seen.kind == bus::continuity::duplicate && stamp != x->newest) return false;
  x->revision = ++revision_;
  x->newest = stamp;
  x->at_ns = what.at_ns;
  x->received_ns = now_ns;
  x->is_stale = false;
  x->run_state = what.run_state;
  x->reason = what.reason;
  x->type = what.type;
  x->restarts = what.restarts;
  x->fault.clear();
  if (seen.kind == bus::continuity::gap) {
    ++x->gaps, ++counts_.gaps;
    x->lost += seen.lost, counts_.lost += seen.lost;
  }
  if (seen.kind == bus::continuity::new_epoch) ++x->epochs, ++counts_.epochs;
  set_state(*x, what.state_json);
  if (what.layout_json) set_schema(*x, *what.layout_json);
  return !what.layout_json && seen.kind != bus::continuity::in_order && seen.kind != bus::continuity::duplicate;
}

void strategy_board::complain(entry& x, std::string why) {
  ++x.malformed, ++counts_.malformed;
  x.fault = std::move(why);
}

void strategy_board::set_state(entry& x, const std::string& text) {
  if (text.size() > limits_.most_state_bytes)
    return complain(
        x, fmt::format("its state has {} bytes, {} are allowed; show less", text.size(), limits_.most_state_bytes));
  boost::system::error_code failed;
  const auto parsed = json::parse(text, failed);
  if (failed || !parsed.is_object())
    return complain(x, "its state is no JSON object" + (failed ? ": " + failed.message() : std::string{}));
  std::unordered_map<std::string_view, field*> before;
  for (auto& old : x.state) before.emplace(old.key, &old);
  std::vector<field> made;
  made.reserve(parsed.get_object().size());
  for (const auto& [key, value] : parsed.get_object()) {
    field now{.key = in_quotes({key.data(), key.size()}), .value = json::serialize(value), .revision = x.revision};
    const auto old = before.find(now.key);
    if (old != before.end() && old->second->value == now.value) now.revision = old->second->revision;
    made.push_back(std::move(now));
  }
  if (!std::ranges::equal(made, x.state, {}, &field::key, &field::key)) x.keys_revision = x.revision;
  x.state = std::move(made);
}

void strategy_board::set_schema(entry& x, const std::string& text) {
  if (text.size() > limits_.most_state_bytes)
    return complain(
        x, fmt::format("its layout has {} bytes, {} are allowed; show less", text.size(), limits_.most_state_bytes));
  boost::system::error_code failed;
  const auto parsed = json::parse(text, failed);
  if (failed || !parsed.is_array())
    return complain(x, "its layout is no JSON array" + (failed ? ": " + failed.message() : std::string{}));
  auto made = json::serialize(parsed);
  if (made == x.schema) return;
  x.schema = std::move(made);
  x.schema_revision = x.revision;
}

void strategy_board::set_upstream(std::string_view endpoint, std::string_view role, bool is_connected,
                                  std::string_view text) {
  auto& x = upstreams_[std::string{endpoint}];
  x.role = role;
  x.was_connected = x.was_connected || is_connected;
  x.is_connected = is_connected;
  x.text = text;
  upstreams_revision_ = ++revision_;
}

void strategy_board::set_section(std::string_view name, std::string text) {
  auto found = sections_.find(name);
  if (found == sections_.end()) found = sections_.emplace(std::string{name}, section{}).first;
  if (found->second.text == text) return;
  found->second = {std::move(text), ++revision_};
}

std::string strategy_board::section_json(std::string_view name) const {
  const auto found = sections_.find(name);
  return found == sections_.end() ? "null" : found->second.text;
}

void strategy_board::poll(std::int64_t now_ns) {
  for (auto& [name, x] : strategies_) {
    if (x.is_stale || now_ns - x.received_ns < stale_after_ns) continue;
    x.is_stale = true;
    x.revision = ++revision_;
  }
}

void strategy_board::append_upstreams(std::string& out) const {
  append(out, R"("upstreams":[)");
  json_list items{out};
  for (const auto& [endpoint, x] : upstreams_)
    fmt::format_to(std::back_inserter(items.next()),
                   R"({{"endpoint":{},"role":{},"connected":{},"was_connected":{},"text":{}}})", in_quotes(endpoint),
                   in_quotes(x.role), x.is_connected, x.was_connected, in_quotes(x.text));
  out += ']';
}

/// Those that changed since; nothing if none did.
void strategy_board::append_sections(std::string& out, std::uint64_t since) const {
  if (std::ranges::none_of(sections_, [&](const auto& x) { return x.second.revision > since; })) return;
  append(out, R"("sections":{)");
  json_list items{out};
  for (const auto& [name, x] : sections_)
    if (x.revision > since) items.next().append(1, '"').append(name).append("\":").append(x.text);
  append(out, "},");
}

void strategy_board::append_summary(std::string& out, const std::string& name, const entry& x) {
  fmt::format_to(std::back_inserter(out),
                 R"({{"name":{},"type":{},"run_state":"{}","reason":{},"restarts":{},)"
                 R"("epoch":"{}","sequence":{},"at_ms":{},"received_ms":{},"stale":{},"gaps":{},"lost":{},)"
                 R"("epochs":{},"malformed":{},"fault":{},"has_schema":{}}})",
                 in_quotes(name), in_quotes(x.type), to_text(x.run_state), in_quotes(x.reason), x.restarts,
                 x.newest.epoch, x.newest.first, x.at_ns / ns_per_ms, x.received_ns / ns_per_ms, x.is_stale, x.gaps,
                 x.lost, x.epochs, x.malformed, in_quotes(x.fault), !x.schema.empty());
}

void strategy_board::append_update(std::string& out, const std::string& name, const entry& x, std::uint64_t since) {
  append(out, R"({"summary":)");
  append_summary(out, name, x);
  if (x.schema_revision > since) append(out, R"(,"schema":)"), append(out, x.schema);
  if (x.keys_revision > since) {
    append(out, R"(,"keys":[)");
    json_list keys{out};
    for (const auto& f : x.state) append(keys.next(), f.key);
    out += ']';
  }
  append(out, R"(,"state":{)");
  json_list fields{out};
  for (const auto& f : x.state)
    if (f.revision > since) fields.next().append(f.key).append(1, ':').append(f.value);
  append(out, "}}");
}

std::string strategy_board::update_since(std::uint64_t revision, std::int64_t now_ns) const {
  auto out = fmt::format(R"({{"type":"{}","revision":{},"now_ms":{},)", revision == 0 ? "full" : "delta", revision_,
                         now_ns / ns_per_ms);
  if (revision == 0 || upstreams_revision_ > revision) append_upstreams(out), out += ',';
  append_sections(out, revision);
  append(out, R"("strategies":[)");
  json_list items{out};
  for (const auto& [name, x] : strategies_)
    if (x.revision > revision) append_update(items.next(), name, x, revision);
  append(out, "]}");
  return out;
}

std::string strategy_board::list_json(std::int64_t now_ns) const {
  auto out = fmt::format(R"({{"revision":{},"now_ms":{},)", revision_, now_ns / ns_per_ms);
  append_upstreams(out);
  append(out, R"(,"strategies":[)");
  json_list items{out};
  for (const auto& [name, x] : strategies_) append_summary(items.next(), name, x);
  append(out, "]}");
  return out;
}

std::optional<std::string> strategy_board::state_json(std::string_view name) const {
  const auto found = strategies_.find(name);
  if (found == strategies_.end()) return {};
  std::string out = R"({"summary":)";
  append_summary(out, found->first, found->second);
  append(out, R"(,"state":{)");
  json_list fields{out};
  for (const auto& f : found->second.state) fields.next().append(f.key).append(1, ':').append(f.value);
  append(out, "}}");
  return out;
}

std::optional<std::string> strategy_board::schema_json(std::string_view name) const {
  const auto found = strategies_.find(name);
  if (found == strategies_.end()) return {};
  return found->second.schema.empty() ? "[]" : found->second.schema;
}

} // namespace strike::dashboard
