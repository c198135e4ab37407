// What the kill switch and operators ask of the desk.
#include "exec/order_desk.hpp"

#include <fmt/format.h>

#include <utility>

namespace strike::exec {

void order_desk::each_open(const std::function<void(const tracked_order&)>& visit) {
  for (const auto number : table_.open()) visit(*table_.find(order_id{number}));
}

void order_desk::each_position(
    const std::function<void(std::optional<owner_id>, instrument_id, quantity)>& visit) const {
  book_.strategies().each([&](owner_id owner, instrument_id instrument, const match::holding& x) {
    if (x.size != quantity{}) visit(owner, instrument, x.size);
  });
  for (const auto id : book_.instruments())
    if (const auto own = book_.own(id); own != quantity{}) visit({}, id, own);
}

bool order_desk::adopt_unexplained(venue where, const std::function<bool(instrument_id)>& is_meant, const moment& now) {
  auto& at = desk_of(where);
  for (const auto& x : std::exchange(at.unexplained, {})) {
    if (!is_meant(x.instrument)) continue;
    const auto why =
        fmt::format("the venue holds {}, exec {}; all is to be closed", to_string(x.theirs), to_string(x.ours));
    adopt(at, {x.instrument, x.theirs - x.ours, why}, now);
    tools_.log.warning("position adopted", {{"instrument", name_of(x.instrument)}, {"what", why}});
    note("difference", name_of(x.instrument), why);
  }
  return at.is_settled;
}

std::optional<owner_id> order_desk::owner_of(std::string_view strategy) {
  const auto* line = lines_.find(strategy);
  return line ? std::optional{line->owner} : std::nullopt;
}

void order_desk::cancel(order_id id, const moment& now) {
  auto* x = table_.find(id);
  if (x && !x->life.is_final()) cancel(*x, now);
}

void order_desk::ask_account(venue where, const moment& now) {
  auto& at = desk_of(where);
  if (at.session != session_state::up) return; // compared, and so asked, when it is up
  at.compared->asked(now.steady_ns);
  at.by->ask_account(now.wall_ns - reconciler::fill_margin_ns, now);
}

result<order_id> order_desk::close(std::optional<owner_id> owner, const order_request& what, quantity held,
                                   const moment& now) {
  const auto line = owner ? result<owner_id>{*owner} : owner_of_line(account_owner);
  if (!line) return std::unexpected{line.error()};
  const order_id id{++last_order_};
  auto& x = table_.add({.what = {id, *line, fmt::format("kill-{}-{}", now.wall_ns, id.value), what},
                        .of_strategy = {},
                        .at = tools_.instruments.at(what.instrument).at,
                        .life = order_life{id, what, now.wall_ns}});
  tools_.metrics.open.add(1);
  send(x, now, held);
  const auto* made = table_.find(id);
  if (!made || made->life.last().state != order_state::rejected) return id;
  return fail(ec::invalid_order, made->life.last().reason);
}

} // namespace strike::exec
