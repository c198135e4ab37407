#pragma once

#include "base/decimal.hpp"
#include "base/enums.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the CLOB answers to orders, cancels and questions about the account.
namespace strike::polymarket {

/// Why an order was refused, as far as it makes a difference to what is done next.
enum class refusal : std::uint8_t {
  other,       ///< of this order alone
  version,     ///< the protocol version changed: read it again and sign anew, once
  tick,        ///< the tick size changed
  duplicate,   ///< the same signed order was placed before: look it up
  killed,      ///< FOK or FAK found nothing to trade with: normal
  funds,       ///< balance or allowance
  credentials, ///< key, signature, account: no order will be taken before the configuration or the clock is mended
  restricted,  ///< region, ban, closed-only: no order will be taken
};

/// The venue's texts, matched in any capitals as parts, and what to do about each. First match counts.
struct refusal_rule {
  std::string_view part;
  refusal kind;
  std::string_view advice; ///< empty: the venue's text says it all
};
const refusal_rule& rule_of(std::string_view text);

/// An error's text, and what comes with it.
struct venue_error {
  std::string text; ///< as the venue wrote it, on one line
  std::string code; ///< "post_only_mode"; empty: none
  std::optional<std::int64_t> retry_after_s;
};
/// {"error": text}, {"errorMsg": text}, {"error_msg": text}, {"message": text} or a bare text.
venue_error read_error(std::string_view body);

/// The outcome of one order.
struct order_answer {
  bool is_success = false;
  std::string error, id;
  std::string status;      ///< lower case: live, matched, delayed, unmatched; empty
  quantity making, taking; ///< exchanged at once: shares and pUSD, as the order gives and takes
};
/// How an answer is to be taken. Source: page of the protocol, classification of answers.
enum class placing : std::uint8_t {
  accepted,
  rejected,
  unsure, ///< "unmatched", or neither an id nor an error: ask for the order
};
placing outcome_of(const order_answer& x);
/// @returns `ec::malformed`
result<order_answer> parse_order_answer(std::string_view json);
/// An array, in the order of the request. @returns `ec::malformed`
result<std::vector<order_answer>> parse_order_answers(std::string_view json);

/// {"canceled": [ids], "not_canceled": {id: reason}}
struct cancel_answer {
  std::vector<std::string> cancelled;
  std::map<std::string, std::string> refused; ///< finished, or not known: to be looked up
};
/// @returns `ec::malformed`
result<cancel_answer> parse_cancel_answer(std::string_view json);

/// {"balance": "1000000", "allowances": {"0xE1..": "1157.."}}, in millionths; what is above 2^63 counts as 2^63 - 1.
struct funds {
  std::int64_t balance = 0;
  std::map<std::string, std::int64_t> allowances; ///< by contract, lower case
  std::optional<std::int64_t> allowance;          ///< of older answers, for all contracts
  /// What `contract` may move; none: the venue did not say.
  std::optional<std::int64_t> allowed(std::string_view contract) const;
};
/// @returns `ec::malformed`
result<funds> parse_funds(std::string_view json);

/// GET /time: seconds. @returns `ec::malformed`
result<std::int64_t> parse_time(std::string_view json);
/// GET /version: {"version": 2}. @returns `ec::malformed`
result<int> parse_version(std::string_view json);
/// GET /auth/ban-status/closed-only: {"closed_only": bool}. @returns `ec::malformed`
result<bool> parse_closed_only(std::string_view json);
/// The country if the place is blocked; empty if not. {"blocked": bool, "country": "US", ...} @returns `ec::malformed`
result<std::string> parse_geoblock(std::string_view json);
/// The id of the next heartbeat, also of the error that names the one that was expected; empty if there is none.
std::string read_heartbeat_id(std::string_view body);
/// GET /tick-size: {"minimum_tick_size": 0.01}. @returns `ec::malformed`
result<price> parse_tick(std::string_view json);

/// The answer of /auth/api-key and /auth/derive-api-key, as parts of its body.
struct credentials_text {
  std::string_view key, secret, passphrase;
};
/// @returns `ec::malformed` that quotes nothing
result<credentials_text> find_credentials(std::string_view body);

} // namespace strike::polymarket

template <> struct strike::enum_names<strike::polymarket::refusal> {
  using refusal = polymarket::refusal;
  static constexpr std::string_view what = "refusal";
  static constexpr std::array table = {enum_name{refusal::other, "other"},
                                       enum_name{refusal::version, "version"},
                                       enum_name{refusal::tick, "tick"},
                                       enum_name{refusal::duplicate, "duplicate"},
                                       enum_name{refusal::killed, "killed"},
                                       enum_name{refusal::funds, "funds"},
                                       enum_name{refusal::credentials, "credentials"},
                                       enum_name{refusal::restricted, "restricted"}};
};
