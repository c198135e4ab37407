#include "gateway-polymarket/settings.hpp"

#include <initializer_list>
#include <string_view>

namespace strike::gateway_polymarket {

namespace {

void read_url(config::section& table, std::string_view key, std::string& into,
              std::initializer_list<std::string_view> schemes) {
  into = table.text(key, into);
  std::string expected;
  for (const auto scheme : schemes) {
    if (into.starts_with(scheme) && into.size() > scheme.size() && !into.ends_with('/')) return;
    expected += (expected.empty() ? "" : " or ") + std::string{scheme};
  }
  table.reject(key, "must begin with " + expected + " and not end with a slash");
}

void read_interval(config::section& table, std::string_view key, std::chrono::nanoseconds& into) {
  into = std::chrono::nanoseconds{table.duration_ns(key, into.count())};
  if (into < std::chrono::seconds{1}) table.reject(key, "must be at least \"1s\"");
}

} // namespace

settings read_settings(config::section root) {
  auto table = root.table("gateway").table("polymarket");
  settings made;
  read_url(table, "url", made.url, {"wss://", "ws://"});
  read_url(table, "clob", made.clob, {"https://", "http://"});
  read_url(table, "gamma", made.gamma, {"https://", "http://"});
  made.tokens_per_socket = static_cast<std::size_t>(
      table.integer("tokens_per_socket", static_cast<std::int64_t>(made.tokens_per_socket), 2, 10'000));
  read_interval(table, "ping", made.ping);
  made.list = table.choice("list", made.list);
  read_interval(table, "refresh", made.refresh);
  made.books_per_second = table.number("books_per_second", made.books_per_second, 0.1, 1'000);
  made.gamma_per_second = table.number("gamma_per_second", made.gamma_per_second, 0.1, 1'000);
  made.clob_per_second = table.number("clob_per_second", made.clob_per_second, 0.1, 1'000);
  made.hash_audit = static_cast<std::size_t>(table.integer("hash_audit", 0, 0, 1'000'000));
  return made;
}

} // namespace strike::gateway_polymarket
