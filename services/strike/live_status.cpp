#include "strike/live_status.hpp"

#include <fmt/format.h>

namespace strike {

live_status::live_status(process::metric_registry& metrics, std::vector<venue> venues) {
  for (const auto at : venues) {
    const process::metric_registry::labels who{{"venue", std::string{to_text(at)}}};
    const auto gauge = [&](std::string_view name, double unit = process::unit::one) -> process::gauge& {
      return metrics.get_gauge(name, "", who, unit);
    };
    source made{.at = at,
                .events = {},
                .age_ns = gauge("strike_gateway_last_frame_age_seconds", process::unit::nanosecond),
                .wanted = gauge("strike_gateway_topics_wanted"),
                .subscribed = gauge("strike_gateway_topics_subscribed"),
                .instruments = gauge("strike_gateway_instruments")};
    for (const auto& row : enum_names<channel>::table) {
      auto labels = who;
      labels["channel"] = row.text;
      made.events[static_cast<std::size_t>(row.value)] =
          &metrics.get_counter("strike_gateway_events_total", "", labels);
    }
    sources_.push_back(made);
  }
}

std::vector<std::string> live_status::lines(double elapsed_s) {
  std::vector<std::string> all;
  for (auto& x : sources_) {
    std::uint64_t events = 0;
    for (const auto* count : x.events) events += count->value();
    const auto rate = static_cast<double>(events - x.last) / elapsed_s;
    x.last = events;
    if (x.wanted.value() == 0) {
      all.push_back(fmt::format("  {:<11} nothing is asked for; {} instruments", to_text(x.at), x.instruments.value()));
      continue;
    }
    all.push_back(fmt::format("  {:<11} {:>7.0f} events/s, the last {:.1f} s ago, {} of {} topics, {} instruments",
                              to_text(x.at), rate, static_cast<double>(x.age_ns.value()) / 1e9, x.subscribed.value(),
                              x.wanted.value(), x.instruments.value()));
  }
  return all;
}

} // namespace strike
