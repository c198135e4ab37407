#include "exec/derive_settings.hpp"

#include "process/secret.hpp"

#include <charconv>

namespace strike::exec {
namespace {

std::chrono::nanoseconds duration(config::section& from, std::string_view key, std::chrono::nanoseconds fallback) {
  const auto x = from.duration_ns(key, fallback.count());
  if (x > 0) return std::chrono::nanoseconds{x};
  from.reject(key, "must be above 0");
  return fallback;
}

std::uint32_t count(config::section& from, std::string_view key, std::uint32_t fallback, std::int64_t lowest) {
  return static_cast<std::uint32_t>(from.integer(key, fallback, lowest, 1'000'000));
}

} // namespace

derive_settings read_derive_settings(config::section from) {
  derive_settings x;
  x.network = derive::read_order_profile(from);
  x.cancel_on_disconnect = from.flag("cancel_on_disconnect", x.cancel_on_disconnect);
  x.hex_prefix = from.flag("hex_prefix", x.hex_prefix);
  x.process = static_cast<unsigned>(from.integer("process", x.process, 0, 999));
  x.order_life = duration(from, "order_life", x.order_life);
  if (x.order_life > std::chrono::hours{24 * 119})
    from.reject("order_life", "must be below 120 days: the venue's most");
  x.brief_life = duration(from, "brief_life", x.brief_life);
  x.fee_factor = from.number("fee_factor", x.fee_factor, 2, 1000);
  x.fee_limit = from.number("fee_limit", x.fee_limit, x.fee_factor, 10'000);
  x.stop_slack = from.number("stop_slack", x.stop_slack, 0, 0.99);
  x.answer_timeout = duration(from, "answer_timeout", x.answer_timeout);
  x.data_timeout = duration(from, "data_timeout", x.data_timeout);
  x.hold_timeout = duration(from, "hold_timeout", x.hold_timeout);
  x.band_age = duration(from, "band_age", x.band_age);
  x.absent_after = duration(from, "absent_after", x.absent_after);
  x.queue = static_cast<std::size_t>(from.integer("queue", static_cast<std::int64_t>(x.queue), 1, 100'000));
  x.matching = count(from, "matching", x.matching, 2);
  x.other = count(from, "other", x.other, 2);
  x.reserve = count(from, "reserve", x.reserve, 0);
  if (x.reserve >= x.matching) from.reject("reserve", "must be below `matching`, or no order could leave");
  x.window = duration(from, "window", x.window);
  x.instrument_rate = from.number("instrument_rate", x.instrument_rate, 0.01, 1e6);
  x.instrument_burst = from.number("instrument_burst", x.instrument_burst, 1.0 + x.reserve, 1e6);
  return x;
}

result<derive_keys> read_derive_keys() {
  const auto wallet = process::secret("DERIVE_WALLET"), subaccount = process::secret("DERIVE_SUBACCOUNT"),
             session = process::secret("DERIVE_SESSION_KEY");
  for (const auto* x : {&wallet, &subaccount, &session})
    if (!*x) return std::unexpected{x->error()};
  const auto owner = sign::parse_address(wallet->reveal());
  if (!owner) return fail(ec::invalid_config, "DERIVE_WALLET: " + owner.error().text);
  const auto digits = subaccount->reveal();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size())
    return fail(ec::invalid_config,
                "DERIVE_SUBACCOUNT: is no whole number; it is shown on the venue's page of accounts");
  auto key = sign::private_key::from_hex(session->reveal());
  if (!key) return fail(ec::invalid_config, "DERIVE_SESSION_KEY: " + key.error().text);
  return derive_keys{*owner, number, std::move(*key)};
}

} // namespace strike::exec
