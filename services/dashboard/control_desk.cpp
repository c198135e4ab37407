#include "dashboard/control_desk.hpp"

#include "dashboard/json_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <ranges>
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

result<control_command> command_of(std::string_view action, members& x) {
  using enum control_target;
  control_command made{.text = std::string{action}};
  const auto also = [&made](std::string_view detail) {
    if (!detail.empty()) made.text.append(" ").append(detail);
  };
  if (action == "start_strategy" || action == "stop_strategy") {
    const auto name = x.name("strategy");
    if (action == "start_strategy")
      made.body = wire::start_strategy{name};
    else
      made.body = wire::stop_strategy{name};
    also(name);
  } else if (action == "pause_replay") {
    made.target = replay, made.body = wire::pause_replay{};
  } else if (action == "resume_replay") {
    made.target = replay, made.body = wire::resume_replay{};
  } else if (action == "set_replay_speed") {
    const auto factor = x.number("factor");
    made.target = replay, made.body = wire::set_replay_speed{factor};
    also(fmt::format("{}", factor));
  } else if (action == "seek_replay") {
    const auto to_ms = x.number("to_ms");
    made.target = replay, made.body = seek_to(to_ms);
    also(fmt::format("{}", to_ms));
  } else if (action == "halt_trading") {
    const auto reason = x.name("reason");
    made.target = exec, made.body = wire::halt_trading{reason};
    also(reason);
  } else if (action == "cancel_all_orders") {
    const auto strategy = x.text("strategy", false);
    made.target = exec, made.body = wire::cancel_all_orders{strategy};
    also(strategy);
  } else {
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

result<std::unique_ptr<control_desk>> control_desk::open(const bus::context& where, const endpoints& to,
                                                         process::logger& log, std::function<std::int64_t()> now_ns) {
  std::unique_ptr<control_desk> made{new control_desk{log, std::move(now_ns)}};
  for (const auto& row : enum_names<control_target>::table) {
    const auto i = static_cast<std::size_t>(row.value);
    if (!to[i]) continue;
    auto client = bus::request_client::open(
        where, {.connect = *to[i], .on_message = [x = made.get(), from = row.value](std::string_view bytes) {
                  x->on_reply(from, bytes);
                }});
    if (!client) return std::unexpected{client.error()};
    made->clients_[i] = *std::move(client);
  }
  return made;
}

result<std::uint64_t> control_desk::ask(const control_command& what, std::string_view from) {
  const auto target = to_text(what.target);
  auto& client = clients_[static_cast<std::size_t>(what.target)];
  if (!client)
    return fail(ec::not_found, fmt::format("no control endpoint of {} is configured; see [dashboard] in "
                                           "strike.example.toml",
                                           target));
  const std::scoped_lock lock{guard_};
  const auto id = ++last_id_;
  std::string bytes;
  wire::encode(bytes, {.request_id = id, .body = what.body});
  auto sent = client->send(bytes);
  log_.info("control", {{"id", id}, {"action", what.text}, {"target", target}, {"from", from}, {"sent", bool{sent}}});
  if (!sent) return fail(ec::session_down, fmt::format("{} is not connected: {}", target, sent.error().text));
  log_of_commands_.push_back(
      {.id = id, .at_ns = now_ns_(), .from = std::string{from}, .action = what.text, .target = what.target});
  if (log_of_commands_.size() > kept) log_of_commands_.pop_front();
  return id;
}

void control_desk::settle(entry& x, std::string_view outcome, std::string text) {
  x.outcome = outcome;
  x.text = std::move(text);
  log_.info("control answered", {{"id", x.id}, {"action", x.action}, {"outcome", outcome}, {"text", x.text}});
}

void control_desk::on_reply(control_target from, std::string_view bytes) {
  const auto reply = wire::decode_control_reply(bytes);
  const std::scoped_lock lock{guard_};
  if (!reply) return log_.warning("malformed reply", {{"from", to_text(from)}, {"why", reply.error().text}});
  for (auto& x : log_of_commands_) {
    if (x.id != reply->request_id || x.target != from || x.outcome != "sent") continue;
    if (const auto* why = std::get_if<error>(&reply->outcome)) return settle(x, "failed", why->text);
    if (const auto* odd = std::get_if<wire::unknown_control>(&reply->outcome)) return settle(x, "unknown", odd->what);
    return settle(x, "done", {});
  }
}

void control_desk::poll() {
  const std::scoped_lock lock{guard_};
  for (auto& x : log_of_commands_)
    if (x.outcome == "sent" && now_ns_() - x.at_ns > patience_ns)
      settle(x, "unknown", "no answer in 5 s: look at what it was to change before you repeat it");
}

std::string control_desk::to_json() const {
  const std::scoped_lock lock{guard_};
  std::string out;
  json_object made{out};
  json_object targets{made.member("targets")};
  for (const auto& row : enum_names<control_target>::table) {
    const auto& client = clients_[static_cast<std::size_t>(row.value)];
    targets.add(row.text, !client ? "none" : client->is_connected() ? "connected" : "not connected");
  }
  targets.end();
  made.member("log") += '[';
  json_list rows{out};
  for (const auto& x : log_of_commands_ | std::views::reverse) {
    json_object row{rows.next()};
    row.add("id", x.id).add("at_ms", x.at_ns / 1'000'000).add("from", x.from).add("action", x.action);
    row.add("target", to_text(x.target)).add("outcome", x.outcome).add("text", x.text).end();
  }
  out += ']';
  made.end();
  return out;
}

} // namespace strike::dashboard
