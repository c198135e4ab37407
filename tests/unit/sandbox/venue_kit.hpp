#pragma once

#include "base/time.hpp"
#include "sandbox/generated_market.hpp"
#include "sandbox/market_view.hpp"
#include "sandbox/venue_server.hpp"

#include <boost/json.hpp>

#include <set>
#include <string>
#include <vector>

namespace strike::sandbox {

/// Remembers what was sent to it.
struct fake_connection final : connection {
  std::vector<std::string> texts;
  std::vector<frame_kind> kinds;
  bool is_open = true;

  void send(std::string text, frame_kind kind) override {
    texts.push_back(std::move(text));
    kinds.push_back(kind);
  }
  void close(std::uint16_t, std::string_view) override { is_open = false; }
  void cut() override { is_open = false; }
  std::uint64_t id() const override { return 1; }

  boost::json::value last() const { return boost::json::parse(texts.back()); }
};

/// A made-up market, what is known of it, and a venue that shows it.
struct market_run {
  generated_market market;
  market_view view{market};
  std::int64_t now_ns;

  explicit market_run(const market_settings& settings = {},
                      std::int64_t start_ns = *ns_from_text("2026-11-26T12:00:10Z"))
      : market{settings, start_ns}, now_ns{start_ns} {}

  /// Passes time in steps of 10 ms, as the sandbox's loop does.
  void advance(venue_server& at, venue which, std::int64_t by_ns) {
    std::vector<market_event> events;
    for (const auto end_ns = now_ns + by_ns; now_ns <= end_ns; now_ns += 10 * ns_per_ms) {
      events.clear();
      market.step(now_ns, events);
      for (const auto& x : events) {
        if (market.instruments().at(x.instrument).at == which) at.on_event(x, now_ns);
        view.apply(x);
      }
      at.round(now_ns);
    }
  }
};

inline std::string_view text_at(const boost::json::value& x, std::string_view pointer) {
  return x.at_pointer(pointer).as_string();
}

/// The names of an object's members.
inline std::set<std::string> keys(const boost::json::value& x) {
  std::set<std::string> names;
  for (const auto& member : x.as_object()) names.insert(std::string{std::string_view{member.key()}});
  return names;
}

} // namespace strike::sandbox
