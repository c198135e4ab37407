#pragma once

#include "exec/deribit_orders.hpp"
#include "exec/deribit_requests.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace strike::exec {

/// Finds out what became of an order: by the venue's id, else by label, else by the account's fills; and says that it
/// is absent only when the venue can no longer take it up. One thread.
///
/// Source: Deribit API v2, sections "Unknown outcome", "Queries".
class deribit_inquiry {
public:
  deribit_inquiry(const deribit_settings& how, const venue_tools& with, deribit_session& session,
                  deribit_requests& over, deribit_orders& orders, venue_reports& to)
      : how_{how}, tools_{with}, session_{session}, over_{over}, orders_{orders}, to_{to} {}

  /// Ends in `on_order`, `on_absent` or `on_no_answer`, from a later `round`.
  /// @param reason goes with `on_order`: why an amend or cancel was refused
  void ask(deribit_order& which, std::string reason, const moment& now);
  /// The session is down: what waits for its time ends in `on_no_answer`.
  void fail_waiting(std::string_view why);
  std::int64_t round(const moment& now);

private:
  struct question {
    std::string reason;
    std::int64_t again_ns = INT64_MAX; ///< steady: the label is asked for once more
    quantity filled;                   ///< by the trades that were found
  };
  using reader = std::function<void(const deribit_answer&, deribit_order&, const moment&)>;

  void query(deribit_order& which, deribit_session::writer write, reader read, const moment& now);
  void by_id(deribit_order& which, const moment& now);
  void on_state(const deribit_answer& x, deribit_order& which, const moment& now);
  void by_label(deribit_order& which, std::size_t currency, const moment& now);
  void on_labelled(const deribit_answer& x, deribit_order& which, std::size_t currency, const moment& now);
  void not_there(const deribit_answer& x, deribit_order& which, const moment& now);
  void by_fills(deribit_order& which, const moment& now);
  void find_working(deribit_order& which, const moment& now);
  void on_candidates(const deribit_answer& x, deribit_order& which, bool is_last, const moment& now);
  void ask_fills(deribit_order& which, bool historical, bool is_gone, const moment& now);
  void on_fills(const deribit_answer& x, deribit_order& which, bool historical, bool is_gone, const moment& now);
  void conclude(deribit_order& which);
  void conclude_gone(deribit_order& which, const moment& now);
  void no_answer(deribit_order& which, std::string_view why);
  std::vector<std::string> currencies_of(const deribit_order& which) const;

  const deribit_settings& how_;
  venue_tools tools_;
  deribit_session& session_;
  deribit_requests& over_;
  deribit_orders& orders_;
  venue_reports& to_;
  std::map<order_id, question> asked_;
};

} // namespace strike::exec
