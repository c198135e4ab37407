#pragma once

#include "fault_log.hpp"
#include "parser.hpp"

#include <filesystem>
#include <functional>
#include <vector>

namespace strike::journal {

/// A folder that goes away with its owner.
class scratch_folder {
public:
  static result<scratch_folder> create();
  scratch_folder(scratch_folder&& other) noexcept : path_{std::exchange(other.path_, {})} {}
  scratch_folder& operator=(scratch_folder&&) = delete;
  ~scratch_folder();
  const std::filesystem::path& path() const { return path_; }

private:
  explicit scratch_folder(std::filesystem::path path) : path_{std::move(path)} {}
  std::filesystem::path path_;
};

/// Cuts recordings into runs of bounded size, each stably sorted by venue time, as plain files in `folder`; merged in
/// the order returned they give the whole in time order. Malformed lines are reported and left out. External merge
/// sort: Knuth, The Art of Computer Programming, vol. 3, 5.4.
/// @param stopped polled between chunks
result<std::vector<std::filesystem::path>>
sort_into_runs(const std::vector<std::filesystem::path>& files, const std::filesystem::path& folder,
               const read_options& options, parser& lines_to_events, const instrument_registry& instruments,
               fault_log& faults, std::uint64_t& time_went_back, const std::function<bool()>& stopped);

} // namespace strike::journal
