#include "dashboard/catalog_reader.hpp"

#include "catalog/market_catalog.hpp"

#include <chrono>
#include <condition_variable>
#include <map>

namespace strike::dashboard {

namespace {

constexpr std::chrono::seconds look_every{30};

std::map<std::filesystem::path, std::filesystem::file_time_type> times_of(const catalog::settings& how) {
  std::map<std::filesystem::path, std::filesystem::file_time_type> all;
  std::error_code failed;
  for (const auto& file : catalog::cache_files(how))
    if (const auto at = std::filesystem::last_write_time(file, failed); !failed) all[file] = at;
  return all;
}

std::int64_t wall_ns() { return std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count(); }

} // namespace

catalog_reader::catalog_reader(catalog::settings how, std::function<void(std::string_view)> report)
    : thread_{[this, settings = std::move(how), tell = std::move(report)](const std::stop_token& stop) {
        watch(stop, settings, tell);
      }} {}

catalog::view_ptr catalog_reader::current() const {
  const std::scoped_lock lock{guard_};
  return view_;
}

void catalog_reader::watch(const std::stop_token& stop, const catalog::settings& how,
                           const std::function<void(std::string_view)>& report) {
  std::map<std::filesystem::path, std::filesystem::file_time_type> known;
  std::mutex waiting;
  std::condition_variable_any over;
  while (!stop.stop_requested()) {
    if (const auto now = times_of(how); now != known) {
      known = now;
      const auto refuse = [](const catalog::request&) -> result<std::string> {
        return fail(ec::session_down, "the dashboard asks no venue");
      };
      auto opened = catalog::market_catalog::open(how, {.fetch = refuse, .wall_ns = wall_ns, .report = report});
      if (opened) {
        auto view = (*opened)->current();
        view->lay_out();
        const std::scoped_lock lock{guard_};
        view_ = std::move(view);
      } else {
        report(opened.error().text);
      }
    }
    std::unique_lock lock{waiting};
    over.wait_for(lock, stop, look_every, [&] { return stop.stop_requested(); });
  }
}

} // namespace strike::dashboard
