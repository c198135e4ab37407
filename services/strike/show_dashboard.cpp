#include "strike/show_dashboard.hpp"

#include "dashboard/dashboard.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace strike {

result<void> show_dashboard(process::environment& env, const bus::context& where, const std::string& upstream,
                            const std::string& listen) {
  const bool is_port = listen.find_first_not_of("0123456789") == std::string::npos;
  auto settings = dashboard::read_settings(env.config, upstream, is_port ? "127.0.0.1:" + listen : listen);
  if (auto ok = env.check_config(); !ok) return ok;
  const auto url = dashboard::start(env, where, std::move(settings));
  if (!url) return std::unexpected{url.error()};
  fmt::print("dashboard: {}\n", *url);
  std::fflush(stdout);
  return {};
}

} // namespace strike
