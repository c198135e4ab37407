#include "gateway-deribit/session.hpp"

#include "base/time.hpp"
#include "deribit/request.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::gateway_deribit {

using gateway::moment;
using gateway::oddity;

namespace {

const std::vector<std::string> global_channels{"instrument.state.any.any", "instrument.creation.any.any",
                                               "platform_state"};
constexpr std::chrono::seconds after_too_many{10}, after_bad_key{60}, after_maintenance{15};

} // namespace

session::~session() {
  if (shared_.lead == this) shared_.lead = nullptr;
}

void session::end(std::string_view why) {
  if (std::exchange(is_over_, true)) return;
  port_.give_up(why);
}

std::uint64_t session::expect(purpose what, const moment& now, subscriptions::batch channels) {
  const auto id = ++last_id_;
  asked_.emplace(id, request{what, now.steady_ns + shared_.how.request_timeout.count(), std::move(channels)});
  return id;
}

void session::opened(const moment& now) {
  is_open_ = true;
  if (shared_.how.key)
    log_in(now);
  else
    get_ready(now);
}

void session::log_in(const moment& now) {
  const auto& key = *shared_.how.key;
  const auto id = expect(purpose::log_in, now);
  port_.send(deribit::log_in(id, key.id, key.secret.reveal(), now.wall_ns / ns_per_ms,
                             fmt::format("{:x}{:x}", now.wall_ns, now.steady_ns)));
}

/// Logged in, or without a key: channels may be asked for.
void session::get_ready(const moment& now) {
  is_ready_ = true;
  port_.send(deribit::set_heartbeat(expect(purpose::heartbeat, now), shared_.how.heartbeat.count()));
  want(std::exchange(waiting_, {}), now);
  round(now);
}

std::string session::channel_of(feed::slot topic) const {
  const auto& symbol = shared_.names.at(feed::instrument_of(topic)).symbol;
  const auto& asked = shared_.how.interval_of(symbol);
  const auto& interval = asked == "raw" && !is_logged_in_ ? std::string{"100ms"} : asked;
  return fmt::format("{}.{}.{}", to_text(feed::channel_of_slot(topic)), symbol, interval);
}

void session::want(const std::vector<feed::slot>& topics, const moment& now) {
  if (!is_ready_) {
    waiting_.insert(waiting_.end(), topics.begin(), topics.end());
    return;
  }
  for (const auto topic : topics) channels_.want(topic, channel_of(topic));
  change_channels(now);
}

void session::unwant(const std::vector<feed::slot>& topics, const moment& now) {
  for (const auto topic : topics) {
    std::erase(waiting_, topic);
    channels_.unwant(topic);
    const auto of = feed::instrument_of(topic).index;
    if (feed::channel_of_slot(topic) == channel::trades && of < shared_.last_trades.size()) shared_.last_trades[of] = 0;
  }
  if (is_ready_) change_channels(now);
}

void session::change_channels(const moment& now) {
  if (!is_ready_ || is_changing_ || is_over_) return;
  if (shared_.credits.ready_ns(shared_.how.subscribe_cost, now.steady_ns) > now.steady_ns) return;
  auto batch = channels_.next(now.steady_ns);
  if (!batch || !shared_.credits.take(shared_.how.subscribe_cost, now.steady_ns)) return;
  is_changing_ = true;
  const auto id = expect(purpose::change, now, *batch);
  port_.send(batch->is_join ? deribit::subscribe(id, is_logged_in_, batch->channels)
                            : deribit::unsubscribe(id, is_logged_in_, batch->channels));
}

/// The first socket, or the next one when that has ended, hears of instruments and platform.
void session::take_lead(const moment& now) {
  if (shared_.lead || !is_ready_ || !shared_.credits.take(shared_.how.subscribe_cost, now.steady_ns)) return;
  shared_.lead = this;
  port_.send(deribit::subscribe(expect(purpose::lead, now), is_logged_in_, global_channels));
}

std::int64_t session::round(const moment& now) {
  if (!is_open_ || is_over_) return INT64_MAX;
  auto next_ns = refresh_ns_;
  for (const auto& [id, x] : asked_) {
    if (x.deadline_ns <= now.steady_ns) {
      end("the venue did not answer a request in time");
      return INT64_MAX;
    }
    next_ns = std::min(next_ns, x.deadline_ns);
  }
  if (refresh_ns_ <= now.steady_ns) {
    refresh_ns_ = INT64_MAX;
    port_.send(deribit::refresh(expect(purpose::refresh, now), refresh_token_));
  }
  take_lead(now);
  change_channels(now);
  if (is_ready_ && !is_changing_) {
    const auto may_ask_ns = shared_.credits.ready_ns(shared_.how.subscribe_cost, now.steady_ns);
    next_ns = std::min(next_ns, channels_.is_settled() ? channels_.next_retry_ns() : may_ask_ns);
    if (!shared_.lead) next_ns = std::min(next_ns, may_ask_ns);
  }
  return std::max(next_ns, now.steady_ns + 1);
}

void session::received(std::string_view frame, const moment& now) {
  const auto kind = reader_.open(frame);
  if (!kind) return note_malformed("message", kind.error(), frame);
  switch (*kind) {
  case deribit::message_kind::notification:
    return on_notification(frame, now);
  case deribit::message_kind::test_request:
    return port_.send(deribit::test(expect(purpose::test, now)));
  case deribit::message_kind::heartbeat:
    return;
  case deribit::message_kind::reply:
    return on_reply(frame, now);
  case deribit::message_kind::complaint:
    return port_.note(oddity::refused, "complaint", frame);
  }
}

void session::on_reply(std::string_view frame, const moment& now) {
  if (const auto testnet = reader_.testnet(); testnet && *testnet != shared_.how.testnet) {
    port_.hold_off(after_bad_key);
    return end(fmt::format("{} answered, but [gateway.deribit] testnet is {}", *testnet ? "the testnet" : "production",
                           shared_.how.testnet));
  }
  const auto id = reader_.id();
  const auto at = id ? asked_.find(*id) : asked_.end();
  if (at == asked_.end()) return port_.note(oddity::unexpected, "reply", frame);
  const auto asked = std::move(at->second);
  asked_.erase(at);
  if (asked.what == purpose::change) is_changing_ = false;
  if (const auto& why = reader_.refused()) return on_refusal(asked, *why, now);
  switch (asked.what) {
  case purpose::log_in:
  case purpose::refresh:
    return on_login(now);
  case purpose::change:
    return on_change(asked.channels, frame, now);
  case purpose::heartbeat:
  case purpose::test:
  case purpose::lead:
    return;
  }
}

void session::on_refusal(const request& asked, const deribit::refusal& why, const moment& now) {
  const auto text = deribit::to_string(why);
  port_.note(oddity::refused, std::to_string(why.code), text);
  if (why.code == deribit::code_too_many_requests) {
    shared_.credits.drain(now.steady_ns);
    port_.hold_off(after_too_many);
    return end("the venue says " + text);
  }
  if (why.code == deribit::code_maintenance) port_.hold_off(after_maintenance);
  if (asked.what == purpose::refresh) return log_in(now); // the whole way once more
  if (why.code == deribit::code_bad_credentials) port_.hold_off(after_bad_key);
  if (why.code == deribit::code_must_log_in && !shared_.how.key) {
    port_.hold_off(after_bad_key);
    return end("the venue takes no connections without a log-in now: set DERIBIT_CLIENT_ID and DERIBIT_CLIENT_SECRET");
  }
  end("the venue refused a request: " + text);
}

void session::on_login(const moment& now) {
  auto login = reader_.logged_in();
  if (!login) return end("a log-in was answered with something else: " + login.error().text);
  refresh_token_ = std::move(login->refresh_token);
  constexpr std::int64_t early = 80; // percent of its life
  refresh_ns_ = login->expires_in_s > 0 ? now.steady_ns + login->expires_in_s * ns_per_s / 100 * early : INT64_MAX;
  is_logged_in_ = true;
  if (!is_ready_) get_ready(now);
}

void session::on_change(const subscriptions::batch& asked, std::string_view frame, const moment& now) {
  const auto accepted = reader_.channels();
  if (!accepted) {
    note_malformed("channels", accepted.error(), frame);
    return end("a subscription was answered with something else");
  }
  for (const auto& channel : channels_.done(asked, *accepted, now.steady_ns))
    port_.note(oddity::refused, channel.substr(0, channel.find('.')), channel);
  change_channels(now);
}

void session::note_malformed(std::string_view what, const error& why, std::string_view frame) {
  port_.note(oddity::malformed, what, fmt::format("{}: {}", why.text, frame.substr(0, 400)));
}

} // namespace strike::gateway_deribit
