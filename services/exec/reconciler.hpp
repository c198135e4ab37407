#pragma once

#include "base/enums.hpp"
#include "exec/account_book.hpp"
#include "exec/order_table.hpp"

#include <map>
#include <string>
#include <vector>

namespace strike::exec {

enum class foreign_orders : std::uint8_t { report, cancel };
enum class foreign_positions : std::uint8_t { adopt, halt };

/// What is done about what exec did not make.
struct reconcile_rules {
  foreign_orders orders = foreign_orders::report;
  foreign_positions positions =
      foreign_positions::halt; ///< found at the start; while running a difference always halts
  std::int64_t every_ns = 60'000'000'000;
};

/// A position that the venue sees otherwise.
struct position_difference {
  instrument_id instrument;
  quantity ours, theirs;
  bool operator==(const position_difference&) const = default;
};

/// What one comparison found.
struct comparison {
  std::vector<order_id> missing;                ///< held open here, not listed there: to be asked for
  std::vector<order_id> revived;                ///< final here, open there
  std::vector<position_difference> differences; ///< new ones, still to be confirmed by a second look
  std::vector<position_difference> confirmed;   ///< two successive, quiet comparisons showed the same
  bool is_settled = true;                       ///< nothing is left to be confirmed
};

/// Compares what one venue says of the account with what exec knows. Pure; knows when to ask next.
class reconciler {
public:
  /// Fills are asked for from so long before the newest that is booked.
  static constexpr std::int64_t fill_margin_ns = 300'000'000'000;
  /// Until a difference is looked at again, and until a question that failed is repeated.
  static constexpr std::int64_t look_again_ns = 5'000'000'000;
  /// A question that is not answered.
  static constexpr std::int64_t patience_ns = 60'000'000'000;

  explicit reconciler(venue at) : at_{at} {}

  /// The session is up, or down: what was known before counts no more.
  void restart(bool is_up, std::int64_t steady_ns);
  /// When to ask, steady time; INT64_MAX: not now.
  std::int64_t due_ns() const { return due_ns_; }
  void asked(std::int64_t steady_ns) { due_ns_ = steady_ns + patience_ns; }
  void failed(std::int64_t steady_ns) { due_ns_ = steady_ns + look_again_ns; }

  /// After the fills and open orders of the account have been taken in.
  comparison compare(const account_fact& account, order_table& orders, const account_book& book,
                     const instrument_registry& instruments);
  /// @param is_settled as the comparison said
  void done(bool is_settled, const reconcile_rules& rules, std::int64_t steady_ns);
  /// Whether a comparison has settled since the session came up.
  bool is_reconciled() const { return is_reconciled_; }

private:
  bool is_quiet(instrument_id instrument, const account_fact& account, order_table& orders,
                const account_book& book) const;

  const venue at_;
  std::int64_t due_ns_ = INT64_MAX;
  bool is_reconciled_ = false;
  std::map<instrument_id, position_difference> seen_; ///< in the last comparison, while it was quiet
};

} // namespace strike::exec

template <> struct strike::enum_names<strike::exec::foreign_orders> {
  using foreign_orders = exec::foreign_orders;
  static constexpr std::string_view what = "foreign_orders";
  static constexpr std::array table = {enum_name{foreign_orders::report, "report"},
                                       enum_name{foreign_orders::cancel, "cancel"}};
};
template <> struct strike::enum_names<strike::exec::foreign_positions> {
  using foreign_positions = exec::foreign_positions;
  static constexpr std::string_view what = "foreign_positions";
  static constexpr std::array table = {enum_name{foreign_positions::adopt, "adopt"},
                                       enum_name{foreign_positions::halt, "halt"}};
};
