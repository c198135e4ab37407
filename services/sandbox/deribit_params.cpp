#include "sandbox/deribit_params.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace strike::sandbox::deribit {

template <class Decimal>
std::expected<std::optional<Decimal>, rpc_error> decimal_of(const boost::json::object& params, std::string_view name) {
  const auto* const found = params.if_contains(name);
  if (!found) return std::optional<Decimal>{};
  // The shortest text of a double is what the client wrote, up to 15 digits.
  const auto text = found->is_double() ? fmt::format("{}", found->get_double()) : text_of(params, name);
  const auto parsed = parse_decimal<Decimal>(text);
  if (!parsed) return std::unexpected{invalid_param(name, "must be a number")};
  return std::optional{*parsed};
}
template std::expected<std::optional<price>, rpc_error> decimal_of<price>(const boost::json::object&, std::string_view);
template std::expected<std::optional<quantity>, rpc_error> decimal_of<quantity>(const boost::json::object&,
                                                                                std::string_view);

bool flag_of(const boost::json::object& params, std::string_view name) {
  const auto* const found = params.if_contains(name);
  return found && ((found->is_bool() && found->get_bool()) || (found->is_string() && found->get_string() == "true"));
}

} // namespace strike::sandbox::deribit
