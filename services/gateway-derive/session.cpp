// A socket's life, its requests and their answers; what channels say is in session_events.cpp.
#include "gateway-derive/session.hpp"

#include "base/time.hpp"
#include "derive/request.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::gateway_derive {

using gateway::moment;
using gateway::oddity;

namespace {

constexpr int most_failures = 5;
constexpr std::int64_t first_delay_ns = ns_per_s;                      ///< when the venue does not say how long to wait
constexpr auto wait_for_sockets = std::chrono::seconds{30};            ///< after "too many websocket clients"
constexpr std::int64_t transient_codes[] = {-32603, 9000, 9001, 9002}; ///< internal, time-outs, cache not ready

bool is_transient(const derive::refusal& x) {
  return x.code && std::ranges::find(transient_codes, *x.code) != std::end(transient_codes);
}

std::string_view type_of(instrument_kind x) {
  return x == instrument_kind::option ? "option" : x == instrument_kind::perpetual ? "perp" : "erc20";
}

} // namespace

session::session(common& shared, gateway::session_port& port)
    : shared_{shared}, port_{port}, ticker_family_{derive::family(shared.how.network.ticker_channel)},
      channels_{shared.refused}, history_{{shared.how.history_longest.count(), shared.how.history_pages}},
      heard_{std::make_shared<std::int64_t>(0)} {}

std::vector<std::string> session::channels_of(feed::slot topic) const {
  const auto& how = shared_.how;
  const auto& of = shared_.names.at(feed::instrument_of(topic));
  switch (feed::channel_of_slot(topic)) {
  case channel::ticker: {
    const auto interval = std::to_string(how.interval_of(of.symbol));
    std::vector all{derive::fill(how.network.ticker_channel, {{"instrument", of.symbol}, {"interval", interval}})};
    if (of.info.kind == instrument_kind::spot && of.info.quote == "USDC")
      all.push_back(derive::fill(how.network.spot_channel, {{"currency", of.info.base}}));
    return all;
  }
  case channel::book:
    return {derive::fill(how.network.book_channel, {{"instrument", of.symbol},
                                                    {"group", std::to_string(how.book_group)},
                                                    {"depth", std::to_string(how.book_depth)}})};
  case channel::trades:
    return {derive::fill(how.network.trades_channel, {{"instrument", of.symbol}})};
  case channel::status:
    break;
  }
  return {};
}

void session::opened(const moment& now) {
  is_open_ = true;
  frame_ns_ = quote_ns_ = now.steady_ns;
  *heard_ = now.wall_ns;
  ask(now);
}

void session::want(const std::vector<feed::slot>& topics, const moment& now) {
  for (const auto topic : topics) {
    streams_[topic] = {}; // a book that is wanted anew begins with a snapshot
    const auto id = feed::instrument_of(topic);
    const auto names = channels_of(topic);
    for (const auto& name : names) channels_.want(name, topic);
    if (names.size() > 1) spots_[shared_.names.at(id).info.base] = id;
  }
  ask(now);
}

void session::unwant(const std::vector<feed::slot>& topics, const moment& now) {
  for (const auto topic : topics) {
    streams_.erase(topic);
    const auto id = feed::instrument_of(topic);
    const auto names = channels_of(topic);
    for (const auto& name : names) channels_.unwant(name);
    if (names.size() > 1) spots_.erase(shared_.names.at(id).info.base);
    if (feed::channel_of_slot(topic) == channel::trades) shared_.tape.release(id, heard_);
  }
  ask(now);
}

void session::end(std::string_view why) {
  is_over_ = true;
  port_.give_up(why);
}

bool session::has_quotes() const {
  return std::ranges::any_of(streams_, [this](const auto& x) {
    const auto what = feed::channel_of_slot(x.first);
    return what != channel::trades && channels_.is_confirmed(channels_of(x.first).front());
  });
}

std::int64_t session::round(const moment& now) {
  if (!is_open_ || is_over_) return INT64_MAX;
  const auto& how = shared_.how;
  if (asked_ && now.steady_ns >= asked_->deadline_ns) return end("a request was not answered in time"), INT64_MAX;
  if (pong_by_ && now.steady_ns >= *pong_by_) return end("\"ping\" was not answered in time"), INT64_MAX;
  if (!pong_by_ && now.steady_ns - frame_ns_ >= how.ping_after.count()) {
    port_.send("ping");
    pong_by_ = now.steady_ns + how.request_timeout.count();
  }
  if (now.steady_ns - quote_ns_ >= how.silence.count()) {
    if (has_quotes()) return end("tickers and books are subscribed, and none came"), INT64_MAX;
    quote_ns_ = now.steady_ns;
  }
  ask(now);
  const auto due_ns = std::min(pong_by_.value_or(frame_ns_ + how.ping_after.count()), quote_ns_ + how.silence.count());
  if (asked_) return std::min(due_ns, asked_->deadline_ns);
  auto work_ns = channels_.has_work() ? now.steady_ns : channels_.due_ns();
  if (history_.due_ns() != INT64_MAX) work_ns = std::min(work_ns, now.steady_ns + history_.due_ns() - now.wall_ns);
  return std::min(due_ns, std::max({work_ns, not_before_, shared_.requests.ready_ns(now.steady_ns)}));
}

void session::ask(const moment& now) {
  if (!is_open_ || is_over_ || asked_ || now.steady_ns < not_before_) return;
  if (shared_.requests.ready_ns(now.steady_ns) > now.steady_ns) return;
  if (auto batch = channels_.next(now.steady_ns)) {
    const auto text = batch->is_subscribe ? derive::subscribe(++last_id_, batch->channels)
                                          : derive::unsubscribe(++last_id_, batch->channels);
    send(text, std::move(batch), now);
  } else if (const auto query = history_.next(now.wall_ns)) {
    send(derive::call(++last_id_, "public/get_trade_history", derive::params_of(*query)), {}, now);
  }
}

void session::send(std::string_view text, std::optional<subscriptions::batch> channels, const moment& now) {
  shared_.requests.take(now.steady_ns);
  asked_ = request{last_id_, std::move(channels), now.steady_ns + shared_.how.request_timeout.count()};
  port_.send(text);
}

void session::received(std::string_view frame, const moment& now) {
  if (is_over_) return;
  frame_ns_ = now.steady_ns;
  *heard_ = now.wall_ns;
  pong_by_.reset();
  const auto kind = reader_.open(frame);
  if (!kind) return port_.note(oddity::malformed, "message", frame);
  if (*kind == derive::message_kind::notification) on_notification(frame, now);
  if (*kind == derive::message_kind::reply) on_reply(frame, now);
  ask(now);
}

void session::on_reply(std::string_view frame, const moment& now) {
  const auto& refused = reader_.refused();
  if (refused && reader_.id().empty()) return on_connection_error(*refused);
  if (!asked_ || reader_.id() != std::to_string(asked_->id)) return port_.note(oddity::unexpected, "reply", frame);
  const auto asked = *std::exchange(asked_, std::nullopt);
  if (refused) return on_refusal(asked, *refused, now);
  failures_ = 0;
  if (asked.channels)
    on_channels(*asked.channels, frame, now);
  else
    on_history(frame, now);
}

void session::on_connection_error(const derive::refusal& why) {
  if (why.code == derive::code_too_many_sockets) port_.hold_off(wait_for_sockets);
  if (const auto delay = derive::retry_delay_ns(why); why.code == derive::code_rate_limited && delay)
    port_.hold_off(std::chrono::nanoseconds{*delay});
  end("the venue refused the connection: " + derive::to_string(why));
}

void session::on_refusal(const request& asked, const derive::refusal& why, const moment& now) {
  const bool is_limit = why.code == derive::code_rate_limited;
  if (!is_limit && !is_transient(why)) {
    if (asked.channels) return on_bad_channels(*asked.channels, why, now);
    port_.note(oddity::refused, "public/get_trade_history", derive::to_string(why));
    return publish_history(history_.give_up(now.wall_ns), now);
  }
  port_.note(oddity::refused, is_limit ? "rate limit" : "request", derive::to_string(why));
  if (++failures_ >= most_failures) return end("requests fail again and again: " + derive::to_string(why));
  const auto delay_ns = derive::retry_delay_ns(why).value_or(first_delay_ns << (failures_ - 1));
  not_before_ = now.steady_ns + delay_ns;
  if (asked.channels)
    channels_.again(*asked.channels);
  else
    history_.retry(now.wall_ns + delay_ns);
}

void session::on_bad_channels(const subscriptions::batch& asked, const derive::refusal& why, const moment& now) {
  if (!asked.is_subscribe) port_.note(oddity::refused, "unsubscribe", derive::to_string(why));
  report(channels_.refuse(asked, derive::to_string(why), now.steady_ns), now);
}

void session::on_channels(const subscriptions::batch& asked, std::string_view frame, const moment& now) {
  const auto answer = reader_.subscribed();
  if (!answer) {
    port_.note(oddity::malformed, "subscription", frame);
    return end("a subscription was answered with something else: " + answer.error().text);
  }
  report(channels_.take(asked, *answer, now.steady_ns), now);
}

void session::report(const subscriptions::outcome& what, const moment& now) {
  constexpr oddity by_trouble[] = {oddity::refused, oddity::gap, oddity::unexpected};
  for (const auto& x : what.reports)
    port_.note(by_trouble[static_cast<std::size_t>(x.is)], derive::family(x.channel), x.channel + " " + x.why);
  for (const auto& name : what.confirmed) {
    const auto topic = channels_.find(name)->topic;
    if (!streams_.contains(topic)) continue; // nobody wants it any more
    if (feed::channel_of_slot(topic) == channel::trades)
      claim_trades(topic, now);
    else
      quote_ns_ = now.steady_ns;
  }
}

void session::claim_trades(feed::slot topic, const moment& now) {
  auto& mine = streams_[topic];
  if (std::exchange(mine.has_claimed, true)) return;
  const auto id = feed::instrument_of(topic);
  const auto until_ns = shared_.tape.claim(id, heard_);
  if (!until_ns) return;
  const auto& of = shared_.names.at(id);
  const trade_history::gap gap{of.symbol, of.info.base, std::string{type_of(of.info.kind)}, *until_ns};
  if (!history_.add(gap, now.wall_ns)) port_.note(oddity::gap, "trades: not filled from the history", of.symbol);
}

void session::on_history(std::string_view frame, const moment& now) {
  auto page = reader_.history();
  if (!page) {
    port_.note(oddity::malformed, "public/get_trade_history", frame);
    return publish_history(history_.give_up(now.wall_ns), now);
  }
  for (const auto& fault : page->faults) port_.note(oddity::malformed, "trade of the history", fault);
  publish_history(history_.take(std::move(*page), now.wall_ns), now);
}

void session::publish_history(trade_history::answer&& what, const moment& now) {
  if (what.is_cut) port_.note(oddity::gap, "trades: not all of the history", "");
  for (auto& row : what.trades) {
    const auto id = shared_.names.find(venue::derive, row.symbol);
    if (id) publish_trade(feed::slot_of(*id, channel::trades), std::move(row), now);
  }
}

} // namespace strike::gateway_derive
