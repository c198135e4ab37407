#pragma once

#include "catalog/history.hpp"
#include "catalog/settings.hpp"
#include "catalog/view.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace strike::journal {
class disk;
}

namespace strike::catalog {

struct snapshot;

/// What the catalog needs of the world.
struct world {
  fetch_function fetch;
  std::function<std::int64_t()> wall_ns;
  /// What a person should know, one line: a damaged cache, rows left out.
  std::function<void(std::string_view)> report;
  journal::disk* on = nullptr; ///< null: that of this machine
};

/// What a refresh brought.
struct refresh_report {
  std::size_t listed = 0, added = 0, removed = 0, changed = 0;
  std::uint64_t skipped = 0, faulty = 0; ///< rows of the venue; see `listing`
};

/// What the venues list, cached on disk, the past included. Several processes may share a folder. Any thread; one
/// refresh at a time, which readers do not wait for.
class market_catalog {
public:
  /// Reads the caches; the view is not laid out yet, which `refresher` sees to. A damaged one is reported, renamed to
  /// "<file>.damaged", and its venue starts anew.
  /// @returns `ec::io` if the folder cannot be made or a file not be read
  static result<std::unique_ptr<market_catalog>> open(settings how, world outside);
  ~market_catalog();
  market_catalog(const market_catalog&) = delete;
  market_catalog& operator=(const market_catalog&) = delete;

  /// All venues in one, never null.
  view_ptr current() const;
  /// When the venue was last asked with success; 0: never.
  std::int64_t last_updated(venue at) const;
  /// Never asked, or longer ago than `[catalog] refresh`. A clock that was set back makes no list stale.
  bool is_stale(venue at) const;
  const settings& how() const { return how_; }

  /// Asks the venue and replaces its list in memory and on disk; waits for that.
  /// @returns what failed; the list is then as it was. `ec::session_down` while another process does the same
  result<refresh_report> refresh(venue at);
  /// Refreshes a stale list, or takes over what another process has fetched meanwhile.
  result<void> freshen(venue at);
  /// Freshens every venue whose turn it is: after a failure not before 1, 2, 4 ... 60 minutes. Failures are reported.
  /// This and the next on one thread.
  void freshen_due();
  /// The same, of venues that were never asked with success.
  void freshen_empty();

  /// See `history::as_of`; the present is the current view.
  result<view_ptr> as_of(std::int64_t at_ns);

private:
  struct shelf;
  market_catalog(settings how, world outside);

  void freshen_if_due(shelf& x);
  result<void> load(shelf& x, bool is_laid_out);
  result<void> adopt_newer(shelf& x);
  result<refresh_report> replace(shelf& x);
  /// @param is_laid_out so that no reader's first search takes long
  void publish(shelf& x, snapshot list, bool is_laid_out);
  void report_rows(const shelf& x, const listing& list) const;

  settings how_;
  world outside_;
  std::mutex refreshing_;                          ///< one refresh at a time
  std::map<venue, std::unique_ptr<shelf>> venues_; ///< fixed; who refreshes changes what they hold
  mutable std::mutex guard_;                       ///< of the next, and of what the shelves hold
  view_ptr shown_;
  std::mutex past_guard_; ///< of the next
  std::unique_ptr<history> past_;
  std::atomic<bool> past_is_old_ = true; ///< the files are other ones than those `past_` reads
};

} // namespace strike::catalog
