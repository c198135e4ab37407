// What proof costs: Keccak-256, a signature, and a whole Derive order from our numbers to the bytes that are sent.
// Asked of the last: at most 60 us, of which the signature is the larger part.
#include "derive/order_request.hpp"
#include "derive/signing.hpp"
#include "sign/typed_data.hpp"

#include <benchmark/benchmark.h>

using namespace strike;
using namespace strike::literals;

namespace {

sign::private_key test_key() {
  return std::move(
      sign::private_key::from_hex("0x761bfa4710765bc968673e2d12a706dc8ed3d193ca2e3dfcade44ad485972a3c").value());
}

void keccak256(benchmark::State& state) {
  std::vector<std::uint8_t> input(static_cast<std::size_t>(state.range(0)), 7);
  for (auto _ : state) {
    const auto hash = sign::keccak256(input);
    input[0] = hash[0];
  }
}
BENCHMARK(keccak256)->Arg(66)->Arg(224)->Arg(256);

void hmac_sha256(benchmark::State& state) {
  const auto key = sign::hmac_key::from_text("secret");
  std::string message(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) message[0] = static_cast<char>(sign::hmac_sha256(key, sign::as_bytes(message))[0]);
}
BENCHMARK(hmac_sha256)->Arg(64)->Arg(512);

void signature(benchmark::State& state) {
  const auto key = test_key();
  auto digest = sign::keccak256("digest");
  for (auto _ : state) digest[0] = sign::sign_digest(key, digest)[0];
}
BENCHMARK(signature);

void recovery(benchmark::State& state) {
  const auto key = test_key();
  const auto digest = sign::keccak256("digest");
  const auto made = sign::sign_digest(key, digest);
  for (auto _ : state) benchmark::DoNotOptimize(sign::recover_address(digest, made));
}
BENCHMARK(recovery);

void derive_order(benchmark::State& state) {
  const auto key = test_key();
  const auto document = *config::document::from_text("", "strike.toml");
  const auto network = derive::read_order_profile(document.root());
  const auto owner = sign::parse_address("0x374DaEF6100B14f4d78813d8177CB93dF139BC29").value();
  const auto signer = sign::to_string(key.address());
  const derive::request_writer write{network, sign::to_string(owner), 91234, true};
  derive::order_ticket ticket{.subaccount = 91234,
                              .symbol = "ETH-20261225-4000-C",
                              .label = "a1-000017",
                              .limit = 231.7_px,
                              .amount = 0.5_qty,
                              .max_fee = 3.25_px,
                              .nonce = 1'764'000'000'123'456'000,
                              .expiry_s = 1'764'003'600,
                              .signer = signer};
  derive::trade_terms trade{.asset = sign::parse_address("0x4BB4C3CDc7562f08e9910A0C7D8bB7e108861eB4").value(),
                            .sub_id = sign::parse_uint256("39614082975119087198570160768").value(),
                            .subaccount = 91234,
                            .is_bid = true};
  for (auto _ : state) {
    ticket.nonce += 1000;
    trade.limit = sign::scale_nanos(ticket.limit.nanos, 18).value();
    trade.amount = sign::scale_nanos(ticket.amount.nanos, 18).value();
    trade.max_fee = sign::scale_nanos(ticket.max_fee.nanos, 18).value();
    const auto made =
        derive::sign_order(network, {91234, ticket.nonce, ticket.expiry_s, owner, key.address()}, trade, key);
    benchmark::DoNotOptimize(write.place(42, ticket, made.value()));
  }
}
BENCHMARK(derive_order);

} // namespace
