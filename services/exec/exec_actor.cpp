#include "exec/exec_actor.hpp"

#include "exec/exec_core.hpp"
#include "exec/messages.hpp"
#include "net/loop.hpp"

#include <caf/blocking_actor.hpp>
#include <caf/others.hpp>

#include <chrono>
#include <mutex>
#include <stdexcept>
#include <sys/prctl.h>
#include <utility>

namespace strike::exec {

namespace {

class exec_actor final : public caf::blocking_actor {
public:
  exec_actor(caf::actor_config& config, std::shared_ptr<exec_parts> what)
      : caf::blocking_actor{config}, parts_{std::move(what)} {}

  const char* name() const override { return "exec"; }
  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* from) override {
    caf::blocking_actor::enqueue(std::move(what), from);
    const std::scoped_lock lock{guard_};
    if (loop_) loop_->wake();
  }
  void act() override;

private:
  void serve(net::loop& loop);
  void take_messages(exec_core& core);
  void take(exec_core& core, const router::parcel& parcel);
  void want(instrument_id instrument);
  void answer_stop(exec_core& core);
  void set_loop(net::loop* x) {
    const std::scoped_lock lock{guard_};
    loop_ = x;
  }

  std::shared_ptr<exec_parts> parts_;
  router::consumer_ptr consumer_;
  std::mutex guard_;
  net::loop* loop_ = nullptr; ///< while there is one to be woken; others may keep the actor's handle for longer
  stop_promise stopping_;
  bool is_over_ = false;
};

void exec_actor::act() {
  prctl(PR_SET_TIMERSLACK, 1UL); // the kernel's default may wake us 50 us late
  auto loop = net::loop::open({.ca_file = parts_->how.ca_file, .on_warning = [this](std::string_view line) {
                                 parts_->log.warning("network", {{"what", line}});
                               }});
  if (!loop) throw std::runtime_error{loop.error().text}; // a death: the supervisor tries again
  consumer_ = std::make_shared<router::consumer>("exec", caf::actor_cast<caf::actor>(this), parts_->how.queue);
  set_loop(loop->get());
  try {
    serve(**loop);
  } catch (...) {
    set_loop(nullptr);
    send(parts_->router, router::leave_atom_v, consumer_);
    throw;
  }
  set_loop(nullptr);
  send(parts_->router, router::leave_atom_v, consumer_);
}

void exec_actor::serve(net::loop& loop) {
  exec_core core{*parts_, loop, [this](instrument_id x) { want(x); }};
  if (const auto ok = core.start(); !ok) throw std::runtime_error{ok.error().text};
  for (;;) {
    take_messages(core);
    if (is_over_) return;
    if (core.has_unfiled()) loop.round(0); // what leaves waits for nothing else
    const auto next_ns = core.round();
    if (stopping_) answer_stop(core);
    core.file_intents();
    loop.round(parts_->how.busy_poll ? 0 : next_ns);
  }
}

void exec_actor::take_messages(exec_core& core) {
  while (has_next_message())
    receive([&](request_atom, const std::string& peer, const std::string& bytes) { core.request(peer, bytes); },
            [&](control_atom, const std::string& peer, const std::string& bytes) {
              parts_->answer(peer, core.control(bytes));
            },
            [&](accounts_atom, const std::string& prefix) { core.show_accounts(prefix); },
            [&](const router::parcel_ptr& x) { take(core, *x); },
            [&](stop_atom, const stop_promise& to) {
              stopping_ = to;
              core.begin_stop();
            },
            [this](const caf::exit_msg&) { is_over_ = true; },
            caf::others >>
                [](caf::message_view&) -> caf::result<caf::message> { return caf::sec::unexpected_message; });
}

void exec_actor::take(exec_core& core, const router::parcel& parcel) {
  parcel.for_each([&](const market_event& event) { core.on_market(event); });
  if (consumer_->done(parcel.picks.size())) send(parts_->router, router::drained_atom_v, consumer_);
}

void exec_actor::want(instrument_id instrument) {
  const auto& traded = parts_->instruments->at(instrument);
  std::vector<subscription> all;
  for (const auto& [what, text] : enum_names<channel>::table) all.push_back({traded.at, traded.symbol, false, what});
  send(parts_->router, router::want_atom_v, consumer_, std::move(all));
}

void exec_actor::answer_stop(exec_core& core) {
  if (!core.is_stopped()) return;
  stopping_->set_value(core.open_orders());
  stopping_ = nullptr;
}

} // namespace

caf::actor spawn_exec(caf::actor_system& in, std::shared_ptr<exec_parts> what) {
  return caf::actor_cast<caf::actor>(in.spawn<exec_actor>(std::move(what)));
}

} // namespace strike::exec
