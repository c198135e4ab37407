#include "wire/control.hpp"

#include "hand_made.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

namespace strike::wire {
namespace {

using namespace hand_made;
using body = decltype(control_request::body);

struct control_requests : testing::TestWithParam<body> {};

TEST_P(control_requests, come_back_exactly) {
  const control_request sent{.request_id = 77, .body = GetParam()};
  std::string bytes = "left from before";
  encode(bytes, sent);
  EXPECT_EQ(decode_control_request(bytes).value(), sent);
}
INSTANTIATE_TEST_SUITE_P(
    all, control_requests,
    testing::Values(start_strategy{"a"}, stop_strategy{"b"}, reconfigure_strategy{"c", "threshold = 0.5\n"},
                    pause_replay{}, resume_replay{}, set_replay_speed{0.25}, seek_replay{-1},
                    halt_trading{"a hand slipped"}, cancel_all_orders{"d"}, cancel_all_orders{},
                    restrict_trading{{}, trading_state::halted, "why", "me"},
                    restrict_trading{{scope_kind::instrument, "deribit:BTC-PERPETUAL"}, trading_state::reduce_only},
                    resume_trading{{scope_kind::venue, "derive"}, "me"},
                    kill_trading{{scope_kind::strategy, "gamma"}, true, "why", "me"}, kill_trading{}, ask_risk{}));

TEST(control_requests, have_a_test_for_every_body) {
  EXPECT_EQ(std::variant_size_v<body>, 14u) << "add the new one to the values above";
}

std::string fault(const std::string& bytes) {
  const auto got = decode_control_request(bytes);
  return got ? "was read" : got.error().text;
}

TEST(control_requests, are_refused_without_what_they_need) {
  EXPECT_EQ(fault(varint(2, 7)), "ControlRequest: version is missing");
  EXPECT_EQ(fault(varint(1, 1) + part(8, "")), "StartStrategy: strategy is missing");
  EXPECT_EQ(fault(varint(1, 1) + part(9, "")), "StopStrategy: strategy is missing");
  EXPECT_EQ(fault(varint(1, 1) + part(10, "")), "ReconfigureStrategy: strategy is missing");
  EXPECT_EQ(fault("\xFF"), "1 bytes that are no ControlRequest");
}

TEST(control_requests, are_refused_with_a_speed_that_is_none) {
  const auto speed = [](double x) { return varint(1, 1) + part(13, fixed64(1, std::bit_cast<std::uint64_t>(x))); };
  for (const double x : {0.0, -1.0, double(NAN), double(INFINITY)})
    EXPECT_EQ(fault(speed(x)), "SetReplaySpeed: factor must be > 0 and finite") << x;
  EXPECT_EQ(fault(varint(1, 1) + part(13, "")), "SetReplaySpeed: factor must be > 0 and finite");
}

TEST(control_requests, of_risk_are_refused_unless_they_say_plainly_what_they_are_about) {
  const auto scope = [](std::string_view kind_and_name) { return part(1, kind_and_name); };
  const auto all = varint(1, 1), venue_without_name = varint(1, 2), newer = varint(1, 9) + part(2, "x");
  EXPECT_EQ(fault(varint(1, 1) + part(19, "")), "RiskScope: kind is missing or unknown") << "not all by default";
  EXPECT_EQ(fault(varint(1, 1) + part(19, scope(newer))), "RiskScope: kind is missing or unknown");
  EXPECT_EQ(fault(varint(1, 1) + part(18, scope(venue_without_name))),
            "RiskScope: all has no name, everything else has one");
  EXPECT_EQ(fault(varint(1, 1) + part(18, scope(all + part(2, "x")))),
            "RiskScope: all has no name, everything else has one");
  EXPECT_EQ(fault(varint(1, 1) + part(17, scope(all))), "RestrictTrading: state must be reduce_only or halted");
  EXPECT_EQ(fault(varint(1, 1) + part(17, scope(all) + varint(2, 1))),
            "RestrictTrading: state must be reduce_only or halted");
}

TEST(control_requests, of_a_newer_version_are_unknown_and_keep_their_id) {
  const auto newer = decode_control_request(varint(1, 2) + varint(2, 77) + part(15, "")).value();
  EXPECT_EQ(newer, (control_request{2, 77, unknown_control{"ControlRequest: version 2, only 1 is known"}}));
  const auto other = decode_control_request(varint(1, 1) + varint(2, 77) + part(900, "new")).value();
  EXPECT_EQ(other, (control_request{1, 77, unknown_control{"ControlRequest: no known body"}}));
}

TEST(control_requests, are_read_without_new_fields) {
  const auto got = decode_control_request(newer_fields() + varint(1, 1) + part(8, newer_fields() + part(1, "a")));
  EXPECT_EQ(got.value(), (control_request{.body = start_strategy{"a"}}));
}

TEST(control_replies, come_back_exactly) {
  std::string bytes;
  encode(bytes, control_reply{7, control_done{}});
  EXPECT_TRUE(std::holds_alternative<control_done>(decode_control_reply(bytes).value().outcome));
  for (const auto code :
       {ec::io, ec::not_found, ec::malformed, ec::invalid_config, ec::invalid_order, ec::session_down}) {
    encode(bytes, control_reply{7, error{code, "line 3: no such key"}});
    const auto got = decode_control_reply(bytes).value();
    EXPECT_EQ(got.request_id, 7u);
    EXPECT_EQ(std::get<error>(got.outcome).code, code);
    EXPECT_EQ(std::get<error>(got.outcome).text, "line 3: no such key");
  }
}

TEST(control_replies, with_a_risk_report_come_back_exactly) {
  const risk_report sent{
      .states = {{{scope_kind::strategy, "gamma"},
                  state_source::trigger,
                  trading_state::halted,
                  "max_daily_loss: ...",
                  "exec",
                  77}},
      .limits = {{{}, "max_open_orders", 3, 200}, {{scope_kind::venue, "derive"}, "max_delta.ETH", 0.5, 2}},
      .kills = {{{}, true, "why", "me", 78, true, true, false, {"begun", "over"}}}};
  std::string bytes;
  encode(bytes, control_reply{7, sent});
  EXPECT_EQ(std::get<risk_report>(decode_control_reply(bytes).value().outcome), sent);
  encode(bytes, control_reply{7, risk_report{}});
  EXPECT_EQ(std::get<risk_report>(decode_control_reply(bytes).value().outcome), risk_report{});
}

TEST(control_replies, with_a_state_of_a_newer_exec_are_unknown_and_not_taken_for_active) {
  const auto state = part(1, varint(1, 1)) + varint(2, 1) + varint(3, 9);
  const auto got = decode_control_reply(varint(1, 7) + part(4, part(1, state))).value();
  EXPECT_EQ(std::get<unknown_control>(got.outcome).what, "RiskState: source or state is missing or unknown");
}

TEST(control_replies, are_never_taken_for_done_when_they_are_unknown) {
  const auto what = [](const std::string& bytes) {
    return std::get<unknown_control>(decode_control_reply(bytes).value().outcome).what;
  };
  EXPECT_EQ(what(varint(1, 7)), "ControlReply: no known outcome");
  EXPECT_EQ(what(part(900, "new")), "ControlReply: no known outcome");
  EXPECT_EQ(what(part(3, varint(1, 50) + part(2, "why"))), "ControlReply: unknown error code 50: why");
  EXPECT_EQ(what(part(3, "")), "ControlReply: unknown error code 0: ");
  EXPECT_EQ(decode_control_reply("\xFF").error().text, "1 bytes that are no ControlReply");
}

} // namespace
} // namespace strike::wire
