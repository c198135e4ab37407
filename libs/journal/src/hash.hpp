#pragma once

#include <fmt/format.h>
#include <xxhash.h>

#include <string>

namespace strike::journal {

/// As `xxhsum -H2` shows it.
inline std::string hash_text(const XXH128_hash_t& hash) {
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

} // namespace strike::journal
