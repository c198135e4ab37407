#include "sandbox/derive_order_params.hpp"

#include <algorithm>
#include <cmath>

namespace strike::sandbox::derive {

namespace {

constexpr std::string_view directions[] = {"buy", "sell"};
constexpr std::string_view types[] = {"limit", "market"};
constexpr std::string_view lives[] = {"gtc", "post_only", "fok", "ioc"};
constexpr std::string_view triggers[] = {"stoploss", "takeprofit"};
constexpr std::string_view trigger_prices[] = {"mark", "index"};

/// v3 has texts, since 19 digits are no number of JavaScript; v2 has numbers. Source: Derive, nonce.
std::uint64_t read_nonce(parameters& p, const boost::json::object& params, api version) {
  const auto* x = params.if_contains("nonce");
  if (x != nullptr && x->is_string() != (version == api::v3))
    p.fail("nonce", version == api::v3 ? "Not a valid string." : "Not a valid integer.");
  return p.required_number("nonce");
}

void read_trigger(parameters& p, order_params& x) {
  x.trigger_type = p.word("trigger_type", triggers);
  x.trigger_price = p.decimal("trigger_price").value_or("");
  x.trigger_price_type = p.word("trigger_price_type", trigger_prices);
  if (!x.is_trigger()) {
    if (!x.trigger_price.empty() || !x.trigger_price_type.empty())
      p.fail("trigger_type", "Missing data for required field.");
    return;
  }
  if (x.trigger_price.empty()) p.fail("trigger_price", "Missing data for required field.");
  if (x.trigger_price_type.empty()) p.fail("trigger_price_type", "Missing data for required field.");
}

} // namespace

answer<order_params> read_order(const boost::json::object& params, api version) {
  parameters p{params};
  order_params x;
  x.subaccount = p.required_number("subaccount_id");
  x.instrument = p.required_text("instrument_name");
  p.required_text("direction");
  x.direction = p.word("direction", directions) == "sell" ? side::sell : side::buy;
  x.is_market = p.word("order_type", types) == "market";
  x.limit_price = p.required_decimal("limit_price");
  x.amount = p.required_decimal("amount");
  x.max_fee = p.required_decimal("max_fee");
  x.nonce = read_nonce(p, params, version);
  x.expiry_s = static_cast<std::int64_t>(std::min<std::uint64_t>(p.required_number("signature_expiry_sec"), INT64_MAX));
  x.signer_text = p.required_text("signer");
  if (const auto signer = address_of_hex(x.signer_text))
    x.signer = *signer;
  else
    p.fail("signer", "Not a valid address.");
  x.signature = p.required_text("signature");
  if (auto life = p.word("time_in_force", lives); !life.empty()) x.time_in_force = std::move(life);
  x.label = p.text("label");
  x.mmp = p.flag("mmp", false);
  x.reduce_only = p.flag("reduce_only", false);
  x.reject_post_only = p.flag("reject_post_only", true);
  x.reject_timestamp = p.integer("reject_timestamp", INT64_MAX, 0, INT64_MAX);
  read_trigger(p, x);
  if (p.has("algo_type")) p.fail("algo_type", "The sandbox has no algo orders.");
  if (p.fault()) return std::unexpected{*p.fault()};
  return x;
}

answer<order_hashes> hashes_of(const order_params& x, const instrument_view& of, const eth_address& owner,
                               const signing_terms& by) {
  const auto record = instrument_json(of);
  const auto made = hashes_of({.asset = *address_of_hex(record.at("base_asset_address").as_string()),
                               .sub_id = *word_of_decimal(record.at("base_asset_sub_id").as_string()),
                               .limit_price = x.limit_price,
                               .amount = x.amount,
                               .max_fee = x.max_fee,
                               .subaccount = x.subaccount,
                               .is_bid = x.direction == side::buy,
                               .nonce = x.nonce,
                               .expiry_s = static_cast<std::uint64_t>(x.expiry_s),
                               .owner = owner,
                               .signer = x.signer},
                              by);
  if (made) return *made;
  for (const auto& [key, text] : {std::pair{"limit_price", &x.limit_price}, {"amount", &x.amount}})
    if (!scaled_word(*text, by.decimals))
      return std::unexpected{invalid_params("{'" + std::string{key} + "': ['Not a decimal that can be signed.']}")};
  return std::unexpected{invalid_params("{'max_fee': ['Not a decimal that can be signed.']}")};
}

money least_max_fee(const order_params& x, const instrument_view& of, api version, bool crosses) {
  const auto fees = fees_of(of.listing->rules);
  const double index = of.quote.index.value_or(0), limit = std::strtod(x.limit_price.c_str(), nullptr);
  const double flat = to_double(fees.flat), amount = std::strtod(x.amount.c_str(), nullptr);
  double least = 2 * to_double(fees.taker_rate) * (version == api::v3 ? std::max(index, limit) : index);
  if (version == api::v3) least += flat;
  if (version == api::v2 && crosses && amount > 0) least += flat / amount;
  return {static_cast<int128>(std::floor(least * 1e9))};
}

} // namespace strike::sandbox::derive
