#include "exec/derive_venue.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::exec {
namespace {

process::counter& counted(process::metric_registry& in, std::string_view name, std::string_view help) {
  return in.get_counter(name, help, {{"venue", "derive"}});
}

constexpr std::int64_t expiry_retry_ns = 10 * ns_per_s; // a cancel of an order whose time is over may fail

} // namespace

derive_venue::derive_venue(derive_settings how, std::shared_ptr<const derive_keys> keys, venue_tools with,
                           venue_reports& to, std::function<double()> random)
    : how_{std::move(how)}, keys_{std::move(keys)}, tools_{with}, to_{to},
      signer_{sign::to_string(keys_->session.address())}, write_{how_.network, sign::to_string(keys_->wallet),
                                                                 keys_->subaccount, how_.hex_prefix},
      nonces_{how_.network.nonce, how_.process}, requests_{how_},
      requests_total_{counted(with.metrics, "strike_exec_venue_requests_total", "requests that were sent to a venue")},
      malformed_{
          counted(with.metrics, "strike_exec_venue_malformed_total", "messages of a venue that could not be read")},
      reconnects_{counted(with.metrics, "strike_exec_venue_sessions_total", "sessions that were logged in")},
      rate_limited_{counted(with.metrics, "strike_exec_venue_rate_limited_total", "requests refused for their rate")},
      undone_total_{counted(with.metrics, "strike_exec_venue_fills_undone_total", "fills that the venue took back")} {
  net::link::options options;
  options.socket.deflate = false; // orders are small, and must not wait for a compressor
  options.socket.url = how_.network.ws_url;
  options.socket.extra = {{"User-Agent", how_.network.user_agent}};
  link_ = std::make_unique<net::link>(
      tools_.network, options,
      net::link::handlers{
          .on_open = [this](net::generation which) { on_open(which); },
          .on_text = [this](net::generation which, std::string_view text) { on_text(which, text); },
          .on_close = [this](net::generation which, const net::close_report& why) { on_close(which, why); }},
      std::move(random));
}

derive_venue::~derive_venue() = default;

derive_order* derive_venue::find(order_id id) {
  const auto at = orders_.find(id.value);
  return at == orders_.end() ? nullptr : at->second.get();
}

derive_order* derive_venue::find(const std::string& label, const std::string& venue_id) {
  if (const auto at = by_label_.find(label); at != by_label_.end()) return find(at->second);
  if (const auto at = by_venue_id_.find(venue_id); at != by_venue_id_.end()) return find(at->second);
  return nullptr;
}

void derive_venue::restore(const venue_order& what, std::string_view venue_id, const std::vector<std::string>& keys) {
  auto x = std::make_unique<derive_order>();
  x->what = what;
  for (const auto& key : keys) {
    const auto attempt = attempt_of(key);
    if (!attempt) continue;
    nonces_.used(attempt->nonce);
    x->attempts.push_back(*attempt);
  }
  by_label_[what.label] = what.id;
  if (!venue_id.empty()) by_venue_id_[std::string{venue_id}] = what.id;
  if (what.request.tif == time_in_force::gtd) expiries_.emplace(what.request.expire_ns, what.id);
  orders_[what.id.value] = std::move(x);
}

/// What Derive does not have, or would refuse. Source: Derive API, "private/order" and "Errors".
std::optional<std::string> derive_venue::fault_of(const order_request& x, const moment& now) const {
  const bool is_immediate = x.type == order_type::market || x.tif == time_in_force::ioc || x.tif == time_in_force::fok;
  if (!halted_.empty()) return "derive: order entry is stopped: " + halted_;
  if (!is_up_) return "derive: the session is down; send it again once it is up";
  if (x.post_only && is_immediate) return "derive: post-only orders rest: not with market, ioc or fok";
  if (x.reduce_only && !is_immediate) return "derive: reduce-only needs a market, ioc or fok order";
  if (x.reduce_only && tools_.rules.of(x.instrument).info.kind == instrument_kind::spot)
    return "derive: reduce-only does not exist for spot";
  if (x.stop.nanos > 0 && x.trigger != stop_trigger::mark) return "derive: stop orders trigger on the mark price only";
  if (x.stop.nanos > 0 && x.tif == time_in_force::gtd)
    return "derive: a stop order's life is set by the venue: not with gtd";
  if (x.tif == time_in_force::gtd && x.expire_ns <= now.wall_ns) return "derive: its time is over already";
  if (key_expiry_s_ < now.wall_ns / ns_per_s + how_.network.minimum_life_s)
    return "derive: the session key expires: register a new one";
  if (requests_.waiting(derive_lane::orders) + waiting_.size() >= how_.queue)
    return "derive: too many orders wait for the venue's rate limit";
  return {};
}

void derive_venue::place(const approved_order& what, const moment& now) {
  now_ = now;
  if (auto fault = fault_of(what->request, now)) return refuse_later(what->id, std::move(*fault));
  auto owned = std::make_unique<derive_order>();
  auto& x = *owned;
  x.what = *what;
  by_label_[what->label] = what->id;
  orders_[what->id.value] = std::move(owned);
  if (what->request.tif == time_in_force::gtd) expiries_.emplace(what->request.expire_ns, what->id);
  const auto& at = want_market(tools_.instruments.at(what->request.instrument).symbol);
  x.is_waiting = !at.is_ready();
  if (x.is_waiting)
    waiting_.push_back({what->id, now.steady_ns + how_.data_timeout.count()});
  else
    queue_place(x, now);
  flush(now);
}

void derive_venue::amend(order_id id, price limit, quantity size, const moment& now) {
  now_ = now;
  auto* const x = find(id);
  if (x == nullptr || x->is_ended) return;
  if (!is_up_) return standing_later(id, "derive: the session is down; amend it once it is up");
  if (x->what.request.stop.nanos > 0)
    return standing_later(id, "derive: stop orders cannot be amended; cancel it and place another");
  if (x->what.request.type == order_type::market) return standing_later(id, "derive: market orders cannot be amended");
  if (x->cancel_wanted) return standing_later(id, "derive: it is being cancelled");
  if (size <= x->filled()) return standing_later(id, "derive: as much is filled already");
  if (x->newest() == nullptr || x->replacing != 0 || x->is_in_flight || x->is_queued || x->is_waiting) {
    x->amend_wanted = {limit, size};
    return;
  }
  queue_replace(*x, {limit, size}, now);
  flush(now);
}

void derive_venue::cancel(order_id id, const moment& now) {
  now_ = now;
  auto* const x = find(id);
  if (x == nullptr || x->is_ended || x->cancel_wanted) return;
  const bool has_left = x->is_in_flight || x->newest() != nullptr || x->has_outstanding_attempts();
  if (!has_left) { // waits for data, or for the rate limit
    std::erase_if(waiting_, [&](const waiting_order& w) { return w.id == id; });
    requests_.withdraw(id);
    x->is_queued = x->is_waiting = false;
    return refuse_later(id, "cancelled before it left", order_state::cancelled);
  }
  if (x->is_queued && requests_.withdraw(id)) x->is_queued = false; // a replacement that has not left
  x->cancel_wanted = true;
  x->amend_wanted = {};
  if (x->is_in_flight) return;
  if (x->newest() != nullptr && x->replacing == 0)
    queue_cancel(*x);
  else // no answer came: the nonce is all that the venue may know it by
    for (const auto& attempt : x->attempts)
      if (!attempt.is_settled) queue_burn(*x, attempt.nonce);
  flush(now);
}

void derive_venue::cancel_everything(const moment& now) {
  now_ = now;
  for (const auto& w : std::exchange(waiting_, {}))
    refuse_later(w.id, "cancelled before it left", order_state::cancelled);
  for (const auto& [number, x] : orders_)
    if (requests_.withdraw(x->what.id)) {
      const bool never_left = x->newest() == nullptr && !x->has_outstanding_attempts();
      if (never_left) refuse_later(x->what.id, "cancelled before it left", order_state::cancelled);
      x->is_queued = false;
    }
  cancel_all_wanted_ = true;
  if (is_up_) cancel_all_orders();
  flush(now);
}

derive_venue::market& derive_venue::want_market(const std::string& symbol) {
  auto& at = markets_[symbol];
  if (!at.is_asked && is_up_ && !at.terms) ask_terms(symbol);
  if (!at.is_subscribed && is_up_) subscribe_bands();
  return at;
}

void derive_venue::serve_waiting(const moment& now) {
  for (const auto& [id, until_ns] : std::exchange(waiting_, {})) {
    auto& x = *find(id);
    const auto& symbol = tools_.instruments.at(x.what.request.instrument).symbol;
    const auto& at = markets_[symbol];
    const bool is_told = !at.refused.empty() || (at.is_ready() && !at.terms->is_active);
    if (!at.is_ready() && !is_told && until_ns > now.steady_ns) {
      want_market(symbol);
      waiting_.push_back({id, until_ns});
      continue;
    }
    x.is_waiting = false;
    if (at.is_ready() && !is_told)
      queue_place(x, now);
    else if (!at.refused.empty())
      report_end(x, order_state::rejected, "derive: " + symbol + ": " + at.refused);
    else
      report_end(x, order_state::rejected,
                 is_told ? "derive: " + symbol + " is not active"
                         : "derive: the venue did not tell the terms and price band of " + symbol + " in time");
  }
  for (auto& [symbol, at] : markets_) at.refused.clear();
}

/// Signatures live longer than some gtd orders: those we cancel ourselves.
void derive_venue::serve_expiries(const moment& now) {
  while (!expiries_.empty() && expiries_.begin()->first <= now.wall_ns) {
    const auto id = expiries_.begin()->second;
    expiries_.erase(expiries_.begin());
    auto* const x = find(id);
    if (x == nullptr || x->is_ended) continue;
    x->is_expiring = true;
    expiries_.emplace(now.wall_ns + expiry_retry_ns, id);
    cancel(id, now);
  }
}

/// Sends what the limits let through.
std::int64_t derive_venue::flush(const moment& now) {
  if (socket_ == 0) return INT64_MAX;
  const auto due = requests_.flush(is_up_, now, [this](std::string_view text) { return link_->send(socket_, text); });
  rate_limited_.add(requests_.rate_refusals() - std::exchange(rate_seen_, requests_.rate_refusals()));
  return due;
}

std::int64_t derive_venue::round(const moment& now) {
  now_ = now;
  if (std::exchange(has_frame_, false)) frame_ns_ = now.steady_ns;
  for (auto& tell : std::exchange(news_, {})) tell();
  if (!link_) return INT64_MAX; // stopped for good
  if (is_up_ && requests_.is_silent(frame_ns_)) drop("no answer, and nothing else either");
  if (const auto why = std::exchange(drop_, {}); !why.empty()) {
    const auto socket = socket_;
    go_down(why);
    if (socket != 0) link_->drop(socket, why);
  }
  if (!halted_.empty()) {
    link_.reset();
    return news_.empty() ? INT64_MAX : now.steady_ns;
  }
  const auto link_due = link_->round(now.steady_ns);
  if (is_up_) serve(now);
  return next_due(std::min(link_due, flush(now)), now);
}

/// What is due while orders can be sent.
void derive_venue::serve(const moment& now) {
  serve_waiting(now);
  serve_expiries(now);
  if (cancel_all_wanted_) cancel_all_orders();
  start_survey();
  while (!settlements_.empty() && settlements_.front().due_ns <= now.steady_ns) {
    const auto x = settlements_.front();
    settlements_.pop_front();
    ask_settlement(x.instrument, x.size);
  }
}

std::int64_t derive_venue::next_due(std::int64_t due, const moment& now) const {
  if (!news_.empty() || !drop_.empty()) return now.steady_ns;
  if (!is_up_) return due;
  for (const auto& x : waiting_) due = std::min(due, x.until_ns);
  if (!expiries_.empty())
    due = std::min(due, now.steady_ns + std::max<std::int64_t>(expiries_.begin()->first - now.wall_ns, 1));
  for (const auto& x : settlements_) due = std::min(due, x.due_ns);
  if (survey_) return due;
  for (const auto& [id, not_before] : asked_) due = std::min(due, std::max(not_before, now.steady_ns + 1));
  return due;
}

} // namespace strike::exec
