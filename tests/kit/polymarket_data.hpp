#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace strike::test {

/// A file of tests/data.
inline std::string data_of(const std::string& file) {
  std::ifstream in{std::string{STRIKE_TEST_DATA} + "/" + file};
  EXPECT_TRUE(in) << file;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}
/// A recorded payload of tests/data/polymarket, "ws/market_best_bid_ask.json".
inline std::string polymarket_data(const std::string& file) { return data_of("polymarket/" + file); }

/// A frame as the network hands it over: followed by readable bytes.
class padded {
public:
  explicit padded(std::string_view text) : bytes_{text}, size_{text.size()} { bytes_.append(64, '\0'); }
  std::string_view text() const { return {bytes_.data(), size_}; }

private:
  std::string bytes_;
  std::size_t size_;
};

} // namespace strike::test
