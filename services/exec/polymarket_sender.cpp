#include "exec/polymarket_sender.hpp"

#include "base/time.hpp"
#include "polymarket/frame.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace strike::exec {

using stage = polymarket_leg::stage;

namespace {

constexpr std::uint64_t largest_salt = (std::uint64_t{1} << 53) - 1; // it is a JSON number

std::int64_t millionths(money x) { return static_cast<std::int64_t>((x.nanos + 999) / 1000); }

/// The worst price that an order needs of a book, as GET /book answers it.
result<price> worst_of(const polymarket_http::answer& x, side on, quantity size, bool needs_all) {
  if (!x || x->status != 200) return fail(ec::io, "its book could not be read: " + text_of(x));
  std::string padded = x->body;
  padded.append(64, '\0');
  polymarket::frame_reader reader;
  const auto read = reader.read({padded.data(), x->body.size()});
  if (!read || read->size() != 1) return fail(ec::malformed, "its book could not be read: " + text_of(x));
  auto levels = on == side::buy ? read->front().asks : read->front().bids;
  std::ranges::sort(
      levels, [on](const book_level& a, const book_level& b) { return on == side::buy ? a.at < b.at : a.at > b.at; });
  const auto found = polymarket::worst_price(levels, size, false);
  if (!found.worst) return fail(ec::invalid_order, "nobody offers anything on the other side of the book");
  if (needs_all && !found.is_complete) return fail(ec::invalid_order, "the book has less than the order's size");
  return *found.worst;
}

} // namespace

void polymarket_sender::place(polymarket_order& x, price limit, quantity size, const moment& now) {
  auto& made = drafts_.emplace_back(draft{.id = x.what.id, .limit = limit, .size = size, .since_ns = now.steady_ns});
  try_draft(made, now);
  std::erase_if(drafts_, [](const draft& y) { return y.has_left; });
  flush(now);
}

bool polymarket_sender::is_waiting(const polymarket_order& x) const {
  return std::ranges::find(drafts_, x.what.id, &draft::id) != drafts_.end() ||
         (!x.legs.empty() && x.legs.back().at == stage::waiting);
}

bool polymarket_sender::take_back(polymarket_order& x) {
  if (!is_waiting(x)) return false;
  std::erase_if(drafts_, [&](const draft& y) { return y.id == x.what.id; });
  if (auto* const last = x.current()) std::erase(outbound_, last->id);
  return true;
}

void polymarket_sender::change(polymarket_order& x, price limit, quantity size) {
  for (auto& y : drafts_)
    if (y.id == x.what.id) y.limit = limit, y.size = size, y.is_book_asked = false, y.worst.reset();
}

void polymarket_sender::refuse(polymarket_order& x, std::string why, const moment& now) {
  const auto at_ns = tools_.http.venue_ns(now);
  if (auto* const last = x.current(); last && last->at != stage::over) last->at = stage::over;
  const bool was_there = std::ranges::any_of(x.legs, &polymarket_leg::is_seen);
  // an amendment's first half is done: the order is gone, and what it had filled remains
  if (was_there)
    tools_.book.end(x, {order_state::cancelled, "cancelled for its amendment, which was refused: " + why}, at_ns);
  else
    tools_.book.end(x, {order_state::rejected, std::move(why)}, at_ns);
}

void polymarket_sender::try_draft(draft& x, const moment& now) {
  auto* const of = tools_.book.find(x.id);
  if (!of || of->end) return void(x.has_left = true);
  const auto refuse_draft = [&](std::string why) {
    x.has_left = true;
    refuse(*of, std::move(why), now);
  };
  const auto& asked = of->what.request;
  if (!tools_.session.is_up()) return refuse_draft("no session with Polymarket: nothing left; see the log");
  const auto venue_ns = tools_.http.venue_ns(now);
  if (const auto fits = check_polymarket(asked, tools_.how, tools_.session.is_closed_only(), venue_ns); !fits)
    return refuse_draft(fits.error().text);
  if (now.steady_ns < post_only_until_ns_ && !asked.post_only)
    return refuse_draft("Polymarket takes post-only orders for now, as after its restarts");
  const auto* const at = tools_.markets.find(asked.instrument, now);
  if (!at) return void(x.waits_for = "the market: " + tools_.markets.why_unknown(asked.instrument));
  of->condition = at->condition;
  const auto book = ask_book(x, *of, now);
  if (!book) return refuse_draft(book.error().text);
  if (!book->empty()) return void(x.waits_for = *book);
  const auto limit = x.worst ? **x.worst : x.limit;
  const auto plan =
      plan_polymarket(asked, limit, x.size, *at, tools_.markets.tick(asked.instrument), tools_.how, venue_ns);
  if (!plan) return refuse_draft(plan.error().text);
  const auto funds = check_funds(x, *of, *plan, *at, now);
  if (!funds) return refuse_draft(funds.error().text);
  if (!funds->empty()) return void(x.waits_for = *funds);
  x.has_left = true;
  sign(*of, *plan, *at, now);
}

result<std::string> polymarket_sender::ask_book(draft& x, const polymarket_order& of, const moment&) {
  const auto& asked = of.what.request;
  if (asked.type != order_type::market) return "";
  if (x.worst) return *x.worst ? result<std::string>{""} : std::unexpected{x.worst->error()};
  if (!std::exchange(x.is_book_asked, true))
    tools_.http.ask(
        polymarket_lane::query,
        net::http_request{.url = tools_.how.clob + "/book?token_id=" + tools_.names.at(asked.instrument).symbol},
        [this, id = x.id, on = asked.side, size = x.size,
         all = asked.tif == time_in_force::fok](const polymarket_http::answer& answer, const moment&) {
          const auto at = std::ranges::find(drafts_, id, &draft::id);
          if (at != drafts_.end()) at->worst = worst_of(answer, on, size, all);
        });
  return "the book";
}

std::int64_t polymarket_sender::reserved(const polymarket_order& but, side on) const {
  money sum;
  for (const auto& [id, x] : tools_.book.open()) {
    const auto& asked = x->what.request;
    if (x == &but || asked.side != on) continue;
    if (on == side::sell && asked.instrument != but.what.request.instrument) continue;
    for (const auto& part : x->legs) {
      if (part.at == stage::over) continue;
      const auto left = part.size - std::max(part.matched, part.traded);
      sum += on == side::buy ? notional(part.limit, left) : money{left.nanos};
    }
  }
  return millionths(sum);
}

result<std::string> polymarket_sender::check_funds(const draft& x, const polymarket_order& of,
                                                   const polymarket_plan& plan, const polymarket::market& at,
                                                   const moment& now) {
  if (!tools_.how.check_funds) return "";
  const auto& asked = of.what.request;
  const bool buys = asked.side == side::buy;
  const bool is_position = at.protocol == polymarket::protocol::positions;
  polymarket_funds::need need{.is_position = is_position,
                              .millionths = static_cast<std::int64_t>(plan.amounts.maker),
                              .reserved = reserved(of, asked.side),
                              .contract = tools_.signer.contract_of(at.is_neg_risk, at.protocol)};
  if (!buys) need.token = asked.instrument;
  if (buys && !asked.post_only && at.fee)
    need.millionths += millionths(polymarket::taker_fee(plan.size, plan.limit, *at.fee));
  auto checked = tools_.funds.check(need, x.since_ns, now);
  if (checked.is == polymarket_funds::verdict::refused) return fail(ec::invalid_order, std::move(checked.why));
  return checked.is == polymarket_funds::verdict::wait ? checked.why : "";
}

void polymarket_sender::sign(polymarket_order& of, const polymarket_plan& plan, const polymarket::market& at,
                             const moment& now) {
  const auto& token = tools_.names.at(of.what.request.instrument).symbol;
  const auto now_ms = static_cast<std::uint64_t>(tools_.http.venue_ns(now) / ns_per_ms);
  last_timestamp_ms_ = std::max(now_ms, last_timestamp_ms_ + 1);
  const auto made = tools_.signer.sign({.token = token,
                                        .is_neg_risk = at.is_neg_risk,
                                        .protocol = at.protocol,
                                        .side = of.what.request.side,
                                        .amounts = plan.amounts,
                                        .kind = plan.kind,
                                        .post_only = of.what.request.post_only,
                                        .expiration_s = plan.expiration_s,
                                        .salt = tools_.random() & largest_salt,
                                        .timestamp_ms = last_timestamp_ms_},
                                       tools_.http.credentials().value().api_key);
  if (!made) return refuse(of, made.error().text, now);
  // what finds it again must outlive this process before a byte leaves
  const auto key = fmt::format("{} {} {} {}", made->id, last_timestamp_ms_, to_string(plan.size), at.condition);
  if (const auto kept = tools_.keys.keep(of.what.id, key); !kept)
    return refuse(of, "its digest could not be stored, nothing left: " + kept.error().text, now);
  of.what.request.limit = of.what.request.type == order_type::market ? of.what.request.limit : plan.limit;
  of.what.request.size = of.filled() + plan.size;
  tools_.book.add_leg(of, {.id = made->id,
                           .limit = plan.limit,
                           .size = plan.size,
                           .created_ms = static_cast<std::int64_t>(last_timestamp_ms_),
                           .body = made->body,
                           .left_wall_ns = now.wall_ns,
                           .left_steady_ns = now.steady_ns});
  tools_.session.follow(at.condition);
  outbound_.push_back(made->id);
}

std::int64_t polymarket_sender::round(const moment& now) {
  auto due_ns = INT64_MAX;
  const auto patience_ns = tools_.how.patience.count();
  for (auto& x : drafts_) {
    try_draft(x, now);
    if (!x.has_left && now.steady_ns >= x.since_ns + patience_ns) {
      x.has_left = true;
      if (auto* const of = tools_.book.find(x.id))
        refuse(*of, fmt::format("nothing left: it waited {} ms for {}", patience_ns / ns_per_ms, x.waits_for), now);
    }
    if (!x.has_left) due_ns = std::min(due_ns, x.since_ns + patience_ns);
  }
  std::erase_if(drafts_, [](const draft& x) { return x.has_left; });
  flush(now);
  if (outbound_.empty()) return due_ns;
  return std::min({due_ns, tools_.http.ready_ns(polymarket_lane::place, 1, now), now.steady_ns + patience_ns});
}

} // namespace strike::exec
