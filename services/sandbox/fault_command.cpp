#include "sandbox/fault_command.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace strike::sandbox {

namespace {

constexpr std::array<std::string_view, 8> known_keys = {"venue", "fault", "for",   "count",
                                                        "delay", "seed",  "every", "orders"};

/// The members of a command, with the first mistake.
class members {
public:
  explicit members(const boost::json::object& of) : of_{of} {}

  bool has(std::string_view key) const { return of_.contains(key); }
  std::string text(std::string_view key) {
    const auto* const found = of_.if_contains(key);
    if (!found) return {};
    if (found->is_string()) return std::string{found->get_string().data(), found->get_string().size()};
    reject(key, "must be a text");
    return {};
  }
  std::int64_t duration(std::string_view key, std::int64_t fallback) {
    if (!has(key)) return fallback;
    const auto parsed = duration_from_text(text(key));
    if (!parsed || *parsed <= 0) return reject(key, "must be a duration above 0, as \"5s\""), fallback;
    return *parsed;
  }
  std::uint64_t count(std::string_view key, std::uint64_t fallback, std::uint64_t lowest) {
    const auto* const found = of_.if_contains(key);
    if (!found) return fallback;
    boost::system::error_code failed;
    const auto value = found->to_number<std::uint64_t>(failed);
    if (failed || value < lowest) return reject(key, fmt::format("must be an integer from {}", lowest)), fallback;
    return value;
  }
  bool flag(std::string_view key) {
    const auto* const found = of_.if_contains(key);
    if (found && !found->is_bool()) reject(key, "must be true or false");
    return found && found->is_bool() && found->get_bool();
  }
  void reject(std::string_view key, std::string_view why) {
    if (!fault_) fault_ = error{ec::malformed, fmt::format("fault: {}: {}", key, why)};
  }
  const std::optional<error>& mistake() const { return fault_; }

private:
  const boost::json::object& of_;
  std::optional<error> fault_;
};

fault read_fault(members& from, fault_kind kind) {
  fault made{.what = kind};
  const bool is_for_a_time = kind == fault_kind::silence || kind == fault_kind::delay || kind == fault_kind::refuse;
  if (kind == fault_kind::drop && (from.has("for") || from.has("count")))
    from.reject("drop", "happens at once; leave out for and count");
  if (kind == fault_kind::silence && from.has("count")) from.reject("count", "silence lasts for a time");
  if (from.has("for") && from.has("count")) from.reject("count", "give for or count, not both");
  const bool has_delay = kind == fault_kind::delay || kind == fault_kind::early;
  if (!has_delay && from.has("delay")) from.reject("delay", "belongs to the faults delay and early");
  const bool may_spare = kind == fault_kind::delay || kind == fault_kind::reject || kind == fault_kind::throttle;
  if (!may_spare && from.has("orders")) from.reject("orders", "belongs to delay, reject, throttle and random");
  made.only_orders = from.flag("orders");
  made.count = from.count("count", 1, 1);
  made.for_ns = from.duration("for", is_for_a_time && !from.has("count") ? 5 * ns_per_s : 0);
  if (has_delay) made.delay_ns = from.duration("delay", 500 * ns_per_ms);
  return made;
}

} // namespace

result<fault_command> parse_fault_command(std::string_view json) {
  boost::system::error_code failed;
  const auto parsed = boost::json::parse({json.data(), json.size()}, failed);
  if (failed || !parsed.is_object())
    return fail(ec::malformed, R"(fault: no JSON object; write {"venue":"deribit","fault":"drop"})");
  members from{parsed.get_object()};
  for (const auto& [key, value] : parsed.get_object())
    if (std::ranges::find(known_keys, std::string_view{key.data(), key.size()}) == known_keys.end())
      from.reject({key.data(), key.size()}, "unknown; known: venue, fault, for, count, delay, seed, every, orders");
  fault_command made;
  if (from.has("venue")) {
    const auto at = from_text<venue>(from.text("venue"));
    if (!at) return fail(ec::malformed, "fault: " + at.error().text);
    made.at = *at;
  }
  const auto name = from.text("fault");
  if (name != "random" && (from.has("seed") || from.has("every"))) from.reject("seed, every", "belong to random");
  if (name == "clear") {
    made.what = no_fault{};
  } else if (name == "random") {
    fault_mix mix;
    mix.seed = from.count("seed", mix.seed, 0);
    mix.every_ns = from.duration("every", mix.every_ns);
    mix.for_ns = from.duration("for", mix.for_ns);
    mix.has_orders = from.flag("orders");
    made.what = mix;
  } else {
    const auto kind = from_text<fault_kind>(name);
    if (!kind) return fail(ec::malformed, kind.error().text + ", random, clear");
    made.what = read_fault(from, *kind);
  }
  if (from.mistake()) return std::unexpected{*from.mistake()};
  return made;
}

} // namespace strike::sandbox
