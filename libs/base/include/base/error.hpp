#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>

namespace strike {

/// What the caller may do next decides whether a code deserves to exist.
enum class ec : std::uint8_t {
  none = 0,
  io,             ///< a file or socket of this machine failed; the text names it
  not_found,      ///< the thing asked for does not exist
  malformed,      ///< input broke its documented format; drop, count, report
  invalid_config, ///< a configuration key or value is wrong; the user must edit it
  invalid_order,  ///< refused before it left this process; never retry unchanged
  session_down,   ///< the venue session is silent; retry once it is back
};

/// A code for the program, and a text that names what, where and what to do next.
struct error {
  ec code = ec::none;
  std::string text;
};

template <class T> using result = std::expected<T, error>;

inline std::unexpected<error> fail(ec code, std::string text) { return std::unexpected{error{code, std::move(text)}}; }

} // namespace strike
