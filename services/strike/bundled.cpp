#include "strike/bundled.hpp"

#include "embedded_backtest_toml.hpp"
#include "embedded_live_toml.hpp"
#include "embedded_mock_recording.hpp"
#include "embedded_sandbox_toml.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace strike {

std::string_view bundled_config() { return embedded::backtest_toml; }
std::string_view bundled_live_config() { return embedded::live_toml; }
std::string_view bundled_sandbox_config() { return embedded::sandbox_toml; }

result<bundled_recording> bundled_recording::unpack() {
  std::error_code fault;
  constexpr std::string_view ending = ".jsonl.zst";
  auto name = (std::filesystem::temp_directory_path(fault) / "strike-mock-XXXXXX").string() + std::string{ending};
  const int file = mkstemps(name.data(), static_cast<int>(ending.size()));
  const auto refuse = [&] {
    return fail(ec::io, fmt::format("{}: {}; free some space or set TMPDIR", name, std::strerror(errno)));
  };
  if (file < 0) return refuse();
  bundled_recording made{name};
  auto rest = embedded::mock_recording;
  while (!rest.empty()) {
    const auto count = write(file, rest.data(), rest.size());
    if (count < 0) {
      close(file);
      return refuse();
    }
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  if (close(file) != 0) return refuse();
  return made;
}

bundled_recording::~bundled_recording() {
  std::error_code ignored;
  if (!file_.empty()) std::filesystem::remove(file_, ignored);
}

} // namespace strike
