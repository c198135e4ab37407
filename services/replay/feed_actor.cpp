#include "replay/feed_actor.hpp"

#include "base/time.hpp"

#include <caf/blocking_actor.hpp>
#include <caf/others.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <system_error>
#include <unistd.h>

namespace strike::replay {

namespace {

std::int64_t steady_ns() { return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds{1}; }

/// Wakes a thread that polls; any thread.
class wake_up {
public:
  wake_up() : fd_{eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {
    if (fd_ < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
  }
  wake_up(const wake_up&) = delete;
  wake_up& operator=(const wake_up&) = delete;
  ~wake_up() { close(fd_); }

  int fd() const { return fd_; }
  void ring() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(fd_, &one, sizeof one); // fails only when it rings already
  }
  void silence() const {
    std::uint64_t rings = 0;
    [[maybe_unused]] const auto got = read(fd_, &rings, sizeof rings); // fails only when it does not ring
  }

private:
  int fd_;
};

/// The REPLAY has a thread of its own, which owns the publisher: it sleeps until an event is due, demand arrives or a
/// message comes, and none of them waits for another.
class feed_actor : public caf::blocking_actor {
public:
  /// @param loop handed over to the first actor that runs
  feed_actor(caf::actor_config& how, process::environment& env, std::shared_ptr<std::unique_ptr<feed_loop>> loop)
      : caf::blocking_actor{how}, env_{env}, handed_over_{std::move(loop)} {}

  const char* name() const override { return "replay"; }
  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* from) override {
    caf::blocking_actor::enqueue(std::move(what), from);
    wake_.ring();
  }
  void act() override;

private:
  void take_messages();
  void sleep_until(std::int64_t at_ns) const;

  process::environment& env_;
  std::shared_ptr<std::unique_ptr<feed_loop>> handed_over_;
  std::unique_ptr<feed_loop> loop_;
  wake_up wake_;
  bool is_stopping_ = false;
};

void feed_actor::act() {
  prctl(PR_SET_TIMERSLACK, 1UL); // the kernel's default may wake us 50 us late
  loop_ = std::move(*handed_over_);
  for (;;) {
    wake_.silence(); // before the mailbox is read: what comes after that wakes us again
    take_messages();
    if (is_stopping_) break;
    const auto next_ns = loop_->round(steady_ns());
    if (!next_ns) {
      env_.fail(next_ns.error());
      break;
    }
    sleep_until(*next_ns);
  }
  loop_.reset(); // here and now: others may keep the actor's handle, and the bus must end before its context
}

void feed_actor::take_messages() {
  while (has_next_message())
    receive([this](const wire::control_request& x) { return loop_->answer(x, steady_ns()); },
            [this](const control_call_ptr& x) { x->reply(loop_->answer(x->request, steady_ns())); },
            [this](status_atom) { return loop_->status(steady_ns()); },
            [this](const caf::exit_msg&) { is_stopping_ = true; },
            caf::others >>
                [](caf::message_view&) -> caf::result<caf::message> { return caf::sec::unexpected_message; });
}

void feed_actor::sleep_until(std::int64_t at_ns) const {
  const auto wait_ns = std::max<std::int64_t>(at_ns - steady_ns(), 0);
  const timespec wait{.tv_sec = wait_ns / ns_per_s, .tv_nsec = wait_ns % ns_per_s};
  pollfd watched[] = {{.fd = loop_->fd(), .events = POLLIN, .revents = 0},
                      {.fd = wake_.fd(), .events = POLLIN, .revents = 0}};
  ppoll(watched, 2, at_ns == INT64_MAX ? nullptr : &wait, nullptr);
}

result<std::unique_ptr<control_endpoint>> open_control(const bus::context& where, const bus::bind_config& bind,
                                                       const caf::actor& replay) {
  return control_endpoint::open(where, bind,
                                [replay](control_call_ptr call) { caf::anon_send(replay, std::move(call)); });
}

} // namespace

result<running_feed> start_feed(process::environment& env, const bus::context& where, feed_settings settings) {
  const auto control = settings.control;
  const auto files = settings.files.size();
  const auto start = to_text(settings.start);
  auto loop = feed_loop::open(where, std::move(settings),
                              {.log = env.log, .metrics = env.metrics, .on_end = [&env] { env.finish(); }});
  if (!loop) return std::unexpected{loop.error()};
  running_feed made{.endpoint = (*loop)->endpoint()};
  const auto handed_over = std::make_shared<std::unique_ptr<feed_loop>>(std::move(*loop));
  // no restart: it would publish the recording once more from its beginning
  auto actor =
      env.supervise({"replay",
                     [&env, handed_over](caf::actor_system& in) { return in.spawn<feed_actor>(env, handed_over); },
                     {.most_restarts = 0}});
  if (!actor) return std::unexpected{actor.error()};
  made.actor = *actor;
  if (control) {
    auto opened = open_control(where, *control, made.actor);
    if (!opened) return std::unexpected{opened.error()};
    made.control = (*opened)->endpoint();
    env.on_stop("replay control", [kept = std::shared_ptr{std::move(*opened)}] {}); // outlives the actor, which replies
  }
  env.log.info("replay is there",
               {{"publish", made.endpoint}, {"control", made.control}, {"files", files}, {"start", start}});
  return made;
}

} // namespace strike::replay
