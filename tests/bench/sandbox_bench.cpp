// How many texts a second the sandbox's server sends to one client, over TLS, on one thread; the client has its own.
#include "kit/tls_client.hpp"
#include "unit/sandbox/server_thread.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace strike::sandbox;

constexpr std::size_t texts_a_request = 20'000;

/// Answers every message with as many texts as a busy second of book changes has.
struct burst_port final : port_server {
  std::optional<http_response> on_upgrade(const http_request&, std::int64_t) override { return {}; }
  void on_text(connection& from, std::string_view, std::int64_t) override {
    for (std::size_t i = 0; i < texts_a_request; ++i) from.send(text, frame_kind::book_change);
  }
  http_response on_http(const http_request&, std::int64_t) override { return {}; }

  std::string text =
      R"({"jsonrpc":"2.0","method":"subscription","params":{"channel":"book.BTC-27NOV26-90000-C.raw","data":{"type":)"
      R"("change","timestamp":1795693827356,"instrument_name":"BTC-27NOV26-90000-C","change_id":33195896887,)"
      R"("prev_change_id":33195896452,"bids":[["change",0.0245,26.8]],"asks":[["new",0.0255,19.4]]}}})";
};

void send_texts(benchmark::State& state, bool deflate) {
  burst_port port;
  server_thread server{port};
  websocket_client client{server.address(), server.ca(), "/", deflate};
  for (auto _ : state) {
    client.send("go");
    for (std::size_t i = 0; i < texts_a_request; ++i) benchmark::DoNotOptimize(client.read());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(texts_a_request * state.iterations()));
}

BENCHMARK_CAPTURE(send_texts, plain, false)->UseRealTime();
BENCHMARK_CAPTURE(send_texts, deflate, true)->UseRealTime();

} // namespace
