// Orders that end before they leave.
#include "exec/order_desk.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

#include <utility>

namespace strike::exec {

namespace {

/// As it is shown; it may be the very reason of the refusal, and is anybody's text.
std::string shown_label(std::string_view client_id) {
  constexpr std::size_t longest = 64;
  std::string text{client_id.substr(0, longest)};
  for (auto& c : text)
    if (c < ' ' || c > '~') c = '?';
  return text;
}

} // namespace

/// One that is not even considered.
void order_desk::reject(strategy_line& s, const wire::place_order& what, std::string why, const moment& now) {
  tools_.metrics.refused.add();
  tell(s, wire::order_change{.client_id = what.client_id,
                             .venue_trade_id = "",
                             .update = {.venue_ns = now.wall_ns,
                                        .order = what.order,
                                        .instrument = what.request.instrument,
                                        .state = order_state::rejected,
                                        .reason = why}});
  stored_order kept;
  kept.what = {{}, s.owner, shown_label(what.client_id), what.request};
  kept.of_strategy = what.order;
  kept.account = {tools_.instruments.at(what.request.instrument).at, ""};
  kept.account.name = desk_of(kept.account.at).account.name;
  kept.placed_ns = now.wall_ns;
  kept.last.state = order_state::rejected;
  kept.last.reason = std::move(why);
  keep_refusal(std::move(kept));
}

void order_desk::refuse_order(tracked_order& x, order_state as, std::string why, const moment& now) {
  if (as == order_state::rejected) tools_.metrics.refused.add();
  const auto before = x.life.last();
  x.life.refuse(as, std::move(why), now.wall_ns);
  stored_order kept{.what = x.what,
                    .of_strategy = x.of_strategy,
                    .account = desk_of(x.at).account,
                    .placed_ns = now.wall_ns,
                    .last = x.life.last()};
  after(x, before, true);
  keep_refusal(std::move(kept));
}

/// For who asks the day after why an order did not go out. A strategy that is refused without end does not fill the
/// store.
void order_desk::keep_refusal(stored_order&& what) {
  if (!store_why_.empty()) return; // that is the reason, and it stands in the log
  auto& count = refusals_[what.what.owner];
  if (const auto minute = what.placed_ns / (60 * ns_per_s); minute != std::exchange(count.minute, minute))
    count.kept = 0;
  if (count.kept == refusals_a_minute) return void(++count.skipped);
  ++count.kept;
  if (const auto skipped = std::exchange(count.skipped, 0); skipped != 0)
    what.last.reason += fmt::format(" ({} orders that were refused before this one are not kept)", skipped);
  if (const auto kept = tools_.store.refuse(what); !kept) store_failed(kept.error());
}

} // namespace strike::exec
