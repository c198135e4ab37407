#include "deribit/message.hpp"

#include "base/time.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>

using namespace strike;
using namespace strike::literals;
using namespace strike::deribit;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

std::string file(const std::string& name) {
  std::ifstream in{std::string{STRIKE_TEST_DATA} + "/deribit/" + name};
  std::stringstream text;
  text << in.rdbuf();
  EXPECT_FALSE(text.str().empty()) << name;
  return text.str();
}

constexpr std::string_view trade_text =
    R"({"trade_id":"ETH-284830839","order_id":"ETH-584864807","instrument_name":"ETH-PERPETUAL","direction":"sell",)"
    R"("price":3050.05,"amount":7.0e1,"fee":-1.0E-8,"fee_currency":"ETH","liquidity":"M","timestamp":1700000000123,)"
    R"("label":"g-1","trade_seq":5,"matching_id":null,"profit_loss":null,"combo_trade_id":7,"mmp":"false"})";
constexpr std::string_view order_text =
    R"({"order_id":"ETH-584864807","order_state":"open","instrument_name":"ETH-PERPETUAL","direction":"buy",)"
    R"("label":"g-1","price":3050.05,"amount":100.0,"filled_amount":70,"last_update_timestamp":1700000000123})";

struct account_test : testing::Test {
  message_reader read;
  std::string text;

  void open(std::string x) {
    text = std::move(x);
    pad(text);
    const auto kind = read.open(text);
    EXPECT_TRUE(kind) << kind.error().text;
  }
  void open_result(std::string_view x) { open(R"({"jsonrpc":"2.0","id":1,"result":)" + std::string{x} + "}"); }
  void open_news(std::string_view channel, std::string_view x) {
    open(R"({"jsonrpc":"2.0","method":"subscription","params":{"channel":")" + std::string{channel} + R"(","data":)" +
         std::string{x} + "}}");
  }
  order_answer placed(const std::string& name) {
    open(file(name));
    order_answer x;
    const auto ok = read.placed(x);
    EXPECT_TRUE(ok) << ok.error().text;
    return x;
  }
};

TEST_F(account_test, reads_a_recorded_order) {
  const auto x = placed("ws_order_buy_response.json").order;
  EXPECT_EQ(x.id, "USDC-104819327443");
  EXPECT_EQ(x.label, "O-19700101-000000-001-001-1");
  EXPECT_EQ(x.symbol, "ETH_USDC-PERPETUAL");
  EXPECT_EQ(x.side, side::buy);
  EXPECT_EQ(x.phase, order_phase::open);
  EXPECT_EQ(*x.price, 2973.55_px);
  EXPECT_EQ(*x.amount, 0.001_qty);
  EXPECT_EQ(x.filled, 0_qty);
  EXPECT_EQ(x.updated_ns, 1'767'978'363'493 * ns_per_ms);
  EXPECT_EQ(read.taken_up_ns(), 1'767'978'363'485'278 * ns_per_us);
  EXPECT_EQ(read.answered_ns(), 1'767'978'363'495'053 * ns_per_us);
  EXPECT_EQ(placed("ws_order_sell_response.json").order.side, side::sell);
}

TEST_F(account_test, an_edit_keeps_the_id) {
  EXPECT_EQ(placed("ws_order_edit_response.json").order.id, placed("ws_order_buy_response.json").order.id);
}

TEST_F(account_test, the_word_market_price_is_no_price) {
  const auto x = placed("ws_order_stop_market_response.json").order;
  EXPECT_EQ(x.phase, order_phase::untriggered);
  EXPECT_FALSE(x.price);
  EXPECT_EQ(*x.amount, 0.01_qty);
  EXPECT_EQ(read.testnet(), true);
}

TEST_F(account_test, a_spot_order_has_no_reduce_only) {
  const auto x = placed("http_private_buy_spot_limit_open.json").order;
  EXPECT_EQ(x.symbol, "XRP_USDC");
  EXPECT_EQ(*x.price, 1.8_px);
}

TEST_F(account_test, only_four_fields_of_an_order_are_mandatory) {
  open_result(R"({"order_id":"1","order_state":"untriggered","instrument_name":"BTC-PERPETUAL","direction":"sell"})");
  const auto x = read.order();
  ASSERT_TRUE(x) << x.error().text;
  EXPECT_FALSE(x->amount);
  EXPECT_EQ(x->filled, 0_qty);
  for (const std::string_view missing : {"order_id", "order_state", "instrument_name", "direction"}) {
    std::string broken{order_text};
    broken.replace(broken.find(missing), missing.size(), "x");
    open_result(broken);
    const auto y = read.order();
    ASSERT_FALSE(y) << missing;
    EXPECT_THAT(y.error().text, HasSubstr(missing));
  }
}

TEST_F(account_test, an_unknown_state_is_kept_as_a_word) {
  open_result(R"({"order_id":"1","order_state":"dreaming","instrument_name":"X","direction":"sell"})");
  const auto x = read.order();
  ASSERT_TRUE(x);
  EXPECT_FALSE(x->phase);
  EXPECT_EQ(x->phase_word, "dreaming");
}

TEST_F(account_test, every_state_has_its_word) {
  for (const auto& row : enum_names<order_phase>::table) {
    open_result(R"({"order_id":"1","instrument_name":"X","direction":"sell","order_state":")" + std::string{row.text} +
                "\"}");
    EXPECT_EQ(read.order()->phase, row.value);
  }
}

TEST_F(account_test, an_amount_that_is_a_word_is_an_error) {
  for (const std::string_view field : {"\"amount\":100.0", "\"filled_amount\":70"}) {
    std::string broken{order_text};
    broken.replace(broken.find(field), field.size(), std::string{field.substr(0, field.find(':'))} + ":\"all\"");
    open_result(broken);
    EXPECT_FALSE(read.order()) << broken;
  }
}

TEST_F(account_test, more_filled_than_ordered_is_an_error) {
  std::string broken{order_text};
  broken.replace(broken.find(":70"), 3, ":101");
  open_result(broken);
  EXPECT_THAT(read.order().error().text, HasSubstr("filled_amount '101'"));
}

TEST_F(account_test, reads_a_recorded_fill) {
  open(file("http_private_get_user_trades_spot.json"));
  trade_page x;
  const auto ok = read.user_trades(x);
  ASSERT_TRUE(ok) << ok.error().text;
  EXPECT_FALSE(x.has_more);
  ASSERT_EQ(x.trades.size(), 1U);
  EXPECT_EQ(x.trades[0].id, "USDC_USDT-21102496");
  EXPECT_EQ(x.trades[0].order, "USDC_USDT-6470719424");
  EXPECT_EQ(x.trades[0].at, 1.0008_px);
  EXPECT_EQ(x.trades[0].size, 2_qty);
  EXPECT_EQ(x.trades[0].fee, optional_quantity{0_qty});
  EXPECT_EQ(x.trades[0].liquidity, liquidity::taker);
}

TEST_F(account_test, fills_come_as_a_page_or_as_a_bare_array) {
  for (const auto& shape : {"[" + std::string{trade_text} + "]", R"({"trades":[)" + std::string{trade_text} + "]}"}) {
    open_result(shape);
    trade_page x;
    ASSERT_TRUE(read.user_trades(x)) << shape;
    ASSERT_EQ(x.trades.size(), 1U);
    EXPECT_EQ(x.trades[0].size, 70_qty);
    EXPECT_EQ((*x.trades[0].fee).nanos, -10) << "a rebate";
    EXPECT_EQ(x.trades[0].liquidity, liquidity::maker);
    EXPECT_EQ(x.trades[0].label, "g-1");
  }
}

TEST_F(account_test, a_fill_without_what_it_needs_is_an_error_that_names_it) {
  for (const std::string_view missing :
       {"trade_id", "order_id", "instrument_name", "direction", "price", "amount", "timestamp", "fee", "liquidity"}) {
    std::string broken{trade_text};
    const auto key = '"' + std::string{missing} + '"';
    broken.replace(broken.find(key), key.size(), "\"x\"");
    open_result("[" + broken + "]");
    trade_page x;
    const auto ok = read.user_trades(x);
    ASSERT_FALSE(ok) << missing;
    EXPECT_THAT(ok.error().text, HasSubstr(missing));
  }
}

TEST_F(account_test, changes_hold_orders_and_fills) {
  open_news("user.changes.any.any.raw", R"({"instrument_name":"ETH-PERPETUAL","positions":[{"size":1}],"orders":[)" +
                                            std::string{order_text} + R"(],"trades":[)" + std::string{trade_text} +
                                            "]}");
  changes_message x;
  const auto ok = read.changes(x);
  ASSERT_TRUE(ok) << ok.error().text;
  ASSERT_EQ(x.orders.size(), 1U);
  EXPECT_EQ(x.orders[0].filled, 70_qty);
  EXPECT_EQ(x.trades.size(), 1U);
}

TEST_F(account_test, orders_come_alone_or_as_an_array) {
  std::vector<order_message> all;
  open_news("user.orders.any.any.raw", order_text);
  ASSERT_TRUE(read.orders(all));
  EXPECT_EQ(all.size(), 1U);
  open_result("[" + std::string{order_text} + "," + std::string{order_text} + "]");
  ASSERT_TRUE(read.orders(all));
  EXPECT_EQ(all.size(), 2U);
  open_result("[]");
  ASSERT_TRUE(read.orders(all));
  EXPECT_THAT(all, IsEmpty());
}

TEST_F(account_test, cancels_are_counted_or_listed) {
  open_result("3");
  EXPECT_EQ(read.cancelled()->count, 3U);
  open_result(R"([{"instrument_name":"ETH-PERPETUAL","currency":"ETH","type":"limit","result":[)" +
              std::string{order_text} + R"(]},{"instrument_name":"X","result":[]}])");
  EXPECT_EQ(read.cancelled()->count, 1U);
  open_result(R"("ok")");
  EXPECT_FALSE(read.cancelled());
}

TEST_F(account_test, a_linear_future_is_counted_in_coin) {
  open(file("http_private_get_positions_linear_perpetual.json"));
  std::vector<position_message> all;
  const auto ok = read.positions(all);
  ASSERT_TRUE(ok) << ok.error().text;
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].symbol, "BTC_USDC-PERPETUAL");
  EXPECT_EQ(all[0].size, 0.0001_qty);
}

TEST_F(account_test, the_sign_of_a_position_is_that_of_its_direction) {
  const auto size_of = [&](std::string_view fields) {
    open_result(R"([{"instrument_name":"BTC-PERPETUAL","kind":"future",)" + std::string{fields} + "}]");
    std::vector<position_message> all;
    EXPECT_TRUE(read.positions(all)) << fields;
    return all.empty() ? 0_qty : all[0].size;
  };
  EXPECT_EQ(size_of(R"("direction":"sell","size":-250.0,"size_currency":-0.005)"), -250_qty);
  EXPECT_EQ(size_of(R"("direction":"sell","size":250.0)"), -250_qty);
  EXPECT_EQ(size_of(R"("direction":"buy","size":250.0)"), 250_qty);
  EXPECT_EQ(size_of(R"("direction":"zero","size":0.0)"), 0_qty);
  open_result(R"([{"instrument_name":"BTC-PERPETUAL","kind":"future","direction":"up","size":1}])");
  std::vector<position_message> all;
  EXPECT_FALSE(read.positions(all));
}

TEST_F(account_test, limits_of_the_account_or_of_its_currency) {
  constexpr std::string_view rates =
      R"("non_matching_engine":{"rate":20,"burst":100},"matching_engine":{"trading":{"total":{"rate":10,"burst":30},)"
      R"("x":{}},"spot":{"rate":1,"burst":2},"cancel_all":{"rate":5,"burst":20}})";
  for (const auto& shape : {std::string{rates}, R"("btc":{)" + std::string{rates} +
                                                    R"(},"eth":{"non_matching_engine":{"rate":1,"burst":1}})"}) {
    open_result(R"({"currency":"BTC","limits":{"limits_per_currency":true,)" + shape + "}}");
    const auto x = read.limits("BTC");
    ASSERT_TRUE(x) << x.error().text;
    ASSERT_TRUE(x->matching && x->other && x->cancel_all);
    EXPECT_EQ(x->matching->per_second, 10);
    EXPECT_EQ(x->matching->burst, 30);
    EXPECT_EQ(x->other->burst, 100);
    EXPECT_EQ(x->cancel_all->burst, 20);
  }
  open_result(R"({"currency":"BTC"})");
  EXPECT_FALSE(read.limits("BTC")->matching);
}

TEST_F(account_test, reads_a_recorded_portfolio) {
  open(file("ws_portfolio.json"));
  const auto x = read.portfolio();
  ASSERT_TRUE(x) << x.error().text;
  EXPECT_EQ(x->currency, "USDT");
  EXPECT_EQ(*x->equity, 55.00055);
  EXPECT_EQ(*x->available, 53.868247);
}

TEST_F(account_test, locks_and_states_of_the_platform) {
  open_news("user.lock", R"({"currency":"ALL","locked":true})");
  EXPECT_TRUE(read.user_lock()->is_locked);
  for (const auto& [word, is_locked] : {std::pair{R"("true")", true},
                                        {R"("partial")", false},
                                        {R"("false")", false},
                                        {"true", true},
                                        {"false", false}}) {
    open_result(std::string{R"({"locked":)"} + word + "}");
    EXPECT_EQ(*read.is_platform_locked(), is_locked) << word;
  }
  open_result(R"({"scope":"connection","enabled":true})");
  EXPECT_TRUE(*read.cancels_on_disconnect());
  open_result(R"({"scope":"connection"})");
  EXPECT_FALSE(read.cancels_on_disconnect());
}

TEST_F(account_test, a_refusal_tells_its_detail) {
  open(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Invalid params","data":{"reason":"must be a )"
       R"(multiple of 10","param":"amount"}}})");
  EXPECT_EQ(to_string(*read.refused()), "-32602 Invalid params (amount: must be a multiple of 10)");
  open(R"({"id":1,"error":{"code":10009,"message":"not_enough_funds","data":null}})");
  EXPECT_EQ(to_string(*read.refused()), "10009 not_enough_funds");
}

// ---- payloads that were damaged ----

/// Reads the text as everything that it could be. Whatever is accepted keeps the rules of orders and fills.
struct damaged : account_test {
  std::size_t accepted = 0;

  void read_all(std::string x) {
    text = std::move(x);
    pad(text);
    const auto kind = read.open(text);
    if (!kind) return;
    order_answer answer;
    changes_message changes;
    trade_page page;
    std::vector<order_message> orders;
    std::vector<position_message> positions;
    if (read.placed(answer)) check(answer.order, answer.trades);
    if (read.changes(changes))
      for (const auto& order : changes.orders) check(order, changes.trades);
    if (read.user_trades(page)) check({}, page.trades);
    if (read.orders(orders))
      for (const auto& order : orders) check(order, {});
    if (const auto order = read.order()) check(*order, {});
    std::ignore = read.positions(positions);
    std::ignore = read.cancelled();
    std::ignore = read.limits("BTC");
    std::ignore = read.portfolio();
    std::ignore = read.logged_in();
  }
  void check(const order_message& order, const std::vector<user_trade>& trades) {
    ++accepted;
    EXPECT_GE(order.filled, quantity{});
    if (order.amount) {
      EXPECT_LE(order.filled, *order.amount) << text;
    }
    for (const auto& x : trades) {
      EXPECT_GT(x.size, quantity{}) << text;
      EXPECT_TRUE(x.fee) << text;
      EXPECT_FALSE(x.id.empty() || x.order.empty() || x.symbol.empty()) << text;
    }
  }
  static std::vector<std::string> originals() {
    const auto changes = R"({"jsonrpc":"2.0","method":"subscription","params":{"channel":"user.changes.any.any.raw",)"
                         R"("data":{"orders":[)" +
                         std::string{order_text} + R"(],"trades":[)" + std::string{trade_text} + "]}}}";
    return {changes,
            file("ws_order_buy_response.json"),
            file("ws_order_stop_market_response.json"),
            file("http_private_get_user_trades_spot.json"),
            file("http_private_get_positions_linear_perpetual.json"),
            file("ws_portfolio.json")};
  }
};

TEST_F(damaged, a_payload_that_was_cut_within_its_data_is_never_accepted) {
  for (const auto& whole : originals()) {
    const auto end = whole.find_last_not_of("]}\n ");
    for (std::size_t size = 0; size <= end; ++size) read_all(whole.substr(0, size));
    EXPECT_EQ(accepted, 0U) << whole.substr(0, 100);
  }
}

TEST_F(damaged, changed_bytes_never_crash_nor_make_half_a_number) {
  std::mt19937 random{20'261'126};
  const std::string bytes = "\"{}[]:,.-eE0123456789tfn\\ \x01\xff";
  for (const auto& whole : originals()) {
    for (int round = 0; round < 3'000; ++round) {
      auto x = whole;
      for (auto changes = 1 + random() % 3; changes > 0; --changes) {
        const auto at = random() % x.size();
        switch (random() % 3) {
        case 0:
          x[at] = bytes[random() % bytes.size()];
          break;
        case 1:
          x.erase(at, 1 + random() % 4);
          break;
        default:
          x.insert(at, 1, bytes[random() % bytes.size()]);
        }
      }
      read_all(x);
    }
  }
  EXPECT_GT(accepted, 0U) << "some damage is harmless";
}

TEST_F(damaged, a_number_with_something_behind_it_is_refused) {
  for (const std::string_view tail : {"x", "0x", ".", "e", "--", "_5", ".5.5"}) {
    std::string broken{order_text};
    broken.insert(broken.find(",\"filled_amount\""), tail);
    open_result(broken);
    EXPECT_FALSE(read.order()) << broken;
  }
}

} // namespace
