#pragma once

#include "base/decimal.hpp"
#include "sandbox/deribit_accounts.hpp"

#include <expected>
#include <optional>
#include <string_view>

namespace strike::sandbox::deribit {

/// A number, or its text as REST has it; none if absent.
/// @returns invalid params that name it, if it is no number or has more than nine decimals
template <class Decimal>
std::expected<std::optional<Decimal>, rpc_error> decimal_of(const boost::json::object& params, std::string_view name);
extern template std::expected<std::optional<price>, rpc_error> decimal_of<price>(const boost::json::object&,
                                                                                 std::string_view);
extern template std::expected<std::optional<quantity>, rpc_error> decimal_of<quantity>(const boost::json::object&,
                                                                                       std::string_view);

/// true, or "true" as REST has it; false if absent.
bool flag_of(const boost::json::object& params, std::string_view name);

} // namespace strike::sandbox::deribit
