#pragma once

#include "gateway_core.hpp"

#include "feed/last_values.hpp"
#include "kit/fake_network.hpp"
#include "kit/made_up_venue.hpp"
#include "unit/feed/feed_kit.hpp"

#include <spdlog/sinks/ostream_sink.h>

namespace gateway_kit {

using namespace feed_kit;
using namespace strike::gateway;
using namespace std::chrono_literals;
using strike::test::fake_network;
using strike::test::fake_socket;
using strike::test::made_up_feed;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr std::int64_t wall_ns = 1'000'000'000'000;

/// One core on the made-up venue. Slots: the instrument's number times four, then ticker 0, book 1, trades 2.
struct gateway_core_of : names {
  gateway_core_of() {
    inside->on_start = [](feed_port& port) {
      port.define(made_up_feed::rules("BTC-PERPETUAL"), 1);
      port.define(made_up_feed::rules("ETH-PERPETUAL"), 1);
      port.loaded();
    };
  }
  void start() {
    core.emplace(gateway_core::tools{.on = network,
                                     .report = report,
                                     .clock =
                                         [this] {
                                           return moment{now, wall_ns + now};
                                         },
                                     .random = [] { return 0.5; },
                                     .to = {[this](std::span<const market_event> x) { publish(x); },
                                            [this](slot which, trust why) { distrust(which, why); }},
                                     .data_silence = data_silence},
                 instruments, std::make_unique<made_up_feed>(inside));
    core->round();
    told.clear(); // what was listed
  }
  void want(std::string_view prefix) { demand(prefix, true); }
  void unwant(std::string_view prefix) { demand(prefix, false); }
  void demand(std::string_view prefix, bool is_wanted) {
    core->demand({is_wanted, std::string{prefix}});
    pass(0ns);
  }
  /// Time passes, and all that is due is done.
  void pass(std::chrono::nanoseconds x) {
    core->round();
    for (const auto step : {x.count(), std::int64_t{1'000'000}}) {
      now += step;
      core->round();
    }
  }
  /// The next socket, opened; its subscription is taken and confirmed.
  std::shared_ptr<fake_socket> connect(std::string_view subscription) {
    auto made = network.take_socket();
    made->open();
    EXPECT_EQ(made->take_sent(), subscription);
    made->deliver("ok");
    pass(0ns);
    return made;
  }
  /// As `feed::market_publisher` does.
  void publish(std::span<const market_event> events) {
    spans.push_back(events.size());
    for (const auto& x : events) tell(x);
  }
  void distrust(slot which, trust why) {
    if (const auto mark = values.is_live(which) ? values.mark(which, why) : std::nullopt) tell(*mark);
  }
  void tell(const market_event& x) {
    values.apply(x);
    told.push_back(fmt::format("{} {} {}", instruments.at(x.instrument).symbol.substr(0, 3), to_text(channel_of(x)),
                               to_text(x.state)));
  }
  std::vector<std::string> take_told() { return std::exchange(told, {}); }
  double metric(std::string_view line) const {
    const auto text = metrics.to_text();
    const auto at = text.find(std::string{line} + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + line.size()));
  }

  std::ostringstream lines;
  process::logger log{"test", process::level::info, process::log_format::text,
                      std::make_shared<spdlog::sinks::ostream_sink_mt>(lines), [] { return 0; }};
  process::metric_registry metrics;
  process::readiness ready;
  gateway_report report{venue::deribit, log, metrics, ready};
  fake_network network;
  std::shared_ptr<made_up_feed::inside> inside = std::make_shared<made_up_feed::inside>();
  std::int64_t now = 1'000'000'000;
  last_values values;
  std::vector<std::string> told;
  std::vector<std::size_t> spans; ///< how many events each publication had
  std::chrono::nanoseconds data_silence{0};
  std::optional<gateway_core> core;
};

} // namespace gateway_kit
