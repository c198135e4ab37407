#include "dashboard/guard.hpp"

#include "dashboard/market_watch.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace strike::dashboard {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr steady_clock::time_point start{1h};

TEST(guard, compares_secrets_of_any_length) {
  EXPECT_TRUE(is_same_secret("abc", "abc"));
  EXPECT_TRUE(is_same_secret("", ""));
  for (const auto* x : {"", "ab", "abcd", "abd", "ABC"}) EXPECT_FALSE(is_same_secret("abc", x)) << x;
}

TEST(guard, finds_a_cookie_by_its_whole_name) {
  EXPECT_EQ(cookie_value("a=1; strike_session=xyz; b=2", "strike_session"), "xyz");
  EXPECT_EQ(cookie_value("strike_session=xyz", "strike_session"), "xyz");
  EXPECT_EQ(cookie_value("strike_session=", "strike_session"), "");
  for (const auto* x : {"", ";", "a=1", "xstrike_session=1", "strike_session2=1", "strike_session"})
    EXPECT_EQ(cookie_value(x, "strike_session"), "") << x;
}

TEST(guard, lets_nobody_act_without_a_token) {
  guard none{process::secret_text{}, false};
  EXPECT_TRUE(none.may_read("", ""));
  EXPECT_FALSE(none.may_act("", ""));
  EXPECT_FALSE(none.may_act("Bearer ", "strike_session="));
  EXPECT_FALSE(none.log_in(""));
}

TEST(guard, takes_the_token_as_a_header_and_sessions_as_cookies) {
  guard who{process::secret_text{"0123456789abcdef"}, false};
  EXPECT_TRUE(who.may_act("Bearer 0123456789abcdef", ""));
  for (const auto* x : {"", "0123456789abcdef", "Bearer 0123456789abcde", "Bearer  0123456789abcdef", "Basic eA=="})
    EXPECT_FALSE(who.may_act(x, "")) << x;
  EXPECT_FALSE(who.may_act("", "strike_session=0123456789abcdef")) << "the token is no session";
  const auto one = who.log_in("0123456789abcdef").value(), two = who.log_in("0123456789abcdef").value();
  EXPECT_NE(one, two);
  EXPECT_TRUE(who.may_act("", one));
  who.log_out(one);
  EXPECT_FALSE(who.may_act("", one));
  EXPECT_TRUE(who.may_act("", two));
}

TEST(guard, forgets_the_oldest_session_of_too_many) {
  guard who{process::secret_text{"0123456789abcdef"}, false};
  const auto first = who.log_in("0123456789abcdef").value();
  for (std::size_t i = 1; i < guard::most_sessions; ++i) who.log_in("0123456789abcdef");
  EXPECT_TRUE(who.may_act("", first));
  who.log_in("0123456789abcdef");
  EXPECT_FALSE(who.may_act("", first));
}

TEST(guard, lets_few_commands_of_an_address_pass_at_once_and_more_later) {
  guard who{process::secret_text{}, false};
  int passed = 0;
  while (passed < 100 && who.pass_attempt("10.0.0.1", start)) ++passed;
  EXPECT_EQ(passed, 10);
  EXPECT_FALSE(who.pass_attempt("10.0.0.1", start + 400ms));
  EXPECT_TRUE(who.pass_attempt("10.0.0.2", start + 400ms)) << "of another";
  EXPECT_TRUE(who.pass_attempt("10.0.0.1", start + 600ms));
}

TEST(guard, remembers_so_many_addresses_and_forgets_the_one_heard_of_longest_ago) {
  peer_limits each{{.burst = 1, .per_second = 0.001}};
  EXPECT_TRUE(each.pass("first", start));
  EXPECT_TRUE(each.pass("second", start + 1s));
  for (std::size_t i = 2; i < peer_limits::most; ++i) each.pass(std::to_string(i), start + 2s);
  EXPECT_FALSE(each.pass("first", start + 3s));
  EXPECT_TRUE(each.pass("one more", start + 4s));
  EXPECT_FALSE(each.pass("first", start + 5s)) << "heard of since";
  EXPECT_TRUE(each.pass("second", start + 6s)) << "forgotten";
}

TEST(market_watch, asks_for_a_market_once_and_lets_it_go_when_nobody_looks) {
  std::vector<std::string> said;
  market_watch watch{
      [&](const std::string& prefix, bool is_wanted) { said.push_back((is_wanted ? "+" : "-") + prefix); }};
  watch.touch("a/", 0);
  watch.touch("a/", 5'000'000'000);
  watch.expire(market_watch::lasts_ns);
  EXPECT_EQ(said, std::vector<std::string>{"+a/"});
  watch.expire(market_watch::lasts_ns + 5'000'000'000);
  EXPECT_EQ(said, (std::vector<std::string>{"+a/", "-a/"}));
}

TEST(market_watch, drops_what_was_looked_at_longest_ago) {
  std::vector<std::string> dropped;
  market_watch watch{[&](const std::string& prefix, bool is_wanted) {
    if (!is_wanted) dropped.push_back(prefix);
  }};
  for (std::size_t i = 0; i < market_watch::most; ++i) watch.touch(std::to_string(i), static_cast<std::int64_t>(i));
  watch.touch("0", 100);
  EXPECT_TRUE(dropped.empty());
  watch.touch("new", 101);
  EXPECT_EQ(dropped, std::vector<std::string>{"1"});
}

} // namespace
} // namespace strike::dashboard
