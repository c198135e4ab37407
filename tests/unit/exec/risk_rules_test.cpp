#include "exec/risk_rules.hpp"

#include "risk_kit.hpp"

using namespace strike;
using namespace strike::exec;
using namespace strike::literals;
using exec::test::risk_kit;
using testing::HasSubstr;

namespace {

struct risk_rules : risk_kit {
  static std::string text_of(const refused& x) { return x ? x->text : ""; }
  std::string terms(const order_request& x) const { return text_of(check_terms(x, start_ns)); }
  std::string instrument_fault(const order_request& x) const {
    return text_of(check_instrument(rules.of(x.instrument), x, start_ns));
  }
};

TEST_F(risk_rules, a_label_has_1_to_36_plain_characters) {
  EXPECT_FALSE(check_label("a"));
  EXPECT_FALSE(check_label("AZaz09._-" + std::string(27, 'x')));
  EXPECT_THAT(text_of(check_label("")), HasSubstr("1 to 36 characters, this one 0"));
  EXPECT_THAT(text_of(check_label(std::string(37, 'x'))), HasSubstr("this one 37"));
  for (const char* bad : {"a b", "a:b", "a/b", "\xC3\xA4", "a\n"})
    EXPECT_THAT(text_of(check_label(bad)), HasSubstr("holds only A-Z a-z 0-9 . _ -")) << bad;
}

TEST_F(risk_rules, terms_that_contradict_each_other_are_refused) {
  auto x = market(perpetual, side::buy, 10_qty);
  EXPECT_EQ(terms(x), "");
  x.limit = 1_px;
  EXPECT_THAT(terms(x), HasSubstr("a market order has no limit, this one 1"));
  x = market(perpetual, side::buy, 10_qty);
  x.post_only = true;
  EXPECT_THAT(terms(x), HasSubstr("cannot be post-only"));
  x = market(perpetual, side::buy, 10_qty);
  x.tif = time_in_force::gtd;
  EXPECT_THAT(terms(x), HasSubstr("cannot be gtd"));
  for (const auto tif : {time_in_force::ioc, time_in_force::fok}) {
    x = buy(perpetual, 60'000_px, 10_qty);
    x.tif = tif;
    EXPECT_EQ(terms(x), "");
    x.post_only = true;
    EXPECT_THAT(terms(x), HasSubstr("contradict each other"));
  }
  x = buy(perpetual, 60'000_px, 10_qty);
  x.post_only = x.reduce_only = true;
  EXPECT_EQ(terms(x), "");
  x.stop = -1_px;
  EXPECT_THAT(terms(x), HasSubstr("stop -1 must not be negative"));
}

TEST_F(risk_rules, a_gtd_order_expires_in_the_future_and_no_other_expires) {
  auto x = buy(perpetual, 60'000_px, 10_qty);
  x.tif = time_in_force::gtd;
  x.expire_ns = start_ns + 1;
  EXPECT_EQ(terms(x), "");
  x.expire_ns = start_ns;
  EXPECT_THAT(terms(x), HasSubstr("must expire in the future, this one does at 2027-01-15T08:00:00Z"));
  x.tif = time_in_force::gtc;
  EXPECT_THAT(terms(x), HasSubstr("expire_ns is for gtd orders; this one is gtc"));
}

TEST_F(risk_rules, prices_stand_on_the_tick_of_their_height) {
  EXPECT_EQ(instrument_fault(buy(perpetual, 60'000.5_px, 10_qty)), "");
  EXPECT_THAT(instrument_fault(buy(perpetual, 60'000.3_px, 10_qty)),
              HasSubstr("limit 60000.3 is not on the tick 0.5; the next are 60000 and 60000.5"));
  EXPECT_EQ(instrument_fault(buy(call, 0.0049_px, 1_qty)), "");
  EXPECT_THAT(instrument_fault(buy(call, 0.0051_px, 1_qty)), HasSubstr("not on the tick 0.0005"));
  EXPECT_THAT(instrument_fault(buy(perpetual, 0_px, 10_qty)), HasSubstr("limit 0 must be above 0"));
  auto x = market(perpetual, side::buy, 10_qty);
  x.stop = 60'000.3_px;
  EXPECT_THAT(instrument_fault(x), HasSubstr("stop 60000.3 is not on the tick"));
}

TEST_F(risk_rules, sizes_are_lots_and_not_below_the_minimum) {
  EXPECT_EQ(instrument_fault(buy(perpetual, 60'000_px, 10_qty)), "");
  EXPECT_THAT(instrument_fault(buy(perpetual, 60'000_px, 15_qty)),
              HasSubstr("size 15 is not a multiple of the lot 10"));
  EXPECT_THAT(instrument_fault(buy(perpetual, 60'000_px, 0_qty)), HasSubstr("size 0 must be above 0"));
  EXPECT_THAT(instrument_fault(buy(perpetual, 60'000_px, -10_qty)), HasSubstr("size -10 must be above 0"));
  EXPECT_EQ(instrument_fault(buy(yes, 0.5_px, 5_qty)), "");
  EXPECT_THAT(instrument_fault(buy(yes, 0.5_px, 4.99_qty)), HasSubstr("size 4.99 is below the minimum 5"));
}

TEST_F(risk_rules, a_binary_is_traded_between_its_first_and_last_tick) {
  EXPECT_EQ(instrument_fault(buy(yes, 0.001_px, 5_qty)), "");
  EXPECT_EQ(instrument_fault(buy(yes, 0.999_px, 5_qty)), "");
  EXPECT_THAT(instrument_fault(buy(yes, 0_px, 5_qty)), HasSubstr("must be above 0"));
  EXPECT_THAT(instrument_fault(buy(yes, 1_px, 5_qty)), HasSubstr("limit 1 is outside 0.001 and 0.999"));
}

TEST_F(risk_rules, an_expired_instrument_is_not_traded) {
  const auto expiry_ns = instruments.at(call).info.expiry_ns;
  const auto x = buy(call, 0.05_px, 1_qty);
  EXPECT_FALSE(check_instrument(rules.of(call), x, expiry_ns - 1));
  EXPECT_THAT(text_of(check_instrument(rules.of(call), x, expiry_ns)),
              HasSubstr("the instrument expired at 2027-03-26T08:00:00Z"));
}

} // namespace
