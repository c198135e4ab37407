// The connection: log-in, what the wallet is set to, the account's channels. Source: Derive API, sections
// "Authentication", "Connection lifecycle and recovery".
#include "base/time.hpp"
#include "derive/errors.hpp"
#include "derive/request.hpp"
#include "exec/derive_venue.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::exec {
namespace {

constexpr std::int64_t clock_alarm_ns = ns_per_s;
constexpr std::int64_t key_alarm_s = 7 * 86'400;

} // namespace

/// A step of the log-in: any answer but a result ends the session.
void derive_venue::ask(std::function<std::string(std::uint64_t)> write,
                       std::function<void(derive::message_reader&)> then, std::string what) {
  requests_.push(
      {.of_log_in = true,
       .write = [write = std::move(write)](std::uint64_t id, const moment&) -> result<std::string> {
         return write(id);
       },
       .done =
           [this, then = std::move(then), what = std::move(what), socket = socket_](const derive_reply& reply) {
             if (socket != socket_ || reply.is_late) return;
             if (reply.how == derive_reply::kind::answered) return then(*reply.reader);
             const auto text = what + ": " + (reply.why ? to_string(*reply.why) : reply.text);
             if (reply.why && derive::remedy_of(*reply.why) == derive::remedy::stop) return halt(text);
             drop(text);
           }});
}

void derive_venue::on_open(net::generation which) {
  socket_ = which;
  ask([](std::uint64_t id) { return derive::call(id, "public/get_time", "{}"); },
      [this, asked_ns = now_.wall_ns](derive::message_reader& reply) {
        const auto time = reply.time_ns();
        if (!time) return drop(time.error().text);
        const auto ahead = *time - std::max(asked_ns, now_.wall_ns), behind = asked_ns - *time;
        if (ahead > clock_alarm_ns || behind > clock_alarm_ns)
          tools_.log.error("the clock differs from the venue's; orders may be refused",
                           {{"venue", "derive"}, {"difference_ms", (*time - now_.wall_ns) / ns_per_ms}});
        log_in();
      },
      "public/get_time");
}

void derive_venue::log_in() {
  requests_.push(
      {.of_log_in = true,
       .write = [this](std::uint64_t id, const moment& now) -> result<std::string> {
         const auto time = std::to_string(now.wall_ns / ns_per_ms);
         return write_.login(id, time, derive::sign_login(time, keys_->session));
       },
       .done =
           [this, socket = socket_](const derive_reply& reply) {
             if (socket != socket_ || reply.is_late) return;
             if (reply.how != derive_reply::kind::answered) {
               const auto text = "log-in: " + (reply.why ? to_string(*reply.why) : reply.text);
               const auto what = reply.why ? derive::remedy_of(*reply.why) : derive::remedy::unknown;
               return what == derive::remedy::stop ? halt(text) : drop(text);
             }
             const auto subaccounts = reply.reader->logged_in();
             if (!subaccounts) return drop(subaccounts.error().text);
             if (std::ranges::find(*subaccounts, keys_->subaccount) == subaccounts->end())
               return halt(fmt::format("the session key may not use subaccount {}: check DERIVE_SUBACCOUNT, and what "
                                       "the key was registered for",
                                       keys_->subaccount));
             ask_account_limits(false);
           }});
}

/// Also whether the wallet cancels on disconnect, which it keeps from earlier sessions.
void derive_venue::ask_account_limits(bool is_set) {
  ask([this](std::uint64_t id) { return write_.of_wallet(id, "private/get_account"); },
      [this, is_set](derive::message_reader& reply) {
        const auto account = reply.account();
        if (!account) return drop("private/get_account: " + account.error().text);
        requests_.limit(*account);
        const auto is_on = account->cancel_on_disconnect;
        if (is_on == how_.cancel_on_disconnect) return ask_session_keys();
        if (is_set && is_on)
          return halt(
              fmt::format("cancel on disconnect is {} for the wallet though it was set to {}: is another program "
                          "using the wallet?",
                          *is_on, how_.cancel_on_disconnect));
        if (is_set) {
          tools_.log.warning("derive does not tell whether the wallet cancels on disconnect; it was set",
                             {{"cancel_on_disconnect", how_.cancel_on_disconnect}});
          return ask_session_keys();
        }
        ask([this](std::uint64_t id) { return write_.cancel_on_disconnect(id, how_.cancel_on_disconnect); },
            [this](derive::message_reader&) { ask_account_limits(true); }, "private/set_cancel_on_disconnect");
      },
      "private/get_account");
}

void derive_venue::ask_session_keys() {
  requests_.push({.of_log_in = true,
                  .write = [this](std::uint64_t id, const moment&) -> result<std::string> {
                    return write_.of_wallet(id, "private/session_keys");
                  },
                  .done =
                      [this, socket = socket_](const derive_reply& reply) {
                        if (socket != socket_ || reply.is_late) return;
                        if (reply.how == derive_reply::kind::lost || reply.how == derive_reply::kind::unsent)
                          return drop("private/session_keys: " + reply.text);
                        key_expiry_s_ = INT64_MAX;
                        if (reply.how == derive_reply::kind::refused) {
                          tools_.log.warning("derive does not tell when the session key expires",
                                             {{"why", to_string(*reply.why)}});
                        } else if (const auto keys = reply.reader->session_keys(); !keys) {
                          note_malformed("the list of session keys", keys.error());
                        } else {
                          for (const auto& x : *keys)
                            if (x.key == keys_->session.address() && x.expiry_s > 0) key_expiry_s_ = x.expiry_s;
                        }
                        if (key_expiry_s_ < now_.wall_ns / ns_per_s + key_alarm_s)
                          tools_.log.error("derive: the session key expires within 7 days; register a new one",
                                           {{"expires", iso_from_ns(key_expiry_s_ * ns_per_s)}});
                        if (!is_up_) subscribe_account();
                      }});
}

void derive_venue::subscribe_account() {
  std::vector<std::string> channels;
  for (const auto* name : {"orders", "trades", "balances"})
    channels.push_back(fmt::format("{}.{}", keys_->subaccount, name));
  ask([channels](std::uint64_t id) { return derive::subscribe(id, channels); },
      [this, channels](derive::message_reader& reply) {
        const auto done = reply.subscribed();
        if (!done) return drop("subscribe: " + done.error().text);
        for (const auto& channel : channels) {
          const auto at = done->status.find(channel);
          if (at == done->status.end() || at->second != "ok")
            return drop(channel + ": not subscribed: " + (at == done->status.end() ? "no status" : at->second));
        }
        up();
      },
      "subscribe");
}

void derive_venue::up() {
  is_up_ = true;
  reconnects_.add();
  link_->settled(socket_);
  tools_.log.info("logged in", {{"venue", "derive"},
                                {"profile", how_.network.name},
                                {"subaccount", keys_->subaccount},
                                {"signer", signer_},
                                {"cancel_on_disconnect", how_.cancel_on_disconnect}});
  subscribe_settlements();
  for (auto& [symbol, at] : markets_) at.is_subscribed = at.is_asked = false;
  subscribe_bands();
  to_.on_session(venue::derive, session_state::up, "logged in");
}

/// One by one, since one bad channel may refuse all: their names are of the schema, and were never seen.
void derive_venue::subscribe_settlements() {
  for (const auto& stage : how_.network.settlement_channels) {
    const auto channel = fmt::format("{}.trades.{}", keys_->subaccount, stage);
    requests_.push({.write = [channel](std::uint64_t id, const moment&) -> result<std::string> {
                      return derive::subscribe(id, {channel});
                    },
                    .done =
                        [this, channel](const derive_reply& reply) {
                          std::string why = reply.why ? to_string(*reply.why) : reply.text;
                          if (reply.how == derive_reply::kind::answered) {
                            const auto done = reply.reader->subscribed();
                            const auto at = done ? done->status.find(channel) : decltype(done->status.end()){};
                            if (done && at != done->status.end() && at->second == "ok") return;
                            why = done ? "no status" : done.error().text;
                            if (done && at != done->status.end()) why = at->second;
                          }
                          if (is_up_)
                            tools_.log.warning("derive does not tell of trades that are taken back; comparisons of "
                                               "positions will",
                                               {{"channel", channel}, {"why", why}});
                        }});
  }
}

/// The price bands of what is traded, once a second; each channel by itself, as above.
void derive_venue::subscribe_bands() {
  for (auto& [symbol, at] : markets_) {
    if (std::exchange(at.is_subscribed, true)) continue;
    const auto channel = "ticker_slim." + symbol + ".1000";
    ask_band(symbol);
    requests_.push({.write = [channel](std::uint64_t id, const moment&) -> result<std::string> {
                      return derive::subscribe(id, {channel});
                    },
                    .done =
                        [this, symbol](const derive_reply& reply) {
                          if (reply.how != derive_reply::kind::answered && reply.how != derive_reply::kind::lost)
                            markets_[symbol].is_subscribed = false; // the next order asks again
                        }});
  }
}

void derive_venue::ask_terms(const std::string& symbol) {
  if (std::exchange(markets_[symbol].is_asked, true)) return;
  requests_.push({.write = [symbol](std::uint64_t id, const moment&) -> result<std::string> {
                    return derive::call(id, "public/get_instrument", derive::one_param("instrument_name", symbol));
                  },
                  .done =
                      [this, symbol](const derive_reply& reply) {
                        auto& at = markets_[symbol];
                        at.is_asked = false;
                        if (reply.why) at.refused = to_string(*reply.why);
                        if (reply.how != derive_reply::kind::answered) return;
                        auto terms = reply.reader->terms();
                        if (!terms) return note_malformed("the terms of " + symbol, terms.error());
                        at.terms = std::move(*terms);
                      }});
}

/// The channel tells only what changes: the first word is asked for.
void derive_venue::ask_band(const std::string& symbol) {
  requests_.push({.write = [symbol](std::uint64_t id, const moment&) -> result<std::string> {
                    return derive::call(id, "public/get_ticker", derive::one_param("instrument_name", symbol));
                  },
                  .done =
                      [this, symbol](const derive_reply& reply) {
                        if (reply.how != derive_reply::kind::answered) return; // the channel may tell it
                        const auto band = reply.reader->band_now();
                        if (!band) return note_malformed("the ticker of " + symbol, band.error());
                        take_band(markets_[symbol], *band);
                      }});
}

void derive_venue::take_band(market& at, const derive::price_band& band) {
  if (at.band && band.venue_ns < at.band->venue_ns) return;
  at.band = band;
  at.band_seen_ns = now_.steady_ns;
}

void derive_venue::on_text(net::generation which, std::string_view text) {
  if (which != socket_) return;
  has_frame_ = true;
  const auto kind = reader_.open(text);
  if (!kind)
    return note_malformed(fmt::format("a message of {} bytes: {} ... {}", text.size(), text.substr(0, 80),
                                      text.substr(text.size() - std::min<std::size_t>(text.size(), 80))),
                          kind.error());
  if (*kind == derive::message_kind::pong) return;
  if (*kind == derive::message_kind::notification) return on_notification();
  if (requests_.take(reader_, now_)) return;
  const auto& why = reader_.refused();
  if (!why) return;
  tools_.log.error("derive refused the connection something", {{"why", to_string(*why)}});
  if (derive::remedy_of(*why) == derive::remedy::wait) link_->hold_off(std::chrono::seconds{10});
}

void derive_venue::on_close(net::generation which, const net::close_report& why) {
  if (which == socket_ && socket_ != 0) return go_down(why.text);
  if (socket_ == 0) tools_.log.warning("no connection", {{"venue", "derive"}, {"why", why.text}});
}

/// Nothing more of this socket counts.
void derive_venue::go_down(std::string_view why) {
  socket_ = 0;
  const bool was_up = std::exchange(is_up_, false);
  tools_.log.warning("session is down", {{"venue", "derive"}, {"why", why}});
  for (auto& [symbol, at] : markets_) {
    at.is_asked = at.is_subscribed = false;
    at.band.reset();
  }
  if (was_up || !halted_.empty()) to_.on_session(venue::derive, session_state::down, why);
  requests_.disconnected(why);
  for (const auto& x : std::exchange(waiting_, {})) refuse_later(x.id, std::string{why});
  if (survey_) fail_survey(std::string{why});
}

/// The next round does it: this may run within a call of the connection's own.
void derive_venue::drop(std::string why) {
  constexpr int most = 2; // a log-in that does not help is no matter of patience
  if (why.starts_with("14022") && ++log_in_again_ > most) return halt(why);
  if (drop_.empty()) drop_ = std::move(why);
}

void derive_venue::halt(std::string why) {
  if (!halted_.empty()) return;
  halted_ = why;
  tools_.log.error("order entry is stopped until exec is started again", {{"venue", "derive"}, {"why", why}});
  drop_ = std::move(why);
}

} // namespace strike::exec
