#include "polymarket/request.hpp"

#include "url_text.hpp"

#include <fmt/format.h>

namespace strike::polymarket {

namespace {

std::string list_of(std::span<const std::string_view> tokens) {
  std::string text = "[";
  for (std::size_t i = 0; i < tokens.size(); ++i) text += fmt::format("{}\"{}\"", i == 0 ? "" : ",", tokens[i]);
  return text + "]";
}

} // namespace

std::string first_subscription(std::span<const std::string_view> tokens) {
  return fmt::format(R"({{"type":"market","assets_ids":{},"custom_feature_enabled":true}})", list_of(tokens));
}

std::string subscription(std::span<const std::string_view> tokens) {
  return fmt::format(R"({{"operation":"subscribe","assets_ids":{},"custom_feature_enabled":true}})", list_of(tokens));
}

std::string unsubscription(std::span<const std::string_view> tokens) {
  return fmt::format(R"({{"operation":"unsubscribe","assets_ids":{}}})", list_of(tokens));
}

std::string books_body(std::span<const std::string_view> tokens) {
  std::string body = "[";
  for (std::size_t i = 0; i < tokens.size(); ++i)
    body += fmt::format(R"({}{{"token_id":"{}"}})", i == 0 ? "" : ",", tokens[i]);
  return body + "]";
}

std::string markets_of_tokens(std::span<const std::string_view> tokens, bool closed) {
  auto path = fmt::format("/markets?limit={}&closed={}", 2 * tokens.size(), closed);
  for (const auto token : tokens) path += fmt::format("&clob_token_ids={}", token);
  return path;
}

std::string open_markets_page(std::string_view after_cursor) {
  std::string path = "/markets/keyset?limit=100&active=true&closed=false";
  if (!after_cursor.empty()) path += "&after_cursor=" + url_escaped(after_cursor);
  return path;
}

} // namespace strike::polymarket
