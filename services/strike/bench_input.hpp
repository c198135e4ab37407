#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace strike::bench {

/// A made-up recording: ticker lines of about 110 bytes over 100 Deribit options, seeded, the same on every machine.
struct input {
  std::filesystem::path file; ///< removed with this object if it is ours
  std::uint64_t lines = 0;
  std::uint64_t bytes = 0;
  std::string checksum; ///< XXH3-64 of the text, 16 hexadecimal digits
  bool is_ours = false;

  input() = default;
  input(input&& other) noexcept { swap(other); }
  input& operator=(input&&) = delete;
  ~input();
  void swap(input& other) noexcept;
};

/// @returns `ec::io` if the temporary folder has no room (about 110 bytes a line)
result<input> make_input(std::uint64_t lines);
/// Any recording, uncompressed, to be measured in place of ours.
result<input> measure_input(const std::filesystem::path& file);

/// What the bare loop saw; so that it cannot be optimised away, and can be compared.
struct bare_result {
  std::uint64_t lines = 0;
  double seconds = 0;
  double sum = 0;
};
/// simdjson On Demand, a document a line, the five keys of a plain ticker line read into numbers and a text.
bare_result bare_loop(const std::filesystem::path& file);
/// The same with simdjson's document stream: one pass over a megabyte of lines.
bare_result bare_stream(const std::filesystem::path& file);

} // namespace strike::bench
