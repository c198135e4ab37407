// The two ways through a line must agree: where the fast one succeeds, simdjson's gives the same event.
#include "line_reader.hpp"

#include "parser.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <optional>
#include <random>
#include <string>

using namespace strike;
using strike::journal::line_reader;

namespace {

struct flat_lines_test : testing::Test {
  journal::read_options options;
  instrument_registry instruments;
  line_reader fast{options, instruments}, general{options, instruments};
  simdjson::ondemand::parser json;

  static std::string padded(std::string_view line) {
    return std::string{line} + std::string(journal::parser::padding, '7');
  }

  std::optional<market_event> scan(std::string_view line) {
    const auto text = padded(line);
    market_event event;
    const char* const end = text.data() + line.size();
    const char* const behind = fast.scan(text.data(), end, event);
    if (behind == nullptr) return {};
    EXPECT_EQ(behind, end) << line;
    return event;
  }
  std::optional<market_event> read(std::string_view line) {
    const auto text = padded(line);
    market_event event;
    simdjson::ondemand::document document;
    simdjson::ondemand::object object;
    const char* behind = nullptr;
    if (json.iterate(text.data(), line.size(), text.size()).get(document) != simdjson::SUCCESS ||
        document.get_object().get(object) != simdjson::SUCCESS || !general.read(object, event) ||
        document.current_location().get(behind) == simdjson::SUCCESS)
      return {};
    return event;
  }
  /// @returns whether the fast way took the line
  bool agree(std::string_view line) {
    const auto a = scan(line);
    if (!a) return false;
    const auto b = read(line);
    EXPECT_TRUE(b) << line;
    if (!b) return true;
    EXPECT_EQ(a->venue_ns, b->venue_ns) << line;
    EXPECT_EQ(a->recv_ns, b->recv_ns) << line;
    EXPECT_EQ(a->instrument, b->instrument) << line;
    EXPECT_EQ(std::get<ticker>(a->body), std::get<ticker>(b->body)) << line;
    return true;
  }
};

TEST_F(flat_lines_test, plain_tickers_go_the_fast_way) {
  for (
      const auto* line : {
          R"({"timestamp":1700000000,"instrument":"BTC-29MAR24-60000-C","best_bid":100.0,"best_ask":101.0,"delta":0.6})",
          R"({"timestamp": 1700000000123, "instrument": "ETH-PERP", "best_bid": -0.5, "venue": "derive", "rho": -1e0})",
          R"({"timestamp":1700000000123456789,"instrument":"BTC-PERPETUAL","recv_ns":1700000000123456999,"mark":60000.123456})",
      })
    EXPECT_EQ(agree(line), std::string_view{line}.find("e0") == std::string_view::npos) << line;
}

TEST_F(flat_lines_test, what_it_does_not_know_is_left_to_the_general_way) {
  for (const auto* line : {
           R"({"timestamp":1700000000,"instrument":"BTC-PERPETUAL","best_bid":null})",
           R"({"timestamp":1700000000,"instrument":"BTC-PERPETUAL","unknown":1})",
           R"({"timestamp":1700000000,"instrument":"BTC-\u0050ERPETUAL"})",
           R"({"type":"ticker","timestamp":1700000000,"instrument":"BTC-PERPETUAL"})",
           R"({"timestamp":1700000000.5,"instrument":"BTC-PERPETUAL"})",
           R"( {"timestamp":1700000000,"instrument":"BTC-PERPETUAL"})",
       }) {
    EXPECT_FALSE(scan(line)) << line;
    EXPECT_TRUE(read(line)) << line;
  }
}

TEST_F(flat_lines_test, a_line_that_is_cut_off_is_not_completed_by_what_lies_behind_it) {
  const std::string whole = R"({"timestamp":1700000000,"instrument":"BTC-PERPETUAL","best_bid":17})";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    market_event event;
    const auto text = padded(whole);
    EXPECT_EQ(fast.scan(text.data(), text.data() + size, event), nullptr) << size;
  }
}

TEST_F(flat_lines_test, random_numbers_read_alike) {
  std::mt19937_64 random{5};
  const auto digits = [&](std::size_t count) {
    std::string text;
    while (text.size() < count) text += static_cast<char>('0' + random() % 10);
    return text;
  };
  int taken = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto number = (random() % 2 != 0 ? "-" : "") + digits(random() % 11);
    if (random() % 3 != 0) number += "." + digits(random() % 11);
    if (random() % 10 == 0) number += "e" + std::to_string(static_cast<int>(random() % 20) - 10);
    taken += agree(fmt::format(R"({{"timestamp":1700000000,"instrument":"BTC-PERPETUAL","{}":{}}})",
                               random() % 2 != 0 ? "best_bid" : "gamma", number));
  }
  EXPECT_GT(taken, 5'000);
}

TEST_F(flat_lines_test, mutated_lines_read_alike) {
  std::mt19937 random{13};
  const std::string good =
      R"({"timestamp":1700000000123,"instrument":"BTC-29MAR24-60000-C","best_bid":0.0155,"best_ask":0.016,"delta":0.44054,"recv_ns":1700000000125000000})";
  const std::string_view spices = "{}[]\",:.-+eE019 \\\n\r\t\x7f\x80";
  int taken = 0;
  for (int i = 0; i < 200'000; ++i) {
    auto line = good;
    for (auto changes = random() % 3; changes-- > 0;) {
      const auto at = random() % line.size();
      switch (random() % 3) {
      case 0:
        line[at] = spices[random() % spices.size()];
        break;
      case 1:
        line.erase(at, 1 + random() % 4);
        break;
      default:
        line.insert(at, 1, spices[random() % spices.size()]);
        break;
      }
    }
    std::erase(line, '\n'); // a line has none inside
    taken += agree(line);
  }
  EXPECT_GT(taken, 20'000);
}

} // namespace
