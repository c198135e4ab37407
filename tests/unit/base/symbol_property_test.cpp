// Random symbols: valid ones round-trip, broken ones never crash and never parse to something that prints differently.

#include "base/symbol.hpp"
#include "base/time.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

namespace strike {
namespace {

struct symbol_property : testing::Test {
  std::mt19937_64 random{7};

  std::size_t below(std::size_t n) { return random() % n; }
  template <class T, std::size_t N> T one_of(const T (&x)[N]) { return x[below(N)]; }

  std::string coin() { return one_of<std::string>({"BTC", "ETH", "SOL", "XRP", "1INCH", "PAXG", "TRUMP"}); }
  std::string front() { return coin() + one_of<std::string>({"", "_USDC", "_USDT"}); }
  std::string deribit_date() {
    static constexpr const char* months[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                             "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
    return fmt::format("{}{}{:02}", 1 + below(28), one_of(months), below(100));
  }
  std::string derive_date() { return fmt::format("20{:02}{:02}{:02}", below(100), 1 + below(12), 1 + below(28)); }
  std::string strike(char point) {
    if (below(3) != 0) return fmt::format("{}", 1 + below(500'000));
    return fmt::format("{}{}{}{}", below(1'000), point, below(10'000), 1 + below(9));
  }
  std::string single(venue at) {
    const char right = below(2) ? 'C' : 'P';
    if (at == venue::polymarket) {
      token_id id;
      for (auto& byte : id) byte = static_cast<std::uint8_t>(random());
      return to_string(id);
    }
    if (at == venue::derive) switch (below(3)) {
      case 0:
        return coin_of_derive() + "-PERP";
      case 1:
        return coin_of_derive() + "-USDC";
      default:
        return fmt::format("{}-{}-{}-{}", coin_of_derive(), derive_date(), strike('_'), right);
      }
    switch (below(4)) {
    case 0:
      return front() + "-PERPETUAL";
    case 1:
      return coin() + "_USDC";
    case 2:
      return fmt::format("{}-{}", front(), deribit_date());
    default:
      return fmt::format("{}-{}-{}-{}", front(), deribit_date(), strike('d'), right);
    }
  }
  std::string coin_of_derive() { return one_of<std::string>({"BTC", "ETH", "HYPE", "sUSDe"}); }
  std::string combo() {
    if (below(2)) return fmt::format("{}-FS-{}_{}", front(), deribit_date(), below(2) ? "PERP" : deribit_date());
    auto strikes = strike('d');
    for (auto more = below(4); more > 0; --more) strikes = fmt::format("{}_{}", strikes, strike('d'));
    const auto dates = below(2) ? deribit_date() : fmt::format("{}_{}", deribit_date(), deribit_date());
    return fmt::format("{}-{}-{}-{}", front(), one_of<std::string>({"CS", "STRD", "CSR12"}), dates, strikes);
  }
  std::string mutate(std::string text) {
    static constexpr std::string_view alphabet = "ABCPEJNd0123456789-_. :\0\xff";
    for (auto edits = 1 + below(3); edits > 0; --edits) {
      const auto at = below(text.size() + 1);
      const char c = alphabet[below(alphabet.size())];
      if (const auto kind = below(4); kind == 0 || at == text.size())
        text.insert(at, 1, c);
      else if (kind == 1)
        text.erase(at, 1 + below(3));
      else if (kind == 2)
        text[at] = c;
      else
        text = text.substr(0, at) + text.substr(below(text.size()));
    }
    return text;
  }

  /// Whatever parses prints as itself, up to zeros behind a strike's point.
  static void check_never_prints_differently(venue at, std::string_view symbol) {
    const auto info = parse_symbol(at, symbol);
    if (!info) {
      ASSERT_EQ(info.error().code, ec::malformed);
      return;
    }
    if (at == venue::polymarket) {
      ASSERT_EQ(to_string(parse_token_id(symbol).value()), symbol);
    } else if (info->kind != instrument_kind::future_combo && info->kind != instrument_kind::option_combo) {
      const auto printed = print_symbol(at, *info);
      ASSERT_TRUE(printed) << symbol;
      ASSERT_EQ(parse_symbol(at, *printed), *info) << symbol;
      const bool zeros_behind_point = symbol.size() > 2 && symbol[symbol.size() - 3] == '0' && info->strike;
      if (!zeros_behind_point) {
        ASSERT_EQ(*printed, symbol);
      }
    }
    ASSERT_TRUE(infer_venue(symbol)) << symbol;
  }
};

constexpr venue all_venues[] = {venue::deribit, venue::derive, venue::polymarket};

TEST_F(symbol_property, valid_symbols_print_as_they_were_and_belong_to_one_venue) {
  for (int i = 0; i < 60'000; ++i) {
    const auto at = all_venues[i % 3];
    const auto symbol = single(at);
    const auto info = parse_symbol(at, symbol);
    ASSERT_TRUE(info) << info.error().text;
    if (at != venue::polymarket) {
      ASSERT_EQ(print_symbol(at, *info), symbol);
    }
    for (const auto other : all_venues) ASSERT_EQ(parse_symbol(other, symbol).has_value(), other == at) << symbol;
    ASSERT_EQ(infer_venue(symbol), at) << symbol;
  }
}

TEST_F(symbol_property, valid_combos_parse_and_end_with_their_first_leg) {
  for (int i = 0; i < 20'000; ++i) {
    const auto symbol = combo();
    const auto info = parse_symbol(venue::deribit, symbol);
    ASSERT_TRUE(info) << info.error().text;
    ASSERT_GT(info->expiry_ns, 0) << symbol;
    ASSERT_EQ(infer_venue(symbol), venue::deribit) << symbol;
  }
}

TEST_F(symbol_property, token_ids_survive_text_and_back) {
  for (int i = 0; i < 20'000; ++i) {
    token_id id{};
    for (auto byte = below(33); byte < id.size(); ++byte) id[byte] = static_cast<std::uint8_t>(random());
    ASSERT_EQ(parse_token_id(to_string(id)), id) << to_string(id);
  }
}

TEST_F(symbol_property, mutated_symbols_never_print_differently) {
  for (int i = 0; i < 300'000; ++i) {
    const auto from = all_venues[i % 3];
    const auto symbol = mutate(from == venue::deribit && below(4) == 0 ? combo() : single(from));
    for (const auto at : all_venues) ASSERT_NO_FATAL_FAILURE(check_never_prints_differently(at, symbol)) << symbol;
  }
}

TEST_F(symbol_property, random_bytes_never_crash) {
  for (int i = 0; i < 200'000; ++i) {
    std::string bytes(below(100), '\0');
    for (auto& c : bytes) c = static_cast<char>(random());
    for (const auto at : all_venues) ASSERT_NO_FATAL_FAILURE(check_never_prints_differently(at, bytes));
    (void)parse_qualified_symbol(bytes);
  }
}

} // namespace
} // namespace strike
