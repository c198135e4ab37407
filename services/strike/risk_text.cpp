#include "strike/risk_text.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

namespace strike {

std::string states_text(const std::vector<risk_state_entry>& states) {
  if (states.empty()) return "trading: active everywhere\n";
  std::string text = "trading:\n";
  for (const auto& x : states)
    text += fmt::format("  {:<11} {:<28} since {}: {} (by {})\n", to_text(x.state), to_string(x.where),
                        iso_from_ns(x.since_ns / ns_per_s * ns_per_s), x.reason, x.by);
  return text;
}

std::string limits_text(const std::vector<limit_use>& limits) {
  if (limits.empty()) return "limits: none is set\n";
  std::string text = "limits:\n";
  for (const auto& x : limits)
    text += fmt::format("  {:<20} {:<26} {:>14.6g} of {:<14.6g} {:>4.0f} %\n", to_string(x.where), x.limit, x.used,
                        x.most, 100 * x.used / x.most);
  return text;
}

std::string kills_text(const std::vector<kill_report>& kills) {
  std::string text;
  for (const auto& x : kills)
    text += fmt::format("kill:\n  {} {}: {}\n", iso_from_ns(x.began_ns / ns_per_s * ns_per_s),
                        !x.is_over ? "under way" : (x.is_clean ? "done" : "NOT CLEAN"),
                        x.lines.empty() ? std::string{} : x.lines.back());
  return text;
}

} // namespace strike
