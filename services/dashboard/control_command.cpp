#include "dashboard/control_command.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace strike::dashboard {

namespace {

namespace json = boost::json;

/// The members of a command, each of which must be read.
class members {
public:
  explicit members(const json::object& from) : from_{from} {}

  std::string text(std::string_view key, bool is_required) {
    const auto* const x = find(key);
    if (x && x->is_string()) return {x->get_string().data(), x->get_string().size()};
    if (x || is_required) fault_ = fmt::format("'{}' must be a text", key);
    return {};
  }
  std::string name(std::string_view key) {
    auto x = text(key, true);
    if (fault_.empty() && x.empty()) fault_ = fmt::format("'{}' is empty", key);
    return x;
  }
  bool flag(std::string_view key) {
    const auto* const x = find(key);
    if (x && !x->is_bool()) fault_ = fmt::format("'{}' must be true or false", key);
    return x && x->is_bool() && x->get_bool();
  }
  /// The one of "venue", "strategy" and "instrument" that is there; none: all.
  risk_scope scope() {
    risk_scope made;
    for (const auto& row : enum_names<scope_kind>::table) {
      if (row.value == scope_kind::all || !find(row.text)) continue;
      if (made.kind != scope_kind::all) fault_ = "name one of 'venue', 'strategy' and 'instrument', or none for all";
      made = {row.value, name(row.text)};
    }
    return made;
  }
  double number(std::string_view key) {
    const auto* const x = find(key);
    if (x && x->is_number()) return x->to_number<double>();
    fault_ = fmt::format("'{}' must be a number", key);
    return 0;
  }
  /// What is wrong with them; empty: nothing.
  std::string fault() const {
    if (!fault_.empty()) return fault_;
    for (const auto& x : from_)
      if (const std::string_view key{x.key().data(), x.key().size()}; !read_.contains(key))
        return fmt::format("'{}' is not known here", key);
    return {};
  }

private:
  const json::value* find(std::string_view key) {
    read_.insert(std::string{key});
    return from_.if_contains({key.data(), key.size()});
  }
  const json::object& from_;
  std::set<std::string, std::less<>> read_;
  std::string fault_;
};

/// @param to_ms recorded time, milliseconds since the epoch
wire::seek_replay seek_to(double to_ms) {
  constexpr double most_ms = 9.2e12; // int64 nanoseconds end in 2262
  return {.to_ns = static_cast<std::int64_t>(std::clamp(to_ms, 0.0, most_ms)) * 1'000'000};
}

/// Actions of exec. @returns whether it is one
bool read_trading(std::string_view action, members& x, control_command& made) {
  const auto tell = [&made](std::string_view scope, std::string_view more, std::string_view reason = {}) {
    made.text += fmt::format(" {}{}{}{}", scope, more, reason.empty() ? "" : ": ", reason);
  };
  if (action == "halt_trading") {
    wire::restrict_trading what{x.scope(), trading_state::halted, x.name("reason"), {}};
    if (x.flag("reduce_only")) what.state = trading_state::reduce_only;
    tell(to_string(what.where), what.state == trading_state::reduce_only ? ", reduce only" : "", what.reason);
    made.body = std::move(what);
  } else if (action == "resume_trading") {
    wire::resume_trading what{x.scope(), {}};
    tell(to_string(what.where), "");
    made.body = std::move(what);
  } else if (action == "kill_trading") {
    wire::kill_trading what{x.scope(), x.flag("flatten"), x.name("reason"), {}};
    tell(to_string(what.where), what.flatten ? ", flatten" : "", what.reason);
    made.body = std::move(what);
  } else if (action == "cancel_all_orders") {
    wire::cancel_all_orders what{x.text("strategy", false)};
    tell(what.strategy.empty() ? "all" : what.strategy, "");
    made.body = std::move(what);
  } else {
    return false;
  }
  made.target = control_target::exec;
  return true;
}

/// Actions of a replay. @returns whether it is one
bool read_winding(std::string_view action, members& x, control_command& made) {
  if (action == "pause_replay") {
    made.body = wire::pause_replay{};
  } else if (action == "resume_replay") {
    made.body = wire::resume_replay{};
  } else if (action == "set_replay_speed") {
    const auto factor = x.number("factor");
    made.body = wire::set_replay_speed{factor};
    made.text += fmt::format(" {}", factor);
  } else if (action == "seek_replay") {
    const auto to_ms = x.number("to_ms");
    made.body = seek_to(to_ms);
    made.text += fmt::format(" {}", to_ms);
  } else {
    return false;
  }
  made.target = control_target::replay;
  return true;
}

result<control_command> command_of(std::string_view action, members& x) {
  control_command made{.text = std::string{action}};
  if (action == "start_strategy" || action == "stop_strategy") {
    const auto name = x.name("strategy");
    if (action == "start_strategy")
      made.body = wire::start_strategy{name};
    else
      made.body = wire::stop_strategy{name};
    made.text += ' ' + name;
  } else if (!read_trading(action, x, made) && !read_winding(action, x, made)) {
    return fail(ec::malformed, fmt::format("action '{}' is not known; /api describes them", action));
  }
  return made;
}

} // namespace

result<control_command> parse_command(std::string_view text) {
  boost::system::error_code failed;
  const auto parsed = json::parse({text.data(), text.size()}, failed);
  if (failed || !parsed.is_object()) return fail(ec::malformed, "the body is no JSON object");
  members x{parsed.get_object()};
  const auto action = x.text("action", true);
  if (const auto fault = x.fault(); action.empty() && !fault.empty()) return fail(ec::malformed, fault);
  auto made = command_of(action, x);
  if (!made) return made;
  if (auto fault = x.fault(); !fault.empty()) return fail(ec::malformed, fmt::format("{}: {}", action, fault));
  return made;
}

bool stops_trading(const control_command& what) {
  return std::holds_alternative<wire::restrict_trading>(what.body) ||
         std::holds_alternative<wire::kill_trading>(what.body) ||
         std::holds_alternative<wire::cancel_all_orders>(what.body);
}

} // namespace strike::dashboard
