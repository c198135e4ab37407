#pragma once

#include "exec/polymarket_book.hpp"
#include "exec/polymarket_http.hpp"
#include "exec/polymarket_settings.hpp"
#include "process/log.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace strike::exec {

/// Asks what became of orders, by their digests: the order itself, then the trades of its market since it was made.
/// An order is absent only when it has no trace, twice, so long after it was sent that it cannot arrive any more.
/// One thread.
class polymarket_inquiry {
public:
  struct tools {
    const polymarket_settings& how;
    polymarket_http& http;
    polymarket_book& book;
    process::logger& log;
    venue_reports& reports;
    polymarket_book::fee_function fee;
  };
  explicit polymarket_inquiry(tools with) : tools_{std::move(with)} {}

  /// For the adapter's own sake: tells only what is new.
  void look_up(polymarket_order& of, polymarket_leg& x, const moment& now, std::chrono::nanoseconds delay = {});
  /// For the desk: an answer follows in any case.
  void ask(polymarket_order& of, const moment& now);
  /// @returns when to call again, steady time
  std::int64_t round(const moment& now);

private:
  struct question {
    std::int64_t due_ns = 0;
    bool is_asked = false; ///< by the desk
    bool is_under_way = false;
    int failures = 0;
    int nothing = 0; ///< how often there was no trace, in a row
    int lacking = 0; ///< how often fills were not listed yet
  };
  using answer = polymarket_http::answer;
  void send(const std::string& id, question& x);
  void on_order(const std::string& id, const answer& x, const moment& now);
  /// An order that did not match may rest or have failed: it rests if it is among the open ones.
  void ask_open(const std::string& id);
  void ask_trades(const std::string& id, std::string cursor, bool is_there);
  void on_trades(const std::string& id, bool is_there, const answer& x, const moment& now);
  void conclude(const std::string& id, bool is_there, const moment& now);
  void conclude_nothing(const std::string& id, question& x, polymarket_order& of, polymarket_leg& leg,
                        const moment& now);
  void fail(const std::string& id, std::string why, const moment& now);
  void finish(const std::string& id, const moment& now);

  tools tools_;
  std::map<std::string, question, std::less<>> questions_; ///< by digest
};

} // namespace strike::exec
