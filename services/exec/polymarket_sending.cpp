// The second half of the sender: signed orders on their way, and their answers.

#include "exec/polymarket_sender.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace strike::exec {

using polymarket::placing;
using polymarket::refusal;
using stage = polymarket_leg::stage;
using namespace std::chrono_literals;

namespace {

bool is_immediate(const order_request& x) {
  return x.type == order_type::market || x.tif == time_in_force::ioc || x.tif == time_in_force::fok;
}

} // namespace

void polymarket_sender::flush(const moment& now) {
  while (!outbound_.empty()) {
    const auto [of, x] = tools_.book.find_leg(outbound_.front());
    if (!x || x->at != stage::waiting) {
      outbound_.pop_front();
      continue;
    }
    const bool is_late = now.steady_ns - x->left_steady_ns >= tools_.how.patience.count();
    if (is_late || !tools_.session.is_up()) {
      outbound_.pop_front();
      refuse(*of, is_late ? "it was held back by Polymarket's limits for too long" : "the session ended before it left",
             now);
      continue;
    }
    auto count = std::min(outbound_.size(), tools_.how.batch);
    while (count > 0 && !tools_.http.take(polymarket_lane::place, static_cast<double>(count), now)) --count;
    if (count == 0) return;
    const std::vector<std::string> ids(outbound_.begin(), outbound_.begin() + static_cast<std::ptrdiff_t>(count));
    outbound_.erase(outbound_.begin(), outbound_.begin() + static_cast<std::ptrdiff_t>(count));
    send(ids, now);
  }
}

void polymarket_sender::send(const std::vector<std::string>& ids, const moment& now) {
  std::vector<std::string_view> bodies;
  for (const auto& id : ids) {
    const auto [of, x] = tools_.book.find_leg(id);
    if (of->legs.size() == 1) tools_.reports.on_leaving(of->what.id);
    x->at = stage::sent;
    bodies.push_back(x->body);
  }
  tools_.http.send(
      polymarket_lane::place, polymarket::place_call(bodies),
      [this, ids](const polymarket_http::answer& x, const moment& at) { on_answer(ids, x, at); }, now);
}

void polymarket_sender::on_answer(const std::vector<std::string>& ids, const polymarket_http::answer& x,
                                  const moment& now) {
  const auto verdict = verdict_of(x);
  auto outcomes = result<std::vector<polymarket::order_answer>>{};
  if (verdict == http_verdict::answered && ids.size() == 1) {
    auto one = polymarket::parse_order_answer(x->body);
    outcomes = one ? result<std::vector<polymarket::order_answer>>{{*std::move(one)}} : std::unexpected{one.error()};
  } else if (verdict == http_verdict::answered) {
    outcomes = polymarket::parse_order_answers(x->body);
  }
  if (verdict == http_verdict::later) {
    const auto pause = pause_of(*x, 1s);
    const bool is_mode = polymarket::read_error(x->body).code == "post_only_mode";
    if (is_mode) post_only_until_ns_ = now.steady_ns + pause.count(); // post-only orders still go
    tools_.http.hold_off(polymarket_lane::place, is_mode ? 100ms : pause, now);
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto [of, leg] = tools_.book.find_leg(ids[i]);
    if (!leg || leg->at == stage::over) continue; // the user channel was faster
    switch (verdict) {
    case http_verdict::answered:
      if (outcomes && i < outcomes->size())
        on_outcome(*of, *leg, (*outcomes)[i], now);
      else
        unsure(*of, *leg, outcomes ? "the answer lacks it" : outcomes.error().text);
      break;
    case http_verdict::refused:
      on_refused(*of, *leg, polymarket::read_error(x->body).text, now);
      break;
    case http_verdict::later:
      on_later(*of, *leg, *x, now);
      break;
    case http_verdict::unsure:
      unsure(*of, *leg, text_of(x));
      break;
    }
  }
}

void polymarket_sender::on_outcome(polymarket_order& of, polymarket_leg& x, const polymarket::order_answer& answer,
                                   const moment& now) {
  if (!answer.id.empty() && answer.id != x.id)
    tools_.log.error("Polymarket gave an order another id than its digest; it goes on under the digest",
                     {{"digest", x.id}, {"id", answer.id}});
  switch (polymarket::outcome_of(answer)) {
  case placing::accepted:
    return on_accepted(of, x, answer, now);
  case placing::rejected:
    return on_refused(of, x, answer.error, now);
  case placing::unsure:
    x.at = stage::unsure;
    return tools_.look_up(of, x, now);
  }
}

void polymarket_sender::on_accepted(polymarket_order& of, polymarket_leg& x, const polymarket::order_answer& answer,
                                    const moment& now) {
  const auto at_ns = tools_.http.venue_ns(now);
  const bool was_standing = x.at == stage::standing;
  x.is_seen = true;
  x.at = stage::standing;
  x.body.clear();
  const auto shares = of.what.request.side == side::buy ? answer.taking : answer.making;
  const auto known = x.matched;
  x.matched = std::max(x.matched, shares);
  if (x.matched >= x.size) return tools_.book.end_leg(of, x, {order_state::filled}, at_ns);
  if (!was_standing || x.matched > known) tools_.book.tell(of, at_ns);
  // of an order that never rests the user channel tells the end, or the venue when asked
  if (is_immediate(of.what.request)) tools_.look_up(of, x, now);
}

void polymarket_sender::on_refused(polymarket_order& of, polymarket_leg& x, std::string_view text, const moment& now) {
  const auto& rule = polymarket::rule_of(text);
  const auto& instrument = of.what.request.instrument;
  if (x.is_seen || rule.kind == refusal::duplicate) { // the venue contradicts itself, or has it already
    x.at = stage::unsure;
    return tools_.look_up(of, x, now);
  }
  const auto why = fmt::format("Polymarket: {}{}{}", text, rule.advice.empty() ? "" : "; ", rule.advice);
  switch (rule.kind) {
  case refusal::version:
    tools_.session.check_version();
    tools_.markets.forget(instrument);
    if (std::exchange(of.was_signed_anew, true)) break;
    x.at = stage::over;
    drafts_.push_back({.id = of.what.id, .limit = x.limit, .size = x.size, .since_ns = now.steady_ns});
    return;
  case refusal::tick:
    tools_.markets.refresh_tick(instrument);
    break;
  case refusal::funds:
    tools_.funds.forget({});
    tools_.funds.forget(instrument);
    break;
  case refusal::killed:
    x.at = stage::over;
    return tools_.book.end(of, {order_state::cancelled, why}, tools_.http.venue_ns(now));
  case refusal::restricted:
    refuse(of, why, now);
    return tools_.session.bar(text, now);
  case refusal::credentials:
  case refusal::duplicate:
  case refusal::other:
    break;
  }
  refuse(of, why, now);
}

void polymarket_sender::on_later(polymarket_order& of, polymarket_leg& x, const net::http_response& answer,
                                 const moment& now) {
  const auto why = fmt::format("Polymarket: {}; it was not taken", text_of(polymarket_http::answer{answer}));
  const bool is_mode = now.steady_ns < post_only_until_ns_ && !of.what.request.post_only;
  // the same signed bytes may go again, since they were not taken; an order that must trade at once would be late
  if (is_mode || is_immediate(of.what.request)) return refuse(of, why, now);
  x.at = stage::waiting;
  outbound_.push_back(x.id);
}

void polymarket_sender::unsure(polymarket_order& of, polymarket_leg& x, std::string_view why) {
  if (x.at == stage::standing) return; // the user channel told of it meanwhile
  x.at = stage::unsure;
  x.body.clear();
  tools_.reports.on_no_answer(of.what.id, why);
}

} // namespace strike::exec
