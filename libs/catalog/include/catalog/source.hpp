#pragma once

#include "base/error.hpp"
#include "catalog/market.hpp"

#include <functional>
#include <string>
#include <vector>

namespace strike::catalog {

/// What is asked of a venue: GET without a body, else POST of JSON.
struct request {
  std::string url;
  std::string body = {};
};

/// Waits for the answer.
/// @returns the body of a 200, or an error that names the host and what to do. Repeating what is worth repeating is
/// its part: 429, 5xx, broken connections.
using fetch_function = std::function<result<std::string>(const request&)>;

enum class polymarket_list : std::uint8_t {
  gamma, ///< open markets, with tags, events, fees; a minute
  clob,  ///< all there ever were, without fees and events; many minutes
};

} // namespace strike::catalog

template <> struct strike::enum_names<strike::catalog::polymarket_list> {
  using list = catalog::polymarket_list;
  static constexpr std::string_view what = "list of Polymarket";
  static constexpr std::array table = {enum_name{list::gamma, "gamma"}, enum_name{list::clob, "clob"}};
};

namespace strike::catalog {

/// Where the lists are.
struct source_settings {
  std::string gamma = "https://gamma-api.polymarket.com";
  std::string clob = "https://clob.polymarket.com";
  std::string deribit = "https://www.deribit.com/api/v2";
  std::string derive = "https://api.derive.xyz/v3";
  polymarket_list polymarket = polymarket_list::gamma;
};

/// What a venue lists.
struct listing {
  std::vector<market> markets;
  std::uint64_t skipped = 0; ///< rows that are no market that can be traded here: not two outcomes, no ids yet
  std::uint64_t faulty = 0;  ///< rows that broke their documented form; left out
  std::vector<std::string> complaints; ///< about the first of those
};

/// The whole list, page by page. All or nothing: one page that fails fails the list.
/// @returns the error of `fetch`; `ec::malformed` with the page and what is wrong with it
result<listing> load(venue at, const source_settings& from, const fetch_function& fetch);

} // namespace strike::catalog
