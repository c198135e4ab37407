#pragma once

#include "strike/v1/order.pb.h"
#include "wire/order.hpp"

namespace strike::wire {

/// What holds a value that only a newer version knows; empty if nothing does.
using unknown_field = std::string;

void write_place(v1::PlaceOrder& to, const place_order& from, const instrument_registry& names);
/// @returns `ec::malformed` if the symbol does not fit its venue's grammar
result<unknown_field> read_place(place_order& to, const v1::PlaceOrder& from, instrument_registry& names);

void write_change(v1::OrderChange& to, const order_change& from, const instrument_registry& names);
/// @returns as `read_place`
result<unknown_field> read_change(order_change& to, const v1::OrderChange& from, instrument_registry& names);

void write_account(v1::AccountSnapshot& to, const account_snapshot& from, const instrument_registry& names);
/// @returns as `read_place`
result<unknown_field> read_account(account_snapshot& to, const v1::AccountSnapshot& from, instrument_registry& names);

void write_settled(v1::PositionSettled& to, const position_settled& from, const instrument_registry& names);
/// @returns as `read_place`
result<unknown_field> read_settled(position_settled& to, const v1::PositionSettled& from, instrument_registry& names);

} // namespace strike::wire
