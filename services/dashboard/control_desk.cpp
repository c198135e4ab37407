#include "dashboard/control_desk.hpp"

#include "dashboard/json_text.hpp"
#include "dashboard/risk_view.hpp"

#include <fmt/format.h>

#include <ranges>

namespace strike::dashboard {

namespace {

constexpr std::uint64_t risk_question = 0; ///< the id of what nobody commanded; commands count from 1

/// Writes who asks into what exec keeps an audit of.
void sign(decltype(wire::control_request::body)& body, std::string_view from) {
  const auto write = [from](auto& x) {
    if constexpr (requires { x.by; }) x.by = fmt::format("{} (dashboard)", from);
  };
  std::visit(write, body);
}

/// What "done" does not say yet.
std::string begun_text(std::string_view action) {
  return action.starts_with("kill_trading") ? "it has begun: how it goes is told under Risk" : "";
}

} // namespace

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
  auto& client = client_of(what.target);
  if (!client)
    return fail(ec::not_found, fmt::format("no control endpoint of {} is configured; see [dashboard] in "
                                           "strike.example.toml",
                                           target));
  const std::scoped_lock lock{guard_};
  const auto id = ++last_id_;
  wire::control_request request{.request_id = id, .body = what.body};
  sign(request.body, from);
  std::string bytes;
  wire::encode(bytes, request);
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
  if (reply->request_id == risk_question) {
    if (const auto* told = std::get_if<wire::risk_report>(&reply->outcome)) risk_ = *told, risk_told_ns_ = now_ns_();
    return; // who cannot answer it goes on as one of whom nothing is known
  }
  for (auto& x : log_of_commands_) {
    if (x.id != reply->request_id || x.target != from || x.outcome != "sent") continue;
    if (const auto* why = std::get_if<error>(&reply->outcome)) return settle(x, "failed", why->text);
    if (const auto* odd = std::get_if<wire::unknown_control>(&reply->outcome)) return settle(x, "unknown", odd->what);
    return settle(x, "done", begun_text(x.action));
  }
}

void control_desk::poll() {
  const std::scoped_lock lock{guard_};
  for (auto& x : log_of_commands_)
    if (x.outcome == "sent" && now_ns_() - x.at_ns > patience_ns)
      settle(x, "unknown", "no answer in 5 s: look at what it was to change before you repeat it");
  ask_risk();
}

void control_desk::ask_risk() {
  const auto& client = client_of(control_target::exec);
  if (!client || !client->is_connected() || now_ns_() - risk_asked_ns_ < risk_every_ns) return;
  risk_asked_ns_ = now_ns_();
  std::string bytes;
  wire::encode(bytes, {.request_id = risk_question, .body = wire::ask_risk{}});
  std::ignore = client->send(bytes); // if it was lost just now: the next second asks again
}

std::string control_desk::risk_json() const {
  const std::scoped_lock lock{guard_};
  if (!risk_) return "null";
  return dashboard::risk_json(*risk_, now_ns_() - risk_told_ns_ <= risk_holds_ns);
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
