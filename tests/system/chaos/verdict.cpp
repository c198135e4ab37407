#include "chaos/verdict.hpp"

#include "base/time.hpp"
#include "exec/order_reader.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <set>

namespace chaos {

namespace {

using exec::order_reader;
using exec::stored_order;

std::string text(const boost::json::object& of, const char* key) { return std::string{of.at(key).as_string().c_str()}; }

/// The store's id of a fill names the order behind the venue's trade where a trade may be of two own orders.
std::string venue_trade(const std::string& id) { return id.substr(0, id.find_first_of("/:")); }

/// What one venue counts for one label or order id.
struct venue_side {
  std::size_t orders = 0;
  quantity filled;
  bool is_open = false;
};

class comparison {
public:
  comparison(const world& truth, const traders& told, instrument_registry& names)
      : truth_{truth}, told_{told}, names_{names} {}

  verdict run() {
    const auto store = order_reader::open(truth_.store_file(), names_);
    if (!store) return made_.faults.push_back(store.error().text), made_;
    read_truth();
    const auto orders = store->orders({});
    if (!orders) return made_.faults.push_back(orders.error().text), made_;
    for (const auto& x : *orders) check_order(x);
    check_told();
    check_fills(*orders);
    check_strays(*orders);
    check_positions(*store);
    return std::move(made_);
  }

private:
  template <class... Args> void fault(fmt::format_string<Args...> how, Args&&... args) {
    made_.faults.push_back(fmt::format(how, std::forward<Args>(args)...));
  }

  void read_truth() {
    for (const auto& row : truth_.truth("orders")) {
      const auto& x = row.as_object();
      if (text(x, "state") == "rejected") continue; // it never was an order
      auto& of = at_venue_[text(x, "venue") + "/" + text(x, "order_id")];
      const auto filled = *parse_decimal<quantity>(text(x, "filled"));
      const bool is_open = text(x, "state") == "open" || text(x, "state") == "partially_filled";
      of = {.orders = 1, .filled = filled, .is_open = is_open};
      if (is_open) fault("{} {} is still open at the venue", text(x, "venue"), text(x, "order_id"));
      if (const auto label = text(x, "label"); !label.empty()) {
        auto& all = by_label_[label];
        ++all.orders;
        all.filled = {all.filled.nanos + filled.nanos};
      }
    }
    for (const auto& row : truth_.truth("fills")) {
      const auto& x = row.as_object();
      if (x.at("is_reversed").as_bool()) {
        ++made_.reversed;
        continue;
      }
      fills_.insert(fmt::format("{} {} {} {} @ {}", text(x, "venue"), text(x, "trade_id"), text(x, "side"),
                                text(x, "size"), text(x, "price")));
    }
    made_.fills = fills_.size();
  }

  /// The store against what the strategy was told, and against itself.
  void check_order(const stored_order& x) {
    ++made_.orders;
    ++made_.states[std::string{to_text(x.last.state)}];
    labels_.insert(x.what.label);
    if (!is_final(x.last.state))
      fault("{} at {} is still {} in the store: venue's id '{}', keys '{}', last changed at {}, {}", x.what.label,
            to_text(x.account.at), to_text(x.last.state), x.last.venue_id, fmt::join(x.keys, ", "),
            iso_from_ns(x.last.changed_ns), x.last.reason);
    quantity booked;
    for (const auto& f : x.fills)
      if (!f.is_undone) booked = {booked.nanos + f.what.size.nanos};
    if (booked != x.last.filled)
      fault("{}: {} booked, {} counted", x.what.label, to_string(booked), to_string(x.last.filled));
    if (booked > x.what.request.size && x.last.size < booked)
      fault("{}: {} filled of {}", x.what.label, to_string(booked), to_string(x.what.request.size));
    const auto seen = told_.orders().find(x.what.label);
    if (seen == told_.orders().end()) return fault("{} is of nobody", x.what.label);
    if (seen->second.state != x.last.state || seen->second.filled != x.last.filled)
      fault("{}: told {} {}, the store has {} {}", x.what.label, to_text(seen->second.state),
            to_string(seen->second.filled), to_text(x.last.state), to_string(x.last.filled));
  }

  /// What strategies sent and the store does not have never was an order.
  void check_told() {
    for (const auto& [id, x] : told_.orders()) {
      if (labels_.contains(id)) continue;
      if (x.state != order_state::rejected && x.state != order_state::cancelled)
        fault("{} was told as {}, the store does not have it", id, to_text(x.state));
      if (by_label_.contains(id)) fault("{} is at the venue, the store does not have it", id);
    }
  }

  void check_fills(const std::vector<stored_order>& orders) {
    std::set<std::string> booked;
    for (const auto& x : orders)
      for (const auto& f : x.fills) {
        if (f.is_undone) continue;
        const auto line =
            fmt::format("{} {} {} {} @ {}", to_text(names_.at(x.what.request.instrument).at), venue_trade(f.trade_id),
                        to_text(f.what.side), to_string(f.what.size), to_string(f.what.at));
        if (!booked.insert(line).second) fault("fill booked twice: {}", line);
        if (!fills_.contains(line)) fault("{}: fill that the venue does not have: {}", x.what.label, line);
      }
    for (const auto& x : fills_)
      if (!booked.contains(x)) fault("fill that was lost: {}", x);
  }

  /// Orders at the venue under labels that the store does not have, and doubled ones.
  void check_strays(const std::vector<stored_order>& orders) {
    for (const auto& [label, x] : by_label_) {
      if (!labels_.contains(label)) fault("{} is at the venue, the store does not have it", label);
    }
    for (const auto& x : orders) {
      const auto at = by_label_.find(x.what.label);
      if (at == by_label_.end()) continue;
      ++made_.sent;
      if (at->second.filled != x.last.filled && made_.reversed == 0)
        fault("{}: the venue filled {} in {} orders, the store has {}", x.what.label, to_string(at->second.filled),
              at->second.orders, to_string(x.last.filled));
    }
  }

  void check_positions(const order_reader& store) {
    std::map<std::pair<std::string, instrument_id>, std::int64_t> by_trader;
    std::map<instrument_id, std::int64_t> ours, theirs;
    const auto strategies = store.strategies();
    const auto read = store.bookings({}, [&](exec::booking&& x) {
      const auto* f = std::get_if<fill>(&x.what);
      if (f && !x.owner) fault("trade {} was taken for one of others; nobody else trades here", x.trade_id);
      if (const auto* own = std::get_if<exec::adoption>(&x.what))
        fault("a position was adopted, and nobody else trades here: {} {}", names_.at(own->instrument).symbol,
              own->why);
      if (const auto* end = std::get_if<match::settlement>(&x.what); end && x.owner) {
        by_trader[{strategies->at(*x.owner), end->instrument}] -= end->size.nanos;
        ours[end->instrument] -= end->size.nanos;
      }
      if (!f || !x.owner) return;
      const auto size = f->side == side::buy ? f->size.nanos : -f->size.nanos;
      by_trader[{strategies->at(*x.owner), f->instrument}] += size;
      ours[f->instrument] += size;
    });
    if (!read) return fault("{}", read.error().text);
    for (const auto& row : truth_.truth("positions")) {
      const auto& x = row.as_object();
      const auto id = names_.intern(*from_text<venue>(text(x, "venue")), text(x, "instrument"));
      theirs[*id] += parse_decimal<quantity>(text(x, "size"))->nanos;
    }
    for (const auto& [id, size] : ours)
      if (theirs[id] != size)
        fault("{}: the venue holds {}, the store {}", names_.at(id).symbol, to_string(quantity{theirs[id]}),
              to_string(quantity{size}));
    for (std::size_t n = 0; n < told_.count(); ++n)
      for (const auto& [whose, size] : by_trader)
        if (whose.first == told_.name(n) && told_.position_of(n, whose.second).size.nanos != size)
          fault("{} holds {} of {} by its own count, {} by the store", whose.first,
                to_string(told_.position_of(n, whose.second).size), names_.at(whose.second).symbol,
                to_string(quantity{size}));
  }

  const world& truth_;
  const traders& told_;
  instrument_registry& names_;
  verdict made_;
  std::map<std::string, venue_side> at_venue_, by_label_;
  std::set<std::string> fills_; ///< at the venues, one line each
  std::set<std::string> labels_;
};

} // namespace

verdict compare(const world& truth, const traders& told, instrument_registry& names) {
  return comparison{truth, told, names}.run();
}

} // namespace chaos
