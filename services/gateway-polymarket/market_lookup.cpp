#include "gateway-polymarket/market_lookup.hpp"

#include "base/time.hpp"
#include "polymarket/request.hpp"

#include <algorithm>
#include <utility>

namespace strike::gateway_polymarket {

namespace {

constexpr std::size_t most_in_query = 20; // 78 digits each: a URL of 1.9 KB, of the 2 KB that can be sent
constexpr std::size_t most_tasks = 20'000;
constexpr double per_clob_token = 2; // requests
constexpr int most_misses = 12;
constexpr std::int64_t first_pause_ns = 5 * ns_per_s;
constexpr std::int64_t longest_pause_ns = 15 * ns_per_s;
constexpr std::int64_t failure_pause_ns = 5 * ns_per_s;

std::int64_t pause_ns(int misses) { return std::min(longest_pause_ns, first_pause_ns + (misses - 1) * ns_per_s); }

} // namespace

market_lookup::market_lookup(const settings& how, market_table& to)
    : gamma_{how.gamma}, clob_{how.clob}, lists_open_{how.list == list_mode::open}, to_{to},
      gamma_credits_{std::max(1.0, how.gamma_per_second), how.gamma_per_second},
      clob_credits_{std::max(per_clob_token, how.clob_per_second), how.clob_per_second} {}

void market_lookup::start(gateway::feed_port& port, const gateway::moment& now) {
  port_ = &port;
  if (lists_open_)
    page_due_ns_ = now.steady_ns;
  else
    port_->loaded();
}

void market_lookup::look_up(std::string_view token, const gateway::moment& now) {
  if (to_.knows(token) || tasks_.contains(std::string{token})) return;
  if (tasks_.size() >= most_tasks)
    return port_->note(gateway::oddity::refused, "too many tokens are being looked up", token);
  tasks_.emplace(token, task{.due_ns = now.steady_ns});
  due_ns_ = std::min(due_ns_, now.steady_ns);
}

std::int64_t market_lookup::round(const gateway::moment& now) {
  if (page_due_ns_ <= now.steady_ns) load_page(now);
  for (auto& token : to_.take_due(now, most_in_query)) {
    tasks_.emplace(std::move(token), task{.due_ns = now.steady_ns, .is_refresh = true});
    due_ns_ = now.steady_ns;
  }
  auto next_ns = std::min(page_due_ns_, to_.due_ns());
  if (due_ns_ > now.steady_ns) return std::min(next_ns, due_ns_);
  ask_gamma(step::gamma_open, now);
  ask_gamma(step::gamma_closed, now);
  for (const auto& token : due_at(step::clob, most_tasks, now)) {
    if (!clob_credits_.take(per_clob_token, now.steady_ns)) break;
    ask_clob(token);
  }
  due_ns_ = INT64_MAX;
  for (const auto& [token, x] : tasks_) {
    if (x.is_under_way) continue;
    const auto ready_ns = x.next == step::clob ? clob_credits_.ready_ns(per_clob_token, now.steady_ns)
                                               : gamma_credits_.ready_ns(1, now.steady_ns);
    due_ns_ = std::min(due_ns_, std::max(x.due_ns, ready_ns));
  }
  return std::min(next_ns, due_ns_);
}

std::vector<std::string> market_lookup::due_at(step which, std::size_t most, const gateway::moment& now) {
  std::vector<std::string> tokens;
  for (const auto& [token, x] : tasks_) {
    if (x.next != which || x.is_under_way || x.due_ns > now.steady_ns) continue;
    if (tokens.size() == most) break;
    tokens.push_back(token);
  }
  return tokens;
}

// ---- all open markets ----

void market_lookup::load_page(const gateway::moment& now) {
  if (!gamma_credits_.take(1, now.steady_ns)) {
    page_due_ns_ = gamma_credits_.ready_ns(1, now.steady_ns);
    return;
  }
  page_due_ns_ = INT64_MAX;
  port_->fetch({.url = gamma_ + polymarket::open_markets_page(cursor_)},
               [this](answer got, const gateway::moment& at) { read_page(got, at); });
}

void market_lookup::read_page(const answer& got, const gateway::moment& now) {
  page_due_ns_ = now.steady_ns + failure_pause_ns;
  if (!is_usable(got, "GET /markets/keyset", gamma_credits_, now)) return;
  const auto page = polymarket::parse_gamma_markets(got->body);
  if (!page) return port_->note(gateway::oddity::malformed, "GET /markets/keyset", page.error().text);
  learn(*page, now);
  cursor_ = page->next_cursor;
  page_due_ns_ = cursor_.empty() ? INT64_MAX : now.steady_ns;
  if (cursor_.empty()) port_->loaded();
}

// ---- one token after the other ----

void market_lookup::ask_gamma(step which, const gateway::moment& now) {
  for (auto tokens = due_at(which, most_in_query, now); !tokens.empty(); tokens = due_at(which, most_in_query, now)) {
    if (!gamma_credits_.take(1, now.steady_ns)) return;
    for (const auto& token : tokens) tasks_[token].is_under_way = true;
    const std::vector<std::string_view> views{tokens.begin(), tokens.end()};
    const auto path = polymarket::markets_of_tokens(views, which == step::gamma_closed);
    port_->fetch({.url = gamma_ + path},
                 [this, which, tokens = std::move(tokens)](answer got, const gateway::moment& at) {
                   read_gamma(which, tokens, got, at);
                 });
  }
}

void market_lookup::read_gamma(step which, const std::vector<std::string>& tokens, const answer& got,
                               const gateway::moment& now) {
  const bool has_answer = is_usable(got, "GET /markets", gamma_credits_, now);
  const auto page = has_answer ? polymarket::parse_gamma_markets(got->body) : result<polymarket::market_page>{};
  if (!page) port_->note(gateway::oddity::malformed, "GET /markets", page.error().text);
  const bool is_read = has_answer && page;
  if (is_read) learn(*page, now);
  for (const auto& token : tokens) {
    const auto is_it = [&](const polymarket::market& x) { return x.tokens[0].id == token || x.tokens[1].id == token; };
    if (is_read && to_.knows(token) && std::ranges::any_of(page->markets, is_it))
      found(token, now);
    else
      go_on(token, is_read && which == step::gamma_open ? step::gamma_closed : step::clob, now.steady_ns);
  }
}

void market_lookup::ask_clob(const std::string& token) {
  tasks_[token].is_under_way = true;
  port_->fetch({.url = clob_ + "/markets-by-token/" + token},
               [this, token](answer got, const gateway::moment& at) { read_condition(token, got, at); });
}

void market_lookup::read_condition(const std::string& token, const answer& got, const gateway::moment& now) {
  if (got && got->status == 404) return missed(token, now);
  if (!is_usable(got, "GET /markets-by-token", clob_credits_, now)) return failed(token, now);
  const auto condition = polymarket::parse_market_of_token(got->body);
  if (!condition) return missed(token, now);
  port_->fetch({.url = clob_ + "/markets/" + *condition},
               [this, token](answer then, const gateway::moment& at) { read_market(token, then, at); });
}

void market_lookup::read_market(const std::string& token, const answer& got, const gateway::moment& now) {
  if (got && got->status == 404) return missed(token, now);
  if (!is_usable(got, "GET /markets/{condition}", clob_credits_, now)) return failed(token, now);
  const auto page = polymarket::parse_clob_markets(got->body);
  if (!page || page->markets.empty()) return missed(token, now); // token ids are empty for minutes after its creation
  learn(*page, now);
  if (!to_.knows(token)) return missed(token, now);
  found(token, now);
}

void market_lookup::learn(const polymarket::market_page& page, const gateway::moment& now) {
  for (const auto& x : page.markets) to_.learn(x, now);
}

void market_lookup::found(const std::string& token, const gateway::moment& now) {
  if (!tasks_[token].is_refresh) to_.follow(token, now);
  tasks_.erase(token);
}

bool market_lookup::is_usable(const answer& got, std::string_view what, net::credit_pool& credits,
                              const gateway::moment& now) {
  if (!got) {
    port_->note(gateway::oddity::refused, what, got.error().text);
    return false;
  }
  if (got->status == 429) credits.drain(now.steady_ns);
  if (got->status == 200) return true;
  port_->note(gateway::oddity::refused, std::string{what} + ", status " + std::to_string(got->status), got->body);
  return false;
}

void market_lookup::go_on(const std::string& token, step next, std::int64_t due_ns) {
  auto& x = tasks_[token];
  x.next = next;
  x.due_ns = due_ns;
  x.is_under_way = false;
  due_ns_ = std::min(due_ns_, due_ns);
}

/// Nobody has it, or not yet.
void market_lookup::missed(const std::string& token, const gateway::moment& now) {
  auto& x = tasks_[token];
  if (x.is_refresh) return void(tasks_.erase(token));
  if (++x.misses == 1) port_->note(gateway::oddity::refused, "a token is not listed; it is asked for again", token);
  if (x.misses < most_misses) return go_on(token, step::gamma_open, now.steady_ns + pause_ns(x.misses));
  port_->note(gateway::oddity::refused, "a token is not listed, and was given up", token);
  tasks_.erase(token);
}

/// Nobody could be asked.
void market_lookup::failed(const std::string& token, const gateway::moment& now) {
  if (tasks_[token].is_refresh) return void(tasks_.erase(token));
  go_on(token, step::gamma_open, now.steady_ns + failure_pause_ns);
}

} // namespace strike::gateway_polymarket
