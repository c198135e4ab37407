#pragma once

#include "book/order_book.hpp"

#include <fmt/format.h>

#include <string>

/// A whole book in one line, to compare two of them: "stale", or "99:1 100:2 | 101:1 102:5" from worst bid to worst
/// ask.
inline std::string book_text(const strike::order_book* book) {
  if (!book || book->state() != strike::trust::live) return "stale";
  const auto level = [](const strike::book_level& x) {
    return fmt::format("{}:{}", x.at.nanos / strike::nanos_per_unit, x.size.nanos / strike::nanos_per_unit);
  };
  std::string bids, asks;
  for (const auto& x : book->bids()) bids += level(x) + ' ';
  for (const auto& x : book->asks()) asks = ' ' + level(x) + asks;
  return bids + '|' + asks;
}
