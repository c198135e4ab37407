#pragma once

#include "journal/reader.hpp"

#include <optional>
#include <string>
#include <vector>

/// What a recording holds, read to its end.
struct recording_contents {
  std::vector<strike::market_event> events;
  strike::journal::read_stats stats;
  std::optional<strike::error> fault; ///< of opening or of reading
};

inline recording_contents read_all(std::vector<std::filesystem::path> files, strike::instrument_registry& instruments,
                                   strike::journal::read_options options = {}) {
  recording_contents out;
  auto from = strike::journal::reader::open(std::move(files), options, instruments);
  if (!from) {
    out.fault = from.error();
    return out;
  }
  for (;;) {
    auto batch = (*from)->next();
    if (!batch) out.fault = batch.error();
    if (!batch || !*batch) break;
    out.events.insert(out.events.end(), (*batch)->events.begin(), (*batch)->events.end());
    (*from)->recycle(std::move(*batch));
  }
  out.stats = (*from)->stats();
  return out;
}
