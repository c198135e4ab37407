#include "process/app.hpp"

#include "settings.hpp"
#include "shell.hpp"
#include "signals.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace strike::process {

int run(int argc, char** argv, const service_description& what) {
  signals::block();
  try {
    auto settings = settings_from(argc, argv, what);
    if (!settings) return settings.error();
    return shell{what, *std::move(settings)}.run();
  } catch (const std::exception& fault) { // of a library, or no memory
    fmt::print(stderr, "{}: {}\n", what.name, fault.what());
    return 1;
  }
}

} // namespace strike::process
