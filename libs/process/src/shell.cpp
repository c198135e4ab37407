#include "shell.hpp"

#include "process/actor_error.hpp"
#include "process/version.hpp"
#include "prompt_sharing.hpp"
#include "signals.hpp"
#include "watchdog.hpp"

#include <caf/scheduler/coordinator.hpp>
#include <caf/send.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <random>

namespace strike::process {

namespace {

/// An exception of a service's start function is an error like any other.
result<void> call(const std::function<result<void>(environment&)>& start, environment& with) {
  try {
    return start(with);
  } catch (const std::exception& fault) {
    return fail(ec::io, std::string{"cannot start: "} + fault.what());
  }
}

} // namespace

shell::system_config::system_config() {
  load<caf::scheduler::coordinator<prompt_sharing>>();
  process::add_error_category(*this);
}

shell::shell(const service_description& what, settings from)
    : what_{what}, settings_{std::move(from)}, log_{what.name, settings_.log_level, settings_.format} {}

std::shared_ptr<const supervisor_tools> shell::tools() {
  auto chance = [engine = std::mt19937_64{std::random_device{}()}]() mutable {
    return std::uniform_real_distribution{0.0, 1.0}(engine);
  };
  return std::make_shared<const supervisor_tools>(
      supervisor_tools{log_, metrics_, alive_, std::move(chance), [this](error why) { environment_->fail(why); }});
}

http_reply shell::answer(std::string_view path) const {
  if (path == "/healthz") return {.body = R"({"status":"ok"})"};
  if (path == "/readyz") return {.status = ready_.is_ready() ? 200U : 503U, .body = ready_.to_json()};
  if (path == "/metrics") {
    ready_gauge_->set(ready_.is_ready() ? 1 : 0);
    return {200, "text/plain; version=0.0.4; charset=utf-8", metrics_.to_text()};
  }
  return {404, "text/plain; charset=utf-8", "here are /healthz, /readyz, /metrics\n"};
}

result<void> shell::listen() {
  auto made = status_server::listen(settings_.health, [this](std::string_view path) { return answer(path); });
  if (!made) return std::unexpected{made.error()};
  server_ = *std::move(made);
  return {};
}

result<void> shell::start() {
  ready_.not_ready("start", "starting");
  metrics_
      .get_gauge("strike_build_info", "1, with the version as label",
                 {{"service", what_.name}, {"version", std::string{version}}})
      .set(1);
  ready_gauge_ = &metrics_.get_gauge("strike_ready", "1 while /readyz says so", {{"service", what_.name}});
  if (auto ok = listen(); !ok) return ok;
  system_.emplace(system_config_);
  root_ = system_->spawn(supervisor, tools());
  environment_.emplace(*this);
  if (auto ok = call(what_.start, *environment_); !ok) return ok;
  if (auto ok = settings_.document.finish(); !ok) return ok;
  ready_.ready("start");
  log_.info("started", {{"version", version}, {"health", server_->address()}});
  return {};
}

int shell::run() {
  const auto started = start();
  if (started)
    wait();
  else
    fmt::print(stderr, "{}\n", started.error().text);
  const watchdog limit{settings_.stop_timeout, stop_signals_, log_, [this] { return still_running(); }};
  stop();
  if (!started) return 2;
  log_.info("stopped");
  const std::scoped_lock lock{guard_};
  return failure_ ? 1 : 0;
}

void shell::wait() {
  for (;;) {
    {
      const std::scoped_lock lock{guard_};
      if (is_over_) return;
    }
    const int got = signals::wait();
    if (got == SIGHUP) log_.info("SIGHUP is ignored; restart to read the configuration anew");
    if (got != SIGINT && got != SIGTERM) continue;
    ++stop_signals_;
    return log_.info("stopping", {{"signal", signals::name_of(got)}});
  }
}

void shell::stop() {
  ready_.not_ready("stop", "stopping");
  stopping_.request_stop();
  for (auto x = stop_functions_.rbegin(); x != stop_functions_.rend(); ++x) {
    begin("stop function " + x->name);
    try {
      x->call();
    } catch (const std::exception& fault) {
      environment_->fail({ec::io, fmt::format("stop function {}: {}", x->name, fault.what())});
    }
  }
  if (!system_) return;
  begin("actors");
  caf::anon_send_exit(root_, caf::exit_reason::user_shutdown);
  root_ = nullptr;
  system_->await_all_actors_done();
  begin("what the service owns");
  while (!stop_functions_.empty()) stop_functions_.pop_back();
  begin("the actor system");
  system_.reset();
}

void shell::begin(std::string step) {
  const std::scoped_lock lock{guard_};
  step_ = std::move(step);
}

std::string shell::still_running() {
  const std::scoped_lock lock{guard_};
  if (step_ != "actors") return step_;
  const auto names = alive_.names();
  const auto running = system_->registry().running();
  const auto others = running - std::min(running, names.size() + 1); // the supervisor is the one
  auto text = fmt::format("actors {}", fmt::join(names, ", "));
  if (others > 0) text += fmt::format(" and {} without supervision", others);
  return text;
}

} // namespace strike::process
