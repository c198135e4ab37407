#pragma once

#include "parser.hpp"

#include <fmt/format.h>

#include <optional>

namespace strike::journal {

inline std::string line_too_long(const read_options& options) {
  return fmt::format("the line is longer than {} bytes", options.max_line_bytes);
}

/// Counts the lines that are no events, and keeps the first complaints. Under `strict` the first one is the error of
/// the run.
class fault_log final : public line_fault_sink {
public:
  explicit fault_log(bool strict) : strict_{strict} {}

  void order() override { ++order_lines_; }
  bool malformed(std::string_view file, std::uint64_t line, std::string_view why) override {
    ++count_;
    if (count_ > kept) return true;
    auto text = fmt::format("{}:{}: {}", file, line, why);
    if (strict_)
      fatal_ = error{ec::malformed, text + "; mend the line, or run without --strict to count and skip such lines"};
    complaints_.push_back(std::move(text));
    return !strict_;
  }

  std::uint64_t count() const { return count_; }
  std::uint64_t order_lines() const { return order_lines_; }
  const std::vector<std::string>& complaints() const { return complaints_; }
  const std::optional<error>& fatal() const { return fatal_; }

private:
  static constexpr std::uint64_t kept = 20;
  bool strict_;
  std::uint64_t count_ = 0, order_lines_ = 0;
  std::vector<std::string> complaints_;
  std::optional<error> fatal_;
};

} // namespace strike::journal
