#pragma once

#include "book/order_book.hpp"

#include <cstdint>

namespace strike::gateway_polymarket {

/// Whether two books are each other's mirror: the size of a bid at p is the size of the other's ask at 1 - p.
/// Source: Polymarket manual: every order is shown in both books of a market.
bool are_mirrors(const order_book& a, const order_book& b);
/// Whether they are so at one level of `a`.
bool is_mirrored(const order_book& a, const order_book& b, side on, price at);

/// The audit of one market's two books: whether they are mirrors, and since when not. Messages that change both may
/// come apart; what lasts is an error. Acts once, until they have been mirrors again. Pure.
class mirror_audit {
public:
  /// The two books agree, or not.
  void check(bool are_alike, std::int64_t now_ns);
  bool is_suspicious() const { return since_ns_ != 0; }
  /// Whether another message should be looked at: they are not known to differ for good.
  bool is_armed() const { return is_armed_; }
  std::int64_t due_ns() const { return since_ns_ == 0 ? INT64_MAX : since_ns_ + patience_ns; }
  /// To be called when due, if they still differ: both are wrong, or the rule is.
  void spend() { since_ns_ = 0, is_armed_ = false; }

private:
  static constexpr std::int64_t patience_ns = 1'000'000'000;
  std::int64_t since_ns_ = 0;
  bool is_armed_ = true;
};

} // namespace strike::gateway_polymarket
