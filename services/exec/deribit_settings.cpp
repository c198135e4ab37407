#include "exec/deribit_settings.hpp"

#include <algorithm>

namespace strike::exec {

namespace {

std::chrono::nanoseconds duration(config::section& from, std::string_view key, std::chrono::nanoseconds fallback) {
  const auto x = from.duration_ns(key, fallback.count());
  if (x > 0) return std::chrono::nanoseconds{x};
  from.reject(key, "must be above 0");
  return fallback;
}

/// Of the environment.
std::shared_ptr<const deribit_key> read_key(config::section& from) {
  auto id = process::secret("DERIBIT_CLIENT_ID");
  auto secret = process::secret("DERIBIT_CLIENT_SECRET");
  if (!id && !secret && id.error().code == ec::not_found && secret.error().code == ec::not_found) return nullptr;
  if (!id || !secret) {
    from.reject("url", "needs a whole API key or none: " + (id ? secret.error() : id.error()).text);
    return nullptr;
  }
  auto key = std::make_shared<deribit_key>();
  key->id = id->reveal();
  key->secret = *std::move(secret);
  return key;
}

void read_times(config::section& from, deribit_settings& x) {
  x.valid_for = duration(from, "valid_for", x.valid_for);
  x.absent_after = duration(from, "absent_after", x.absent_after);
  x.order_wait = duration(from, "order_wait", x.order_wait);
  x.lookback = duration(from, "lookback", x.lookback);
  x.request_timeout = duration(from, "request_timeout", x.request_timeout);
  x.heartbeat = std::chrono::duration_cast<std::chrono::seconds>(duration(from, "heartbeat", x.heartbeat));
  if (x.heartbeat < std::chrono::seconds{10}) from.reject("heartbeat", "must be at least \"10s\", as the venue says");
  x.silence = duration(from, "silence", x.silence);
  if (x.silence <= x.heartbeat) from.reject("silence", "must be longer than heartbeat");
  x.retry_first = duration(from, "retry_first", x.retry_first);
  x.retry_longest = duration(from, "retry_longest", x.retry_longest);
  x.retries = static_cast<int>(from.integer("retries", x.retries, 0, 100));
}

void read_limits(config::section& from, deribit_settings& x) {
  x.matching_per_second = from.number("matching_per_second", x.matching_per_second, 0.1, 1e6);
  x.matching_burst = from.number("matching_burst", x.matching_burst, 2, 1e6);
  x.other_per_second = from.number("other_per_second", x.other_per_second, 0.1, 1e6);
  x.other_burst = from.number("other_burst", x.other_burst, 2, 1e6);
  x.limit_share = from.number("limit_share", x.limit_share, 0.1, 1);
  x.cancel_reserve = from.number("cancel_reserve", x.cancel_reserve, 0, 1e6);
  x.queue = static_cast<std::size_t>(from.integer("queue", static_cast<std::int64_t>(x.queue), 1, 1'000'000));
}

} // namespace

deribit_settings read_deribit_settings(config::section root) {
  auto from = root.table("exec").table("deribit");
  deribit_settings x;
  x.testnet = from.flag("testnet", x.testnet);
  x.url = from.text("url", x.testnet ? "wss://test.deribit.com/ws/api/v2" : x.url);
  x.key = read_key(from);
  x.cancel_on_disconnect = from.flag("cancel_on_disconnect", x.cancel_on_disconnect);
  if (from.has("currencies")) x.currencies = from.texts("currencies");
  if (x.currencies.empty()) from.reject("currencies", "must name at least one, such as \"BTC\"");
  read_times(from, x);
  read_limits(from, x);
  return x;
}

} // namespace strike::exec
