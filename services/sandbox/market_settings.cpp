#include "sandbox/market_settings.hpp"

namespace strike::sandbox {

market_settings read_market_settings(config::section from) {
  market_settings x;
  const auto count = [&](std::string_view key, std::size_t fallback, std::int64_t lowest, std::int64_t highest) {
    return static_cast<std::size_t>(from.integer(key, static_cast<std::int64_t>(fallback), lowest, highest));
  };
  x.seed = count("seed", x.seed, 0, INT64_MAX);
  for (auto& coin : x.coins) {
    auto table = from.table(coin.name);
    coin.price = table.number("price", coin.price, 10, 10'000'000);
    coin.volatility = table.number("volatility", coin.volatility, 0.05, 3);
  }
  x.expiries = count("expiries", x.expiries, 2, 16);
  x.strikes = count("strikes", x.strikes, 3, 101);
  x.depth = count("depth", x.depth, 2, 100);
  x.prediction_days = count("prediction_days", x.prediction_days, 1, 14);
  x.prediction_strikes = count("prediction_strikes", x.prediction_strikes, 3, 41);
  x.updown_ns = from.duration_ns("updown", x.updown_ns);
  if (x.updown_ns < ns_per_s || x.updown_ns % ns_per_s != 0) from.reject("updown", "must be whole seconds, at least \"1s\"");
  x.prediction_noise = from.number("prediction_noise", x.prediction_noise, 0, 0.2);
  x.events_per_s = from.number("events_per_s", x.events_per_s, 1, 100'000);
  x.first_expiry_after_ns = from.duration_ns("first_expiry_after", x.first_expiry_after_ns);
  return x;
}

} // namespace strike::sandbox
