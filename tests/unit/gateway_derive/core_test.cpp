// The whole gateway but for its thread, network and bus.
#include "base/time.hpp"
#include "gateway-derive/feed.hpp"
#include "gateway_core.hpp"
#include "kit/derive_messages.hpp"
#include "kit/fake_network.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

namespace strike::gateway_derive {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

struct derive_core_test : testing::Test {
  static settings how() {
    const auto document = *config::document::from_text("", "test");
    return read_settings(document.root());
  }
  void SetUp() override {
    core.emplace(
        gateway::gateway_core::tools{
            .on = network,
            .report = report,
            .clock =
                [this] {
                  return gateway::moment{now, *ns_from_text("2026-11-26T12:00") + now};
                },
            .random = [] { return 0.5; },
            .to = {[this](std::span<const market_event> x) { events.insert(events.end(), x.begin(), x.end()); },
                   [this](strike::feed::slot which, trust why) {
                     marks.push_back(fmt::format("{} {} {}", names.at(strike::feed::instrument_of(which)).symbol,
                                                 to_text(strike::feed::channel_of_slot(which)), to_text(why)));
                   }}},
        names, std::make_unique<feed>(how(), names));
  }
  /// The list: ETH-PERP alone.
  void list() {
    for (int i = 0; i < 3; ++i) {
      core->round();
      const auto asked = network.take_fetch();
      const bool is_perp = asked->request.body.find("\"perp\"") != std::string::npos;
      asked->answer(200, fmt::format(R"({{"result":{{"instruments":[{}],"pagination":{{"num_pages":1}}}}}})",
                                     is_perp ? perpetual : ""));
    }
    core->round();
    events.clear(); // that it is listed
  }
  void want(std::string_view prefix) {
    core->demand({true, std::string{prefix}});
    core->round();
  }
  /// A socket that is opened, and on which all is confirmed.
  std::shared_ptr<test::fake_socket> connect() {
    pass();
    auto made = network.take_socket();
    made->open();
    core->round();
    EXPECT_EQ(made->take_sent(),
              R"({"id":1,"method":"subscribe","params":{"channels":["ticker_slim.ETH-PERP.100","trades.ETH-PERP"]}})");
    made->deliver(R"({"id":1,"result":{"status":{"ticker_slim.ETH-PERP.100":"ok","trades.ETH-PERP":"ok"},)"
                  R"("current_subscriptions":["ticker_slim.ETH-PERP.100","trades.ETH-PERP"]}})");
    core->round();
    return made;
  }
  void pass() {
    for (int i = 0; i < 4; ++i) {
      now += ns_per_s;
      core->round();
    }
  }
  static std::string ticker() {
    return derive_notification("ticker_slim.ETH-PERP.100", derive_payload("v2_ws_ticker_slim_perp.json"));
  }

  static constexpr std::string_view perpetual =
      R"({"instrument_name":"ETH-PERP","instrument_type":"perp","is_active":true,"base_currency":"ETH",)"
      R"("quote_currency":"USD","tick_size":"0.1","amount_step":"0.01","minimum_amount":"0.1"})";

  std::ostringstream lines;
  process::logger log{"test", process::level::info, process::log_format::text,
                      std::make_shared<spdlog::sinks::ostream_sink_mt>(lines), [] { return 0; }};
  process::metric_registry metrics;
  process::readiness ready;
  gateway::gateway_report report{venue::derive, log, metrics, ready};
  test::fake_network network;
  instrument_registry names;
  std::int64_t now = 1'000'000'000;
  std::vector<market_event> events;
  std::vector<std::string> marks;
  std::optional<gateway::gateway_core> core;
};

} // namespace

TEST_F(derive_core_test, lists_by_rest_subscribes_on_demand_and_publishes_what_comes) {
  list();
  want("md/derive/ETH-PERP/ticker/");
  want("md/derive/ETH-PERP/trades/");
  const auto socket = connect();
  EXPECT_EQ(socket->options.url, "wss://api.derive.xyz/v3/ws");
  socket->deliver(ticker());
  ASSERT_THAT(events, testing::SizeIs(1));
  EXPECT_EQ(names.at(events[0].instrument).symbol, "ETH-PERP");
  EXPECT_TRUE(std::holds_alternative<strike::ticker>(events[0].body));
}

TEST_F(derive_core_test, marks_a_lost_socket_stale_subscribes_on_the_next_and_asks_for_the_trades_between) {
  list();
  want("md/derive/ETH-PERP/ticker/");
  want("md/derive/ETH-PERP/trades/");
  const auto first = connect();
  first->deliver(ticker());
  first->close();
  core->round();
  EXPECT_THAT(marks, testing::Contains("ETH-PERP ticker stale"));
  const auto second = connect();
  EXPECT_THAT(second->take_sent(), HasSubstr("public/get_trade_history"));
  events.clear();
  second->deliver(fmt::format(R"({{"id":2,"result":{{"trades":[{{"trade_id":"t","instrument_name":"ETH-PERP",)"
                              R"("timestamp":{},"trade_price":"3000","trade_amount":"1","direction":"buy"}}],)"
                              R"("pagination":{{"num_pages":1}}}}}})",
                              (*ns_from_text("2026-11-26T12:00") + now) / ns_per_ms));
  ASSERT_THAT(events, testing::SizeIs(1));
  EXPECT_EQ(std::get<trade>(events[0].body).id, "t");
}

TEST_F(derive_core_test, a_refused_list_is_read_again_and_nothing_is_ready_before) {
  core->round();
  network.take_fetch()->answer(200, R"({"error":{"code":9002,"message":"cache not ready"}})");
  core->round();
  EXPECT_THAT(network.fetches, IsEmpty());
  pass();
  pass();
  EXPECT_THAT(network.take_fetch()->request.url, HasSubstr("get_all_instruments"));
  EXPECT_THAT(lines.str(), HasSubstr("9002 cache not ready"));
}

} // namespace strike::gateway_derive
