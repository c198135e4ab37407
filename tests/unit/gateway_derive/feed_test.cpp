// Instruments by REST: lists, pages, refreshes, ends, look-ups.
#include "base/time.hpp"
#include "gateway-derive/feed.hpp"
#include "kit/derive_messages.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include <map>

namespace strike::gateway_derive {

using namespace std::chrono_literals;
using namespace strike::literals;
using gateway::oddity;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

namespace {

struct fake_feed_port final : gateway::feed_port {
  instrument_registry& names;
  struct call {
    net::http_request what;
    std::function<void(result<net::http_response>, const gateway::moment&)> done;
  };
  std::vector<call> calls;
  std::map<std::string, instrument> defined;
  std::vector<std::string> states, notes;
  std::map<std::string, instrument_state> last;
  int loads = 0;

  explicit fake_feed_port(instrument_registry& x) : names{x} {}
  void fetch(net::http_request what,
             std::function<void(result<net::http_response>, const gateway::moment&)> done) override {
    calls.push_back({std::move(what), std::move(done)});
  }
  instrument_id define(instrument rules, std::int64_t) override {
    const auto id = names.intern(venue::derive, rules.symbol);
    if (!id) return notes.push_back("bad symbol " + rules.symbol), instrument_id{};
    const auto symbol = rules.symbol;
    defined[symbol] = std::move(rules);
    last.try_emplace(symbol, instrument_state::resumed);
    return *id;
  }
  void set_state(instrument_id which, instrument_state state, optional_double settlement, std::int64_t) override {
    const auto& symbol = names.at(which).symbol;
    if (std::exchange(last[symbol], state) == state) return;
    states.push_back(fmt::format("{} {}{}", symbol, to_text(state), settlement ? fmt::format(" {}", *settlement) : ""));
  }
  void distrust(const std::vector<instrument_id>&, trust) override { FAIL(); }
  void publish_late(std::span<const market_event>) override { ADD_FAILURE() << "nothing is asked for late"; }
  void loaded() override { ++loads; }
  void note(oddity what, std::string_view detail, std::string_view sample) override {
    notes.push_back(fmt::format("{} {}: {}", to_text(what), detail, sample));
  }
};

struct feed_test : testing::Test {
  instrument_registry names;
  gateway::moment now{1'000'000'000'000, *ns_from_text("2026-11-26T12:00")};
  settings how = [] {
    auto document = *config::document::from_text("", "test");
    return read_settings(document.root());
  }();
  fake_feed_port port{names};
  std::optional<feed> feed_;

  feed& tested() {
    if (!feed_) {
      feed_.emplace(how, names);
      feed_->start(port, now);
      feed_->round(now);
    }
    return *feed_;
  }
  /// "get_all_instruments {...}" of the one request that is under way.
  std::string asked() {
    tested();
    if (port.calls.size() != 1) return fmt::format("{} requests", port.calls.size());
    const auto& x = port.calls[0].what;
    return x.url.substr(x.url.rfind('/') + 1) + " " + x.body;
  }
  void answer(std::string_view body, int status = 200) {
    tested();
    ASSERT_THAT(port.calls, SizeIs(1));
    const auto done = std::exchange(port.calls, {})[0].done;
    done(net::http_response{.status = status, .body = std::string{body}}, now);
    tested().round(now);
  }
  void answer_page(std::initializer_list<std::string> instruments, int pages = 1) {
    answer(fmt::format(R"({{"result":{{"instruments":[{}],"pagination":{{"count":1,"num_pages":{}}}}},"id":"u"}})",
                       fmt::join(instruments, ","), pages));
  }
  /// Answers a whole reading of the list: perpetuals, spot, options.
  void answer_list(std::initializer_list<std::string> options, std::initializer_list<std::string> perpetuals) {
    for (int i = 0; i < 3; ++i) {
      const auto what = asked();
      if (what.find("\"option\"") != std::string::npos)
        answer_page(options);
      else if (what.find("\"perp\"") != std::string::npos)
        answer_page(perpetuals);
      else
        answer_page({});
    }
  }
  void pass(std::chrono::nanoseconds x) {
    now.steady_ns += x.count();
    now.wall_ns += x.count();
    tested().round(now);
  }
  static std::string option(std::string_view name, std::int64_t expiry_s, std::string_view tick = "0.1") {
    return fmt::format(R"({{"instrument_name":"{}","instrument_type":"option","is_active":true,"base_currency":"ETH",)"
                       R"("quote_currency":"USDC","tick_size":"{}","amount_step":"0.01","minimum_amount":"0.1",)"
                       R"("option_details":{{"expiry":{},"strike":"3000","option_type":"C","index":"ETH-USD"}}}})",
                       name, tick, expiry_s);
  }
  static std::string perpetual(std::string_view name, bool is_active = true) {
    return fmt::format(R"({{"instrument_name":"{}","instrument_type":"perp","is_active":{},"base_currency":"{}",)"
                       R"("quote_currency":"USD","tick_size":"0.1","amount_step":"0.01","minimum_amount":"0.1"}})",
                       name, is_active, name.substr(0, name.find('-')));
  }
};

constexpr std::int64_t nov_27 = 1795766400; ///< 2026-11-27 08:00 UTC

} // namespace

TEST_F(feed_test, reads_all_types_and_pages_by_post_with_a_user_agent) {
  EXPECT_EQ(asked(), R"(get_all_instruments {"expired":false,"instrument_type":"erc20","page":1,"page_size":1000})");
  const auto& request = port.calls[0].what;
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://api.derive.xyz/v3/public/get_all_instruments");
  EXPECT_THAT(request.extra, ElementsAre(testing::Pair("content-type", "application/json"),
                                         testing::Pair("user-agent", "strike/0.1")));
  answer_page({}, 0);
  EXPECT_THAT(asked(), HasSubstr(R"("perp","page":1)"));
  answer_page({perpetual("ETH-PERP")}, 2);
  EXPECT_THAT(asked(), HasSubstr(R"("perp","page":2)"));
  answer_page({perpetual("BTC-PERP")}, 2);
  EXPECT_THAT(asked(), HasSubstr(R"("option","page":1)"));
  EXPECT_EQ(port.loads, 0);
  answer_page({option("ETH-20261127-3000-C", nov_27)});
  EXPECT_EQ(port.loads, 1);
  EXPECT_THAT(port.calls, IsEmpty());
  EXPECT_THAT(port.defined, SizeIs(3));
  EXPECT_EQ(port.defined["ETH-20261127-3000-C"].ticks.base, 0.1_px);
  EXPECT_THAT(port.notes, IsEmpty());
}

TEST_F(feed_test, of_v2_asks_for_the_currencies_and_takes_12001_for_an_empty_list) {
  how.network.list = derive::list_method::currencies;
  EXPECT_EQ(asked(), "get_all_currencies {}");
  answer(R"({"result":[{"currency":"ETH"}],"id":"u"})");
  EXPECT_EQ(asked(), R"(get_instruments {"expired":false,"instrument_type":"erc20","currency":"ETH"})");
  answer(derive_payload("v2_testnet_http_get_instruments_spot.json"));
  EXPECT_THAT(asked(), HasSubstr("\"perp\""));
  answer(R"({"error":{"code":12001,"message":"no instruments"},"id":"u"})");
  answer(R"({"error":{"code":"12001","message":"no instruments"},"id":"u"})");
  EXPECT_EQ(port.loads, 1);
  EXPECT_THAT(port.defined, ElementsAre(testing::Pair("ETH-USDC", testing::_)));
  EXPECT_THAT(port.notes, IsEmpty());
}

TEST_F(feed_test, reads_only_the_currencies_it_is_told_to) {
  how.currencies = {"ETH"};
  EXPECT_EQ(asked(), R"(get_all_instruments {"expired":false,"instrument_type":"erc20","currency":"ETH",)"
                     R"("page":1,"page_size":1000})");
}

TEST_F(feed_test, repeats_a_request_that_failed_and_later_the_whole_list) {
  answer("<html>busy</html>", 503);
  EXPECT_THAT(port.calls, IsEmpty()) << "it waits";
  for (int i = 1; i < 4; ++i) {
    pass(std::chrono::seconds{1 << i});
    answer("<html>busy</html>", 503);
  }
  EXPECT_EQ(port.loads, 0);
  EXPECT_THAT(port.notes,
              ElementsAre(HasSubstr("public/get_all_instruments answered with status 503 and no result: <html>")));
  pass(16s);
  answer_list({}, {perpetual("ETH-PERP")});
  EXPECT_EQ(port.loads, 1);
}

TEST_F(feed_test, waits_as_the_rate_limit_says) {
  answer(R"({"error":{"code":-32000,"message":"Rate limit exceeded","data":"Retry after 700 ms"}})", 429);
  pass(699ms);
  EXPECT_THAT(port.calls, IsEmpty());
  pass(1ms);
  EXPECT_THAT(port.calls, SizeIs(1));
}

TEST_F(feed_test, keeps_the_window_of_requests) {
  how.requests = 2;
  how.request_window = 5s;
  answer_page({});
  answer_page({});
  EXPECT_THAT(port.calls, IsEmpty());
  EXPECT_EQ(tested().round(now), now.steady_ns + std::chrono::nanoseconds{5s}.count());
  pass(5s);
  EXPECT_THAT(port.calls, SizeIs(1));
}

TEST_F(feed_test, reads_the_list_again_every_five_minutes_and_tells_what_changed) {
  answer_list({option("ETH-20261127-3000-C", nov_27)}, {perpetual("ETH-PERP"), perpetual("BTC-PERP")});
  EXPECT_EQ(tested().round(now), now.steady_ns + std::chrono::nanoseconds{5min}.count());
  pass(5min);
  answer_list({option("ETH-20261127-3000-C", nov_27, "0.5")}, {perpetual("ETH-PERP", false)});
  EXPECT_EQ(port.defined["ETH-20261127-3000-C"].ticks.base, 0.5_px);
  EXPECT_THAT(port.states, testing::UnorderedElementsAre("ETH-PERP halted", "BTC-PERP halted"));
  port.states.clear();
  pass(5min);
  answer_list({option("ETH-20261127-3000-C", nov_27)}, {perpetual("ETH-PERP"), perpetual("BTC-PERP")});
  EXPECT_THAT(port.states, testing::UnorderedElementsAre("ETH-PERP resumed", "BTC-PERP resumed"));
}

TEST_F(feed_test, a_list_that_failed_halts_nothing) {
  answer_list({}, {perpetual("ETH-PERP")});
  pass(5min);
  answer(R"({"error":{"code":-32603,"message":"internal"}})");
  EXPECT_THAT(port.states, IsEmpty());
  EXPECT_THAT(port.notes, ElementsAre(HasSubstr("-32603 internal")));
}

TEST_F(feed_test, options_expire_on_time_and_settle_when_the_price_is_known) {
  now.wall_ns = (nov_27 - 2) * ns_per_s;
  answer_list({option("ETH-20261127-3000-C", nov_27), option("ETH-20261225-3000-C", nov_27 + 28 * 86'400)}, {});
  EXPECT_EQ(tested().round(now), now.steady_ns + std::chrono::nanoseconds{2s}.count());
  pass(2s);
  EXPECT_THAT(port.states, ElementsAre("ETH-20261127-3000-C expired"));
  pass(9s); // the list, read at 08:00:10
  pass(1s);
  answer_list({option("ETH-20261127-3000-C", nov_27), option("ETH-20261225-3000-C", nov_27 + 28 * 86'400)}, {});
  EXPECT_THAT(port.states, SizeIs(1)) << "a list older than the end brings nothing back";
  pass(10s);
  EXPECT_EQ(asked(), R"(get_option_settlement_prices {"currency":"ETH"})");
  const auto prices = [](std::string_view price) {
    return fmt::format(R"({{"result":{{"expiries":[{{"utc_expiry_sec":{},"price":{}}}]}}}})", nov_27, price);
  };
  answer(prices("null"));
  pass(50s); // the list again
  answer_list({option("ETH-20261225-3000-C", nov_27 + 28 * 86'400)}, {});
  pass(10s);
  EXPECT_THAT(asked(), HasSubstr("get_option_settlement_prices"));
  answer(prices("\"3011.5\""));
  EXPECT_THAT(port.states, ElementsAre("ETH-20261127-3000-C expired", "ETH-20261127-3000-C settled 3011.5"));
  EXPECT_THAT(port.notes, IsEmpty());
}

TEST_F(feed_test, a_settlement_price_that_never_comes_is_noted_after_two_hours) {
  now.wall_ns = (nov_27 - 1) * ns_per_s;
  how.refresh = 24h;
  answer_list({option("ETH-20261127-3000-C", nov_27)}, {});
  pass(1s);
  for (int minute = 0; minute < 140 && port.notes.empty(); ++minute) {
    pass(1min);
    for (int i = 0; i < 8 && !port.calls.empty(); ++i)
      if (asked().starts_with("get_option"))
        answer(R"({"result":{"expiries":[]}})");
      else
        answer_page({});
  }
  EXPECT_THAT(port.notes, ElementsAre("gap settlement price: ETH 2026-11-27T08:00:00Z"));
  EXPECT_EQ(now.wall_ns, nov_27 * ns_per_s + std::chrono::nanoseconds{120min}.count());
}

TEST_F(feed_test, looks_a_symbol_up_once) {
  answer_list({}, {});
  tested().look_up("ETH-PERP", now);
  tested().look_up("ETH-PERP", now);
  tested().round(now);
  EXPECT_EQ(asked(), R"(get_instrument {"instrument_name":"ETH-PERP"})");
  answer(fmt::format(R"({{"result":{}}})", perpetual("ETH-PERP")));
  EXPECT_THAT(port.defined, SizeIs(1));
  tested().look_up("ETH-PERP", now);
  tested().look_up("DOGE-PERP", now);
  tested().round(now);
  answer(R"({"error":{"code":12003,"message":"Instrument not found"}})");
  EXPECT_THAT(port.calls, IsEmpty());
  EXPECT_THAT(port.notes, ElementsAre("refused public/get_instrument: DOGE-PERP: 12003 Instrument not found"));
}

TEST_F(feed_test, a_bad_instrument_is_noted_and_the_others_are_taken) {
  answer_page({});
  answer_page({R"({"instrument_name":"X-PERP","instrument_type":"perp"})", perpetual("ETH-PERP"), perpetual("é-PERP")});
  EXPECT_THAT(port.defined, SizeIs(1));
  EXPECT_THAT(port.notes,
              ElementsAre(HasSubstr("malformed instrument: an instrument 'X-PERP' needs"), "bad symbol é-PERP"));
}

TEST(derive_refresh, is_frequent_after_eight_in_the_morning) {
  const auto at = [](std::string_view text) { return *ns_from_text(text); };
  const auto next = [&](std::string_view text) {
    return iso_from_ns(next_refresh(at(text), std::chrono::nanoseconds{5min}.count()));
  };
  EXPECT_EQ(next("2026-11-26T07:30:00Z"), "2026-11-26T07:35:00Z");
  EXPECT_EQ(next("2026-11-26T07:58:00Z"), "2026-11-26T08:00:10Z");
  EXPECT_EQ(next("2026-11-26T08:00:10Z"), "2026-11-26T08:01:10Z");
  EXPECT_EQ(next("2026-11-26T08:09:00Z"), "2026-11-26T08:10:00Z");
  EXPECT_EQ(next("2026-11-26T08:11:00Z"), "2026-11-26T08:16:00Z");
}

TEST_F(feed_test, has_the_socket_of_its_profile) {
  EXPECT_EQ(tested().socket().url, "wss://api.derive.xyz/v3/ws");
  EXPECT_EQ(tested().limit().topics_per_socket, 500u);
  EXPECT_NE(tested().key(4), tested().key(5)) << "every topic is a subscription of its own";
}

} // namespace strike::gateway_derive
