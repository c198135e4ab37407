#include "topic_table.hpp"

#include "bus/topic.hpp"
#include "feed/demand_table.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace strike::gateway {

namespace {

using kind = feed::demand_table::kind;

constexpr std::uint8_t bit(channel x) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(x)); }
constexpr std::uint8_t all_channels = bit(channel::ticker) | bit(channel::book) | bit(channel::trades);
constexpr std::uint8_t whole_instrument = 1U << feed::channels; ///< a prefix of its own beside those of channels

} // namespace

void topic_table::set(std::string_view prefix, bool is_wanted) {
  const auto asked = feed::demand_table::kind_of(prefix);
  if (asked == kind::tap) return;
  const auto parts = *bus::parse_prefix(prefix);
  if (parts.at.text != to_text(at_)) return;
  if (asked == kind::named)
    return set_named(parts.name.text,
                     parts.what.text.empty() ? whole_instrument : bit(*from_text<channel>(parts.what.text)), is_wanted);
  if (is_wanted)
    starts_.emplace(parts.name.text);
  else if (const auto found = starts_.find(parts.name.text); found != starts_.end())
    starts_.erase(found);
  for (const auto id : listed_)
    if (names_.at(id).symbol.starts_with(parts.name.text)) touch(id);
}

void topic_table::set_named(std::string_view symbol, std::uint8_t bits, bool is_wanted) {
  auto found = named_.find(symbol);
  if (is_wanted) {
    if (found == named_.end()) found = named_.emplace(symbol, std::uint8_t{0}).first;
    found->second = static_cast<std::uint8_t>(found->second | bits);
  } else if (found != named_.end()) {
    found->second = static_cast<std::uint8_t>(found->second & ~bits);
    if (found->second == 0) named_.erase(found);
  }
  const auto id = names_.find(at_, symbol);
  if (id && id->index < rows_.size() && rows_[id->index].state != life::unknown)
    touch(*id);
  else if (is_wanted)
    unknown_.emplace_back(symbol);
}

topic_table::row& topic_table::at(instrument_id which) {
  if (which.index >= rows_.size()) rows_.resize(which.index + 1);
  return rows_[which.index];
}

void topic_table::touch(instrument_id which) {
  if (std::exchange(at(which).is_touched, true)) return;
  touched_.push_back(which);
}

void topic_table::define(instrument_id which) {
  auto& mine = at(which);
  if (mine.state != life::unknown) return;
  mine.state = life::listed;
  listed_.push_back(which);
  touch(which);
}

void topic_table::retire(instrument_id which) {
  auto& mine = at(which);
  if (mine.state == life::listed) std::erase(listed_, which);
  mine.state = life::retired;
  touch(which);
}

bool topic_table::has_start_of(std::string_view symbol) const {
  return std::ranges::any_of(starts_, [&](const std::string& x) { return symbol.starts_with(x); });
}

std::uint8_t topic_table::wished(instrument_id which) const {
  const auto& symbol = names_.at(which).symbol;
  std::uint8_t mask = 0;
  if (const auto found = named_.find(symbol); found != named_.end())
    mask = (found->second & whole_instrument) != 0 ? all_channels : found->second & all_channels;
  if (has_start_of(symbol)) mask |= bit(channel::ticker);
  for (const auto what : {channel::ticker, channel::book, channel::trades})
    if ((mask & bit(what)) != 0 && !has_topic_(feed::slot_of(which, what)))
      mask = static_cast<std::uint8_t>(mask & ~bit(what));
  return mask;
}

topic_table::changes topic_table::take() {
  changes out;
  for (const auto id : std::exchange(touched_, {})) {
    auto& mine = rows_[id.index];
    mine.is_touched = false;
    const auto now = mine.state == life::listed ? wished(id) : std::uint8_t{0};
    for (const auto what : {channel::ticker, channel::book, channel::trades}) {
      if (((now ^ mine.mask) & bit(what)) == 0) continue;
      ((now & bit(what)) != 0 ? out.added : out.dropped).push_back(feed::slot_of(id, what));
    }
    mine.mask = now;
  }
  wanted_ = wanted_ + out.added.size() - out.dropped.size();
  return out;
}

std::vector<std::string> topic_table::take_unknown() {
  auto out = std::exchange(unknown_, {});
  std::erase_if(out, [this](const std::string& symbol) {
    const auto id = names_.find(at_, symbol);
    return (id && id->index < rows_.size() && rows_[id->index].state != life::unknown) || !named_.contains(symbol);
  });
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

bool topic_table::is_wanted(feed::slot which) const {
  const auto id = feed::instrument_of(which).index;
  return id < rows_.size() && (rows_[id].mask & bit(feed::channel_of_slot(which))) != 0;
}

} // namespace strike::gateway
