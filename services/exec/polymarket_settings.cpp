#include "exec/polymarket_settings.hpp"

#include "polymarket/private_request.hpp"

#include <initializer_list>
#include <string_view>

namespace strike::exec {

namespace {

using std::chrono::nanoseconds;

void read_url(config::section& from, std::string_view key, std::string& into,
              std::initializer_list<std::string_view> schemes, bool may_be_empty = false) {
  into = from.text(key, into);
  if (may_be_empty && into.empty()) return;
  std::string known;
  for (const auto x : schemes) {
    if (into.starts_with(x)) {
      if (into.ends_with('/')) into.pop_back();
      return;
    }
    known += (known.empty() ? "" : " or ") + std::string{x};
  }
  from.reject(key, "must begin with " + known);
}

void read_duration(config::section& from, std::string_view key, nanoseconds& into, nanoseconds lowest,
                   nanoseconds highest) {
  into = nanoseconds{from.duration_ns(key, into.count())};
  if (into < lowest || into > highest)
    from.reject(key, "must be from " + std::to_string(lowest.count() / 1'000'000) + " ms to " +
                         std::to_string(highest.count() / 1'000'000) + " ms");
}

sign::address read_address(config::section& from, std::string_view key, std::string fallback) {
  const auto read = sign::parse_address(from.text(key, std::move(fallback)));
  if (!read) from.reject(key, read.error().text);
  return read.value_or(sign::address{});
}

/// Source: page of the protocol, contracts; the same on the main chain and on the test chain but for the last.
polymarket::contracts read_contracts(config::section& from, std::uint64_t chain_id) {
  return {read_address(from, "exchange", "0xE111180000d2663C0091e4f400237545B87B996B"),
          read_address(from, "neg_risk_exchange", "0xe2222d279d744050d28e00520010520000310F59"),
          read_address(from, "positions_exchange",
                       chain_id == 80002 ? "0x9fE6e61422AdB6F610d8597F9684b16912D50C3D"
                                         : "0xe3333700cA9d93003F00f0F71f8515005F6c00Aa")};
}

void read_limits(config::section& from, polymarket_settings& x) {
  x.orders_per_second = from.number("orders_per_second", x.orders_per_second, 0.1, 10'000);
  x.orders_burst = from.number("orders_burst", x.orders_burst, 1, 10'000);
  x.cancels_per_second = from.number("cancels_per_second", x.cancels_per_second, 0.1, 10'000);
  x.cancels_burst = from.number("cancels_burst", x.cancels_burst, 1, 10'000);
  x.batch = static_cast<std::size_t>(
      from.integer("batch", static_cast<std::int64_t>(x.batch), 1, static_cast<std::int64_t>(polymarket::most_orders)));
  x.cancel_batch =
      static_cast<std::size_t>(from.integer("cancel_batch", static_cast<std::int64_t>(x.cancel_batch), 1, 1'000));
}

} // namespace

polymarket_settings read_polymarket_settings(config::section root) {
  using namespace std::chrono_literals;
  auto from = root.table("exec").table("polymarket");
  polymarket_settings x;
  read_url(from, "clob", x.clob, {"https://", "http://"});
  read_url(from, "user_socket", x.user_socket, {"wss://", "ws://"});
  read_url(from, "gamma", x.gamma, {"https://", "http://"});
  read_url(from, "data_api", x.data_api, {"https://", "http://"});
  read_url(from, "geoblock", x.geoblock, {"https://", "http://"}, true);
  x.chain_id =
      static_cast<std::uint64_t>(from.integer("chain_id", static_cast<std::int64_t>(x.chain_id), 1, INT32_MAX));
  x.wallet = from.choice("wallet", x.wallet);
  x.exchanges = read_contracts(from, x.chain_id);
  if (const auto code = from.text("builder", ""); !code.empty()) {
    const auto read = sign::from_hex<32>(code);
    if (!read) from.reject("builder", "must be 0x and 64 hex digits: " + read.error().text);
    x.builder = read.value_or(sign::bytes32{});
  }
  x.api_key_nonce = static_cast<std::uint64_t>(from.integer("api_key_nonce", 0, 0, INT32_MAX));
  x.markets = from.choice("user_markets", x.markets);
  read_duration(from, "heartbeat", x.heartbeat, 0s, 8s);
  if (x.heartbeat.count() != 0 && x.heartbeat < 1s) from.reject("heartbeat", "must be 0s, or from 1s to 8s");
  read_duration(from, "gtd_minimum", x.gtd_minimum, 0s, 1h);
  read_duration(from, "gtd_early", x.gtd_early, 0s, 1h);
  x.inexact = from.choice("inexact_buys", x.inexact);
  x.fee_rounding = from.choice("fee_rounding", x.fee_rounding);
  x.check_funds = from.flag("check_funds", x.check_funds);
  read_limits(from, x);
  read_duration(from, "patience", x.patience, 10ms, 1min);
  read_duration(from, "answer", x.answer, 100ms, 1min);
  read_duration(from, "absent_after", x.absent_after, x.answer, 1h);
  read_duration(from, "refresh", x.refresh, 1s, 24h);
  return x;
}

} // namespace strike::exec
