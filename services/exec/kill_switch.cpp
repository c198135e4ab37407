#include "exec/kill_switch.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace strike::exec {

namespace {

constexpr std::size_t most_lines = 200; ///< of a kill that a dead venue keeps alive

/// A venue's own call cancels orders of other programs, too: right where all of the venue is meant.
bool is_of_venues(const risk_scope& x) { return x.kind == scope_kind::all || x.kind == scope_kind::venue; }

double seconds(std::int64_t ns) { return static_cast<double>(ns) / 1e9; }

std::string names_of(const std::map<venue, bool>& venues, bool is_clean) {
  std::vector<std::string_view> names;
  for (const auto& [at, clean] : venues)
    if (clean == is_clean) names.push_back(to_text(at));
  return fmt::format("{}", fmt::join(names, ", "));
}

} // namespace

std::vector<open_position> netted(const std::vector<open_position>& held) {
  std::map<instrument_id, quantity> left;
  for (const auto& x : held) left[x.instrument] += x.size;
  std::vector<open_position> all;
  for (auto x : held) {
    auto& rest = left[x.instrument];
    if ((x.size > quantity{}) != (rest > quantity{})) continue;
    x.size = rest > quantity{} ? std::min(x.size, rest) : std::max(x.size, rest);
    rest -= x.size;
    if (x.size != quantity{}) all.push_back(x);
  }
  return all;
}

void kill_switch::say(run& x, std::string line, bool is_alarm) {
  auto& lines = x.report.lines;
  if (lines.size() == most_lines) lines.erase(lines.begin() + 1);
  lines.push_back(std::move(line));
  told_(x.report, is_alarm);
}

void kill_switch::start(const risk_scope& where, bool flattens, std::string_view why, std::string_view by,
                        const moment& now) {
  port_.halt(where, fmt::format("kill switch: {}", why), by, now);
  for (auto& x : runs_) {
    if (x.report.is_over || x.report.where != where) continue;
    x.report.flattens = x.report.flattens || flattens;
    return say(x, fmt::format("asked for again by {}: {}{}", by, why, flattens ? "; positions will be closed" : ""));
  }
  if (runs_.size() == kept)
    if (const auto over = std::ranges::find_if(runs_, [](const run& x) { return x.report.is_over; });
        over != runs_.end())
      runs_.erase(over);
  auto& x = runs_.emplace_back();
  x.report = {.where = where,
              .flattens = flattens,
              .why = std::string{why},
              .by = std::string{by},
              .began_ns = now.wall_ns,
              .lines = {}};
  x.began_ns = x.next_ns = now.steady_ns;
  x.orders = port_.open_orders(where).size();
  say(x, fmt::format("kill of {} by {}: {}; halted, {} orders are open{}", to_string(where), by, why, x.orders,
                     flattens ? ", positions will be closed" : ""));
}

void kill_switch::attempt(run& x, const moment& now) {
  x.next_ns = now.steady_ns + how_.retry_ns;
  x.asked_wall_ns = now.wall_ns;
  x.is_clean.clear();
  for (const auto order : port_.open_orders(x.report.where)) port_.cancel(order, now);
  for (const auto at : port_.venues(x.report.where)) {
    x.is_clean[at] = false;
    if (is_of_venues(x.report.where)) port_.cancel_everything(at, now);
    port_.ask_account(at, now);
  }
  if (x.is_clean.empty()) verified(x, now); // no venue is connected: there is nobody to ask
}

void kill_switch::on_account(const account_fact& what, const moment& now) {
  for (auto& x : runs_) {
    const auto at = x.is_clean.find(what.at);
    if (x.report.is_over || at == x.is_clean.end() || at->second || what.asked_ns < x.asked_wall_ns) continue;
    const auto open =
        std::ranges::count_if(what.open, [&](const order_fact& y) { return port_.is_within(x.report.where, y.order); });
    const auto foreign = is_of_venues(x.report.where) ? what.foreign_orders.size() : 0;
    at->second = open == 0 && foreign == 0;
    if (!at->second)
      say(x, fmt::format("{}: {} orders are still open{}; again in {:.1f} s", to_text(what.at), open,
                         foreign == 0 ? "" : fmt::format(", and {} that are not exec's", foreign),
                         seconds(x.next_ns - now.steady_ns)));
    if (std::ranges::any_of(x.is_clean, [](const auto& y) { return !y.second; })) continue;
    const auto held_open = port_.open_orders(x.report.where).size();
    if (held_open == 0)
      verified(x, now);
    else
      say(x, fmt::format("{} orders have not been told final yet; again in {:.1f} s", held_open,
                         seconds(x.next_ns - now.steady_ns)));
  }
}

void kill_switch::verified(run& x, const moment& now) {
  const auto open = x.is_clean.empty() ? std::string{"no venue to ask"}
                                       : fmt::format("none is open, says {}", names_of(x.is_clean, true));
  x.is_clean.clear(); // answered
  x.was_verified = true;
  if (!x.report.flattens) return finish(x, open, {}, true, now);
  const bool is_settled = port_.take_over(x.report.where, now);
  const auto held = port_.positions(x.report.where);
  const bool is_too_late = now.steady_ns - x.began_ns >= how_.give_up_ns;
  if ((held.empty() && is_settled) || is_too_late) return finish(x, open, held, is_settled, now);
  if (held.empty()) return say(x, "a venue holds what exec cannot explain yet; it is asked once more");
  close_positions(x, held, now);
}

void kill_switch::close_positions(run& x, const std::vector<open_position>& held, const moment& now) {
  x.next_ns = now.steady_ns + how_.retry_ns; // then what is left of these orders is cancelled, and all asked again
  for (const auto& position : held) {
    const auto sent = port_.close(position, now);
    if (!sent) {
      say(x, fmt::format("{} {} cannot be closed: {}", to_string(position.size), port_.name_of(position),
                         sent.error().text));
      continue;
    }
    ++x.closings;
    say(x, fmt::format("closing {} {}", to_string(position.size), port_.name_of(position)));
  }
}

void kill_switch::finish(run& x, std::string_view open, const std::vector<open_position>& left, bool is_settled,
                         const moment& now) {
  x.report.is_over = true;
  x.report.is_clean = left.empty() && is_settled;
  std::string positions;
  if (x.report.flattens && left.empty())
    positions = fmt::format("; {} closing orders, {}", x.closings,
                            is_settled ? "nothing is held"
                                       : "but what a venue holds is NOT what exec knows: look at the venue's own page");
  if (!left.empty()) positions = fmt::format("; {} positions are NOT closed:", left.size());
  for (const auto& y : left) positions += fmt::format(" {} {}", to_string(y.size), port_.name_of(y));
  say(x,
      fmt::format("kill of {} is over after {:.1f} s: {} orders were open, {}{}; trading stays halted until strike "
                  "resume",
                  to_string(x.report.where), seconds(now.steady_ns - x.began_ns), x.orders, open, positions),
      !x.report.is_clean);
}

std::int64_t kill_switch::round(const moment& now) {
  std::int64_t next_ns = INT64_MAX;
  for (auto& x : runs_) {
    if (x.report.is_over) continue;
    if (now.steady_ns >= x.next_ns) attempt(x, now);
    if (x.report.is_over) continue;
    const auto alarm_ns = x.began_ns + how_.alarm_ns;
    if (!x.report.is_alarmed && !x.was_verified && now.steady_ns >= alarm_ns) {
      x.report.is_alarmed = true;
      say(x,
          fmt::format("ALARM: after {:.1f} s {} did not say that nothing is open; look there yourself, the attempts go "
                      "on",
                      seconds(now.steady_ns - x.began_ns), names_of(x.is_clean, false)),
          true);
    }
    next_ns = std::min({next_ns, x.next_ns, x.report.is_alarmed || x.was_verified ? INT64_MAX : alarm_ns});
  }
  return next_ns;
}

bool kill_switch::is_idle() const {
  return std::ranges::all_of(runs_, [](const run& x) { return x.report.is_over; });
}

std::vector<kill_report> kill_switch::reports() const {
  std::vector<kill_report> all;
  for (const auto& x : runs_) all.push_back(x.report);
  return all;
}

} // namespace strike::exec
