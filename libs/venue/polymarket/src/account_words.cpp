#include "account_words.hpp"

#include <algorithm>

namespace strike::polymarket {

namespace {

constexpr char to_upper(char x) { return x >= 'a' && x <= 'z' ? static_cast<char>(x - 'a' + 'A') : x; }
constexpr char to_lower(char x) { return x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x; }

std::string bare(std::string_view text, std::string_view prefix) {
  auto word = upper(text);
  if (word.starts_with(prefix)) word.erase(0, prefix.size());
  return word;
}

} // namespace

std::string upper(std::string_view text) {
  std::string made{text};
  std::ranges::transform(made, made.begin(), to_upper);
  return made;
}

std::string lower(std::string_view text) {
  std::string made{text};
  std::ranges::transform(made, made.begin(), to_lower);
  return made;
}

std::optional<order_word> read_order_status(std::string_view text) {
  auto word = bare(text, "ORDER_STATUS_");
  if (word.starts_with("CANCELLED")) word.erase(5, 1); // both spellings
  const enum_name<order_status>* longest = nullptr;
  for (const auto& row : enum_names<order_status>::table) {
    const bool fits = word.starts_with(row.text) && (word.size() == row.text.size() || word[row.text.size()] == '_');
    if (fits && (!longest || row.text.size() > longest->text.size())) longest = &row;
  }
  if (!longest) return {};
  return order_word{longest->value, word.size() > longest->text.size() ? word.substr(longest->text.size() + 1) : ""};
}

std::optional<trade_status> read_trade_status(std::string_view text) {
  const auto word = bare(text, "TRADE_STATUS_");
  if (word == "MATCHED_NOT_BROADCASTED") return trade_status::matched;
  const auto known = from_text<trade_status>(word);
  if (!known) return {};
  return *known;
}

std::vector<own_fill> own_fills(const trade_row& trade, std::string_view owner,
                                const std::function<bool(std::string_view order)>& is_ours) {
  std::vector<own_fill> found;
  const bool is_taker =
      is_ours(trade.taker_order) || (trade.ours == liquidity::taker && !trade.owner.empty() && trade.owner == owner);
  if (is_taker) {
    quantity legs;
    money paid;
    for (const auto& x : trade.makers) {
      legs += x.size;
      paid += notional(x.asset == trade.asset || x.asset.empty() ? x.at : price{nanos_per_unit} - x.at, x.size);
    }
    const bool are_all = legs == trade.size && legs > quantity{};
    const price average{are_all ? static_cast<std::int64_t>(mul_div(paid.nanos, nanos_per_unit, legs.nanos))
                                : trade.at.nanos};
    found.push_back({trade.taker_order, trade.asset, trade.side, average, trade.size, liquidity::taker});
  }
  for (const auto& x : trade.makers) {
    if (!is_ours(x.order) && (owner.empty() || x.owner != owner)) continue;
    const auto same = std::ranges::find_if(
        found, [&](const own_fill& y) { return y.order == x.order && y.role == liquidity::maker; });
    if (same != found.end()) { // a resting order has one price
      same->size += x.size;
      continue;
    }
    const bool is_same_token = x.asset == trade.asset;
    const auto other = trade.side == side::buy ? side::sell : side::buy;
    found.push_back(
        {x.order, x.asset, x.side.value_or(is_same_token ? other : trade.side), x.at, x.size, liquidity::maker});
  }
  return found;
}

} // namespace strike::polymarket
