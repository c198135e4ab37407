#pragma once

#include "derive/message.hpp"

namespace strike::derive {

/// What a refusal of a private request asks for. Source: Derive API, section "Errors".
enum class remedy : std::uint8_t {
  reject,       ///< it is not there; tell the strategy
  wait,         ///< not carried out: too many requests; the same again, later
  read_again,   ///< a cache is not ready: reads may be repeated
  new_nonce,    ///< not carried out: sign again
  raise_fee,    ///< not carried out: the signed max_fee is too low; `data` names the least
  shorten_life, ///< not carried out: the signature outlives its key
  closed,       ///< the order ended before, or is not known: ask what became of it
  log_in,       ///< not carried out: the session is not logged in
  stop,         ///< no order can succeed until a person has looked: keys, account, chain, region
  unknown,      ///< it may have been carried out
};

/// A code that the table does not have is `reject`; a refusal without a code that can be read is `unknown`.
remedy remedy_of(const refusal& x);

/// The first decimal in `data`, such as the least max_fee of error 11023; none if there is none.
optional_double number_in_data(const refusal& x);

} // namespace strike::derive
