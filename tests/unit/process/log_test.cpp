#include "process/log.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <limits>
#include <random>
#include <sstream>

namespace json = boost::json;
using namespace std::chrono_literals;
using namespace strike::process;

namespace {

constexpr std::int64_t some_time_ns = 1'782'890'329'901'214'999; // 2026-07-01T07:18:49.901214999Z

std::string line(log_format format, std::string_view message, std::initializer_list<field> fields = {}) {
  return to_line({some_time_ns, level::warning, "router", message, {fields.begin(), fields.size()}}, format);
}

TEST(log, a_text_line_has_time_level_service_message_and_fields) {
  EXPECT_EQ(
      line(log_format::text, "gap found", {{"topic", "md/deribit/"}, {"lost", 3}, {"took", 0.25}, {"live", true}}),
      "2026-07-01T07:18:49.901214Z warning router: gap found topic=md/deribit/ lost=3 took=0.25 live=true");
}

TEST(log, a_value_that_is_not_one_word_is_quoted_in_text) {
  EXPECT_EQ(line(log_format::text, "a", {{"x", "two words"}, {"y", ""}, {"z", "a=b"}, {"q", "say \"hi\""}}),
            R"(2026-07-01T07:18:49.901214Z warning router: a x="two words" y="" z="a=b" q="say \"hi\"")");
}

TEST(log, a_json_line_parses_and_keeps_the_types) {
  const auto what = json::parse(line(log_format::json, "gap",
                                     {{"topic", std::string{"md/"}},
                                      {"lost", std::uint64_t{18'446'744'073'709'551'615U}},
                                      {"change", -3},
                                      {"took", 0.5},
                                      {"live", false}}))
                        .as_object();
  EXPECT_EQ(what.at("time"), "2026-07-01T07:18:49.901214Z");
  EXPECT_EQ(what.at("level"), "warning");
  EXPECT_EQ(what.at("service"), "router");
  EXPECT_EQ(what.at("message"), "gap");
  EXPECT_EQ(what.at("topic"), "md/");
  EXPECT_EQ(what.at("lost").as_uint64(), 18'446'744'073'709'551'615U);
  EXPECT_EQ(what.at("change").as_int64(), -3);
  EXPECT_EQ(what.at("took").as_double(), 0.5);
  EXPECT_EQ(what.at("live").as_bool(), false);
}

TEST(log, numbers_that_json_does_not_have_become_texts) {
  const auto what = json::parse(
      line(log_format::json, "a",
           {{"x", std::numeric_limits<double>::quiet_NaN()}, {"y", -std::numeric_limits<double>::infinity()}}));
  EXPECT_EQ(what.at("x"), "nan");
  EXPECT_EQ(what.at("y"), "-inf");
}

TEST(log, a_text_cannot_forge_a_second_line) {
  const std::string_view nasty{"one\ntwo\r\0three\x1b[31m", 18};
  for (const auto format : {log_format::text, log_format::json}) {
    const auto got = line(format, nasty, {{"x", nasty}});
    for (const char c : got) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << got;
  }
  EXPECT_EQ(json::parse(line(log_format::json, nasty)).at("message").as_string(), nasty);
}

TEST(log, any_bytes_give_a_json_line_that_parses) {
  std::mt19937 random{1};
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 12, ' ');
    for (auto& x : bytes) x = static_cast<char>(random() % 3 == 0 ? random() : 0xC0 + random() % 0x40);
    boost::system::error_code failed;
    json::parse(line(log_format::json, bytes, {{"x", bytes}}), failed);
    ASSERT_FALSE(failed) << testing::PrintToString(bytes);
  }
}

TEST(log, valid_utf8_stays_as_it_is) {
  EXPECT_EQ(json::parse(line(log_format::json, "5 \u20ac \U0001F600")).at("message"), "5 \u20ac \U0001F600");
}

TEST(log, lines_below_the_level_are_not_written) {
  std::ostringstream out;
  logger log{"exec", level::warning, log_format::text, std::make_shared<spdlog::sinks::ostream_sink_mt>(out),
             [] { return some_time_ns; }};
  log.debug("a"), log.info("b"), log.warning("c", {{"n", 1}}), log.error("d {}");
  EXPECT_EQ(out.str(), "2026-07-01T07:18:49.901214Z warning exec: c n=1\n"
                       "2026-07-01T07:18:49.901214Z error exec: d {}\n");
}

TEST(log, log_every_lets_one_through_per_interval_and_counts_the_rest) {
  log_every limit{10s};
  const std::chrono::steady_clock::time_point start{};
  EXPECT_EQ(limit.pass(start), 0U);
  EXPECT_EQ(limit.pass(start), std::nullopt);
  EXPECT_EQ(limit.pass(start + 9'999ms), std::nullopt);
  EXPECT_EQ(limit.pass(start + 10s), 2U);
  EXPECT_EQ(limit.pass(start + 20s), 0U);
}

} // namespace
