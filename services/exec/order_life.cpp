#include "exec/order_life.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace strike::exec {

namespace {

quantity signed_size(const order_life::booked_fill& x) { return x.is_undone ? quantity{} : x.what.size; }

} // namespace

order_life::order_life(order_id id, const order_request& what, std::int64_t wall_ns)
    : id_{id}, instrument_{what.instrument}, last_{.limit = what.limit, .size = what.size, .changed_ns = wall_ns},
      told_remaining_{what.size} {}

order_life::order_life(order_id id, const order_request& what, standing last, std::vector<booked_fill> fills)
    : id_{id}, instrument_{what.instrument}, stage_{order_stage::unsure}, last_{std::move(last)},
      is_acknowledged_{!last_.venue_id.empty() || last_.filled > quantity{} || last_.state == order_state::open},
      asked_size_{INT64_MAX}, // an amendment may have been under way
      fills_{std::move(fills)}, told_remaining_{last_.size - last_.filled}, ask_ns_{INT64_MIN} {
  if (!strike::is_final(last_.state)) return;
  stage_ = order_stage::ended;
  final_ = last_.state;
  final_reason_ = last_.reason;
  told_remaining_ = {};
  ask_ns_ = INT64_MAX;
}

void order_life::amend_sent(price limit, quantity size) {
  asked_limit_ = limit;
  asked_size_ = size;
  if (stage_ == order_stage::working) stage_ = order_stage::amending;
}

void order_life::cancel_sent() {
  if (stage_ == order_stage::working || stage_ == order_stage::amending) stage_ = order_stage::cancelling;
}

void order_life::refuse(order_state as, std::string why, std::int64_t wall_ns) {
  last_.changed_ns = wall_ns;
  final_ = as;
  final_reason_ = std::move(why);
  conclude(nullptr, "");
}

quantity order_life::accounted() const {
  quantity sum;
  for (const auto& x : fills_) sum += x.what.size;
  return sum;
}

quantity order_life::remaining() const {
  return is_final() ? quantity{} : std::max(last_.size - last_.filled, quantity{});
}

order_update order_life::update() const {
  return {.venue_ns = last_.changed_ns,
          .order = id_,
          .instrument = instrument_,
          .state = last_.state,
          .filled = last_.filled,
          .remaining = remaining(),
          .execution = {},
          .reason = last_.reason};
}

/// The newest word on limit and size counts; of two at one time the larger, so that their order does not matter.
void order_life::merge_terms(const order_fact& what) {
  if (what.limit == price{} && what.size == quantity{}) return;
  const auto size = what.size == quantity{} ? last_.size : what.size;
  const auto limit = what.limit == price{} ? last_.limit : what.limit;
  if (what.venue_ns < terms_ns_ || (what.venue_ns == terms_ns_ && size < last_.size)) return;
  terms_ns_ = what.venue_ns;
  last_.size = size;
  last_.limit = limit;
}

/// A request in flight ends when the venue's word shows its effect, or a refusal.
void order_life::confirm(const order_fact& what) {
  is_acknowledged_ = true;
  const bool is_answered = !what.reason.empty() || (last_.limit == asked_limit_ && last_.size == asked_size_);
  const bool is_stated = stage_ == order_stage::unsure && what.size > quantity{};
  if (is_answered || is_stated) asked_size_ = {};
  switch (stage_) {
  case order_stage::waiting:
  case order_stage::placing:
  case order_stage::unsure:
    stage_ = order_stage::working;
    break;
  case order_stage::amending:
    if (is_answered) stage_ = order_stage::working;
    break;
  case order_stage::cancelling:
    if (!what.reason.empty()) stage_ = order_stage::working;
    break;
  case order_stage::working:
  case order_stage::closing:
  case order_stage::ended:
    break;
  }
}

void order_life::on_order(const order_fact& what) {
  if (!what.venue_id.empty()) last_.venue_id = what.venue_id;
  last_.counted = std::max(last_.counted, what.filled);
  merge_terms(what);
  if (strike::is_final(what.state)) {
    if (what.state == order_state::filled && what.filled == quantity{})
      last_.counted = std::max(last_.counted, last_.size); // an adapter that does not know how much
    if (final_ && *final_ != what.state)
      contradiction_ = fmt::format("said {}, then {}", to_text(*final_), to_text(what.state));
    if (!final_ || (!is_final() && what.state == order_state::filled)) {
      final_ = what.state;
      final_reason_ = what.reason;
    }
    last_.changed_ns = std::max(last_.changed_ns, what.venue_ns);
    word_ns_ = std::max(word_ns_, what.venue_ns);
    return conclude(nullptr, "");
  }
  const bool is_old = what.venue_ns != 0 && what.venue_ns < word_ns_;
  if (final_) { // late word, unless it is newer than the end
    if (!is_old && what.venue_ns > word_ns_)
      contradiction_ = fmt::format("said {}, then {}", to_text(*final_), to_text(what.state));
    return conclude(nullptr, "");
  }
  const bool is_asked = stage_ == order_stage::amending || stage_ == order_stage::cancelling;
  const bool is_new = is_asked || what.venue_ns > word_ns_ || what.reason != last_.reason;
  const bool is_refusal = !what.reason.empty() && !is_old && is_new;
  confirm(what);
  last_.changed_ns = std::max(last_.changed_ns, what.venue_ns);
  word_ns_ = std::max(word_ns_, what.venue_ns);
  if (is_refusal) last_.reason = what.reason;
  conclude(nullptr, "", is_refusal);
}

bool order_life::on_fill(const fill_fact& what) {
  if (std::ranges::find(fills_, what.trade_id, &booked_fill::trade_id) != fills_.end()) return false;
  const auto early = std::ranges::find(undone_early_, what.trade_id);
  const bool is_undone = early != undone_early_.end();
  if (is_undone) undone_early_.erase(early);
  is_acknowledged_ = true;
  fills_.push_back({what.trade_id, what.what, is_undone});
  auto& made = fills_.back().what;
  made.order = id_;
  made.instrument = instrument_;
  last_.filled += signed_size(fills_.back());
  last_.changed_ns = std::max(last_.changed_ns, made.venue_ns);
  if (stage_ == order_stage::placing) stage_ = order_stage::working;
  if (is_undone)
    conclude(nullptr, "");
  else
    conclude(&made, what.trade_id);
  return !is_undone;
}

std::optional<fill> order_life::on_fill_undone(std::string_view trade_id, std::string_view why) {
  const auto at = std::ranges::find(fills_, trade_id, &booked_fill::trade_id);
  if (at == fills_.end()) {
    if (std::ranges::find(undone_early_, trade_id) == undone_early_.end()) undone_early_.emplace_back(trade_id);
    return {};
  }
  if (std::exchange(at->is_undone, true)) return {};
  last_.filled -= at->what.size;
  last_.reason = fmt::format("the venue took fill {} back: {}", trade_id, why);
  auto opposite = at->what; // what was booked ends by its opposite
  opposite.side = strike::opposite(opposite.side);
  opposite.fee = -opposite.fee;
  conclude(&opposite, fmt::format("{}-undone", trade_id));
  return at->what;
}

void order_life::on_no_answer(std::string_view why, const moment& now) {
  if (final_) return;
  if (stage_ != order_stage::unsure) ask_ns_ = now.steady_ns;
  stage_ = order_stage::unsure;
  last_.reason = why;
  conclude(nullptr, "");
}

void order_life::on_absent(std::string_view why, std::int64_t wall_ns) {
  if (final_ && is_final()) return;
  last_.counted = accounted(); // it has no more to tell
  if (!final_) {
    final_ = is_acknowledged_ ? order_state::cancelled : order_state::rejected;
    final_reason_ = why;
  }
  last_.changed_ns = std::max(last_.changed_ns, wall_ns);
  conclude(nullptr, "");
}

order_state order_life::state_now() const {
  if (is_final()) return last_.state;
  if (final_ && accounted() >= last_.counted) return *final_;
  const bool may_grow = asked_size_ > last_.size;
  if (!final_ && !may_grow && last_.filled >= last_.size) return order_state::filled;
  if (stage_ == order_stage::unsure && !final_) return order_state::unknown;
  if (last_.filled > quantity{}) return order_state::partially_filled;
  return is_acknowledged_ ? order_state::open : last_.state;
}

void order_life::conclude(const fill* execution, std::string_view trade_id, bool is_refusal) {
  const auto state = state_now();
  const bool ends = strike::is_final(state) && !is_final();
  if (ends) {
    stage_ = order_stage::ended;
    ask_ns_ = INT64_MAX;
    final_ = state;
    last_.reason = final_reason_;
  } else if (final_ && !is_final()) {
    stage_ = order_stage::closing;
  }
  const auto left = remaining();
  const bool is_new = state != last_.state || left != told_remaining_ || is_refusal;
  if (state != last_.state && state != order_state::unknown && !ends && !is_refusal && !execution) last_.reason.clear();
  last_.state = state;
  told_remaining_ = left;
  if (!execution && !is_new) return;
  auto told = update();
  if (execution) {
    told.execution = *execution;
    told.venue_ns = execution->venue_ns;
  }
  news_.push_back({std::move(told), std::string{trade_id}});
}

std::int64_t order_life::ask_due(const moment& now) {
  if (is_final() || stage_ == order_stage::waiting) return INT64_MAX;
  if (stage_ == order_stage::unsure) return ask_ns_;
  const bool is_complete = accounted() >= last_.counted && last_.filled < last_.size;
  if (is_complete) {
    ask_ns_ = INT64_MAX;
    questions_ = 0;
  } else if (ask_ns_ == INT64_MAX) {
    ask_ns_ = now.steady_ns + first_wait_ns;
  }
  return ask_ns_;
}

void order_life::asked(const moment& now) {
  const auto wait_ns = first_wait_ns << std::min(questions_++, 5);
  ask_ns_ = now.steady_ns + std::min(wait_ns, longest_wait_ns);
}

} // namespace strike::exec
