#include "base/registry.hpp"

#include "base/symbol.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <atomic>
#include <cassert>
#include <mutex>
#include <shared_mutex>

namespace strike {

namespace {
constexpr std::size_t chunk_size = 1024, chunk_count = 1024;
using chunk = std::array<instrument_registry::entry, chunk_size>;
} // namespace

struct instrument_registry::state {
  mutable std::shared_mutex guard; ///< of by_symbol and of appending
  std::array<boost::unordered_flat_map<std::string_view, std::uint32_t>, venue_count> by_symbol;
  std::array<std::atomic<chunk*>, chunk_count> chunks{};
  std::atomic<std::uint32_t> size = 0;
  ~state() {
    for (auto& x : chunks) delete x.load(); // NOLINT: a chunk never moves, so that `at` needs no lock
  }
};

instrument_registry::instrument_registry() : state_{std::make_unique<state>()} {}
instrument_registry::~instrument_registry() = default;

std::optional<instrument_id> instrument_registry::find(venue at, std::string_view symbol) const {
  const std::shared_lock lock{state_->guard};
  const auto& known = state_->by_symbol[static_cast<std::size_t>(at)];
  const auto hit = known.find(symbol);
  if (hit == known.end()) return {};
  return instrument_id{hit->second};
}

result<instrument_id> instrument_registry::intern(venue at, std::string_view symbol) {
  if (const auto known = find(at, symbol)) return *known;
  auto info = parse_symbol(at, symbol);
  if (!info) return std::unexpected{info.error()};
  const std::unique_lock lock{state_->guard};
  auto& known = state_->by_symbol[static_cast<std::size_t>(at)];
  if (const auto hit = known.find(symbol); hit != known.end()) return instrument_id{hit->second};
  const auto index = state_->size.load();
  if (index == chunk_size * chunk_count)
    return fail(ec::malformed, "more than 2^20 instruments; narrow the subscriptions or split the recording");
  auto& slot = state_->chunks[index / chunk_size];
  if (slot.load() == nullptr) slot.store(std::make_unique<chunk>().release());
  auto& made = (*slot.load())[index % chunk_size];
  made = {at, std::string{symbol}, std::move(*info)};
  known.emplace(made.symbol, index);
  state_->size.store(index + 1, std::memory_order_release);
  return instrument_id{index};
}

const instrument_registry::entry& instrument_registry::at(instrument_id id) const {
  assert(id.index < state_->size.load());
  return (*state_->chunks[id.index / chunk_size].load(std::memory_order_acquire))[id.index % chunk_size];
}

std::size_t instrument_registry::size() const { return state_->size.load(std::memory_order_acquire); }

} // namespace strike
