#include "derive/errors.hpp"

#include <charconv>

namespace strike::derive {
namespace {

struct row {
  std::int64_t first, last;
  remedy what;
};

constexpr row table[] = {
    {-32700, -32700, remedy::reject},     // parse
    {-32603, -32603, remedy::unknown},    // internal error
    {-32602, -32600, remedy::reject},     // request, method, params: our mistake
    {-32100, -32100, remedy::wait},       // too many sockets
    {-32000, -32000, remedy::wait},       // rate limit
    {9000, 9001, remedy::unknown},        // time-outs of confirmation and engine
    {9002, 9002, remedy::read_again},     // cache not ready
    {11003, 11006, remedy::closed},       // cancelled, filled, expired already; does not exist
    {11017, 11018, remedy::new_nonce},    // not unique; date out of range
    {11023, 11023, remedy::raise_fee},    //
    {11028, 11028, remedy::reject},       // a replaced order has another filled amount: nothing happened
    {14000, 14002, remedy::stop},         // account, subaccount not found; withdrawn
    {14013, 14014, remedy::stop},         // signature of log-in or order
    {14020, 14021, remedy::stop},         // wallet missing or wrong
    {14022, 14022, remedy::log_in},       // private channel not allowed
    {14023, 14026, remedy::stop},         // signer unknown, chain, parameter, key not found
    {14030, 14031, remedy::stop},         // key expired, scope too small
    {14038, 14038, remedy::shorten_life}, //
    {16000, 16100, remedy::stop},         // compliance, region
};

} // namespace

remedy remedy_of(const refusal& x) {
  if (!x.code) return remedy::unknown;
  for (const auto& [first, last, what] : table)
    if (*x.code >= first && *x.code <= last) return what;
  return remedy::reject;
}

optional_double number_in_data(const refusal& x) {
  const auto at = x.data.find_first_of("0123456789");
  if (at == std::string::npos) return {};
  double number = 0;
  const auto [end, error] = std::from_chars(x.data.data() + at, x.data.data() + x.data.size(), number);
  if (error != std::errc{}) return {};
  return number;
}

} // namespace strike::derive
