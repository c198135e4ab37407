#include "polymarket/book_hash.hpp"

#include "kit/polymarket_data.hpp"

namespace strike::polymarket {
namespace {

using test::padded;
using test::polymarket_data;

struct book_hash_test : testing::Test {
  book_text read(std::string_view json) {
    input.emplace(json);
    return reader.read(input->text())->front().text;
  }
  frame_reader reader;
  std::optional<padded> input;
};

// Source: Polymarket/py-clob-client-v2, tests/test_utilities.py.
constexpr std::string_view published =
    R"({"market":"0xaabbcc","asset_id":"100","timestamp":"123456789","hash":"0458ea5755c9f73d64a14636fa5c36ed460ec394",
        "bids":[{"price":"0.3","size":"100"},{"price":"0.4","size":"100"}],
        "asks":[{"price":"0.6","size":"100"},{"price":"0.7","size":"100"}],
        "min_order_size":"100","tick_size":"0.01","neg_risk":false,"last_trade_price":"0.5"})";

TEST_F(book_hash_test, the_published_hash_comes_out) {
  EXPECT_EQ(book_hash(read(published), hash_layout::current), "0458ea5755c9f73d64a14636fa5c36ed460ec394");
}

TEST_F(book_hash_test, a_recorded_book_of_2024_has_the_legacy_hash) {
  const auto book = read(polymarket_data("http/book.json"));
  EXPECT_EQ(book_hash(book, hash_layout::legacy), "2fc4a3d6a98bc164e057589bcb74981852b87412");
  EXPECT_EQ(book.hash, "2fc4a3d6a98bc164e057589bcb74981852b87412");
}

TEST_F(book_hash_test, either_layout_counts_as_right) {
  EXPECT_EQ(has_right_hash(read(published)), true);
  EXPECT_EQ(has_right_hash(read(polymarket_data("http/book.json"))), true);
}

TEST_F(book_hash_test, another_size_is_another_book) {
  auto book = read(published);
  book.bids[0].size = "101";
  EXPECT_EQ(has_right_hash(book), false);
}

TEST_F(book_hash_test, a_book_without_a_hash_cannot_be_wrong) {
  auto book = read(published);
  book.hash = {};
  EXPECT_EQ(has_right_hash(book), true);
}

} // namespace
} // namespace strike::polymarket
