#pragma once

#include "base/registry.hpp"
#include "exec/polymarket_http.hpp"
#include "polymarket/answer.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace strike::exec {

/// What the wallet holds and has approved, as the CLOB last said, less what was spent since. One thread.
class polymarket_funds {
public:
  polymarket_funds(polymarket_http& http, instrument_registry& names, int signature_type)
      : http_{http}, names_{names}, signature_type_{signature_type} {}

  struct need {
    std::optional<instrument_id> token; ///< none: pUSD
    bool is_position = false;           ///< of Protocol V2
    std::int64_t millionths = 0;
    std::int64_t reserved = 0; ///< by open orders
    std::string contract = {}; ///< the exchange, which must be approved
  };
  enum class verdict : std::uint8_t { enough, wait, refused };
  struct check_result {
    verdict is;
    std::string why = {};
  };
  /// `wait`: it is being asked for. A lack is told only of a balance that was asked for after the check began.
  /// @param since_ns steady time when the order came
  check_result check(const need& what, std::int64_t since_ns, const moment& now);
  /// What a fill spent; what it brought counts once the venue says so.
  void spend(std::optional<instrument_id> token, std::int64_t millionths);
  /// Asked for anew before the next check.
  void forget(std::optional<instrument_id> token) { holdings_.erase(token); }

private:
  struct holding {
    std::optional<polymarket::funds> known;
    std::int64_t known_ns = 0; ///< steady time of the question
    bool is_asked = false;
    std::string fault = {};
  };
  void ask(const need& what, const moment& now);

  polymarket_http& http_;
  instrument_registry& names_;
  int signature_type_;
  std::map<std::optional<instrument_id>, holding> holdings_;
};

/// "12.5" of millionths.
std::string millionths_text(std::int64_t x);

} // namespace strike::exec
