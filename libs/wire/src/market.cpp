#include "wire/market.hpp"

#include "market_event.hpp"
#include "message.hpp"
#include "ticker_bytes.hpp"

#include <google/protobuf/arena.h>

#include <algorithm>
#include <array>
#include <cassert>

namespace strike::wire {
namespace {

/// Room for the parts of a message, used anew for each; larger messages take more from the heap and give it back.
class scratch {
public:
  google::protobuf::Arena& empty() { return arena_.Reset(), arena_; }

private:
  static google::protobuf::ArenaOptions options(std::array<char, 16'384>& block) {
    google::protobuf::ArenaOptions made;
    made.initial_block = block.data();
    made.initial_block_size = block.size();
    return made;
  }
  alignas(16) std::array<char, 16'384> block_;
  google::protobuf::Arena arena_{options(block_)};
};

} // namespace

struct market_encoder::state : scratch {};
market_encoder::market_encoder() : state_{std::make_unique<state>()} {}
market_encoder::~market_encoder() = default;
market_encoder::market_encoder(market_encoder&&) noexcept = default;
market_encoder& market_encoder::operator=(market_encoder&&) noexcept = default;

void market_encoder::encode(std::string& out, const market_header& header, std::span<const market_event> events) {
  assert(header.epoch != 0);
  if (std::ranges::all_of(events, [](const auto& x) { return std::holds_alternative<ticker>(x.body); }))
    return write_tickers(out, header, events);
  auto& message = *google::protobuf::Arena::CreateMessage<v1::MarketMessage>(&state_->empty());
  message.set_epoch(header.epoch);
  message.set_sequence(header.sequence);
  message.set_is_snapshot(header.is_snapshot);
  for (const auto& event : events) write_event(*message.add_events(), event);
  serialize(out, message);
}

struct market_decoder::state : scratch {};
market_decoder::market_decoder() : state_{std::make_unique<state>()} {}
market_decoder::~market_decoder() = default;
market_decoder::market_decoder(market_decoder&&) noexcept = default;
market_decoder& market_decoder::operator=(market_decoder&&) noexcept = default;

result<market_message> market_decoder::decode(std::string_view bytes, instrument_id instrument,
                                              std::vector<market_event>& out) {
  const std::size_t before = out.size();
  market_message made;
  if (read_tickers(bytes, instrument, made, out)) return made;
  out.resize(before);

  auto& message = *google::protobuf::Arena::CreateMessage<v1::MarketMessage>(&state_->empty());
  if (auto parsed = parse(message, bytes); !parsed) return std::unexpected{std::move(parsed).error()};
  if (message.epoch() == 0) return broken(message, "epoch is missing");
  if (message.sequence() == 0 && !message.is_snapshot()) return broken(message, "sequence is missing");
  made = {.header = {message.epoch(), message.sequence(), message.is_snapshot()},
          .events = static_cast<std::size_t>(message.events_size())};
  for (const auto& event : message.events()) {
    auto& added = out.emplace_back();
    const auto done = read_event(added, event);
    if (!done) {
      out.resize(before);
      return std::unexpected{done.error()};
    }
    added.instrument = instrument;
    if (*done == reading::unknown) {
      out.pop_back();
      ++made.skipped;
    }
  }
  return made;
}

} // namespace strike::wire
