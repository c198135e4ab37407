#include "exec/polymarket_session.hpp"

#include "base/backoff.hpp"
#include "base/time.hpp"
#include "polymarket/answer.hpp"
#include "polymarket/login.hpp"
#include "polymarket/request.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace strike::exec {

using namespace std::chrono_literals;

namespace {

constexpr std::int64_t clock_every_ns = 600 * ns_per_s; // clocks drift by less than a second in that time
constexpr std::int64_t barred_wait_ns = 60 * ns_per_s;
constexpr std::int64_t tolerated_offset_s = 1;
constexpr int spoken_version = 2;
constexpr backoff pauses{.first = 1s, .longest = 60s};

std::string why_not(const polymarket_http::answer& x, std::string_view what) {
  return fmt::format("{}: {}", what, text_of(x));
}
bool is_good(const polymarket_http::answer& x) { return verdict_of(x) == http_verdict::answered; }

} // namespace

polymarket_session::polymarket_session(const polymarket_settings& how, tools with, hooks call)
    : how_{how}, tools_{std::move(with)}, call_{std::move(call)} {}

void polymarket_session::set_state(session_state next, std::string_view why) {
  if (next == state_) return;
  state_ = next;
  call_.on_state(next, why);
}

void polymarket_session::fail(std::string why, const moment& now) {
  if (is_first_failure_) tools_.log.warning("Polymarket: no session", {{"why", why}});
  is_first_failure_ = false;
  close_channel();
  set_state(session_state::down, why);
  step_ = step::time;
  step_due_ns_ = now.steady_ns + pauses.delay(std::min(++failures_, 16), tools_.random()).count();
}

void polymarket_session::bar(std::string_view why, const moment& now) {
  tools_.log.error("Polymarket takes no orders of this account", {{"why", why}});
  close_channel();
  set_state(session_state::down, why);
  step_ = step::time;
  step_due_ns_ = now.steady_ns + barred_wait_ns;
}

void polymarket_session::check_version() {
  tools_.http.ask(polymarket_lane::slow, public_call("/version"), [this](const answer& x, const moment& at) {
    const auto version = is_good(x) ? polymarket::parse_version(x->body) : result<int>{spoken_version};
    if (version && *version != spoken_version)
      bar(fmt::format("it speaks version {}, Strike {}: Strike must learn it", *version, spoken_version), at);
  });
}

net::http_request polymarket_session::public_call(std::string path) const { return {.url = how_.clob + path}; }

net::http_request polymarket_session::key_call(std::string method, std::string path, const moment& now) const {
  return {.method = std::move(method),
          .url = how_.clob + path,
          .extra = polymarket::key_headers(tools_.key, how_.chain_id, tools_.http.venue_ns(now) / ns_per_s,
                                           how_.api_key_nonce)};
}

void polymarket_session::begin(step next, const moment& now) {
  const auto ask = [this](net::http_request what, auto done) {
    tools_.http.ask(polymarket_lane::slow, std::move(what), std::move(done));
  };
  switch (next) {
  case step::time:
    asked_wall_ns_ = now.wall_ns;
    return ask(public_call("/time"), [this](const answer& x, const moment& at) { on_time(x, at); });
  case step::version:
    return ask(public_call("/version"), [this](const answer& x, const moment& at) { on_version(x, at); });
  case step::place:
    if (how_.geoblock.empty()) return begin(step::create_key, now);
    return ask({.url = how_.geoblock}, [this](const answer& x, const moment& at) { on_place(x, at); });
  case step::create_key:
    if (tools_.http.credentials()) return begin(step::account, now);
    return ask(key_call("POST", "/auth/api-key", now),
               [this](const answer& x, const moment& at) { on_key(x, at, true); });
  case step::derive_key:
    return ask(key_call("GET", "/auth/derive-api-key", now),
               [this](const answer& x, const moment& at) { on_key(x, at, false); });
  case step::account:
    return tools_.http.ask(polymarket_lane::slow, polymarket::closed_only_call(),
                           [this](const answer& x, const moment& at) { on_account(x, at); });
  case step::channel:
    return open_channel();
  }
}

void polymarket_session::on_time(const answer& x, const moment& now) {
  const auto seconds = is_good(x) ? polymarket::parse_time(x->body) : result<std::int64_t>{0};
  if (!is_good(x) || !seconds) return fail(seconds ? why_not(x, "/time") : seconds.error().text, now);
  // the venue tells whole seconds, of some instant between question and answer
  const auto middle_ns = asked_wall_ns_ + (now.wall_ns - asked_wall_ns_) / 2;
  const auto offset_s = (*seconds * ns_per_s + ns_per_s / 2 - middle_ns) / ns_per_s;
  const bool is_off = std::abs(offset_s) > tolerated_offset_s;
  if (is_off)
    tools_.log.warning("Polymarket: this machine's clock is off; the venue's is used",
                       {{"venue_ahead_seconds", offset_s}});
  tools_.http.set_offset(is_off ? offset_s : 0);
  next_clock_ns_ = now.steady_ns + clock_every_ns;
  if (!is_up()) begin(step::version, now);
}

void polymarket_session::check_clock(const moment& now) {
  next_clock_ns_ = INT64_MAX;
  asked_wall_ns_ = now.wall_ns;
  tools_.http.ask(polymarket_lane::slow, public_call("/time"), [this](const answer& x, const moment& at) {
    if (is_up() && is_good(x) && polymarket::parse_time(x->body)) return on_time(x, at);
    next_clock_ns_ = at.steady_ns + clock_every_ns;
  });
}

void polymarket_session::on_version(const answer& x, const moment& now) {
  const auto version = is_good(x) ? polymarket::parse_version(x->body) : result<int>{0};
  if (!is_good(x) || !version) return fail(version ? why_not(x, "/version") : version.error().text, now);
  if (*version != spoken_version)
    return fail(fmt::format("Polymarket speaks version {}, Strike {}: Strike must learn it", *version, spoken_version),
                now);
  begin(step::place, now);
}

void polymarket_session::on_place(const answer& x, const moment& now) {
  const auto country = is_good(x) ? polymarket::parse_geoblock(x->body) : result<std::string>{""};
  if (!is_good(x) || !country) return fail(country ? why_not(x, "geoblock") : country.error().text, now);
  if (!country->empty())
    return fail("Polymarket takes no orders from " + *country + ", where this machine's address is", now);
  begin(step::create_key, now);
}

void polymarket_session::on_key(const answer& x, const moment& now, bool is_created) {
  if (!is_good(x)) {
    const bool exists = is_created && x && x->status >= 400 && x->status < 500;
    if (exists) return begin(step::derive_key, now); // for this key and nonce, and always the same
    return fail(why_not(x, is_created ? "/auth/api-key" : "/auth/derive-api-key"), now);
  }
  auto body = x->body; // wiped below; the network's copy goes with its answer
  const auto found = polymarket::find_credentials(body);
  if (!found) return fail(found.error().text, now);
  auto hmac = sign::hmac_key::from_base64(found->secret);
  if (!hmac) return fail("the API secret: " + hmac.error().text, now);
  tools_.http.use(polymarket_credentials{sign::to_string(tools_.key.address()), std::string{found->key},
                                         process::secret_text{found->secret}, process::secret_text{found->passphrase},
                                         *std::move(hmac)});
  OPENSSL_cleanse(body.data(), body.size());
  begin(step::account, now);
}

void polymarket_session::on_account(const answer& x, const moment& now) {
  if (x && x->status == 401) tools_.http.use({}); // the key was deleted at the venue: the next log-in makes another
  const auto closed = is_good(x) ? polymarket::parse_closed_only(x->body) : result<bool>{false};
  if (!is_good(x) || !closed) return fail(closed ? why_not(x, "closed-only") : closed.error().text, now);
  if (*closed) tools_.log.warning("Polymarket: the account may only reduce its positions");
  is_closed_only_ = *closed;
  begin(step::channel, now);
}

void polymarket_session::follow(const std::string& condition) {
  if (!followed_.insert(condition).second || how_.markets == user_markets::all || !link_) return;
  const auto which = link_->current();
  if (which != 0 && is_subscribed_)
    (void)link_->send(which, polymarket::user_addition(condition)); // else with the next
}

} // namespace strike::exec
