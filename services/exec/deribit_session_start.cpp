// From the opened socket to the first order.
#include "exec/deribit_session.hpp"

#include "base/time.hpp"
#include "deribit/order.hpp"
#include "deribit/request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace strike::exec {

using outcome = deribit_answer::outcome;

namespace {

constexpr std::chrono::seconds after_too_many{10}, after_maintenance{15};
constexpr std::string_view changes_channel = "user.changes.any.any.raw";
const std::vector<std::string> own_channels{std::string{changes_channel}, "user.portfolio.any", "user.lock"};
const std::vector<std::string> platform_channel{"platform_state"};

} // namespace

std::chrono::nanoseconds deribit_session::wait_after(std::int64_t code) {
  switch (code) {
  case deribit::code_too_many_requests:
    return after_too_many;
  case deribit::code_maintenance:
    return after_maintenance;
  case deribit::code_bad_credentials:
  case deribit::code_unauthorized:
    return after_bad_key;
  default:
    return {};
  }
}

void deribit_session::give_up(std::string_view step_name, std::string_view why, std::chrono::nanoseconds at_least,
                              const moment& now) {
  tools_.log.error("deribit: cannot trade", {{"step", step_name}, {"why", why}});
  end(fmt::format("{}: {}", step_name, why), at_least, now);
}

void deribit_session::give_up(std::string_view step_name, const deribit_answer& x, const moment& now) {
  give_up(step_name, x.why, wait_after(x.code), now);
}

// ---- log-in ----

void deribit_session::log_in(const moment& now) {
  const auto nonce = fmt::format("{:x}{:x}", now.wall_ns, now.steady_ns);
  send(
      [&](std::uint64_t id, const moment&) {
        return deribit::log_in(id, how_.key->id, how_.key->secret.reveal(), now.wall_ns / ns_per_ms, nonce);
      },
      [this](const deribit_answer& x, const moment& at) { on_login(x, at); }, true, now);
}

void deribit_session::renew(const moment& now) {
  if (!is_up() || std::exchange(is_renewing_, true)) return;
  log_in(now);
}

/// A refresh that fails is followed by a whole log-in; orders go on meanwhile.
void deribit_session::refresh(const moment& now) {
  refresh_ns_ = INT64_MAX;
  send([&](std::uint64_t id, const moment&) { return deribit::refresh(id, refresh_token_); },
       [this](const deribit_answer& x, const moment& at) {
         if (x.what == outcome::refused)
           log_in(at);
         else
           on_login(x, at);
       },
       true, now);
}

void deribit_session::on_login(const deribit_answer& x, const moment& now) {
  if (x.what != outcome::answered) return give_up("log-in", {.code = x.code, .why = explain_login(x)}, now);
  auto login = x.says->logged_in();
  if (!login) return give_up("log-in", login.error().text, {}, now);
  if (const auto missing = missing_scope(login->scope); !missing.empty())
    return give_up(
        "log-in",
        fmt::format("the API key lacks the scope {}: give it that at the venue (it has: {})", missing, login->scope),
        after_bad_key, now);
  constexpr std::int64_t early = 80; // percent of its life
  refresh_token_ = std::move(login->refresh_token);
  refresh_ns_ = login->expires_in_s > 0 && !refresh_token_.empty()
                    ? now.steady_ns + login->expires_in_s * ns_per_s / 100 * early
                    : INT64_MAX;
  is_renewing_ = false;
  if (stage_ != stage::logging_in) return;
  stage_ = stage::preparing;
  prepare(step::heartbeat, now);
}

/// The venue's words, and what to look at.
std::string deribit_session::explain_login(const deribit_answer& x) const {
  if (x.code == deribit::code_bad_credentials)
    return x.why + ": check DERIBIT_CLIENT_ID and DERIBIT_CLIENT_SECRET, and that they are of this network";
  if (x.code == deribit::code_unauthorized)
    return fmt::format("{}: check DERIBIT_CLIENT_SECRET and the clock, which is {} ms behind the venue's", x.why,
                       ahead_ns_.value_or(0) / ns_per_ms);
  return x.why;
}

/// Source: Deribit API v2, section "Scopes"; the words come in any order.
std::string_view deribit_session::missing_scope(std::string_view granted) const {
  const auto padded = fmt::format(" {} ", granted);
  const auto has = [&](std::string_view word) { return padded.find(fmt::format(" {} ", word)) != std::string::npos; };
  if (!has("trade:read_write")) return "trade:read_write";
  if (has("account:read_write")) return {};
  if (how_.cancel_on_disconnect) return "account:read_write";
  return has("account:read") ? std::string_view{} : "account:read";
}

// ---- what is due between log-in and trading ----

void deribit_session::prepare(step next, const moment& now) {
  if (next != step::done) return request_step(next, now);
  stage_ = stage::up;
  is_failing_ = false;
  line_.settled(on_);
  tools_.log.info("deribit: can trade",
                  {{"url", how_.url}, {"cancel_on_disconnect", how_.cancel_on_disconnect ? "on" : "off"}});
  to_.on_up(now);
}

void deribit_session::request_step(step which, const moment& now) {
  const auto write = [&](std::uint64_t id, const moment&) {
    switch (which) {
    case step::heartbeat:
      return deribit::set_heartbeat(id, how_.heartbeat.count());
    case step::set_cancel:
      return deribit::set_cancel_on_disconnect(id, how_.cancel_on_disconnect);
    case step::confirm_cancel:
      return deribit::get_cancel_on_disconnect(id);
    case step::subscribe:
      return deribit::subscribe(id, true, own_channels);
    case step::platform:
      return deribit::subscribe(id, false, platform_channel);
    case step::status:
      return deribit::platform_status(id);
    case step::limits:
      return deribit::account_summary(id, how_.currencies.front());
    case step::done:
      break;
    }
    return std::string{};
  };
  send(
      write, [this, which](const deribit_answer& x, const moment& at) { on_step(which, x, at); }, true, now);
}

void deribit_session::on_step(step which, const deribit_answer& x, const moment& now) {
  static constexpr std::array names{"heartbeat",      "cancel on disconnect", "cancel on disconnect",
                                    "subscription",   "platform state",       "status",
                                    "account summary"};
  const auto* const name = names.at(static_cast<std::size_t>(which));
  if (x.what != outcome::answered) return give_up(name, x, now);
  std::string fault;
  if (which == step::confirm_cancel) {
    const auto is_on = x.says->cancels_on_disconnect();
    if (!is_on)
      fault = is_on.error().text;
    else if (*is_on != how_.cancel_on_disconnect)
      fault = fmt::format("it is {} at the venue after it was set otherwise", *is_on ? "on" : "off");
  } else if (which == step::subscribe) {
    if (!accept_channels(*x.says, now)) return;
  } else if (which == step::status) {
    if (const auto is_locked = x.says->is_platform_locked(); is_locked)
      to_.on_platform_locked(*is_locked);
    else
      fault = is_locked.error().text;
  } else if (which == step::limits) {
    if (const auto limits = x.says->limits(how_.currencies.front()); limits)
      to_.on_limits(*limits, now);
    else
      fault = limits.error().text;
  }
  if (!fault.empty()) return give_up(name, fault, {}, now);
  prepare(static_cast<step>(static_cast<int>(which) + 1), now);
}

bool deribit_session::accept_channels(deribit::message_reader& says, const moment& now) {
  const auto accepted = says.channels();
  if (!accepted) return give_up("subscription", accepted.error().text, {}, now), false;
  for (const auto& channel : own_channels) {
    if (std::ranges::find(*accepted, channel) != accepted->end()) continue;
    if (channel == changes_channel) return give_up("subscription", "the venue left out " + channel, {}, now), false;
    tools_.log.warning("deribit: a channel was left out", {{"channel", channel}});
  }
  return true;
}

} // namespace strike::exec
