#pragma once

#include "deribit/account.hpp"
#include "exec/deribit_requests.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace strike::exec {

/// Of which trades.
struct trade_span {
  std::vector<std::string> currencies;
  std::int64_t since_ns = 0; ///< wall
  std::int64_t now_ns = 0;   ///< wall
};

/// All trades of the account since then, oldest first within a currency, each once: page by page, and what is older
/// than a day from the venue's historical store, too. `done` is called once, from `round`.
///
/// The first page goes by time, the others by trade id: trades come in the order of their ids, of which neither the
/// times need to rise nor a millisecond to have less than a page. Source: Deribit API v2, sections "Trades" (pages),
/// "Queries".
/// @returns to `done` `ec::session_down`, `ec::malformed`, or `ec::io` with the venue's refusal
void ask_trades(deribit_requests& over, trade_span which,
                std::function<void(result<std::vector<deribit::user_trade>>&&, const moment&)> done, const moment& now);

} // namespace strike::exec
