#include "sandbox/polymarket_order.hpp"

#include "base/time.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace strike::sandbox::polymarket {

namespace {

namespace json = boost::json;
using namespace strike::literals;

constexpr std::int64_t nanos_per_millionth = 1'000;
constexpr std::uint64_t million = 1'000'000;
constexpr std::string_view type_words[] = {"GTC", "GTD", "FOK", "FAK"};

/// The members of an order; the first one that is not as it must be makes the whole invalid.
class members {
public:
  explicit members(const json::object& of) : of_{of} {}

  std::string text(std::string_view key) {
    const auto* x = of_.if_contains(key);
    if (x != nullptr && x->is_string()) return std::string{std::string_view{x->get_string()}};
    is_good_ = false;
    return {};
  }
  std::uint64_t number_in_text(std::string_view key) {
    const auto digits = text(key);
    std::uint64_t x = 0;
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), x);
    is_good_ &= end.ec == std::errc{} && end.ptr == digits.data() + digits.size() && !digits.empty();
    return x;
  }
  std::uint64_t number(std::string_view key, std::uint64_t most) {
    const auto* x = of_.if_contains(key);
    boost::system::error_code fault;
    const auto value = x != nullptr && x->is_number() ? x->to_number<std::uint64_t>(fault) : most + 1;
    is_good_ &= !fault && value <= most;
    return value;
  }
  template <class T> T parsed(std::string_view key, std::optional<T> (*read)(std::string_view)) {
    const auto x = read(text(key));
    is_good_ &= x.has_value();
    return x.value_or(T{});
  }
  bool flag(std::string_view key) {
    const auto* x = of_.if_contains(key);
    if (x == nullptr) return false;
    is_good_ &= x->is_bool();
    return x->is_bool() && x->get_bool();
  }
  bool is_good() const { return is_good_; }

private:
  const json::object& of_;
  bool is_good_ = true;
};

std::unexpected<std::string> no(std::string text) { return std::unexpected{std::move(text)}; }
std::unexpected<std::string> no_payload() { return no("Invalid order payload"); }

std::expected<life, std::string> read_type(const json::object& body) {
  const auto* x = body.if_contains("orderType");
  if (x == nullptr) return life::gtc;
  const auto found = std::ranges::find(type_words, x->is_string() ? std::string_view{x->get_string()} : "");
  if (found == std::end(type_words)) return no_payload();
  return static_cast<life>(found - std::begin(type_words));
}

/// Dollars per share, rounded down; exact where `is_exact` is asked for.
std::optional<price> ratio(const order_body& x, bool is_exact) {
  if (x.shares() == 0) return {};
  const int128 scaled = int128{x.dollars()} * nanos_per_unit;
  if (is_exact && scaled % x.shares() != 0) return {};
  const auto nanos = scaled / x.shares();
  if (nanos > nanos_per_unit) return {};
  return price{static_cast<std::int64_t>(nanos)};
}

std::string amount_text(std::uint64_t millionths) { return nanos_to_text(int128{millionths} * nanos_per_millionth); }

/// How finely a share amount of a market buy may be given, in millionths. Source: Polymarket, amounts and rounding.
std::uint64_t share_step(price tick) { return tick <= 0.001_px ? 10 : 100; }

bool is_accurate(const order_body& x, price tick) {
  constexpr std::uint64_t hundredth = 10'000;
  if (!x.is_immediate() || x.order.is_sell) return x.shares() % hundredth == 0;
  return x.dollars() % hundredth == 0 && x.shares() % share_step(tick) == 0;
}

} // namespace

std::string_view type_word(life x) { return type_words[static_cast<std::size_t>(x)]; }

std::expected<order_body, std::string> read_order(const json::value& body) {
  const auto* inner = body.is_object() ? body.get_object().if_contains("order") : nullptr;
  if (inner == nullptr || !inner->is_object()) return no_payload();
  const auto& fields = inner->get_object();
  // An order of V1. Source: Polymarket, overview and history.
  if (fields.contains("feeRateBps") && !fields.contains("timestamp")) return no("order_version_mismatch");
  members in{fields}, around{body.get_object()};
  order_body x;
  auto& order = x.order;
  order.salt = in.number("salt", (std::uint64_t{1} << 53) - 1);
  order.maker = in.parsed("maker", address_of_hex);
  order.signer = in.parsed("signer", address_of_hex);
  x.token = in.text("tokenId");
  order.maker_amount = in.number_in_text("makerAmount");
  order.taker_amount = in.number_in_text("takerAmount");
  const auto side_word = in.text("side");
  order.is_sell = side_word == "SELL";
  order.signature_type = static_cast<int>(in.number("signatureType", 3));
  order.timestamp_ms = in.number_in_text("timestamp");
  x.expiration_s = static_cast<std::int64_t>(std::min<std::uint64_t>(in.number_in_text("expiration"), INT64_MAX));
  order.metadata = in.parsed("metadata", word_of_hex);
  order.builder = in.parsed("builder", word_of_hex);
  x.signature = in.parsed("signature", bytes_of_hex);
  x.owner = around.text("owner");
  x.post_only = around.flag("postOnly");
  around.flag("deferExec");
  const auto type = read_type(body.get_object());
  if (!in.is_good() || !around.is_good() || !type) return no_payload();
  x.type = *type;
  if (!order.is_sell && side_word != "BUY") return no("Invalid side");
  const auto token = word_of_decimal(x.token);
  if (!token) return no("Invalid token id");
  order.token = *token;
  if (order.maker_amount == 0 || order.taker_amount == 0) return no_payload();
  return x;
}

price price_of(const order_body& x, price tick) {
  auto at = ratio(x, false).value_or(price{});
  if (!x.is_immediate()) return at;
  // Amounts of market orders are cut: a price that is not on the tick means the one below it, for sellers above it.
  const auto rest = at.nanos % tick.nanos;
  const bool is_rounded = x.order.is_sell && (rest != 0 || !ratio(x, true));
  at.nanos += -rest + (is_rounded && rest != 0 ? tick.nanos : 0);
  return at;
}

std::expected<order_request, std::string> request_of(const order_body& x, const std::string& id, instrument_id what,
                                                     const token_state& token, const binary_market& market,
                                                     bool takes) {
  const auto invalid = [&](std::string_view text) { return no(fmt::format("order {} is invalid. {}", id, text)); };
  const auto at = price_of(x, token.tick);
  const bool is_on_tick = x.is_immediate() || (ratio(x, true) && at.nanos % token.tick.nanos == 0);
  if (!is_on_tick || at < token.tick || at.nanos > nanos_per_unit - token.tick.nanos)
    return invalid(fmt::format("Price ({}) breaks minimum tick size rule: {}", to_string(at), to_string(token.tick)));
  if (!is_accurate(x, token.tick))
    return no(x.is_immediate() && !x.order.is_sell
                  ? fmt::format("invalid amounts, the market buy orders maker amount supports a max accuracy of 2 "
                                "decimals, taker amount a max of {} decimals",
                                token.tick <= 0.001_px ? 5 : 4)
                  : "invalid amounts, the sell and limit orders size supports a max accuracy of 2 decimals");
  const quantity size{static_cast<std::int64_t>(std::min<std::uint64_t>(x.shares(), INT64_MAX / 1'000)) *
                      nanos_per_millionth};
  if (!x.is_immediate() && size < market.minimum)
    return invalid(fmt::format("Size ({}) lower than the minimum: {}", to_string(size), to_string(market.minimum)));
  if (!x.order.is_sell && takes && x.dollars() < million)
    return no(fmt::format("invalid amount for a marketable BUY order (${}), min size: $1", amount_text(x.dollars())));
  order_request made{.instrument = what, .side = x.order.is_sell ? side::sell : side::buy, .limit = at, .size = size};
  made.size.nanos -= made.size.nanos % (0.01_qty).nanos; // what the match has as lot; the rest is dust
  made.post_only = x.post_only;
  if (x.type == life::fok) made.tif = time_in_force::fok;
  if (x.type == life::fak) made.tif = time_in_force::ioc;
  if (x.type == life::gtd) {
    made.tif = time_in_force::gtd; // the venue drops it a minute early
    made.expire_ns = (std::min<std::int64_t>(x.expiration_s, 9'000'000'000) - 60) * ns_per_s;
  }
  return made;
}

} // namespace strike::sandbox::polymarket
