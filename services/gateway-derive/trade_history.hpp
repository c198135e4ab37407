#pragma once

#include "derive/message.hpp"
#include "derive/request.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace strike::gateway_derive {

/// What is asked of `public/get_trade_history` to fill the gaps that a change of sockets left: one query for all
/// instruments of a currency and type, page by page. Each is asked twice, since trades come into the history only as
/// they settle. Pure; one thread.
class trade_history {
public:
  struct bounds {
    std::int64_t longest_ns = 0; ///< no further back than so
    std::uint32_t pages = 0;     ///< of one query; 0: nothing is asked
  };
  struct gap {
    std::string symbol, currency, type; ///< "ETH-PERP", "ETH", "perp"
    std::int64_t from_ns = 0;           ///< wall clock: until when its trades were certainly received
  };

  explicit trade_history(bounds most) : most_{most} {}

  /// @returns false if the gap is longer than is asked for: what is older stays lost
  bool add(const gap& what, std::int64_t now_ns);

  /// What to ask now; not while an answer is awaited.
  std::optional<derive::history_query> next(std::int64_t now_ns);
  /// When `next` will have something; INT64_MAX: not before `add` or an answer
  std::int64_t due_ns() const;

  struct answer {
    std::vector<derive::trade_message> trades; ///< of a query's last page: all of it, oldest first; else empty
    bool is_cut = false;                       ///< there were more pages than are read
  };
  answer take(derive::history_page page, std::int64_t now_ns);
  /// The page could not be had: what came before it is given, the rest is left.
  answer give_up(std::int64_t now_ns);
  /// The same page is asked again, not before then.
  void retry(std::int64_t at_ns);

private:
  struct query {
    std::string currency, type;
    std::map<std::string, std::int64_t, std::less<>> from_ns; ///< by symbol
    std::int64_t due_ns = 0, to_ns = 0;
    std::uint32_t page = 0; ///< of those read
    bool is_second = false;
    std::vector<derive::trade_message> trades;
  };
  answer finish(bool is_cut, std::int64_t now_ns);

  bounds most_;
  std::vector<query> waiting_;
  std::optional<query> asked_; ///< an answer is awaited
};

} // namespace strike::gateway_derive
