#include "sandbox/market_view.hpp"

namespace strike::sandbox {

instrument_view& market_view::slot(instrument_id id) const {
  if (id.index < views_.size() && views_[id.index].listing) return views_[id.index];
  for (const auto& row : enum_names<venue>::table) {
    const auto listed = source_.listings(row.value);
    for (auto& taken = taken_[static_cast<std::size_t>(row.value)]; taken < listed.size(); ++taken) {
      const auto& x = listed[taken];
      if (views_.size() <= x.id.index) views_.resize(x.id.index + 1);
      views_[x.id.index].listing = x;
      views_[x.id.index].state = x.state;
    }
  }
  if (views_.size() <= id.index) views_.resize(id.index + 1);
  return views_[id.index];
}

const instrument_view& market_view::at(instrument_id id) const { return slot(id); }

const instrument_view* market_view::find(venue at, std::string_view symbol) const {
  const auto id = source_.instruments().find(at, symbol);
  if (!id) return nullptr;
  const auto& found = slot(*id);
  return found.listing ? &found : nullptr;
}

optional_double market_view::index(venue at, std::string_view name) const {
  const auto& known = indices_[static_cast<std::size_t>(at)];
  const auto found = known.find(name);
  return found == known.end() ? optional_double{} : found->second;
}

void market_view::apply(const market_event& x) {
  auto& view = slot(x.instrument);
  if (const auto* quote = std::get_if<ticker>(&x.body)) {
    view.quote = *quote;
    view.quote_ns = x.venue_ns;
    if (quote->index && view.listing && !view.listing->rules.index.empty())
      indices_[static_cast<std::size_t>(view.listing->rules.at)][view.listing->rules.index] = *quote->index;
  } else if (const auto* snapshot = std::get_if<book_snapshot>(&x.body)) {
    view.book.apply(*snapshot);
    view.book_ns = x.venue_ns;
  } else if (const auto* change = std::get_if<book_change>(&x.body)) {
    view.book.apply(*change);
    view.book_ns = x.venue_ns;
  } else if (std::holds_alternative<trade>(x.body)) {
    ++view.trades;
  } else if (const auto* status = std::get_if<instrument_status>(&x.body)) {
    view.state = status->state;
    if (status->settlement) view.settlement = status->settlement;
    if (status->definition && view.listing) view.listing->rules = *status->definition;
  }
}

} // namespace strike::sandbox
