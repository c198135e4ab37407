#include "gateway-polymarket/book_desk.hpp"

#include "polymarket/request.hpp"

#include <simdjson.h>

#include <algorithm>
#include <span>
#include <utility>

namespace strike::gateway_polymarket {

namespace {

/// The venue takes 500; a deep book has 100 KB.
constexpr std::size_t most_in_batch = 100;

} // namespace

book_desk::book_desk(const settings& how)
    : url_{how.clob + "/books"}, credits_{std::max(1.0, how.books_per_second), how.books_per_second} {}

void book_desk::ask(std::string_view token) {
  if (open_.emplace(token).second) queue_.emplace_back(token);
}

std::int64_t book_desk::round(const gateway::moment& now) {
  while (!queue_.empty() && credits_.take(1, now.steady_ns)) send();
  return queue_.empty() ? INT64_MAX : credits_.ready_ns(1, now.steady_ns);
}

void book_desk::send() {
  const auto count = std::min(queue_.size(), most_in_batch);
  std::vector<std::string> tokens{queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count)};
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
  const std::vector<std::string_view> views{tokens.begin(), tokens.end()};
  port_->fetch({.method = "POST",
                .url = url_,
                .extra = {{"Content-Type", "application/json"}},
                .body = polymarket::books_body(views)},
               [this, tokens = std::move(tokens)](result<net::http_response> answer, const gateway::moment& now) {
                 read(tokens, std::move(answer), now);
               });
}

void book_desk::read(const std::vector<std::string>& tokens, result<net::http_response> answer,
                     const gateway::moment& now) {
  std::unordered_set<std::string> missing{tokens.begin(), tokens.end()};
  for (const auto& token : tokens) open_.erase(token);
  if (!answer) {
    port_->note(gateway::oddity::refused, "POST /books", answer.error().text);
  } else if (answer->status != 200) {
    if (answer->status == 429) credits_.drain(now.steady_ns);
    port_->note(gateway::oddity::refused, "POST /books, status " + std::to_string(answer->status), answer->body);
  } else {
    const auto size = answer->body.size();
    answer->body.append(simdjson::SIMDJSON_PADDING, '\0');
    const auto books = frames_.read({answer->body.data(), size});
    if (!books) port_->note(gateway::oddity::malformed, "POST /books", answer->body);
    for (const auto& book : books ? *books : std::span<const polymarket::market_message>{}) {
      if (book.kind != polymarket::message_kind::book || !book.fault.empty())
        port_->note(gateway::oddity::malformed, "POST /books, " + std::string{book.fault}, book.asset);
      else if (missing.erase(std::string{book.asset}) > 0)
        tell(book.asset, whole_book{book.bids, book.asks, book.last, book.venue_ns});
    }
  }
  for (const auto& token : missing) tell(token, {});
}

void book_desk::tell(std::string_view token, const std::optional<whole_book>& book) {
  for (auto* x : readers_) x->fetched(token, book);
}

} // namespace strike::gateway_polymarket
