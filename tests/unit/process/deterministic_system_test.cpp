// The kit's actor system, on an actor as STYLE writes them.
#include "kit/deterministic_system.hpp"
#include "process/actor_error.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <gtest/gtest.h>

CAF_BEGIN_TYPE_ID_BLOCK(kit_test, caf::first_custom_type_id)
CAF_ADD_ATOM(kit_test, kit_test, submit_atom, "submit")
CAF_ADD_ATOM(kit_test, kit_test, alive_atom, "alive")
CAF_ADD_ATOM(kit_test, kit_test, never_atom, "never")
CAF_END_TYPE_ID_BLOCK(kit_test)

using namespace kit_test;
using namespace std::chrono_literals;
using strike::ec;

namespace {

/// Lets through only for a while after a sign of life.
using gate_actor = caf::typed_actor<caf::replies_to<submit_atom, int>::with<caf::ok_atom>, caf::reacts_to<alive_atom>,
                                    caf::replies_to<never_atom>::with<caf::ok_atom>>;

struct gate_state {
  explicit gate_state(gate_actor::pointer owner) : self{owner} {}
  gate_actor::pointer self;
  caf::actor_clock::time_point open_until{};
  caf::typed_response_promise<caf::ok_atom> kept;
};

gate_actor::behavior_type gate(gate_actor::stateful_pointer<gate_state> self, caf::timespan max_silence) {
  return {
      [self](submit_atom, int lots) -> caf::result<caf::ok_atom> {
        if (self->clock().now() > self->state.open_until) return ec::session_down;
        if (lots <= 0) return strike::process::to_caf({ec::invalid_order, "lots must be > 0"});
        return caf::ok_atom_v;
      },
      [self, max_silence](alive_atom) { self->state.open_until = self->clock().now() + max_silence; },
      [self](never_atom) -> caf::result<caf::ok_atom> {
        self->state.kept = self->make_response_promise<caf::ok_atom>();
        return self->state.kept;
      },
  };
}

struct deterministic_system_test : testing::Test, deterministic_system {
  gate_actor subject = spawn(gate, 5s);
};

TEST_F(deterministic_system_test, time_moves_only_when_the_test_moves_it) {
  EXPECT_EQ(ask<caf::ok_atom>(subject, submit_atom_v, 1), ec::session_down);
  self->send(subject, alive_atom_v);
  advance(5s);
  EXPECT_TRUE(ask<caf::ok_atom>(subject, submit_atom_v, 1));
  advance(1ns);
  EXPECT_EQ(ask<caf::ok_atom>(subject, submit_atom_v, 1), ec::session_down);
}

TEST_F(deterministic_system_test, an_error_reply_arrives_with_its_text) {
  self->send(subject, alive_atom_v);
  const auto refused = ask<caf::ok_atom>(subject, submit_atom_v, 0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(strike::process::from_caf(refused.error()).text, "lots must be > 0");
}

TEST_F(deterministic_system_test, a_reply_that_never_comes_is_a_timeout_and_not_a_hang) {
  EXPECT_EQ(ask<caf::ok_atom>(subject, never_atom_v), caf::sec::request_timeout);
}

} // namespace
