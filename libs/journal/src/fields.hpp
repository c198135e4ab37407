#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace strike::journal {

/// Keys of a recording line that mean something.
enum class key : std::uint8_t {
  other,
  timestamp,
  instrument,
  venue,
  recv_ns,
  venue_ns,
  trust,
  type, // every event
  best_bid,
  best_ask,
  last,
  best_bid_size,
  best_ask_size,
  mark,
  index,
  underlying,
  open_interest,
  funding,
  mark_iv,
  bid_iv,
  ask_iv,
  delta,
  gamma,
  vega,
  theta,
  rho, // ticker
  sequence,
  previous,
  bids,
  asks, // book, book_change
  price,
  size,
  side,
  id, // trade
  state,
  settlement,
  tick_size,
  tick_steps,
  lot,
  minimum,
  multiplier,
  expiry,
  outcome,
  complement, // status
};

struct key_name {
  std::string_view text;
  key value;
};
inline constexpr key_name key_names[] = {{"timestamp", key::timestamp},
                                         {"instrument", key::instrument},
                                         {"venue", key::venue},
                                         {"recv_ns", key::recv_ns},
                                         {"venue_ns", key::venue_ns},
                                         {"trust", key::trust},
                                         {"type", key::type},
                                         {"best_bid", key::best_bid},
                                         {"best_ask", key::best_ask},
                                         {"last", key::last},
                                         {"best_bid_size", key::best_bid_size},
                                         {"best_ask_size", key::best_ask_size},
                                         {"mark", key::mark},
                                         {"index", key::index},
                                         {"underlying", key::underlying},
                                         {"open_interest", key::open_interest},
                                         {"funding", key::funding},
                                         {"mark_iv", key::mark_iv},
                                         {"bid_iv", key::bid_iv},
                                         {"ask_iv", key::ask_iv},
                                         {"delta", key::delta},
                                         {"gamma", key::gamma},
                                         {"vega", key::vega},
                                         {"theta", key::theta},
                                         {"rho", key::rho},
                                         {"sequence", key::sequence},
                                         {"previous", key::previous},
                                         {"bids", key::bids},
                                         {"asks", key::asks},
                                         {"price", key::price},
                                         {"size", key::size},
                                         {"side", key::side},
                                         {"id", key::id},
                                         {"state", key::state},
                                         {"settlement", key::settlement},
                                         {"tick_size", key::tick_size},
                                         {"tick_steps", key::tick_steps},
                                         {"lot", key::lot},
                                         {"minimum", key::minimum},
                                         {"multiplier", key::multiplier},
                                         {"expiry", key::expiry},
                                         {"outcome", key::outcome},
                                         {"complement", key::complement}};

/// A key's text as two little-endian words, padded with zeros: compared and hashed without a loop.
struct key_words {
  std::uint64_t low = 0, high = 0;
  constexpr bool operator==(const key_words&) const = default;
};

/// Finds a key by a multiplicative hash whose table is made, and checked to be free of collisions, at compile time.
class key_table {
public:
  consteval key_table() {
    for (const auto& name : key_names) {
      const auto words = words_of(name.text);
      auto& row = slots_[hash(words)];
      if (row.value != key::other) throw "two keys collide; change the multiplier";
      row = {words, name.value};
    }
  }
  struct match {
    key value = key::other;
    std::size_t size = 0; ///< of the key's text; 0 for `other`
  };
  /// @param text the key and its closing quote, with at least 16 readable bytes; no key of ours is longer
  match find(const char* text) const {
    key_words words;
    std::memcpy(&words, text, sizeof words);
    int bits = first_quote(words.low);
    if (bits < 64) {
      words = {words.low & below(bits), 0};
    } else {
      const auto in_high = first_quote(words.high);
      if (in_high == 64) return {};
      words.high &= below(in_high);
      bits += in_high;
    }
    const auto& row = slots_[hash(words)];
    return row.words == words ? match{row.value, static_cast<std::size_t>(bits) / 8} : match{};
  }
  static constexpr std::string_view name_of(key value) {
    for (const auto& name : key_names)
      if (name.value == value) return name.text;
    return "?";
  }

private:
  struct slot {
    key_words words;
    key value = key::other;
  };
  static_assert(std::endian::native == std::endian::little);

  /// The bit where the lowest byte '"' starts; 64 if there is none.
  static int first_quote(std::uint64_t word) {
    const auto zero_where_quote = word ^ 0x2222'2222'2222'2222;
    const auto found = (zero_where_quote - 0x0101'0101'0101'0101) & ~zero_where_quote & 0x8080'8080'8080'8080;
    return std::countr_zero(found) & ~7;
  }
  static constexpr std::uint64_t below(int bit) { return (std::uint64_t{1} << bit) - 1; }
  static constexpr key_words words_of(std::string_view text) {
    key_words words;
    for (std::size_t i = 0; i < text.size(); ++i)
      (i < 8 ? words.low : words.high) |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * (i % 8));
    return words;
  }
  static constexpr std::size_t hash(key_words x) { return ((x.low ^ x.high) * 0x4164d8399f767c45ULL) >> 54; }
  slot slots_[1024]{};
};

} // namespace strike::journal
