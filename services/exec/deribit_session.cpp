#include "exec/deribit_session.hpp"

#include "base/time.hpp"
#include "deribit/order.hpp"
#include "deribit/request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>

namespace strike::exec {

using outcome = deribit_answer::outcome;

deribit_session::deribit_session(const deribit_settings& how, const venue_tools& with, std::function<double()> random,
                                 listener& to)
    : how_{how}, tools_{with}, to_{to}, malformed_{with.metrics.get_counter("strike_exec_venue_malformed_total",
                                                                            "Messages of a venue that cannot be read",
                                                                            {{"venue", "deribit"}})},
      timeouts_{with.metrics.get_counter("strike_exec_venue_timeouts_total", "Requests without an answer in time",
                                         {{"venue", "deribit"}})},
      reconnects_{with.metrics.get_counter("strike_exec_venue_reconnects_total", "Order connections that ended",
                                           {{"venue", "deribit"}})},
      line_{with.network,
            // the silence is watched here: orders must not go out over a connection that is being replaced
            {.socket = {.url = how.url, .deflate = false}, .reconnect = {.first = std::chrono::seconds{1}}},
            handlers(),
            std::move(random)} {
  assert(how.key);
}

net::link::handlers deribit_session::handlers() {
  using kind = arrival::kind;
  return {.on_open =
              [this](net::generation x) {
                inbox_.push_back({x, kind::opened, {}});
              },
          .on_text =
              [this](net::generation x, std::string_view text) {
                auto& made = inbox_.emplace_back(x, kind::text);
                made.text.reserve(text.size() + 64); // as the reader asks
                made.text = text;
                deribit::pad(made.text);
              },
          .on_close =
              [this](net::generation x, const net::close_report& why) {
                inbox_.push_back({x, kind::closed, why.text});
              }};
}

// ---- requests ----

void deribit_session::ask(const writer& write, on_answer done, const moment& now) {
  send(write, std::move(done), false, now);
}

void deribit_session::send(const writer& write, on_answer done, bool is_own, const moment& now) {
  const auto id = ++last_id_;
  if (on_ != 0 && line_.send(on_, write(id, now))) {
    asked_.emplace(id, asked{now.steady_ns + how_.request_timeout.count(), is_own, std::move(done)});
    return;
  }
  unsent_.push_back(std::move(done));
}

void deribit_session::check_deadlines(const moment& now) {
  while (!asked_.empty() && asked_.begin()->second.deadline_ns <= now.steady_ns) {
    auto late = std::move(asked_.begin()->second);
    asked_.erase(asked_.begin());
    timeouts_.add();
    if (late.is_own) return end("the venue did not answer a request of the log-in or heartbeat in time", {}, now);
    late.done({.what = outcome::silent,
               .why = fmt::format("no answer within {} ms", how_.request_timeout / std::chrono::milliseconds{1})},
              now);
  }
}

void deribit_session::end(std::string_view why, std::chrono::nanoseconds at_least, const moment& now) {
  if (at_least.count() > 0) line_.hold_off(at_least);
  if (on_ == 0) return;
  line_.drop(on_, why.substr(0, 100));
  gone(why, now);
}

/// Forgets all that the venue knew of the connection.
void deribit_session::gone(std::string_view why, const moment& now) {
  const bool was_up = is_up();
  stage_ = stage::closed;
  on_ = 0;
  is_renewing_ = false;
  refresh_ns_ = INT64_MAX;
  refresh_token_.clear();
  reconnects_.add();
  if (was_up || !std::exchange(is_failing_, true))
    tools_.log.warning("deribit: order connection ended", {{"why", why}});
  if (was_up) to_.on_down(why, now);
  for (auto& [id, x] : std::exchange(asked_, {})) {
    if (!x.is_own) x.done({.what = outcome::silent, .why = fmt::format("the connection ended: {}", why)}, now);
  }
}

// ---- what arrives ----

void deribit_session::take(arrival& x, const moment& now) {
  switch (x.what) {
  case arrival::kind::opened:
    if (on_ != 0) end("replaced", {}, now);
    on_ = x.on;
    stage_ = stage::logging_in;
    heard_ns_ = now.steady_ns;
    ahead_ns_.reset();
    return log_in(now);
  case arrival::kind::closed:
    if (x.on == on_) return gone(x.text, now);
    if (on_ == 0 && !std::exchange(is_failing_, true)) tools_.log.warning("deribit: cannot connect", {{"why", x.text}});
    return;
  case arrival::kind::text:
    if (x.on == on_) on_text(x.text, now);
  }
}

void deribit_session::on_text(std::string_view frame, const moment& now) {
  heard_ns_ = now.steady_ns;
  const auto kind = reader_.open(frame);
  if (!kind) {
    malformed_.add();
    return tools_.log.error("deribit: unreadable message",
                            {{"why", kind.error().text}, {"text", frame.substr(0, 400)}});
  }
  switch (*kind) {
  case deribit::message_kind::notification:
    return to_.on_news(reader_, frame, now);
  case deribit::message_kind::test_request:
    return send([](std::uint64_t id, const moment&) { return deribit::test(id); },
                [](const deribit_answer&, const moment&) {}, true, now);
  case deribit::message_kind::heartbeat:
    return;
  case deribit::message_kind::reply:
    return on_reply(now);
  case deribit::message_kind::complaint:
    malformed_.add();
    return tools_.log.error("deribit: the venue complains", {{"text", frame.substr(0, 400)}});
  }
}

void deribit_session::on_reply(const moment& now) {
  if (const auto testnet = reader_.testnet(); testnet && *testnet != how_.testnet)
    return give_up("network",
                   fmt::format("{} answered, but [exec.deribit] testnet is {}: correct url or testnet",
                               *testnet ? "the testnet" : "production", how_.testnet),
                   after_bad_key, now);
  if (const auto at_ns = reader_.answered_ns(); at_ns > 0)
    ahead_ns_ = std::max(ahead_ns_.value_or(INT64_MIN), at_ns - now.wall_ns); // the quickest answer knows best
  const auto id = reader_.id();
  const auto at = id ? asked_.find(*id) : asked_.end();
  if (at == asked_.end()) return to_.on_late(reader_, now);
  const auto done = std::move(at->second.done);
  asked_.erase(at);
  if (const auto& why = reader_.refused())
    return done({.what = outcome::refused, .code = why->code, .why = deribit::to_string(*why)}, now);
  done({.what = outcome::answered, .says = &reader_}, now);
}

void deribit_session::round(const moment& now) {
  line_.round(now.steady_ns);
  while (!inbox_.empty()) {
    auto x = std::move(inbox_.front());
    inbox_.pop_front();
    take(x, now);
  }
  for (const auto& done : std::exchange(unsent_, {}))
    done({.what = outcome::unsent, .why = "the connection does not take requests now"}, now);
  check_deadlines(now);
  if (on_ != 0 && now.steady_ns - heard_ns_ >= how_.silence.count())
    end(fmt::format("no message for {} s", how_.silence / std::chrono::seconds{1}), {}, now);
  if (refresh_ns_ <= now.steady_ns) refresh(now);
  line_due_ns_ = line_.round(now.steady_ns); // what was dropped above is opened anew
}

std::int64_t deribit_session::due_ns(const moment& now) const {
  if (!unsent_.empty() || !inbox_.empty()) return now.steady_ns;
  auto next_ns = std::min(line_due_ns_, refresh_ns_);
  if (!asked_.empty()) next_ns = std::min(next_ns, asked_.begin()->second.deadline_ns);
  if (on_ != 0) next_ns = std::min(next_ns, heard_ns_ + how_.silence.count());
  return next_ns;
}

} // namespace strike::exec
