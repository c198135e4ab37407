#pragma once

#include "exec/polymarket_book.hpp"
#include "exec/polymarket_http.hpp"
#include "exec/polymarket_settings.hpp"
#include "process/log.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace strike::exec {

/// Cancels at the venue, again and again until the order is over: cancelling twice does no harm. The answer tells that
/// an order ended, not what it had filled; that is looked up. One thread.
class polymarket_canceller {
public:
  struct tools {
    const polymarket_settings& how;
    polymarket_http& http;
    polymarket_book& book;
    process::logger& log;
    venue_reports& reports;
    std::function<void(polymarket_order&, polymarket_leg&, const moment&, std::chrono::nanoseconds delay)> look_up;
  };
  explicit polymarket_canceller(tools with) : tools_{std::move(with)} {}

  /// The order wants its current leg cancelled.
  void cancel(polymarket_order& of, const moment& now);
  /// The venue's own call for all orders of the account; repeated until it is answered.
  void cancel_everything(const moment& now);
  /// @returns when to call again, steady time
  std::int64_t round(const moment& now);

private:
  struct request {
    std::int64_t since_ns = 0, due_ns = 0;
    int refusals = 0; ///< by the venue: a delayed order cannot be cancelled yet
    int failures = 0;
    bool is_under_way = false;
  };
  void flush(const moment& now);
  void on_answer(const std::vector<std::string>& ids, const polymarket_http::answer& x, const moment& now);
  void on_failure(const std::string& id, request& x, const polymarket_http::answer& answer, const moment& now);
  void give_up(const std::string& id, std::string why, const moment& now);
  void on_all(const polymarket_http::answer& x, const moment& now);

  tools tools_;
  std::map<std::string, request> requests_; ///< by digest
  bool wants_all_ = false, is_all_under_way_ = false;
  std::int64_t all_due_ns_ = INT64_MAX;
  int all_failures_ = 0;
};

} // namespace strike::exec
