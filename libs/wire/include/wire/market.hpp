#pragma once

#include "base/market_event.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strike::wire {

/// What a consumer needs to notice restarts and losses. Source: proto/strike/v1/market.proto, `MarketMessage`.
struct market_header {
  std::uint64_t epoch = 0;    ///< the publisher's start, nanoseconds; never 0
  std::uint64_t sequence = 0; ///< of the first event, per topic from 1; of a snapshot: of the last event it contains
  bool is_snapshot = false;   ///< sent to a new subscriber; nothing is counted for it
  bool operator==(const market_header&) const = default;
};

/// What a message held besides the events that were read.
struct market_message {
  market_header header;
  std::size_t events = 0;  ///< in the message, also those skipped
  std::size_t skipped = 0; ///< with a body, state or side that only a newer version knows. The sequence counts them;
                           ///< on a book channel the book is not to be trusted after one

  /// The sequence that the next message of the topic carries, unless something is lost.
  std::uint64_t next_sequence() const { return header.sequence + (header.is_snapshot ? 1 : events); }
  bool operator==(const market_message&) const = default;
};

/// One MarketMessage. `events` are of one instrument and one channel, which the topic names: the instrument itself is
/// not written. Bytes of a text that are not UTF-8 become U+FFFD.
///
/// Keeps its memory: writing tickers allocates nothing once `out` is large enough. One thread.
class market_encoder {
public:
  market_encoder();
  ~market_encoder();
  market_encoder(market_encoder&&) noexcept;
  market_encoder& operator=(market_encoder&&) noexcept;

  /// @param out cleared first
  void encode(std::string& out, const market_header& header, std::span<const market_event> events);

private:
  struct state;
  std::unique_ptr<state> state_;
};

/// The inverse of `market_encoder`. Keeps its memory: reading tickers allocates nothing once warm. One thread.
class market_decoder {
public:
  market_decoder();
  ~market_decoder();
  market_decoder(market_decoder&&) noexcept;
  market_decoder& operator=(market_decoder&&) noexcept;

  /// @param instrument what the topic named; every event gets it. That a definition is of the same instrument is the
  ///        caller's to check
  /// @param out the events are appended; unchanged on an error
  /// @returns `ec::malformed` if the bytes are no MarketMessage, or one that breaks the rules of its .proto file
  result<market_message> decode(std::string_view bytes, instrument_id instrument, std::vector<market_event>& out);

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace strike::wire
