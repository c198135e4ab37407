#include "process_metrics.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace strike::process {

namespace {

using prometheus::MetricFamily, prometheus::MetricType;

MetricFamily single(const char* name, const char* help, MetricType type, double value) {
  prometheus::ClientMetric one;
  (type == MetricType::Counter ? one.counter.value : one.gauge.value) = value;
  return {.name = name, .help = help, .type = type, .metric = {one}};
}

struct proc_stat {
  double cpu_ticks = 0, start_ticks = 0, virtual_bytes = 0, resident_pages = 0;
};

/// Source: proc(5), /proc/[pid]/stat: fields 14 utime, 15 stime, 22 starttime, 23 vsize, 24 rss.
bool read_stat(proc_stat& to) {
  std::ifstream in{"/proc/self/stat"};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  const auto after_name = text.rfind(')'); // the second field is the program's name, which may hold spaces
  if (after_name == std::string::npos) return false;
  std::istringstream rest{text.substr(after_name + 2)};
  std::string skipped;
  const auto skip = [&](int count) {
    while (count-- > 0) rest >> skipped;
  };
  double user = 0, system = 0;
  skip(11);
  rest >> user >> system;
  skip(6);
  rest >> to.start_ticks >> to.virtual_bytes >> to.resident_pages;
  to.cpu_ticks = user + system;
  return !rest.fail();
}

/// Seconds since the epoch at which the machine started; 0 if unknown. Source: proc(5), /proc/stat.
double boot_time() {
  std::ifstream in{"/proc/stat"};
  for (std::string word; in >> word; in.ignore(std::numeric_limits<std::streamsize>::max(), '\n'))
    if (double seconds = 0; word == "btime" && in >> seconds) return seconds;
  return 0;
}

} // namespace

std::vector<MetricFamily> process_metrics() {
  std::vector<MetricFamily> all;
  if (proc_stat stat; read_stat(stat)) {
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    all.push_back(
        single("process_cpu_seconds_total", "User and system CPU time", MetricType::Counter, stat.cpu_ticks / ticks));
    all.push_back(single("process_virtual_memory_bytes", "Virtual memory", MetricType::Gauge, stat.virtual_bytes));
    all.push_back(single("process_resident_memory_bytes", "Resident memory", MetricType::Gauge,
                         stat.resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE))));
    if (const auto boot = boot_time(); boot > 0)
      all.push_back(single("process_start_time_seconds", "Start of the process, seconds since the epoch",
                           MetricType::Gauge, boot + stat.start_ticks / ticks));
  }
  std::error_code failed;
  const std::filesystem::directory_iterator files{"/proc/self/fd", failed};
  if (!failed) // one of them is the folder itself
    all.push_back(single("process_open_fds", "Open file descriptors", MetricType::Gauge,
                         static_cast<double>(std::distance(begin(files), end(files)) - 1)));
  if (rlimit limit{}; getrlimit(RLIMIT_NOFILE, &limit) == 0)
    all.push_back(single("process_max_fds", "Most open file descriptors allowed", MetricType::Gauge,
                         static_cast<double>(limit.rlim_cur)));
  return all;
}

} // namespace strike::process
