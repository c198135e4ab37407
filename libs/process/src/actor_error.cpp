#include "process/actor_error.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/message.hpp>

#include <string_view>

namespace strike::process {

namespace {

/// A switch, so that a code without a name does not compile.
std::string_view name_of(ec code) {
  switch (code) {
  case ec::none:
    return "none";
  case ec::io:
    return "io";
  case ec::not_found:
    return "not_found";
  case ec::malformed:
    return "malformed";
  case ec::invalid_config:
    return "invalid_config";
  case ec::invalid_order:
    return "invalid_order";
  case ec::session_down:
    return "session_down";
  }
  return "unknown code";
}

constexpr auto category = caf::detail::error_factory<ec>::category;

std::string text_of(const caf::message& context) {
  return context.match_elements<std::string>() ? context.get_as<std::string>(0) : std::string{};
}

} // namespace

error from_caf(const caf::error& x) {
  if (x.category() == category) return {static_cast<ec>(x.code()), text_of(x.context())};
  return {ec::io, caf::actor_system_config::render(x)};
}

void add_error_category(caf::actor_system_config& to) {
  to.add_error_category(category, [](std::uint8_t code, caf::atom_value, const caf::message& context) {
    const auto text = text_of(context);
    return std::string{name_of(static_cast<ec>(code))} + (text.empty() ? "" : ": " + text);
  });
}

} // namespace strike::process
