#pragma once

#include "catalog/source.hpp"
#include "json_fields.hpp"

#include <string>
#include <string_view>

namespace strike::catalog {

result<listing> load_gamma(const std::string& base, const fetch_function& fetch);
result<listing> load_clob(const std::string& base, const fetch_function& fetch);
result<listing> load_deribit(const std::string& base, const fetch_function& fetch);
result<listing> load_derive(const std::string& base, const fetch_function& fetch);

/// For a value in a URL's query.
std::string percent_encoded(std::string_view text);

/// Takes one row into the list: what `parse` made of it, unless it left a fault or made none.
template <class Parse> void add_row(listing& to, fields& row, Parse parse) {
  constexpr std::size_t shown = 20;
  auto made = parse(row);
  if (const auto fault = row.take_fault(); !fault.empty()) {
    ++to.faulty;
    if (to.complaints.size() < shown) to.complaints.push_back((made ? made->id + ": " : "") + fault);
  } else if (made) {
    to.markets.push_back(*std::move(made));
  } else {
    ++to.skipped;
  }
}

/// Fetches and reads one JSON answer; its error names the URL.
template <class F> result<void> fetch_json(const fetch_function& fetch, const request& what, F read) {
  auto body = fetch(what);
  if (!body) return std::unexpected{body.error()};
  json_document document{*std::move(body)};
  if (auto done = document.read(read); !done) return fail(ec::malformed, what.url + ": " + done.error().text);
  return {};
}

} // namespace strike::catalog
