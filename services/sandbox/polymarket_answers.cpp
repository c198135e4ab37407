#include "sandbox/polymarket_answers.hpp"

#include "sandbox/json_text.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <charconv>

namespace strike::sandbox::polymarket {

http_response error_answer(int status, std::string_view text) {
  return {.status = status, .body = json_members{}.text("error", text).take()};
}

match::fee_schedule fees_of(const binary_market& x) {
  if (x.fee_rate == 0) return {};
  return {.rule = match::fee_rule::curve, .taker_rate = *nearest_decimal<quantity>(x.fee_rate), .decimals = 5};
}

std::string fee_schedule(const binary_market& x) {
  constexpr double crypto_rebate = 0.2; // Source: Polymarket, fees
  return fmt::format(R"({{"exponent":1,"rate":{},"takerOnly":true,"rebateRate":{}}})", x.fee_rate, crypto_rebate);
}

std::string array_of(const std::vector<std::string>& texts) {
  json_elements list;
  for (const auto& x : texts) list.text(x);
  return list.take();
}

std::string cursor_of(std::size_t place) {
  const auto text = std::to_string(place);
  std::string encoded(4 * ((text.size() + 2) / 3) + 1, '\0');
  const auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                    reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  encoded.resize(static_cast<std::size_t>(size));
  return encoded;
}

std::optional<std::size_t> place_of(std::string_view cursor) {
  constexpr std::size_t longest = 32;
  if (cursor.empty() || cursor.size() > longest || cursor.size() % 4 != 0) return {};
  unsigned char text[longest];
  const auto size =
      EVP_DecodeBlock(text, reinterpret_cast<const unsigned char*>(cursor.data()), static_cast<int>(cursor.size()));
  if (size < 0) return {};
  const auto* begin = reinterpret_cast<const char*>(text);
  std::size_t place = 0;
  const auto end = std::from_chars(begin, begin + size, place);
  // What padding stood for is decoded to zeros.
  const bool is_whole = std::all_of(end.ptr, begin + size, [](char c) { return c == '\0'; });
  return end.ec == std::errc{} && is_whole ? std::optional{place} : std::nullopt;
}

} // namespace strike::sandbox::polymarket
