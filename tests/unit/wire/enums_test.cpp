#include "enums.hpp"

#include <gtest/gtest.h>

namespace strike::wire {
namespace {

template <class E> struct proto_enums : testing::Test {};
using named = testing::Types<venue, side, trust, instrument_state, instrument_kind, option_type, order_type,
                             time_in_force, stop_trigger, order_state, liquidity, fill_reason, run_state>;
TYPED_TEST_SUITE(proto_enums, named);

/// "INSTRUMENT_STATE_TICK_CHANGED" ends in the domain's own "tick_changed".
bool ends_in(std::string proto_name, std::string_view text) {
  std::ranges::transform(proto_name, proto_name.begin(),
                         [](char x) { return x >= 'A' && x <= 'Z' ? char(x + 32) : x; });
  return proto_name.ends_with("_" + std::string{text});
}

TYPED_TEST(proto_enums, have_every_value_of_the_domain_both_ways_under_the_same_name) {
  for (const auto& [value, text] : enum_names<TypeParam>::table) {
    const auto there = to_proto(value);
    EXPECT_NE(there, 0) << text;
    EXPECT_EQ(from_proto<TypeParam>(there), value) << text;
    const auto* described = google::protobuf::GetEnumDescriptor<std::remove_const_t<decltype(there)>>();
    EXPECT_TRUE(ends_in(described->FindValueByNumber(there)->name(), text)) << text;
  }
}

TYPED_TEST(proto_enums, have_every_value_of_the_protocol_but_the_unspecified_zero) {
  const auto* described = google::protobuf::GetEnumDescriptor<decltype(to_proto(TypeParam{}))>();
  EXPECT_EQ(described->value_count(), static_cast<int>(enum_names<TypeParam>::table.size()) + 1);
  EXPECT_EQ(from_proto<TypeParam>(0), std::nullopt);
  EXPECT_EQ(from_proto<TypeParam>(described->value_count()), std::nullopt);
  EXPECT_EQ(from_proto<TypeParam>(-1), std::nullopt);
}

/// A new code does not compile here until it is decided whether it travels.
bool travels(ec x) {
  switch (x) {
  case ec::none:
    return false;
  case ec::io:
  case ec::not_found:
  case ec::malformed:
  case ec::invalid_config:
  case ec::invalid_order:
  case ec::session_down:
    return true;
  }
  return false;
}

TEST(proto_error_codes, have_every_error_both_ways) {
  int found = 0;
  for (int i = 0; i < 256; ++i) {
    const auto code = static_cast<ec>(i);
    if (!travels(code)) continue;
    EXPECT_EQ(from_proto<ec>(to_proto(code)), code) << i;
    ++found;
  }
  EXPECT_EQ(found, static_cast<int>(proto_enum<ec>::table.size()));
  EXPECT_EQ(v1::ErrorCode_descriptor()->value_count(), found + 1);
  EXPECT_EQ(from_proto<ec>(0), std::nullopt);
}

} // namespace
} // namespace strike::wire
