#include "strike/gateway_bench_peer.hpp"

#include "bus/subscriber.hpp"
#include "feed/intake.hpp"
#include "sandbox/certificates.hpp"
#include "sandbox/tls_server.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <random>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <thread>
#include <utility>
#include <vector>

namespace strike::bench {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto settle_time = 2s; ///< from the first frame to the first that counts

std::int64_t wall_ns() { return std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count(); }
std::int64_t steady_ns() { return std::chrono::nanoseconds{steady_clock::now().time_since_epoch()}.count(); }

std::string symbol_of(std::size_t place) { return fmt::format("BTC-25DEC48-{}-C", 10'000 + place); }

/// An option as `public/get_instruments` lists it.
std::string listing_of(std::size_t place) {
  return fmt::format(
      R"({{"tick_size":0.0005,"tick_size_steps":[],"taker_commission":0.0003,"strike":{}.0,"settlement_period":"month",)"
      R"("settlement_currency":"BTC","quote_currency":"BTC","price_index":"btc_usd","option_type":"call",)"
      R"("min_trade_amount":0.1,"maker_commission":0.0003,"kind":"option","is_active":true,"instrument_type":"reversed",)"
      R"("instrument_name":"{}","expiration_timestamp":2492496000000,"creation_timestamp":1606129458000,)"
      R"("counter_currency":"USD","contract_size":1.0,"base_currency":"BTC"}})",
      10'000 + place, symbol_of(place));
}

/// Deribit with so many options of one expiry: lists them, takes subscriptions, and sends when told to.
class venue final : public sandbox::port_server {
public:
  explicit venue(std::size_t instruments) : instruments_{instruments} {}

  std::optional<sandbox::http_response> on_upgrade(const sandbox::http_request&, std::int64_t) override { return {}; }
  void on_text(sandbox::connection& from, std::string_view text, std::int64_t now_ns) override {
    const auto asked = boost::json::parse({text.data(), text.size()}).as_object();
    const auto method = std::string_view{asked.at("method").as_string()};
    const auto answer = [&](std::string_view result) {
      from.send(fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{},"testnet":true}})",
                            boost::json::serialize(asked.at("id")), result),
                sandbox::frame_kind::answer);
    };
    if (!method.ends_with("subscribe")) return answer(R"("ok")");
    const auto& channels = asked.at("params").at("channels");
    answer(boost::json::serialize(channels));
    if (method == "public/subscribe")
      for (const auto& x : channels.as_array()) join(from, std::string{x.as_string()}, now_ns);
  }
  void on_close(sandbox::connection& which) override {
    std::erase_if(streams_, [&](const stream& x) { return x.to == &which; });
  }
  sandbox::http_response on_http(const sandbox::http_request& what, std::int64_t) override {
    if (!what.path.ends_with("/get_instruments")) return {.status = 404, .body = "{}"};
    std::vector<std::string> rows;
    for (std::size_t i = 0; i < instruments_; ++i) rows.push_back(listing_of(i));
    return {.body = fmt::format(R"({{"jsonrpc":"2.0","result":[{}],"testnet":true}})", fmt::join(rows, ","))};
  }

  std::size_t streams() const { return streams_.size(); }
  /// So that frames in a row are of different sockets.
  void mix() { std::ranges::shuffle(streams_, std::mt19937{1}); }
  /// A frame of the next channel in turn.
  void send_next(std::int64_t now_ns) {
    if (streams_.empty()) return;
    auto& x = streams_[next_++ % streams_.size()];
    x.to->send(x.is_book ? change_of(x, now_ns) : ticker_of(x, now_ns), sandbox::frame_kind::notice);
  }

private:
  struct stream {
    sandbox::connection* to;
    std::string channel, symbol;
    bool is_book;
    std::int64_t change_id = 0; ///< of its last frame: the steady time at which that was made
  };

  void join(sandbox::connection& to, std::string channel, std::int64_t now_ns) {
    const bool is_book = channel.starts_with("book.");
    if (!is_book && !channel.starts_with("ticker.")) return; // instruments and platform: nothing happens to them
    const auto start = channel.find('.') + 1;
    auto symbol = channel.substr(start, channel.rfind('.') - start);
    auto& x = streams_.emplace_back(stream{&to, std::move(channel), std::move(symbol), is_book});
    if (!is_book) return;
    x.change_id = steady_ns();
    to.send(notice(x, fmt::format(R"("type":"snapshot","timestamp":{},"instrument_name":"{}","change_id":{},)"
                                  R"("bids":[["new",0.232,0.8],["new",0.2315,12.5]],"asks":[["new",0.236,4.8]])",
                                  now_ns / 1'000'000, x.symbol, x.change_id)),
            sandbox::frame_kind::notice);
  }
  static std::string notice(const stream& x, std::string_view data) {
    return fmt::format(R"({{"jsonrpc":"2.0","method":"subscription","params":{{"channel":"{}","data":{{{}}}}}}})",
                       x.channel, data);
  }
  static std::string change_of(stream& x, std::int64_t now_ns) {
    const auto previous = std::exchange(x.change_id, std::max(steady_ns(), x.change_id + 1));
    return notice(x, fmt::format(R"("type":"change","timestamp":{},"prev_change_id":{},"instrument_name":"{}",)"
                                 R"("change_id":{},"bids":[["change",0.232,{}.4]],"asks":[["change",0.236,{}.1]])",
                                 now_ns / 1'000'000, previous, x.symbol, x.change_id, x.change_id % 97 + 1,
                                 x.change_id % 89 + 1));
  }
  /// As recorded on 2021-07-22, with other numbers.
  static std::string ticker_of(const stream& x, std::int64_t now_ns) {
    const auto digits = now_ns / 1'000 % 9'000 + 1'000;
    return notice(
        x, fmt::format(
               R"("underlying_price":32{0}.81,"underlying_index":"BTC-25DEC48","timestamp":{1},"stats":{{"volume":2.1,)"
               R"("price_change":0.0,"low":0.005,"high":0.005}},"state":"open","settlement_price":0.24,)"
               R"("open_interest":4.6,"min_price":0.165,"max_price":0.329,"mark_price":0.233{0},"mark_iv":80.02,)"
               R"("last_price":0.229,"interest_rate":0.0,"instrument_name":"{2}","index_price":32201.67,)"
               R"("greeks":{{"vega":85.22269,"theta":-21.12703,"rho":-94.98694,"gamma":0.00002,"delta":-0.4{0}}},)"
               R"("estimated_delivery_price":32201.67,"bid_iv":79.63,"best_bid_price":0.2325,"best_bid_amount":0.8,)"
               R"("best_ask_price":0.236,"best_ask_amount":4.8,"ask_iv":80.98)",
               digits, now_ns / 1'000'000, x.symbol));
  }

  std::size_t instruments_, next_ = 0;
  std::vector<stream> streams_;
};

/// What reaches the bus.
class consumer {
public:
  struct figures {
    std::uint64_t events = 0, lost = 0;
    std::vector<std::int64_t> ages_ns; ///< of book changes
  };

  consumer(const std::string& endpoint, std::size_t instruments)
      : thread_{[this, endpoint, instruments](const std::stop_token& stop) { receive(stop, endpoint, instruments); }} {}

  /// What came since the last call.
  figures take() {
    const std::scoped_lock lock{guard_};
    return std::exchange(seen_, {});
  }

private:
  void receive(const std::stop_token& stop, const std::string& endpoint, std::size_t instruments) {
    const bus::context where;
    auto socket = bus::polled_subscriber::open(where, {.endpoints = {{.endpoint = endpoint}}, .on_link = {}});
    if (!socket) return;
    for (std::size_t i = 0; i < instruments; ++i)
      for (const auto* what : {"ticker", "book"})
        socket->subscribe(fmt::format("md/deribit/{}/{}/", symbol_of(i), what));
    instrument_registry names;
    feed::intake read{names};
    std::vector<market_event> events;
    std::uint64_t lost_before = 0;
    while (!stop.stop_requested()) {
      events.clear();
      for (const auto& x : socket->receive(50ms)) read.read(x.topic(), x.bytes(), x.endpoint(), steady_ns(), events);
      const auto now_ns = steady_ns();
      const std::scoped_lock lock{guard_};
      seen_.events += events.size();
      seen_.lost += read.counts().lost - std::exchange(lost_before, read.counts().lost);
      for (const auto& x : events)
        if (const auto* change = std::get_if<book_change>(&x.body); change && change->sequence != 0)
          seen_.ages_ns.push_back(now_ns - static_cast<std::int64_t>(change->sequence));
    }
  }

  std::mutex guard_;
  figures seen_;
  std::jthread thread_;
};

/// Frames at an even pace, or as fast as it goes if that is slower.
class pace {
public:
  explicit pace(double per_second) : per_second_{per_second}, start_{steady_clock::now()} {}
  /// How many are due now that were not before.
  std::uint64_t due() {
    const std::chrono::duration<double> passed = steady_clock::now() - start_;
    const auto total = static_cast<std::uint64_t>(passed.count() * per_second_);
    return total - std::exchange(sent_, total);
  }
  void sleep() const {
    const std::chrono::duration<double> next{static_cast<double>(sent_ + 1) / per_second_};
    std::this_thread::sleep_until(start_ + std::chrono::duration_cast<steady_clock::duration>(next));
  }

private:
  double per_second_;
  steady_clock::time_point start_;
  std::uint64_t sent_ = 0;
};

/// @returns how many frames it sent
std::uint64_t send_for(std::chrono::duration<double> time, venue& from, sandbox::tls_server& server, pace& at) {
  std::uint64_t sent = 0;
  for (const auto end = steady_clock::now() + time; steady_clock::now() < end; at.sleep()) {
    server.round(0);
    for (auto left = at.due(); left > 0; --left, ++sent) from.send_next(wall_ns());
    server.round(0);
  }
  return sent;
}

double at_percent(const std::vector<std::int64_t>& sorted, std::size_t percent) {
  return sorted.empty() ? 0 : static_cast<double>(sorted[sorted.size() * percent / 100]) / 1e3;
}

} // namespace

bool line_pipe::write(std::string line) const {
  line += '\n';
  return ::send(of_, line.data(), line.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(line.size());
}

std::string line_pipe::read() const {
  std::string line;
  for (char x = 0; ::recv(of_, &x, 1, 0) == 1 && x != '\n';) line += x;
  return line;
}

int run_gateway_peer(const gateway_plan& how, const std::filesystem::path& folder, const line_pipe& parent) {
  prctl(PR_SET_TIMERSLACK, 1UL); // nanosecond; 50 us else
  const auto files = sandbox::prepare_certificates(folder, {}, wall_ns());
  if (!files) return parent.write(files.error().text), 1;
  venue market{how.instruments};
  const auto server = sandbox::tls_server::open(
      {.certificate = files->certificate, .key = files->key, .wall_ns = wall_ns, .on_warning = [](auto) {}},
      {{.address = "127.0.0.1:0", .answers = &market}});
  if (!server) return parent.write(server.error().text), 1;
  parent.write((*server)->address(0));
  const auto endpoint = parent.read();
  if (endpoint.empty()) return 0;
  consumer bus_end{endpoint, how.instruments};
  while (market.streams() < 2 * how.instruments) (*server)->round(wall_ns() + 100'000'000);
  market.mix();
  pace at{how.frames_per_second};
  send_for(settle_time, market, **server, at);
  bus_end.take();
  parent.write("begin");
  const auto sent = send_for(std::chrono::duration<double>{how.seconds}, market, **server, at);
  auto seen = bus_end.take();
  std::ranges::sort(seen.ages_ns);
  parent.write(fmt::format("end {} {} {} {:.0f} {:.0f} {:.0f}", sent, seen.events, seen.lost,
                           at_percent(seen.ages_ns, 50), at_percent(seen.ages_ns, 90), at_percent(seen.ages_ns, 99)));
  while (true) (*server)->round(wall_ns() + 100'000'000); // until the parent ends this process
}

} // namespace strike::bench
