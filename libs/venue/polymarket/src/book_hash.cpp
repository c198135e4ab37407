#include "polymarket/book_hash.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

namespace strike::polymarket {

namespace {

void append_levels(std::string& out, std::string_view key, const std::vector<book_text::level>& levels) {
  out += fmt::format("\"{}\":[", key);
  for (std::size_t i = 0; i < levels.size(); ++i)
    out += fmt::format(R"({}{{"price":"{}","size":"{}"}})", i == 0 ? "" : ",", levels[i].price, levels[i].size);
  out += ']';
}

result<std::string> sha1_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha1(), nullptr) != 1)
    return fail(ec::io, "OpenSSL refuses SHA-1, which Polymarket's book hash is made of: set hash_audit to 0");
  std::string hex;
  for (unsigned i = 0; i < length; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

} // namespace

result<std::string> book_hash(const book_text& book, hash_layout layout) {
  const bool is_current = layout == hash_layout::current;
  std::string json = fmt::format(R"({{"market":"{}","asset_id":"{}",)", book.market, book.asset);
  if (is_current) json += fmt::format(R"("timestamp":"{}",)", book.timestamp);
  json += R"("hash":"",)";
  append_levels(json, "bids", book.bids);
  json += ',';
  append_levels(json, "asks", book.asks);
  if (is_current)
    json += fmt::format(R"(,"min_order_size":"{}","tick_size":"{}","neg_risk":{},"last_trade_price":"{}")",
                        book.minimum, book.tick, book.neg_risk, book.last);
  return sha1_hex(json + '}');
}

result<bool> has_right_hash(const book_text& book) {
  if (book.hash.empty()) return true;
  for (const auto layout : {hash_layout::current, hash_layout::legacy}) {
    const auto made = book_hash(book, layout);
    if (!made) return std::unexpected{made.error()};
    if (*made == book.hash) return true;
  }
  return false;
}

} // namespace strike::polymarket
