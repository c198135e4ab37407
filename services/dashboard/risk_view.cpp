#include "dashboard/risk_view.hpp"

#include "dashboard/json_text.hpp"

#include <ranges>

namespace strike::dashboard {

namespace {

json_object& add_scope(json_object& to, const risk_scope& x) {
  return to.add("scope", to_text(x.kind)).add("name", x.name);
}

void append(std::string& out, const risk_state_entry& x) {
  json_object row{out};
  add_scope(row, x.where).add("state", to_text(x.state)).add("source", to_text(x.source)).add("reason", x.reason);
  row.add("by", x.by).add("since_ms", x.since_ns / 1'000'000).end();
}

void append(std::string& out, const limit_use& x) {
  json_object row{out};
  add_scope(row, x.where).add("limit", x.limit).add("used", x.used).add("most", x.most).end();
}

void append(std::string& out, const kill_report& x) {
  json_object row{out};
  add_scope(row, x.where).add("flatten", x.flattens).add("reason", x.why).add("by", x.by);
  row.add("began_ms", x.began_ns / 1'000'000).add("is_over", x.is_over).add("is_clean", x.is_clean);
  row.add("is_alarmed", x.is_alarmed).member("lines") += '[';
  json_list lines{out};
  for (const auto& line : x.lines) append_json(lines.next(), line);
  out += ']';
  row.end();
}

template <class Range> void append_all(std::string& out, const Range& all) {
  out += '[';
  json_list rows{out};
  for (const auto& x : all) append(rows.next(), x);
  out += ']';
}

} // namespace

std::string risk_json(const wire::risk_report& of, bool is_current) {
  std::string out;
  json_object made{out};
  made.add("is_current", is_current);
  append_all(made.member("states"), of.states);
  append_all(made.member("limits"), of.limits);
  append_all(made.member("kills"), of.kills | std::views::reverse);
  made.end();
  return out;
}

} // namespace strike::dashboard
