#pragma once

#include "base/registry.hpp"
#include "exec/order_venue.hpp"
#include "polymarket/account.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strike::exec {

/// One signed order at the venue. An order of exec has another with each amendment, since the venue cannot change one.
struct polymarket_leg {
  enum class stage : std::uint8_t {
    waiting,  ///< signed and kept; nothing has left
    sent,     ///< its answer is awaited
    standing, ///< the venue has it
    unsure,   ///< no answer: it may be there or not
    over,
  };
  std::string id; ///< digest: the venue's order id
  price limit;
  quantity size;
  std::int64_t created_ms = 0;
  stage at = stage::waiting;
  bool is_seen = false;          ///< the venue told of it
  quantity matched;              ///< as the venue counts
  quantity traded;               ///< sum of the fills that were told
  std::string body = {};         ///< while it may have to be sent again
  std::int64_t left_wall_ns = 0; ///< when it was last sent
  std::int64_t left_steady_ns = 0;
};

struct polymarket_amendment {
  price limit;
  quantity size; ///< the new total
};

struct polymarket_order {
  venue_order what; ///< limit and size as they stand
  std::string condition;
  std::deque<polymarket_leg> legs;               ///< the last one is the current; none ever moves
  std::optional<polymarket_amendment> amendment; ///< the current leg is being cancelled for it
  bool wants_cancel = false;
  bool was_signed_anew = false;  ///< after the venue's version changed
  std::int64_t told_ns = 0;      ///< venue time of what was told last; it never goes back
  std::optional<order_fact> end; ///< once it is final

  polymarket_leg* current() { return legs.empty() ? nullptr : &legs.back(); }
  quantity filled() const; ///< over all legs
};

/// How a leg ended.
struct polymarket_end {
  order_state how = order_state::cancelled;
  std::string why = {};
};

/// What exec has at the venue: orders, their legs by digest, and which fills were told. Takes the venue's words in any
/// order, late and twice, and tells what is new. Pure; one thread.
class polymarket_book {
public:
  using order = polymarket_order;
  using leg = polymarket_leg;

  struct hooks {
    /// A leg was cancelled for its order's amendment, which is the caller's to carry on.
    std::function<void(order&, const polymarket_end&)> on_leg_over;
    std::function<void(const fill_fact&)> on_fill; ///< that was not known
    std::function<void(std::string_view what, std::string_view detail)> warn;
  };
  polymarket_book(instrument_registry& names, venue_reports& to, hooks call)
      : names_{names}, reports_{to}, call_{std::move(call)} {}

  order& add(const venue_order& what);
  leg& add_leg(order& to, leg made);
  order* find(order_id id);
  /// By digest. @returns nulls if it is none of exec's
  std::pair<order*, leg*> find_leg(std::string_view id);
  /// Orders that are not final.
  const std::map<std::uint64_t, order*>& open() const { return open_; }

  /// The venue's word on one order. Nothing if it is not exec's.
  /// @param now_ns the venue's clock, for words without a time
  void take(const polymarket::order_row& row, std::int64_t now_ns);
  /// The venue's word on one trade: tells its fills, or takes them back. `fee` is asked for a taker's.
  /// @returns its fills, those told before too; of one that failed only those of exec's orders, whose size the venue
  /// counts as matched
  using fee_function = std::function<money(instrument_id, const polymarket::own_fill&)>;
  std::vector<fill_fact> take(const polymarket::trade_row& trade, std::string_view api_key, const fee_function& fee,
                              bool tells);

  /// The leg ended so; `matched` of it is known. Its order ends with it, or goes on with an amendment.
  void end_leg(order& of, leg& x, polymarket_end how, std::int64_t now_ns);
  /// The order ended; legs are over.
  void end(order& x, polymarket_end how, std::int64_t now_ns);
  /// Tells how it stands. @param reason why an amend or cancel was refused
  void tell(order& x, std::int64_t now_ns, std::string reason = {});
  /// The venue has it open, though it was taken for ended.
  void revive(order& x, leg& part);
  /// Ended without a trace at the venue.
  void absent(order& x, std::string_view why);
  order_fact standing(order& x, std::int64_t now_ns, std::string reason = {});

private:
  struct known_fill {
    polymarket::trade_status status;
    bool is_told = false;
  };
  enum class booking : std::uint8_t { known, told, failed };
  booking book_fill(const std::string& trade_id, polymarket::trade_status status, std::string_view why);
  void forget_old();

  instrument_registry& names_;
  venue_reports& reports_;
  hooks call_;
  std::map<std::uint64_t, std::unique_ptr<order>> orders_;
  std::map<std::uint64_t, order*> open_;
  std::map<std::string, std::uint64_t, std::less<>> by_leg_;
  std::deque<std::uint64_t> ended_; ///< oldest first
  std::map<std::string, known_fill, std::less<>> fills_;
  std::deque<std::string> fill_ids_; ///< oldest first
};

} // namespace strike::exec
