#include "wire/control.hpp"

#include "enums.hpp"
#include "message.hpp"
#include "risk_fields.hpp"

#include <fmt/format.h>

#include <cmath>

namespace strike::wire {
namespace {

struct request_writer {
  v1::ControlRequest& to;

  void operator()(const unknown_control&) const {}
  void operator()(const start_strategy& x) const {
    set_text(to.mutable_start_strategy()->mutable_strategy(), x.strategy);
  }
  void operator()(const stop_strategy& x) const {
    set_text(to.mutable_stop_strategy()->mutable_strategy(), x.strategy);
  }
  void operator()(const reconfigure_strategy& x) const {
    set_text(to.mutable_reconfigure_strategy()->mutable_strategy(), x.strategy);
    set_text(to.mutable_reconfigure_strategy()->mutable_toml(), x.toml);
  }
  void operator()(const pause_replay&) const { to.mutable_pause_replay(); }
  void operator()(const resume_replay&) const { to.mutable_resume_replay(); }
  void operator()(const set_replay_speed& x) const { to.mutable_set_replay_speed()->set_factor(x.factor); }
  void operator()(const seek_replay& x) const { to.mutable_seek_replay()->set_to_ns(x.to_ns); }
  void operator()(const halt_trading& x) const { set_text(to.mutable_halt_trading()->mutable_reason(), x.reason); }
  void operator()(const cancel_all_orders& x) const {
    set_text(to.mutable_cancel_all_orders()->mutable_strategy(), x.strategy);
  }
  void operator()(const restrict_trading& x) const { write(x, *to.mutable_restrict_trading()); }
  void operator()(const resume_trading& x) const { write(x, *to.mutable_resume_trading()); }
  void operator()(const kill_trading& x) const { write(x, *to.mutable_kill_trading()); }
  void operator()(const ask_risk&) const { to.mutable_ask_risk(); }
};

/// Start, stop, reconfigure, all of which need a name.
template <class Domain, class Proto> result<decltype(control_request::body)> read_named(const Proto& from) {
  if (from.strategy().empty()) return broken(from, "strategy is missing");
  Domain made;
  made.strategy = from.strategy();
  if constexpr (std::is_same_v<Domain, reconfigure_strategy>) made.toml = from.toml();
  return made;
}

result<decltype(control_request::body)> read_speed(const v1::SetReplaySpeed& from) {
  if (!(from.factor() > 0) || !std::isfinite(from.factor())) return broken(from, "factor must be > 0 and finite");
  return set_replay_speed{from.factor()};
}

result<decltype(control_request::body)> read_body(const v1::ControlRequest& from) {
  if (from.version() > control_version)
    return unknown_control{
        fmt::format("ControlRequest: version {}, only {} is known", from.version(), control_version)};
  switch (from.body_case()) {
  case v1::ControlRequest::kStartStrategy:
    return read_named<start_strategy>(from.start_strategy());
  case v1::ControlRequest::kStopStrategy:
    return read_named<stop_strategy>(from.stop_strategy());
  case v1::ControlRequest::kReconfigureStrategy:
    return read_named<reconfigure_strategy>(from.reconfigure_strategy());
  case v1::ControlRequest::kPauseReplay:
    return pause_replay{};
  case v1::ControlRequest::kResumeReplay:
    return resume_replay{};
  case v1::ControlRequest::kSetReplaySpeed:
    return read_speed(from.set_replay_speed());
  case v1::ControlRequest::kSeekReplay:
    return seek_replay{from.seek_replay().to_ns()};
  case v1::ControlRequest::kHaltTrading:
    return halt_trading{from.halt_trading().reason()};
  case v1::ControlRequest::kCancelAllOrders:
    return cancel_all_orders{from.cancel_all_orders().strategy()};
  case v1::ControlRequest::kRestrictTrading:
    return read(from.restrict_trading());
  case v1::ControlRequest::kResumeTrading:
    return read(from.resume_trading());
  case v1::ControlRequest::kKillTrading:
    return read(from.kill_trading());
  case v1::ControlRequest::kAskRisk:
    return ask_risk{};
  case v1::ControlRequest::BODY_NOT_SET:
    break;
  }
  return unknown_control{"ControlRequest: no known body"};
}

struct outcome_writer {
  v1::ControlReply& to;

  void operator()(const unknown_control&) const {}
  void operator()(const control_done&) const { to.mutable_done(); }
  void operator()(const error& x) const {
    to.mutable_failure()->set_code(to_proto(x.code));
    set_text(to.mutable_failure()->mutable_text(), x.text);
  }
  void operator()(const risk_report& x) const { write(x, *to.mutable_risk()); }
};

decltype(control_reply::outcome) read_outcome(const v1::ControlReply& from) {
  if (from.has_done()) return control_done{};
  if (from.has_risk()) {
    auto report = read(from.risk());
    if (!report) return unknown_control{std::move(report).error().text}; // of a newer exec
    return *std::move(report);
  }
  if (!from.has_failure()) return unknown_control{"ControlReply: no known outcome"};
  const auto& failure = from.failure();
  if (const auto code = from_proto<ec>(failure.code())) return error{*code, failure.text()};
  return unknown_control{fmt::format("ControlReply: unknown error code {}: {}", int{failure.code()}, failure.text())};
}

} // namespace

void encode(std::string& out, const control_request& request) {
  v1::ControlRequest message;
  message.set_version(request.version);
  message.set_request_id(request.request_id);
  std::visit(request_writer{message}, request.body);
  serialize(out, message);
}

void encode(std::string& out, const control_reply& reply) {
  v1::ControlReply message;
  message.set_request_id(reply.request_id);
  std::visit(outcome_writer{message}, reply.outcome);
  serialize(out, message);
}

result<control_request> decode_control_request(std::string_view bytes) {
  v1::ControlRequest message;
  if (auto parsed = parse(message, bytes); !parsed) return std::unexpected{std::move(parsed).error()};
  if (message.version() == 0) return broken(message, "version is missing");
  auto body = read_body(message);
  if (!body) return std::unexpected{std::move(body).error()};
  return control_request{message.version(), message.request_id(), *std::move(body)};
}

result<control_reply> decode_control_reply(std::string_view bytes) {
  v1::ControlReply message;
  if (auto parsed = parse(message, bytes); !parsed) return std::unexpected{std::move(parsed).error()};
  return control_reply{message.request_id(), read_outcome(message)};
}

} // namespace strike::wire
