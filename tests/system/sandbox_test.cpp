// strike-sandbox as its clients and its operator meet it: over TLS, with the certificate authority that it made.
#include "base/decimal.hpp"
#include "book/order_book.hpp"
#include "kit/service.hpp"
#include "kit/tls_client.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace strike;
using testing::HasSubstr;

namespace {

constexpr const char* perpetual_book = "book.BTC-PERPETUAL.raw";

/// A sandbox with a lively market.
struct sandbox_test : testing::Test {
  static constexpr const char* config = R"(
    [sandbox]
    folder = "tls"
    control = "127.0.0.1:0"
    [sandbox.deribit]
    listen = "127.0.0.1:0"
    [sandbox.derive]
    listen = "127.0.0.1:0"
    [sandbox.polymarket]
    listen = ""
    [sandbox.market]
    events_per_s = 2000
  )";
  temp_folder folder;
  service sandbox{folder, "sandbox", SANDBOX_BINARY, config};
  std::string outputs = (folder / "").string(); ///< of `strike-sandbox fault`
  std::string control = sandbox.logged("control=");
  std::filesystem::path ca = sandbox.logged("ca=");
  std::string deribit = sandbox.logged("venue=deribit address=");

  websocket_client connect() { return {deribit, ca, "/ws/api/v2"}; }
  process_result order(const std::string& what) {
    std::vector<std::string> arguments{SANDBOX_BINARY, "fault"};
    std::istringstream words{what};
    for (std::string word; words >> word;) arguments.push_back(word);
    arguments.insert(arguments.end(), {"--control", control});
    return process{arguments, outputs}.wait();
  }
  boost::json::object truth(const std::string& instrument) {
    return boost::json::parse(http_get(control, "/truth?venue=deribit&instrument=" + instrument).body)
        .at("instruments")
        .at(0)
        .as_object();
  }
  static boost::json::object parsed(const std::string& text) { return boost::json::parse(text).as_object(); }
  /// The next reply; what comes between is left out.
  static boost::json::object ask(websocket_client& by, const std::string& method, const std::string& params = "{}") {
    by.send(R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" + params + "}");
    while (auto text = by.read())
      if (auto x = parsed(*text); x.contains("id")) return x;
    return {};
  }
  static void log_in(websocket_client& by) {
    EXPECT_TRUE(ask(by, "public/auth",
                    R"({"grant_type":"client_credentials","client_id":"sandbox-key","client_secret":"sandbox-secret"})")
                    .contains("result"));
  }
  static void subscribe(websocket_client& by) {
    by.send(std::string{R"({"id":2,"method":"public/subscribe","params":{"channels":[")"} + perpetual_book + "\"]}}");
  }
  /// The data of the next message of the book.
  static boost::json::object next_book(websocket_client& by) {
    while (auto text = by.read())
      if (auto x = parsed(*text); x.contains("method") && x["method"] == "subscription")
        return x["params"].at("data").as_object();
    return {};
  }
};

book_levels levels_of(const boost::json::value& x) {
  book_levels made;
  for (const auto& level : x.as_array())
    made.push_back({*nearest_decimal<price>(level.at(1).to_number<double>()),
                    *nearest_decimal<quantity>(level.at(2).to_number<double>())});
  return made;
}

boost::json::array best_first(std::span<const book_level> levels) {
  boost::json::array made;
  for (auto x = levels.rbegin(); x != levels.rend(); ++x)
    made.push_back(boost::json::array{to_string(x->at), to_string(x->size)});
  return made;
}

TEST_F(sandbox_test, a_client_that_follows_the_book_has_the_truth) {
  auto client = connect();
  log_in(client);
  subscribe(client);
  order_book book;
  auto message = next_book(client);
  ASSERT_EQ(message["type"], "snapshot");
  book.apply(book_snapshot{message["change_id"].to_number<std::uint64_t>(), levels_of(message["bids"]),
                           levels_of(message["asks"])});
  const auto take = [&] {
    auto x = next_book(client);
    ASSERT_EQ(book.apply(book_change{x.at("change_id").to_number<std::uint64_t>(),
                                     x.at("prev_change_id").to_number<std::uint64_t>(), levels_of(x.at("bids")),
                                     levels_of(x.at("asks"))}),
              book_result::applied);
  };
  for (int i = 0; i < 20; ++i) take();
  const auto truth_now = truth("BTC-PERPETUAL");
  const auto wanted = truth_now.at("sequence").to_number<std::uint64_t>();
  while (book.sequence() < wanted) take();
  ASSERT_EQ(book.sequence(), wanted);
  EXPECT_EQ(best_first(book.bids()), truth_now.at("bids"));
  EXPECT_EQ(best_first(book.asks()), truth_now.at("asks"));
}

TEST_F(sandbox_test, a_skipped_change_shows_as_a_gap) {
  auto client = connect();
  log_in(client);
  subscribe(client);
  auto last = next_book(client).at("change_id");
  EXPECT_EQ(order("deribit skip --count 2").exit_code, 0);
  boost::json::object message;
  do {
    message = next_book(client);
    if (message.at("prev_change_id") != last) break;
    last = message.at("change_id");
  } while (true);
  EXPECT_GT(message.at("prev_change_id").to_number<std::uint64_t>(), last.to_number<std::uint64_t>());
}

TEST_F(sandbox_test, dropped_connections_end_without_a_goodbye_and_can_come_back) {
  auto client = connect();
  EXPECT_EQ(order("deribit drop").exit_code, 0);
  while (client.read()) {
  }
  EXPECT_EQ(client.close_code(), 1006U);
  EXPECT_TRUE(connect().is_open());
}

TEST_F(sandbox_test, silence_keeps_the_socket_open_and_answers_pings_only) {
  auto client = connect();
  bool has_pong = false;
  EXPECT_EQ(order("deribit silence --for 1s").exit_code, 0);
  client.send(R"({"id":5,"method":"public/test"})"); // its answer is lost
  client.ping("", [&] {
    has_pong = true;
    EXPECT_EQ(order("deribit clear").exit_code, 0);
    client.send(R"({"id":6,"method":"public/test"})");
  });
  EXPECT_EQ(parsed(*client.read()).at("id"), 6);
  EXPECT_TRUE(has_pong);
}

TEST_F(sandbox_test, garbage_is_no_json) {
  auto client = connect();
  EXPECT_EQ(order("deribit garbage --count 1").exit_code, 0);
  client.send(R"({"id":5,"method":"public/test"})");
  boost::system::error_code failed;
  boost::json::parse(*client.read(), failed);
  EXPECT_TRUE(failed);
}

TEST_F(sandbox_test, answers_can_be_late_rejected_or_throttled) {
  auto client = connect();
  EXPECT_EQ(order("deribit reject --count 1").exit_code, 0);
  EXPECT_EQ(ask(client, "public/test").at("error").at("code"), 11051);
  EXPECT_EQ(order("deribit delay --count 1 --delay 1h").exit_code, 0);
  client.send(R"({"id":7,"method":"public/test"})");
  client.send(R"({"id":8,"method":"public/test"})");
  EXPECT_EQ(parsed(*client.read()).at("id"), 8);
  EXPECT_EQ(order("deribit throttle --count 1").exit_code, 0);
  EXPECT_EQ(ask(client, "public/test").at("error").at("code"), 10028);
  EXPECT_EQ(client.read(), std::nullopt);
  EXPECT_EQ(client.close_code(), 1008U);
}

constexpr const char* small_order = R"({"instrument_name":"BTC-PERPETUAL","amount":10,"type":"market","label":"lost"})";

TEST_F(sandbox_test, the_control_port_knows_the_order_whose_answer_was_lost) {
  auto client = connect();
  log_in(client);
  EXPECT_EQ(order("deribit sever --count 1").exit_code, 0);
  client.send(std::string{R"({"id":9,"method":"private/buy","params":)"} + small_order + "}");
  EXPECT_EQ(client.read(), std::nullopt);
  EXPECT_EQ(client.close_code(), 1006U);
  const auto rows = [&](const std::string& what) {
    const auto reply = http_get(control, "/truth/" + what + "?venue=deribit&account=sandbox-key");
    return boost::json::parse(reply.body).at(what).as_array();
  };
  ASSERT_EQ(rows("orders").size(), 1U);
  EXPECT_EQ(rows("orders")[0].at("label"), "lost");
  EXPECT_EQ(rows("orders")[0].at("state"), "filled");
  EXPECT_EQ(rows("fills").at(0).at("order_id"), rows("orders")[0].at("order_id"));
  EXPECT_EQ(rows("positions").at(0).at("size"), "10");
  EXPECT_EQ(rows("balances").size(), 4U);
  EXPECT_EQ(http_get(control, "/truth/nothing").status, 404);
  EXPECT_EQ(http_get(control, "/truth/orders?venue=nowhere").status, 400);
}

TEST_F(sandbox_test, an_order_over_https_may_lose_its_answer_too) {
  auto client = connect();
  const auto login = ask(client, "public/auth", R"({"grant_type":"client_credentials","client_id":"sandbox-key",
      "client_secret":"sandbox-secret","scope":"session:test"})");
  const auto target = "/api/v2/private/buy?instrument_name=BTC-PERPETUAL&amount=10&type=market&access_token=" +
                      std::string{login.at("result").at("access_token").as_string()};
  EXPECT_EQ(order("deribit sever --count 1").exit_code, 0);
  EXPECT_THROW(https_get(deribit, ca, target), boost::system::system_error);
  EXPECT_EQ(order("deribit fail --count 1").exit_code, 0);
  EXPECT_EQ(https_get(deribit, ca, target).status, 500U);
  EXPECT_EQ(https_get(deribit, ca, target).status, 200U);
  EXPECT_EQ(boost::json::parse(http_get(control, "/truth/positions").body).at("positions").at(0).at("size"), "30");
}

TEST_F(sandbox_test, new_connections_can_be_refused) {
  EXPECT_EQ(order("deribit refuse --for 1h").exit_code, 0);
  EXPECT_EQ(connect().status(), 503U);
  EXPECT_EQ(order("all clear").exit_code, 0);
  EXPECT_TRUE(connect().is_open());
}

TEST_F(sandbox_test, a_fault_of_one_venue_is_not_the_others) {
  EXPECT_EQ(order("deribit refuse --for 1h").exit_code, 0);
  const auto derive = sandbox.logged("venue=derive address=");
  EXPECT_TRUE((websocket_client{derive, ca, "/v3/ws"}.is_open()));
}

TEST_F(sandbox_test, a_mix_of_faults_by_chance_is_logged) {
  EXPECT_EQ(order("deribit random --seed 3 --every 10ms --for 1m").exit_code, 0);
  EXPECT_TRUE(sandbox.wait_for_err("fault by chance venue=deribit"));
}

TEST_F(sandbox_test, wrong_orders_are_explained) {
  const auto wrong = order("deribit silence --count 3");
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_THAT(wrong.err, HasSubstr("count"));
  EXPECT_EQ(order("polymarket drop").exit_code, 1); // not served here
  EXPECT_EQ(http_get(control, "/truth?venue=nowhere").status, 400);
  EXPECT_EQ(http_get(control, "/nothing").status, 404);
}

TEST_F(sandbox_test, what_was_sent_is_counted) {
  auto client = connect();
  ask(client, "public/test");
  https_get(deribit, ca, "/api/v2/public/get_time");
  const auto metrics = http_get(control, "/metrics").body;
  EXPECT_THAT(metrics, HasSubstr(R"(strike_sandbox_sent_total{kind="answer",venue="deribit"} 1)"));
  EXPECT_THAT(metrics, HasSubstr(R"(strike_sandbox_requests_total{venue="deribit"} 1)"));
  EXPECT_THAT(metrics, HasSubstr(R"(strike_sandbox_connections{venue="deribit"} 1)"));
}

TEST_F(sandbox_test, each_has_a_certificate_authority_of_its_own) {
  service another{folder, "another", SANDBOX_BINARY, config};
  const std::filesystem::path other = another.logged("ca=");
  EXPECT_THROW((websocket_client{deribit, other, "/ws/api/v2"}), boost::system::system_error);
}

TEST_F(sandbox_test, an_address_that_is_taken_is_named) {
  service another{folder, "another", SANDBOX_BINARY,
                  "[sandbox]\nfolder = \"tls\"\n[sandbox.deribit]\nlisten = \"" + deribit + "\"\n"};
  EXPECT_TRUE(another.wait_for_err("cannot listen on " + deribit));
}

} // namespace
