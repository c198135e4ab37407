// What an order to Polymarket costs before it leaves: amounts, digest, signature, text, and the request's HMAC.

#include "polymarket/login.hpp"
#include "polymarket/order.hpp"
#include "polymarket/private_request.hpp"

#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

using namespace strike;
using namespace strike::literals;

namespace {

constexpr auto token = "71321045679252212594626385532706912750332728571942532289631379312455583992563";
constexpr auto api_key = "00000000-0000-4000-8000-000000000001";

/// A published test key.
sign::private_key test_key() {
  return *sign::private_key::from_hex("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
}

polymarket::order_signer::options account(polymarket::wallet_kind kind, const sign::private_key& key) {
  return {.kind = kind,
          .funder = polymarket::deposit_wallet(key.address()),
          .exchanges = {*sign::parse_address("0xE111180000d2663C0091e4f400237545B87B996B"),
                        *sign::parse_address("0xe2222d279d744050d28e00520010520000310F59"),
                        *sign::parse_address("0xe3333700cA9d93003F00f0F71f8515005F6c00Aa")}};
}

void sign_order(benchmark::State& state, polymarket::wallet_kind kind) {
  const auto key = test_key();
  const polymarket::order_signer signer{key, account(kind, key)};
  std::uint64_t count = 0;
  for (auto _ : state) {
    const auto amounts = polymarket::limit_amounts(side::buy, 0.56_px, 21.04_qty, 0.01_px);
    auto made = signer.sign(
        {.token = token, .amounts = *amounts, .salt = ++count, .timestamp_ms = 1782864000500 + count}, api_key);
    benchmark::DoNotOptimize(made);
  }
}

void of_a_key(benchmark::State& state) { sign_order(state, polymarket::wallet_kind::eoa); }
void of_a_deposit_wallet(benchmark::State& state) { sign_order(state, polymarket::wallet_kind::deposit); }
BENCHMARK(of_a_key)->Unit(benchmark::kMicrosecond);
BENCHMARK(of_a_deposit_wallet)->Unit(benchmark::kMicrosecond);

/// And the request around it.
void with_its_request(benchmark::State& state) {
  const auto key = test_key();
  const polymarket::order_signer signer{key, account(polymarket::wallet_kind::eoa, key)};
  const auto secret = *sign::hmac_key::from_base64("DdJIhuLRG5-ekZGqzl4GH_DCILZrDR9qS70_QhI-a1E=");
  std::uint64_t count = 0;
  for (auto _ : state) {
    const auto amounts = polymarket::limit_amounts(side::buy, 0.56_px, 21.04_qty, 0.01_px);
    const auto made = signer.sign(
        {.token = token, .amounts = *amounts, .salt = ++count, .timestamp_ms = 1782864000500 + count}, api_key);
    const std::string_view body = made->body;
    const auto call = polymarket::place_call({&body, 1});
    auto signature = polymarket::request_signature(secret, 1782864000, call.method, call.path, call.body);
    benchmark::DoNotOptimize(signature);
  }
}
BENCHMARK(with_its_request)->Unit(benchmark::kMicrosecond);

} // namespace
