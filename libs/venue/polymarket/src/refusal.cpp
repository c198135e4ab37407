#include "polymarket/answer.hpp"

#include "account_words.hpp"
#include "json_walk.hpp"

namespace strike::polymarket {

namespace {

/// Source: page of the protocol, errors; texts of the CLOB and the codes of its older answers, in lower case.
constexpr refusal_rule rules[] = {
    {"order_version_mismatch", refusal::version, ""},
    {"invalid order version", refusal::version, ""},
    {"breaks minimum tick size", refusal::tick, "the tick was read again; price the order on it"},
    {"invalid_order_min_tick_size", refusal::tick, "the tick was read again; price the order on it"},
    {"duplicated", refusal::duplicate, ""},
    {"invalid_order_duplicated", refusal::duplicate, ""},
    {"couldn't be fully filled", refusal::killed, ""},
    {"no orders found to match", refusal::killed, ""},
    {"fok_order_not_filled", refusal::killed, ""},
    {"not enough balance", refusal::funds,
     "open orders reserve balance; see that the wallet has approved the exchange"},
    {"invalid_order_not_enough_balance", refusal::funds,
     "open orders reserve balance; see that the wallet has approved the exchange"},
    {"owner has to be the owner of the api key", refusal::credentials,
     "key and API credentials do not belong together"},
    {"signer address has to be the address", refusal::credentials, "key and API credentials do not belong together"},
    {"deposit wallet flow", refusal::credentials, "set signature_type and POLYMARKET_FUNDER to the deposit wallet"},
    {"invalid signature", refusal::credentials, "see signature_type, POLYMARKET_FUNDER and the exchange contracts"},
    {"invalid api key", refusal::credentials, "see POLYMARKET_PRIVATE_KEY and this machine's clock"},
    {"invalid l1 request headers", refusal::credentials, "see POLYMARKET_PRIVATE_KEY and this machine's clock"},
    {"address banned", refusal::restricted, ""},
    {"closed only mode", refusal::restricted, "the account may only reduce its positions"},
    {"restricted in your region", refusal::restricted, "orders are not taken from this place"},
};
constexpr refusal_rule no_rule{"", refusal::other, ""};

std::string one_line(std::string_view text) {
  constexpr std::size_t longest = 500;
  std::string made{text.substr(0, longest)};
  for (auto& x : made)
    if (static_cast<unsigned char>(x) < ' ') x = ' ';
  return made;
}

} // namespace

const refusal_rule& rule_of(std::string_view text) {
  const auto words = lower(text);
  for (const auto& x : rules)
    if (words.find(x.part) != words.npos) return x;
  return no_rule;
}

venue_error read_error(std::string_view body) {
  venue_error made;
  std::string retry;
  const bool is_object = each_field_of(body, [&](std::string_view key, ondemand::value& from) {
    const bool is_text = key == "error" || key == "errorMsg" || key == "error_msg" || key == "message";
    if (is_text && made.text.empty()) return read_text(from, made.text);
    if (key == "code") return read_text(from, made.code);
    if (key == "retry_after_seconds") return read_text(from, retry);
    return true;
  });
  if (!is_object || made.text.empty()) made.text = body;
  made.text = one_line(made.text);
  std::int64_t nanos = 0;
  if (!retry.empty() && parse_nanos(retry, nanos) == decimal_fault::none && nanos >= 0)
    made.retry_after_s = (nanos + nanos_per_unit - 1) / nanos_per_unit;
  return made;
}

placing outcome_of(const order_answer& x) {
  if (!x.is_success) return x.error.empty() && !x.id.empty() ? placing::unsure : placing::rejected;
  if (!x.error.empty()) return x.id.empty() ? placing::rejected : placing::unsure;
  if (x.id.empty() || x.status == "unmatched") return placing::unsure;
  return x.status.empty() || x.status == "live" || x.status == "matched" || x.status == "delayed" ? placing::accepted
                                                                                                  : placing::unsure;
}

} // namespace strike::polymarket
