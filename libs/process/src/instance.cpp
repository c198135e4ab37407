#include "process/instance.hpp"

#include <fmt/format.h>

#include <array>
#include <unistd.h>

namespace strike::process {

std::string instance_name() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host = {'?'};
  return fmt::format("{}:{}", host.data(), getpid());
}

} // namespace strike::process
