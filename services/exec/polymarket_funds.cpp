#include "exec/polymarket_funds.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::exec {

std::string millionths_text(std::int64_t x) { return nanos_to_text(int128{x} * 1000); }

polymarket_funds::check_result polymarket_funds::check(const need& what, std::int64_t since_ns, const moment& now) {
  auto& x = holdings_[what.token];
  if (!x.known) {
    if (!x.fault.empty() && x.known_ns >= since_ns) return {verdict::refused, x.fault};
    ask(what, now);
    return {verdict::wait, "the balance"};
  }
  const auto name = what.token ? "shares of this token" : "pUSD";
  const auto free = x.known->balance - what.reserved;
  const auto allowed = x.known->allowed(what.contract);
  const bool lacks_allowance = allowed && *allowed < what.millionths;
  if (free >= what.millionths && !lacks_allowance) return {verdict::enough};
  if (x.known_ns < since_ns) { // it may be better by now
    ask(what, now);
    return {verdict::wait, "the balance"};
  }
  if (lacks_allowance)
    return {verdict::refused,
            fmt::format("the wallet lets the exchange {} move {} {}, the order needs {}: approve it", what.contract,
                        millionths_text(*allowed), name, millionths_text(what.millionths))};
  return {verdict::refused,
          fmt::format("the order needs {} {}, free are {} ({} held, {} reserved by open orders): make it smaller, or "
                      "cancel others",
                      millionths_text(what.millionths), name, millionths_text(std::max<std::int64_t>(free, 0)),
                      millionths_text(x.known->balance), millionths_text(what.reserved))};
}

void polymarket_funds::ask(const need& what, const moment& now) {
  auto& x = holdings_[what.token];
  if (x.is_asked) return;
  x.is_asked = true;
  const auto token = what.token ? names_.at(*what.token).symbol : std::string{};
  http_.ask(polymarket_lane::slow, polymarket::funds_call(token, what.is_position, signature_type_),
            [this, key = what.token, asked_ns = now.steady_ns](const polymarket_http::answer& answer, const moment&) {
              auto& to = holdings_[key];
              to.is_asked = false;
              to.known_ns = asked_ns;
              to.fault.clear();
              auto got = answer && answer->status == 200
                             ? polymarket::parse_funds(answer->body)
                             : result<polymarket::funds>{
                                   strike::fail(ec::io, "the balance could not be read: " + text_of(answer))};
              if (got)
                to.known = *std::move(got);
              else
                to.fault = got.error().text;
            });
}

void polymarket_funds::spend(std::optional<instrument_id> token, std::int64_t millionths) {
  const auto at = holdings_.find(token);
  if (at != holdings_.end() && at->second.known) at->second.known->balance -= millionths;
}

} // namespace strike::exec
