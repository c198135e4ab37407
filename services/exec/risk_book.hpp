#pragma once

#include "base/order.hpp"
#include "exec/order_venue.hpp"

#include <boost/container/flat_set.hpp>
#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strike::exec {

enum class greek : std::uint8_t { delta, gamma, vega };
inline constexpr std::size_t greek_count = 3;
/// Greeks are summed as whole numbers of 1e-12, so that what was added can be taken away without a trace.
inline constexpr double greek_unit = 1e-12;

/// What one unit of an instrument's size weighs.
struct unit_weight {
  std::uint32_t underlying = UINT32_MAX;          ///< of `risk_book::underlying_of`
  price usd;                                      ///< notional; 0: not known
  std::array<std::int64_t, greek_count> greeks{}; ///< delta in coin, gamma per USD, vega in USD; of 1e-12
  auto operator<=>(const unit_weight&) const = default;
};

/// A greek of what is held, and what open orders may yet add to it: at worst `held + up` or `held + down`.
struct greek_load {
  int128 held = 0, up = 0, down = 0;
  auto operator<=>(const greek_load&) const = default;
};

/// What stands in one instrument, and what it counts for in its sums.
struct exposure {
  quantity held;                                ///< signed
  quantity buys, sells;                         ///< open, if everything fills that may
  money notional;                               ///< USD, at the worse of both sides
  std::array<greek_load, greek_count> greeks{}; ///< of its underlying
};
/// The notional and greeks of an exposure, from its sizes.
exposure weighed(exposure x, const unit_weight& unit);

/// The sums of one scope.
struct risk_sums {
  money notional; ///< USD
  std::int64_t open_orders = 0;
  std::vector<std::array<greek_load, greek_count>> greeks; ///< by underlying
  const greek_load& of(greek which, std::uint32_t underlying) const;
};

/// What is open and held, in sums that are kept up to date with every change: of all, of each venue, of each strategy.
/// An order counts with the most that it may still fill. One thread.
class risk_book {
public:
  /// What an amend asks for.
  struct terms {
    price limit;
    quantity size; ///< the total
  };
  struct open_order {
    owner_id owner = 0;
    instrument_id instrument;
    strike::side side = strike::side::buy;
    order_type type = order_type::limit;
    bool rests = false;   ///< may stand in the venue's book, where an own order could meet it
    price limit = {};     ///< the most aggressive that it may have
    quantity open = {};   ///< the most that may yet fill
    quantity filled = {}; ///< as far as known
    price stop = {};      ///< > 0: a stop order
    std::string label = {};
    std::optional<terms> amending = {}; ///< asked for, not yet answered: the worse of all that was asked for
  };

  /// Before anything of the instrument is counted.
  void list(instrument_id id, venue at);
  bool is_listed(instrument_id id) const { return id.index < books_.size() && books_[id.index]; }
  std::uint32_t underlying_of(std::string_view base); ///< dense, from 0
  const std::string& underlying(std::uint32_t index) const { return underlyings_[index]; }
  std::size_t underlyings() const { return underlyings_.size(); }

  void set_weight(instrument_id id, const unit_weight& unit);
  const unit_weight& weight(instrument_id id) const { return at(id).unit; }

  void add(order_id id, const open_order& x);
  /// As it may stand from now on; nothing open: it is forgotten. Unknown orders are ignored.
  void change(order_id id, price limit, quantity open);
  open_order* find(order_id id); ///< what is counted changes by `change` only
  const open_order* find(order_id id) const;
  /// A position grew or shrank. No owner: it is the account's own and counts for venue and all.
  void hold(std::optional<owner_id> owner, instrument_id id, quantity change);

  const exposure& of(instrument_id id) const { return at(id).total; }
  const exposure& of(owner_id owner, instrument_id id) const;
  const risk_sums& all() const { return all_; }
  const risk_sums& of(venue x) const { return venues_[static_cast<std::size_t>(x)]; }
  const risk_sums& of(owner_id owner) const;

  /// An own order in the venue's book that a buy or sell at this limit would meet. No limit: at any price.
  std::optional<order_id> met_by(instrument_id id, side by, std::optional<price> limit) const;
  bool is_held(instrument_id id) const { return held_.contains(id.index); }
  void each_held(const std::function<void(instrument_id, const exposure& total)>& visit) const;
  void each_order(const std::function<void(order_id, const open_order&)>& visit) const;

private:
  using resting = boost::container::flat_set<std::pair<std::int64_t, std::uint64_t>>; ///< price, order
  struct instrument_book {
    venue where = venue::deribit;
    unit_weight unit;
    exposure total;
    boost::container::small_vector<std::pair<owner_id, exposure>, 2> owners;
    resting buys, sells;
  };

  instrument_book& at(instrument_id id) const { return *books_[id.index]; }
  exposure& own(instrument_book& b, owner_id owner);
  risk_sums& sums_of(owner_id owner);
  /// Runs `f` on the exposure of all and, if any, of the owner, and brings their sums up to date.
  void touch(instrument_book& b, std::optional<owner_id> owner, const std::function<void(exposure&)>& f);
  void recount(instrument_book& b, exposure& x, std::initializer_list<risk_sums*> into);
  void count_open(const open_order& x, quantity change, int orders);

  std::vector<std::unique_ptr<instrument_book>> books_; ///< by instrument
  boost::unordered_flat_map<std::uint64_t, open_order> orders_;
  boost::container::flat_set<std::uint32_t> held_; ///< instruments
  risk_sums all_;
  std::array<risk_sums, venue_count> venues_;
  std::deque<risk_sums> owners_;
  std::vector<std::string> underlyings_;
};

} // namespace strike::exec
