#pragma once

#include "catalog/source.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <deque>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace strike::catalog {

inline std::string test_data(const std::string& name) {
  std::ifstream in{std::string{STRIKE_TEST_DATA} + "/" + name, std::ios::binary};
  EXPECT_TRUE(in) << name;
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Answers by URL, or by URL and body; each answer is given once, and what was not put there fails the test.
struct fake_http {
  std::map<std::string, std::deque<result<std::string>>> answers;
  std::vector<std::string> asked;

  ~fake_http() {
    for (const auto& [what, left] : answers)
      if (!left.empty()) ADD_FAILURE() << "not asked for: " << what;
  }
  void answer(const std::string& what, result<std::string> with) { answers[what].push_back(std::move(with)); }
  fetch_function function() {
    return [this](const request& x) -> result<std::string> {
      const auto what = x.url + x.body;
      asked.push_back(what);
      auto& left = answers[what];
      if (left.empty()) return ADD_FAILURE() << "unexpected request: " << what, fail(ec::io, "unexpected");
      auto first = std::move(left.front());
      left.pop_front();
      return first;
    };
  }
};

inline const std::string gamma_first =
    "https://gamma-api.polymarket.com/markets/keyset?closed=false&active=true&include_tag=true&limit=100&";

/// A page of Gamma's list.
inline std::string gamma_page(const std::vector<std::string>& rows, const std::string& next = {}) {
  std::string page = "{\"markets\":[";
  for (const auto& row : rows) page += (page.back() == '[' ? "" : ",") + row;
  return page + "]" + (next.empty() ? "" : ",\"next_cursor\":\"" + next + "\"") + "}";
}

/// What the loader makes of one Gamma page with these rows.
inline listing from_gamma(const std::vector<std::string>& rows) {
  fake_http http;
  http.answer(gamma_first, gamma_page(rows));
  auto made = load(venue::polymarket, {}, http.function());
  EXPECT_TRUE(made) << made.error().text;
  return made.value_or(listing{});
}

/// A made-up open market of the least a market needs.
inline std::string gamma_row(const std::string& name, const std::string& more = {}) {
  const auto number = std::to_string(std::hash<std::string>{}(name) % 1'000'000'000 + 1);
  return R"({"conditionId":"0x)" + name + R"(","slug":")" + name +
         R"(","outcomes":"[\"Yes\", \"No\"]","clobTokenIds":"[\"1)" + number + R"(\", \"2)" + number +
         R"(\"]","active":true,"acceptingOrders":true,"enableOrderBook":true)" + more + "}";
}

/// The recorded first page of the CLOB's list, 100 markets.
inline listing recorded_page() {
  fake_http http;
  http.answer("https://clob.polymarket.com/markets?", test_data("polymarket/http/markets_page.json"));
  http.answer("https://clob.polymarket.com/markets?next_cursor=MTAw", R"({"data":[],"next_cursor":"LTE="})");
  auto made = load(venue::polymarket, {.polymarket = polymarket_list::clob}, http.function());
  EXPECT_TRUE(made) << made.error().text;
  return made.value_or(listing{});
}

} // namespace strike::catalog
