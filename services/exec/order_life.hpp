#pragma once

#include "exec/order_venue.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strike::exec {

/// Where an order is between exec and its venue, in-flight states named.
enum class order_stage : std::uint8_t {
  waiting,    ///< nothing left: it needs the data of its instrument
  placing,    ///< left; not answered
  working,    ///< open at the venue
  amending,   ///< open; an amendment left, not answered
  cancelling, ///< open; a cancellation left, not answered
  unsure,     ///< what left may be lost: the venue is asked
  closing,    ///< the venue says it is final; fills that it counts have not come yet
  ended,
};

} // namespace strike::exec

template <> struct strike::enum_names<strike::exec::order_stage> {
  using order_stage = exec::order_stage;
  static constexpr std::string_view what = "order stage";
  static constexpr std::array table = {
      enum_name{order_stage::waiting, "waiting"},       enum_name{order_stage::placing, "placing"},
      enum_name{order_stage::working, "working"},       enum_name{order_stage::amending, "amending"},
      enum_name{order_stage::cancelling, "cancelling"}, enum_name{order_stage::unsure, "unsure"},
      enum_name{order_stage::closing, "closing"},       enum_name{order_stage::ended, "ended"}};
};

namespace strike::exec {

/// One order from its request to its end. Facts come in any order, twice, late or contradictory, and are merged into
/// what the strategy is told: a fill once, a state that never goes back, a final state after the fills that make it up.
/// `unknown` ends only with the venue's word. Pure; what it has to tell it leaves in `news`.
class order_life {
public:
  /// What the strategy is to be told.
  struct news {
    order_update update; ///< with exec's number of the order
    std::string trade_id;
  };
  /// How it stands, for the store and for who asks; as the store gives it back after a restart.
  struct standing {
    order_state state = order_state::pending; ///< as told
    quantity filled;                          ///< booked, less what was taken back
    quantity counted;                         ///< the most that the venue counted as filled
    price limit;                              ///< as it stands at the venue
    quantity size;                            ///< the total, as it stands at the venue
    std::int64_t changed_ns = 0;              ///< of the newest word, the venue's time
    std::string venue_id;                     ///< empty: never known
    std::string reason;                       ///< of the last word that had one
    bool operator==(const standing&) const = default;
  };
  struct booked_fill {
    std::string trade_id;
    fill what;
    bool is_undone = false; ///< the venue took it back
  };
  /// The first wait for fills that the venue counted, and for the answer to a question; doubles with each question.
  static constexpr std::int64_t first_wait_ns = 1'000'000'000, longest_wait_ns = 30'000'000'000;

  order_life(order_id id, const order_request& what, std::int64_t wall_ns);
  /// From the store, after a restart: unsure, unless it is final.
  order_life(order_id id, const order_request& what, standing last, std::vector<booked_fill> fills);

  // ---- what exec does
  void sent() { stage_ = order_stage::placing; }
  void amend_sent(price limit, quantity size);
  void cancel_sent();
  /// It never leaves: refused here, or cancelled before it left.
  void refuse(order_state as, std::string why, std::int64_t wall_ns);

  // ---- what the venue says
  void on_order(const order_fact& what);
  /// @returns whether it was booked now: it is not if it was before, or was taken back before it came
  bool on_fill(const fill_fact& what);
  /// @returns the fill, if it was booked and is taken back now
  std::optional<fill> on_fill_undone(std::string_view trade_id, std::string_view why);
  /// @param steady_ns when the question is due: now, or when the session is up
  void on_no_answer(std::string_view why, const moment& now);
  void on_absent(std::string_view why, std::int64_t wall_ns);

  // ---- questions
  /// Looks whether a question became necessary. @returns when to ask the venue, steady time; INT64_MAX: no need
  std::int64_t ask_due(const moment& now);
  /// The venue was asked: the next question waits.
  void asked(const moment& now);

  const standing& last() const { return last_; }
  order_stage stage() const { return stage_; }
  bool is_final() const { return stage_ == order_stage::ended; }
  bool has_left() const { return stage_ != order_stage::waiting; }
  quantity remaining() const;
  /// Whether the venue contradicted itself, or a final state; `what` of the last one.
  const std::string& contradiction() const { return contradiction_; }
  const std::vector<booked_fill>& fills() const { return fills_; }
  /// As an update without a fill.
  order_update update() const;
  /// Hands over what is to be told, in order.
  std::vector<news> take_news() { return std::exchange(news_, {}); }

private:
  quantity accounted() const; ///< every fill that came, also those that were taken back
  void merge_terms(const order_fact& what);
  void confirm(const order_fact& what);
  /// Tells the state that follows from what is known, if it is another than was told; always if `execution` is given.
  void conclude(const fill* execution, std::string_view trade_id, bool is_refusal = false);
  order_state state_now() const;

  order_id id_;
  instrument_id instrument_;
  order_stage stage_ = order_stage::waiting;
  standing last_;
  bool is_acknowledged_ = false;     ///< the venue has, or had it
  std::optional<order_state> final_; ///< by the venue's word, or ours
  std::string final_reason_;
  price asked_limit_;                 ///< of the amendment that is not answered
  quantity asked_size_;               ///< 0: none is
  std::int64_t word_ns_ = INT64_MIN;  ///< of the venue's newest word, by its clock alone
  std::int64_t terms_ns_ = INT64_MIN; ///< of its newest word on limit and size
  std::vector<booked_fill> fills_;
  std::vector<std::string> undone_early_; ///< taken back before they came
  std::string contradiction_;
  quantity told_remaining_;
  std::int64_t ask_ns_ = INT64_MAX; ///< steady
  int questions_ = 0;
  std::vector<news> news_;
};

} // namespace strike::exec
