#include "exec/polymarket_inquiry.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace strike::exec {

using stage = polymarket_leg::stage;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t again_ns = ns_per_s, longest_pause_ns = 30 * ns_per_s;
constexpr int most_failures = 3, most_lacking = 10, enough_nothing = 2;
constexpr std::int64_t margin_s = 60; // by which the clocks of order and trades may differ

bool is_immediate(const order_request& x) {
  return x.type == order_type::market || x.tif == time_in_force::ioc || x.tif == time_in_force::fok;
}

} // namespace

void polymarket_inquiry::look_up(polymarket_order&, polymarket_leg& x, const moment& now,
                                 std::chrono::nanoseconds delay) {
  const auto due_ns = now.steady_ns + delay.count();
  const auto [at, is_new] = questions_.try_emplace(x.id, question{.due_ns = due_ns});
  if (!is_new) at->second.due_ns = std::min(at->second.due_ns, due_ns);
}

void polymarket_inquiry::ask(polymarket_order& of, const moment& now) {
  bool has_question = false;
  for (auto& x : of.legs) {
    if (x.at == stage::over || x.at == stage::waiting) continue;
    look_up(of, x, now);
    questions_[x.id].is_asked = has_question = true;
  }
  if (has_question) return;
  if (of.end)
    tools_.book.tell(of, tools_.http.venue_ns(now));
  else if (of.legs.empty())
    tools_.book.absent(of, "it was never signed: nothing left");
  else
    tools_.book.tell(of, tools_.http.venue_ns(now));
}

void polymarket_inquiry::send(const std::string& id, question& x) {
  x.is_under_way = true;
  tools_.http.ask(polymarket_lane::query, polymarket::order_call(id),
                  [this, id](const answer& got, const moment& at) { on_order(id, got, at); });
}

void polymarket_inquiry::on_order(const std::string& id, const answer& x, const moment& now) {
  const auto [of, leg] = tools_.book.find_leg(id);
  if (!leg) return void(questions_.erase(id));
  const bool is_gone = x && x->status == 404;
  if (!is_gone && verdict_of(x) != http_verdict::answered) return fail(id, text_of(x), now);
  const auto row =
      is_gone ? result<std::optional<polymarket::order_row>>{std::nullopt} : polymarket::parse_order(x->body);
  if (!row) return fail(id, row.error().text, now);
  if (!*row) return ask_trades(id, {}, false);
  if ((*row)->status == polymarket::order_status::unmatched) return ask_open(id);
  tools_.book.take(**row, tools_.http.venue_ns(now));
  if (leg->traded < leg->matched || questions_[id].is_asked) return ask_trades(id, {}, true);
  conclude(id, true, now);
}

void polymarket_inquiry::ask_open(const std::string& id) {
  tools_.http.ask(
      polymarket_lane::query, polymarket::open_orders_call({}, id), [this, id](const answer& x, const moment& now) {
        const auto [of, leg] = tools_.book.find_leg(id);
        if (!leg) return void(questions_.erase(id));
        if (verdict_of(x) != http_verdict::answered) return fail(id, text_of(x), now);
        auto page = polymarket::parse_orders(x->body);
        if (!page) return fail(id, page.error().text, now);
        const auto row = std::ranges::find(page->rows, id, &polymarket::order_row::id);
        if (row == page->rows.end())
          tools_.book.end_leg(*of, *leg, {order_state::rejected, "Polymarket: unmatched"}, tools_.http.venue_ns(now));
        else
          row->status = polymarket::order_status::live, tools_.book.take(*row, tools_.http.venue_ns(now));
        ask_trades(id, {}, true);
      });
}

void polymarket_inquiry::ask_trades(const std::string& id, std::string cursor, bool is_there) {
  const auto [of, leg] = tools_.book.find_leg(id);
  const auto after_s = leg->created_ms / 1000 - margin_s;
  tools_.http.ask(polymarket_lane::query, polymarket::trades_call(cursor, of->condition, after_s),
                  [this, id, is_there](const answer& x, const moment& at) { on_trades(id, is_there, x, at); });
}

void polymarket_inquiry::on_trades(const std::string& id, bool is_there, const answer& x, const moment& now) {
  if (!tools_.book.find_leg(id).second) return void(questions_.erase(id));
  if (verdict_of(x) != http_verdict::answered) return fail(id, text_of(x), now);
  auto page = polymarket::parse_trades(x->body);
  if (!page) return fail(id, page.error().text, now);
  for (const auto& row : page->rows)
    (void)tools_.book.take(row, tools_.http.credentials() ? tools_.http.credentials()->api_key : "", tools_.fee, true);
  if (!page->next_cursor.empty() && !page->rows.empty()) return ask_trades(id, std::move(page->next_cursor), is_there);
  conclude(id, is_there, now);
}

void polymarket_inquiry::conclude(const std::string& id, bool is_there, const moment& now) {
  const auto [of, leg] = tools_.book.find_leg(id);
  auto& x = questions_[id];
  x.is_under_way = false;
  x.failures = 0;
  if (!leg) return void(questions_.erase(id));
  if (leg->at != stage::over && !is_there) return conclude_nothing(id, x, *of, *leg, now);
  x.nothing = 0;
  if (leg->traded < leg->matched && x.lacking < most_lacking) { // trades are listed a little later
    x.due_ns = now.steady_ns + again_ns * ++x.lacking;
    if (std::exchange(x.is_asked, false)) tools_.book.tell(*of, tools_.http.venue_ns(now));
    return;
  }
  if (leg->traded < leg->matched)
    tools_.log.warning("Polymarket lists no trades for what it says was matched",
                       {{"order", id}, {"matched", to_string(leg->matched)}, {"traded", to_string(leg->traded)}});
  if (leg->at != stage::over && is_immediate(of->what.request)) { // delayed: it ends soon
    x.due_ns = now.steady_ns + again_ns;
    if (std::exchange(x.is_asked, false)) tools_.book.tell(*of, tools_.http.venue_ns(now));
    return;
  }
  finish(id, now);
}

void polymarket_inquiry::conclude_nothing(const std::string& id, question& x, polymarket_order& of, polymarket_leg& leg,
                                          const moment& now) {
  const auto at_ns = tools_.http.venue_ns(now);
  x.due_ns = now.steady_ns + again_ns;
  if (leg.at == stage::sent || ++x.nothing < enough_nothing) return; // its answer comes first; and one look is no proof
  const bool is_known = leg.is_seen || leg.traded > quantity{};
  if (!is_known && now.wall_ns - leg.left_wall_ns < tools_.how.absent_after.count()) return;
  const bool is_last = &leg == of.current();
  if (is_known) {
    leg.matched = std::max(leg.matched, leg.traded);
    const bool is_filled = leg.matched >= leg.size;
    tools_.book.end_leg(of, leg,
                        is_filled ? polymarket_end{order_state::filled}
                                  : polymarket_end{order_state::cancelled, "Polymarket no longer has it"},
                        at_ns);
  } else if (of.legs.size() > 1) {
    leg.at = stage::over;
    if (is_last)
      tools_.book.end(of, {order_state::cancelled, "cancelled for its amendment, which never arrived"}, at_ns);
  } else if (is_last) {
    leg.at = stage::over;
    tools_.book.absent(of, "Polymarket has neither the order nor trades of it");
    return void(questions_.erase(id));
  } else {
    leg.at = stage::over;
  }
  finish(id, now);
}

void polymarket_inquiry::fail(const std::string& id, std::string why, const moment& now) {
  auto& x = questions_[id];
  x.is_under_way = false;
  const auto pause_ns = std::min(again_ns << std::min(x.failures++, 8), longest_pause_ns);
  x.due_ns = now.steady_ns + pause_ns;
  if (!x.is_asked || x.failures < most_failures) return;
  const auto* const of = tools_.book.find_leg(id).first;
  questions_.erase(id);
  if (of && !of->end) tools_.reports.on_no_answer(of->what.id, "asked what became of it: " + why);
}

void polymarket_inquiry::finish(const std::string& id, const moment& now) {
  const bool is_asked = questions_[id].is_asked;
  questions_.erase(id);
  auto* const of = tools_.book.find_leg(id).first;
  if (is_asked && of) tools_.book.tell(*of, tools_.http.venue_ns(now));
}

std::int64_t polymarket_inquiry::round(const moment& now) {
  if (!tools_.http.credentials()) return INT64_MAX; // they come with a log-in, and that with a round
  auto due_ns = INT64_MAX;
  for (auto at = questions_.begin(); at != questions_.end();) {
    auto& [id, x] = *at;
    const auto* const leg = tools_.book.find_leg(id).second;
    // the user channel has told it all meanwhile
    if (!leg || (!x.is_asked && !x.is_under_way && leg->at == stage::over && leg->traded >= leg->matched)) {
      at = questions_.erase(at);
      continue;
    }
    if (!x.is_under_way && now.steady_ns >= x.due_ns) send(id, x);
    if (!x.is_under_way) due_ns = std::min(due_ns, x.due_ns);
    ++at;
  }
  return due_ns;
}

} // namespace strike::exec
