#include "catalog/market_catalog.hpp"

#include "cache_file.hpp"
#include "file_lock.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::catalog {

namespace {

/// After a failure: a minute, then twice as long each time, up to an hour.
std::int64_t retry_delay_ns(int failures) {
  constexpr std::int64_t minute_ns = 60 * ns_per_s;
  return std::min(minute_ns << std::min(failures - 1, 6), 60 * minute_ns);
}

} // namespace

/// One venue's list.
struct market_catalog::shelf {
  venue at;
  std::filesystem::path file;
  snapshot list;
  int failures = 0; ///< in a row; those who refresh use this and the next
  std::int64_t failed_ns = 0;
};

market_catalog::market_catalog(settings how, world outside)
    : how_{std::move(how)}, outside_{std::move(outside)}, shown_{std::make_shared<const view>(market_list{})} {
  if (!outside_.on) outside_.on = &journal::real_disk();
  for (const auto at : how_.venues)
    venues_.emplace(at, std::make_unique<shelf>(shelf{.at = at, .file = cache_file_of(how_.folder, at)}));
}

market_catalog::~market_catalog() = default;

result<std::unique_ptr<market_catalog>> market_catalog::open(settings how, world outside) {
  std::error_code fault;
  std::filesystem::create_directories(how.folder, fault);
  if (fault)
    return fail(ec::io,
                fmt::format("{}: {}; name a folder with [catalog] folder", how.folder.string(), fault.message()));
  std::unique_ptr<market_catalog> made{new market_catalog{std::move(how), std::move(outside)}};
  for (auto& [at, x] : made->venues_)
    if (auto done = made->load(*x, false); !done) return std::unexpected{done.error()};
  return made;
}

result<void> market_catalog::load(shelf& x, bool is_laid_out) {
  auto from = cache_reader::open(x.file);
  if (!from) return from.error().code == ec::not_found ? result<void>{} : std::unexpected{from.error()};
  auto list = from->read_current(true);
  if (list) return publish(x, *std::move(list), is_laid_out), result<void>{};
  if (list.error().code != ec::malformed) return std::unexpected{list.error()};
  const auto aside = move_aside(x.file);
  if (!aside) return std::unexpected{aside.error()};
  outside_.report(fmt::format("{}; moved to {}, the next refresh makes a new one", list.error().text, aside->string()));
  return {};
}

view_ptr market_catalog::current() const {
  const std::scoped_lock lock{guard_};
  return shown_;
}

std::int64_t market_catalog::last_updated(venue at) const {
  const std::scoped_lock lock{guard_};
  const auto x = venues_.find(at);
  return x == venues_.end() ? 0 : x->second->list.refreshed_ns;
}

bool market_catalog::is_stale(venue at) const {
  const auto last_ns = last_updated(at);
  return last_ns == 0 || outside_.wall_ns() - last_ns >= how_.refresh_ns;
}

void market_catalog::publish(shelf& x, snapshot list, bool is_laid_out) {
  std::vector<market_ptr> all = list.markets;
  for (const auto& [at, other] : venues_)
    if (other.get() != &x) all.insert(all.end(), other->list.markets.begin(), other->list.markets.end());
  auto shown = std::make_shared<const view>(std::move(all));
  if (is_laid_out) shown->lay_out();
  const std::scoped_lock lock{guard_};
  x.list = std::move(list);
  shown_ = std::move(shown);
  past_is_old_ = true;
}

result<void> market_catalog::adopt_newer(shelf& x) {
  auto header = cache_reader::open(x.file);
  if (!header) return header.error().code == ec::not_found ? result<void>{} : std::unexpected{header.error()};
  const auto refreshed_ns = header->read_refreshed_ns();
  if (refreshed_ns && *refreshed_ns <= x.list.refreshed_ns) return {};
  return load(x, true);
}

result<refresh_report> market_catalog::refresh(venue at) {
  const std::scoped_lock one{refreshing_};
  const auto x = venues_.find(at);
  if (x == venues_.end())
    return fail(ec::invalid_config, fmt::format("{} is not among [catalog] venues; add it there", to_text(at)));
  const auto alone = file_lock::take(x->second->file);
  if (!alone) return std::unexpected{alone.error()};
  if (auto done = adopt_newer(*x->second); !done) return std::unexpected{done.error()};
  return replace(*x->second);
}

result<void> market_catalog::freshen(venue at) {
  const std::scoped_lock one{refreshing_};
  const auto x = venues_.find(at);
  if (x == venues_.end() || !is_stale(at)) return {};
  const auto alone = file_lock::take(x->second->file);
  if (!alone) return std::unexpected{alone.error()};
  if (auto done = adopt_newer(*x->second); !done) return done;
  if (!is_stale(at)) return {};
  if (auto done = replace(*x->second); !done) return std::unexpected{done.error()};
  return {};
}

result<refresh_report> market_catalog::replace(shelf& x) {
  auto listed = catalog::load(x.at, how_.sources, outside_.fetch);
  if (!listed) return std::unexpected{listed.error()};
  report_rows(x, *listed);
  snapshot fresh{.markets = sorted(std::move(listed->markets))};
  if (fresh.markets.empty())
    return fail(ec::malformed,
                fmt::format("{} listed no market at all, which cannot be; the old list is kept", to_text(x.at)));
  const bool is_first = x.list.refreshed_ns == 0;
  auto change = difference_between(x.list.markets, fresh.markets);
  // a clock that was set back must not turn the order of the history around
  fresh.refreshed_ns = std::max({outside_.wall_ns(), x.list.refreshed_ns, x.list.since_ns});
  fresh.since_ns = change.is_empty() && !is_first ? x.list.since_ns : fresh.refreshed_ns;
  change.at_ns = fresh.since_ns;
  change.since_ns = x.list.since_ns;
  std::string lost;
  const bool has_change = !is_first && !change.is_empty();
  const history_bounds bounds{.oldest_ns = fresh.refreshed_ns - how_.keep_ns};
  if (auto done = replace_cache(x.file, fresh, has_change ? &change : nullptr, bounds, *outside_.on, lost); !done)
    return std::unexpected{done.error()};
  if (!lost.empty()) outside_.report(fmt::format("{}; the history before that line is lost", lost));
  refresh_report made{.listed = fresh.markets.size(),
                      .added = change.added.size(),
                      .removed = change.removed.size(),
                      .changed = change.changed.size(),
                      .skipped = listed->skipped,
                      .faulty = listed->faulty};
  publish(x, std::move(fresh), true);
  return made;
}

void market_catalog::report_rows(const shelf& x, const listing& list) const {
  for (const auto& complaint : list.complaints)
    outside_.report(fmt::format("{}: a row was left out: {}", to_text(x.at), complaint));
  if (list.faulty > list.complaints.size())
    outside_.report(fmt::format("{}: {} rows were left out altogether", to_text(x.at), list.faulty));
}

void market_catalog::freshen_if_due(shelf& x) {
  const auto now_ns = outside_.wall_ns();
  const bool waits = x.failures > 0 && now_ns >= x.failed_ns && now_ns - x.failed_ns < retry_delay_ns(x.failures);
  if (waits || !is_stale(x.at)) return;
  const auto done = freshen(x.at);
  x.failures = done ? 0 : x.failures + 1;
  x.failed_ns = now_ns;
  if (!done) outside_.report(fmt::format("the list of {} was not refreshed: {}", to_text(x.at), done.error().text));
}

void market_catalog::freshen_due() {
  for (const auto& [at, x] : venues_) freshen_if_due(*x);
}

void market_catalog::freshen_empty() {
  for (const auto& [at, x] : venues_)
    if (last_updated(at) == 0) freshen_if_due(*x);
}

result<view_ptr> market_catalog::as_of(std::int64_t at_ns) {
  {
    const std::scoped_lock lock{guard_};
    const auto is_present = [&](const auto& x) { return at_ns >= x.second->list.since_ns; };
    if (std::ranges::all_of(venues_, is_present)) return shown_;
  }
  const std::scoped_lock lock{past_guard_};
  if (past_is_old_.exchange(false)) {
    auto opened = history::open(cache_files(how_));
    if (!opened) return past_is_old_ = true, std::unexpected{opened.error()};
    past_ = *std::move(opened);
  }
  return past_->as_of(at_ns);
}

} // namespace strike::catalog
