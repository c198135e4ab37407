#include "recorder/start.hpp"

#include "bus/publisher.hpp"
#include "bus/subscriber.hpp"
#include "process/instance.hpp"
#include "process/version.hpp"
#include "recorder/recorder_actor.hpp"
#include "wire/ops.hpp"

#include <caf/send.hpp>

#include <chrono>
#include <csignal>
#include <iterator>
#include <stdexcept>

namespace strike::recorder {

namespace {

std::int64_t utc_ns() { return std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count(); }

using beat_function = std::function<void(std::map<std::string, std::uint64_t>)>;

/// A sign of life on `ops/recorder/`. @returns an empty function where nobody is to be told
result<beat_function> open_heartbeat(process::environment& env, const bus::context& where,
                                     const std::optional<bus::bind_config>& bind) {
  if (!bind) return beat_function{};
  auto opened = bus::threaded_publisher::open(where, {.bind = *bind, .queue = 10});
  if (!opened) return std::unexpected{opened.error()};
  env.log.info("heartbeat published", {{"endpoint", (*opened)->endpoint()}});
  const std::shared_ptr<bus::threaded_publisher> to = *std::move(opened);
  return [&env, to, epoch = static_cast<std::uint64_t>(utc_ns())](std::map<std::string, std::uint64_t> counters) {
    std::string bytes;
    wire::encode(bytes, wire::heartbeat{.service = "recorder",
                                        .instance = process::instance_name(),
                                        .epoch = epoch,
                                        .at_ns = utc_ns(),
                                        .version = std::string{process::version},
                                        .ready = env.ready.is_ready(),
                                        .counters = std::move(counters)});
    to->publish("ops/recorder/", bytes);
  };
}

/// What connects the bus to a recorder: its callbacks hold the actor, which ends the subscriber when it ends.
bus::subscriber::config feed_of(const recorder_actor& to, const std::shared_ptr<backlog>& room,
                                const recorder_tools& tools) {
  bus::subscriber::config made{.endpoints = tools.how.upstream};
  made.on_batch = [to, room](std::vector<bus::message>& batch) {
    if (!room->admit(batch)) return;
    caf::anon_send(to, batch_ptr{std::make_shared<const std::vector<bus::message>>(
                           std::make_move_iterator(batch.begin()), std::make_move_iterator(batch.end()))});
  };
  made.on_link = [to, &log = tools.log](const bus::link_report& x) {
    const bool is_up = x.what == bus::link_state::connected;
    is_up ? log.info("upstream", {{"news", x.text}}) : log.warning("upstream", {{"news", x.text}});
    if (x.what == bus::link_state::disconnected) caf::anon_send(to, broken_atom_v, x.endpoint);
  };
  return made;
}

/// @throws std::runtime_error what the supervisor reports
recorder_actor spawn_recorder(caf::actor_system& in, const bus::context& where,
                              const std::shared_ptr<const recorder_tools>& tools) {
  const auto room = std::make_shared<backlog>(tools->how.queue);
  auto made = in.spawn<caf::detached>(recorder_behavior, tools, room);
  auto opened = bus::subscriber::open(where, feed_of(made, room, *tools));
  if (!opened) {
    caf::anon_send_exit(made, caf::exit_reason::user_shutdown);
    throw std::runtime_error{opened.error().text};
  }
  const std::shared_ptr<bus::subscriber> source = std::move(*opened);
  caf::anon_send(made, upstream_atom_v,
                 upstream_ptr{std::make_shared<const upstream>(
                     upstream{[source](std::string_view topic) { source->ask_again(topic); }})});
  for (const auto& prefix : tools->how.subscribe) source->subscribe(prefix);
  if (tools->how.orders) source->subscribe("ord/");
  return made;
}

} // namespace

result<void> start(process::environment& env, const bus::context& where, settings how) {
  if (how.upstream.empty())
    return fail(ec::invalid_config, "recorder.upstream: name at least one gateway or router to record from, in the "
                                    "configuration or with --upstream");
  std::signal(SIGXFSZ, SIG_IGN);
  env.ready.not_ready("disk", "starting");
  auto beat = open_heartbeat(env, where, how.publish);
  if (!beat) return std::unexpected{beat.error()};
  const auto tools = std::make_shared<const recorder_tools>(
      recorder_tools{std::move(how), journal::real_disk(), env.log, env.metrics, env.ready, utc_ns, *std::move(beat)});
  auto started =
      env.supervise({"recorder", [where, tools](caf::actor_system& in) { return spawn_recorder(in, where, tools); }});
  if (!started) return std::unexpected{started.error()};
  return {};
}

} // namespace strike::recorder
