#include "strategies/settings.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

namespace strike::strategies {

std::vector<subscription> read_instruments(config::section& settings) {
  std::vector<subscription> all;
  const auto texts = settings.texts("instruments");
  for (const auto& text : texts) {
    auto one = parse_subscription(text);
    if (one)
      all.push_back(std::move(*one));
    else
      settings.reject("instruments", one.error().text);
  }
  if (texts.empty())
    settings.reject("instruments",
                    fmt::format("strategy '{}': instruments is empty; name at least one, for example instruments = "
                                "[\"deribit:BTC-*\"]",
                                settings.text("name", settings.text("type", ""))));
  return all;
}

std::vector<subscription> with_status(const std::vector<subscription>& what) {
  std::vector<subscription> all;
  for (auto x : what)
    for (const auto channel : {channel::ticker, channel::status}) {
      x.what = channel;
      all.push_back(x);
    }
  return all;
}

quantity read_size(config::section& settings, std::string_view key) {
  const auto size = settings.quantity_of(key, {});
  if (settings.has(key) && size <= quantity{}) settings.reject(key, "must be > 0; leave it out for the default");
  return size;
}

std::int64_t read_delay(config::section& settings, std::string_view key, std::int64_t fallback_ns) {
  const auto delay = settings.duration_ns(key, fallback_ns);
  if (delay > 0 && delay <= 30 * ns_per_day) return delay;
  settings.reject(key, "must be above 0 and at most 30d");
  return fallback_ns;
}

} // namespace strike::strategies
