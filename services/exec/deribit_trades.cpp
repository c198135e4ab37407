#include "exec/deribit_trades.hpp"

#include "base/time.hpp"
#include "deribit/order.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

namespace strike::exec {

namespace {

using outcome = deribit_answer::outcome;

constexpr std::int64_t recent_ns = 23 * 3600 * ns_per_s; // the venue keeps a day without `historical`
constexpr int most_pages = 500;

/// One walk over the pages; kept alive by the request that is on its way.
struct walk : std::enable_shared_from_this<walk> {
  walk(deribit_requests& o, trade_span w,
       std::function<void(result<std::vector<deribit::user_trade>>&&, const moment&)> d)
      : over{o}, which{std::move(w)}, done{std::move(d)} {}

  struct pass {
    std::string currency;
    bool historical = false;
    std::int64_t start_ms = 0;
  };

  void plan() {
    for (const auto& currency : which.currencies) {
      const auto since_ms = which.since_ns / ns_per_ms;
      if (which.now_ns - which.since_ns > recent_ns) passes.push_back({currency, true, since_ms});
      passes.push_back({currency, false, std::max(since_ms, (which.now_ns - recent_ns) / ns_per_ms)});
    }
  }
  void next_pass(const moment& now) {
    if (at == passes.size()) return done(std::move(all), now);
    start_id.clear();
    ask(now);
  }
  void ask(const moment& now) {
    if (++pages > most_pages)
      return done(
          fail(ec::io, fmt::format("deribit: more than {} pages of trades; ask for a shorter time", most_pages)), now);
    over.push({.on = deribit_requests::lane::query,
               .write =
                   [self = shared_from_this()](std::uint64_t id, const moment&) {
                     const auto& p = self->passes[self->at];
                     return deribit::trades_since(id, {p.currency, p.start_ms, self->start_id, p.historical});
                   },
               .done = [self = shared_from_this()](const deribit_answer& x, const moment& t) { self->on_page(x, t); }},
              now);
  }
  void on_page(const deribit_answer& x, const moment& now) {
    if (x.what != outcome::answered)
      return done(fail(x.what == outcome::refused ? ec::io : ec::session_down, "deribit: trades: " + x.why), now);
    deribit::trade_page page;
    if (const auto ok = x.says->user_trades(page); !ok) return done(std::unexpected{ok.error()}, now);
    bool is_new = false;
    for (auto& each : page.trades) {
      if (!seen.insert(each.symbol + ' ' + each.id).second) continue;
      is_new = true;
      all.push_back(each);
    }
    if (!page.has_more) {
      ++at;
      return next_pass(now);
    }
    if (!is_new)
      return done(fail(ec::io, fmt::format("deribit: the pages of trades do not advance beyond {} '{}'",
                                           passes[at].start_ms, start_id)),
                  now);
    start_id = page.trades.back().id;
    ask(now);
  }

  deribit_requests& over;
  trade_span which;
  std::function<void(result<std::vector<deribit::user_trade>>&&, const moment&)> done;
  std::vector<pass> passes;
  std::size_t at = 0;
  int pages = 0;
  std::string start_id; ///< of the next page; empty: it is the first, which goes by time
  std::set<std::string> seen;
  std::vector<deribit::user_trade> all;
};

} // namespace

void ask_trades(deribit_requests& over, trade_span which,
                std::function<void(result<std::vector<deribit::user_trade>>&&, const moment&)> done,
                const moment& now) {
  auto made = std::make_shared<walk>(over, std::move(which), std::move(done));
  made->plan();
  made->next_pass(now);
}

} // namespace strike::exec
