#include "kit/test_ca.hpp"
#include "kit/tls_server.hpp"
#include "kit/ws_frames.hpp"
#include "net/loop.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace strike;
using namespace strike::test;

namespace {

std::int64_t now_ns(clockid_t clock) {
  timespec x{};
  clock_gettime(clock, &x);
  return x.tv_sec * 1'000'000'000LL + x.tv_nsec;
}

/// A frame as a venue sends it, 300 bytes.
std::string frame_text() {
  std::string x = R"({"jsonrpc":"2.0","method":"subscription","params":{"channel":"book.BTC-PERPETUAL.raw","data":{)";
  while (x.size() < 298) x += 'x';
  return x + "}}";
}

/// An open socket to a server on loopback, with TLS.
struct connection {
  test_ca ca;
  tls_server server;
  std::unique_ptr<net::loop> loop;
  std::unique_ptr<net::socket> socket;
  std::int64_t texts = 0;
  bool is_open = false;

  connection(std::function<void(peer&)> serve, std::string_view extra, benchmark::State& state)
      : server{[serve, extra](peer& on) {
                 ws::accept(on, extra);
                 serve(on);
               },
               ca.server("localhost")} {
    loop = *net::loop::open({.ca_file = ca.file(), .on_warning = {}});
    auto x =
        loop->open_socket({.url = "wss://" + server.authority(), .deflate = !extra.empty()},
                          {.on_open = [this] { is_open = true; },
                           .on_text = [this](std::string_view) { ++texts; },
                           .on_close = [&state](const net::close_report& r) { state.SkipWithError(r.text.c_str()); }});
    socket = std::move(*x);
    while (!is_open) loop->round(INT64_MAX);
  }
};

/// As fast as it goes: frames come in batches, as in a busy market.
void receives_as_fast_as_it_goes(benchmark::State& state) {
  const bool deflate = state.range(0) != 0;
  connection on{[deflate](peer& far) {
                  ws::deflater kept;
                  std::string batch;
                  while (far.is_good()) {
                    batch.clear();
                    for (int i = 0; i < 50; ++i)
                      batch += deflate
                                   ? ws::frame(kept.message(frame_text()), ws::text, ws::final_bit | ws::deflated_bit)
                                   : ws::frame(frame_text());
                    far.write(batch);
                  }
                },
                deflate ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "", state};
  const auto cpu = now_ns(CLOCK_THREAD_CPUTIME_ID), before = on.texts;
  for (auto _ : state) {
    const auto wanted = on.texts + 10'000;
    while (on.texts < wanted) on.loop->round(INT64_MAX);
  }
  const auto count = static_cast<double>(on.texts - before);
  state.counters["frames/s"] = benchmark::Counter{count, benchmark::Counter::kIsRate};
  state.counters["cpu_ns/frame"] = static_cast<double>(now_ns(CLOCK_THREAD_CPUTIME_ID) - cpu) / count;
}
BENCHMARK(receives_as_fast_as_it_goes)
    ->ArgName("deflate")
    ->Arg(0)
    ->Arg(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

/// 20,000 frames a second, each written by itself: the share of a core that the loop's thread needs, and the time from
/// just before the write to `on_text`.
void receives_20000_a_second(benchmark::State& state) {
  std::atomic<std::int64_t> written_ns = 0;
  const auto text = frame_text();
  connection on{[&](peer& far) {
                  const auto frame = ws::frame(text);
                  for (auto due = now_ns(CLOCK_MONOTONIC); far.is_good(); due += 50'000) {
                    while (now_ns(CLOCK_MONOTONIC) < due) {
                    }
                    written_ns = now_ns(CLOCK_MONOTONIC);
                    far.write(frame);
                  }
                },
                "", state};
  const auto cpu = now_ns(CLOCK_THREAD_CPUTIME_ID), began = now_ns(CLOCK_MONOTONIC);
  std::vector<std::int64_t> delays;
  for (auto _ : state) {
    const auto wanted = on.texts + 20'000;
    while (on.texts < wanted) {
      const auto had = on.texts;
      on.loop->round(INT64_MAX);
      if (on.texts == had + 1) delays.push_back(now_ns(CLOCK_MONOTONIC) - written_ns);
    }
  }
  std::ranges::sort(delays);
  state.counters["core"] =
      static_cast<double>(now_ns(CLOCK_THREAD_CPUTIME_ID) - cpu) / static_cast<double>(now_ns(CLOCK_MONOTONIC) - began);
  state.counters["p50_us"] = static_cast<double>(delays[delays.size() / 2]) / 1e3;
  state.counters["p99_us"] = static_cast<double>(delays[delays.size() * 99 / 100]) / 1e3;
}
BENCHMARK(receives_20000_a_second)->UseRealTime()->Unit(benchmark::kMillisecond)->Iterations(3);

/// A text there and back, one at a time.
void echoes(benchmark::State& state) {
  connection on{[](peer& far) {
                  for (ws::received x; (x = ws::read_frame(far)).kind() == ws::text;) far.write(ws::frame(x.payload));
                },
                "", state};
  const auto text = frame_text();
  for (auto _ : state) {
    const auto had = on.texts;
    if (!on.socket->send(text)) return state.SkipWithError("not sent");
    while (on.texts == had) on.loop->round(INT64_MAX);
  }
}
BENCHMARK(echoes)->UseRealTime()->Unit(benchmark::kMicrosecond);

} // namespace
