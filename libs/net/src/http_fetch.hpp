#pragma once

#include "http_attempt.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace strike::net {

/// A request with its repeats.
class http_fetch : public std::enable_shared_from_this<http_fetch> {
public:
  http_fetch(engine& on, http_request what, std::function<void(result<http_response>)> done);
  /// Begins; `done` is called in a later round, once.
  void begin();
  /// Ends it without a call.
  void abandon();

private:
  void try_once();
  void on_answer(result<http_response> x);

  engine& on_;
  std::shared_ptr<const http_request> what_;
  std::function<void(result<http_response>)> done_;
  result<address> to_;
  int made_ = 0; ///< attempts
  std::shared_ptr<http_attempt> now_;
  timer wait_;
};

/// What Retry-After asks for: seconds, or an HTTP date.
/// @param now_s seconds since the Unix epoch
/// @returns nothing for what is neither
std::optional<std::chrono::seconds> retry_after(const headers& of, std::int64_t now_s);

} // namespace strike::net
