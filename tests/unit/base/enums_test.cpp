#include "base/market_event.hpp"
#include "base/order.hpp"
#include "base/time.hpp"

#include <gtest/gtest.h>

#include <set>

namespace strike {
namespace {

template <class E> struct every_enum : testing::Test {};
using enums = testing::Types<venue, instrument_kind, option_type, side, trust, instrument_state, channel, order_type,
                             time_in_force, order_state, liquidity, fill_reason, time_unit>;
TYPED_TEST_SUITE(every_enum, enums);

TYPED_TEST(every_enum, has_one_row_a_value_in_the_order_of_the_values) {
  std::size_t expected = 0;
  for (const auto& row : enum_names<TypeParam>::table) EXPECT_EQ(static_cast<std::size_t>(row.value), expected++);
}

TYPED_TEST(every_enum, comes_back_from_its_text) {
  for (const auto& row : enum_names<TypeParam>::table) EXPECT_EQ(from_text<TypeParam>(to_text(row.value)), row.value);
}

TYPED_TEST(every_enum, has_no_two_values_of_one_text) {
  std::set<std::string_view> texts;
  for (const auto& row : enum_names<TypeParam>::table) EXPECT_TRUE(texts.insert(row.text).second) << row.text;
}

TYPED_TEST(every_enum, names_what_would_have_been_accepted) {
  const auto unknown = from_text<TypeParam>("no such thing");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ec::malformed);
  EXPECT_NE(unknown.error().text.find("no such thing"), std::string::npos);
  for (const auto& row : enum_names<TypeParam>::table)
    EXPECT_NE(unknown.error().text.find(row.text), std::string::npos) << row.text;
}

TYPED_TEST(every_enum, has_no_value_behind_its_last_row) {
  const auto beyond = static_cast<TypeParam>(enum_names<TypeParam>::table.size());
  EXPECT_EQ(to_text(beyond), "?");
}

} // namespace
} // namespace strike
