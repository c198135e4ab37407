// Derive's older generation: what is another than in v3, by the protocol page.
#include "derive_kit.hpp"

using namespace strike;
using namespace strike::exec;
using namespace strike::exec::test;
using namespace strike::literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

constexpr const char* wallet = "0x374DaEF6100B14f4d78813d8177CB93dF139BC29";

struct derive_v2 : derive_kit {
  explicit derive_v2(std::string_view profile = "profile = 'v2-mainnet'") : derive_kit{profile} {
    ticker = R"({{"timestamp":{},"instrument_name":"ETH-PERP","index_price":"3000","mark_price":"3001",)"
             R"("min_price":"2900.5","max_price":"3100.5","best_bid_price":"2999"}})";
  }
  void log_in_to_v2() {
    connect();
    answer(take("public/login"), log_in_ok);
    answer_account();
    answer_session_keys();
    answer_subscribe();
    EXPECT_THAT(told.take(), ElementsAre("up"));
    for (const auto* stage : {"reverted", "timed_out"}) {
      const auto x = take("subscribe");
      const auto channel = fmt::format("91234.trades.{}", stage);
      EXPECT_EQ(x.params.at("channels"), (json::array{channel}));
      answer(x, fmt::format(R"({{"status":{{"{0}":"ok"}},"current_subscriptions":["{0}"]}})", channel));
    }
    EXPECT_TRUE(is_quiet());
  }
  std::int64_t nonce_of(const asked& x) const { return x.params.at("nonce").as_int64(); }
  /// Who signed it, if it is for that network: chain, contract and module of the protocol page, section 3.
  sign::address signer_of(const asked& x, std::string_view separator, std::string_view module) const {
    derive::order_profile network_of;
    network_of.domain_separator = sign::from_hex<32>(separator).value();
    network_of.trade_module = sign::parse_address(module).value();
    const auto scaled = [&](const char* key) { return sign::scale_decimal(x.text(key), 18).value(); };
    const auto data =
        derive::encode({.asset = sign::parse_address("0xAf65752C4643E25C02F693f9D4FE19cF23a095E3").value(),
                        .limit = scaled("limit_price"),
                        .amount = scaled("amount"),
                        .max_fee = scaled("max_fee"),
                        .subaccount = 91234,
                        .is_bid = true});
    const auto hashes = derive::hash_action(
        network_of,
        {91234, static_cast<std::uint64_t>(nonce_of(x)), x.params.at("signature_expiry_sec").to_number<std::int64_t>(),
         sign::parse_address(wallet).value(), sign::parse_address(x.text("signer")).value()},
        data);
    return sign::recover_address(hashes.typed_data, sign::from_hex<65>(x.text("signature")).value()).value();
  }
};

struct derive_v2_orders : derive_v2 {
  derive_v2_orders() { log_in_to_v2(); }
};

struct derive_v2_testnet : derive_v2 {
  derive_v2_testnet() : derive_v2{"profile = 'v2-testnet'"} { log_in_to_v2(); }
};

} // namespace

TEST_F(derive_v2, logs_in_at_its_own_host_as_v3_does) {
  connect();
  EXPECT_EQ(socket->options.url, "wss://api.lyra.finance/ws");
  const auto x = take("public/login");
  EXPECT_EQ(x.text("wallet"), wallet);
  const auto made = sign::from_hex<65>(x.text("signature")).value();
  EXPECT_EQ(sign::to_string(sign::recover_address(sign::personal_digest(x.text("timestamp")), made).value()),
            "0x84Fc9BC4AfC40D60FEf7aFC68961d8fe48c3aF97");
}

TEST_F(derive_v2, names_the_wallet_whose_orders_a_disconnect_cancels) {
  connect();
  answer(take("public/login"), log_in_ok);
  answer_account(R"({"cancel_on_disconnect":false})");
  const auto x = take("private/set_cancel_on_disconnect");
  EXPECT_TRUE(x.params.at("enabled").as_bool());
  EXPECT_EQ(x.text("wallet"), wallet);
}

TEST_F(derive_v2_orders, are_signed_for_the_main_network) {
  place(1, limit_order("2999.5", "0.25"));
  const auto x = take("private/order");
  EXPECT_EQ(signer_of(x, "0xd96e5f90797da7ec8dc4e276260c7f3f87fedf68775fbe1ef116e996fc60441b",
                      "0xB8D20c2B7a1Ad2EE33Bc50eF10876eD3035b5e7b"),
            sign::parse_address(x.text("signer")).value());
}

TEST_F(derive_v2_testnet, signs_for_contracts_of_its_own) {
  EXPECT_EQ(socket->options.url, "wss://api-demo.lyra.finance/ws");
  place(1, limit_order());
  const auto x = take("private/order");
  EXPECT_EQ(signer_of(x, "0x9bcf4dc06df5d8bf23af818d5716491b995020f377d3b7b64c29ed14e3dd1105",
                      "0x87F2863866D85E3192a35A73b388BD625D83f2be"),
            sign::parse_address(x.text("signer")).value());
}

TEST_F(derive_v2_orders, count_milliseconds_and_three_digits_in_a_number) {
  place(1, limit_order());
  const auto first = nonce_of(take("private/order"));
  EXPECT_EQ(first / 1000, now.wall_ns / ms);
  place(2, limit_order());
  EXPECT_EQ(nonce_of(take("private/order")), first + 1000)
      << "rising within one millisecond, the process's digits stay";
}

TEST_F(derive_v2_orders, have_nonces_above_those_of_before_a_restart) {
  const auto before = now.wall_ns / ms * 1000 + 7'000;
  venue_->restore({.id = {9}, .label = "a-9", .request = limit_order()}, "",
                  {fmt::format("nonce {} until {}", before, now.wall_ns / second + 600)});
  place(1, limit_order());
  EXPECT_GT(nonce_of(take("private/order")), before);
}

TEST_F(derive_v2_orders, live_no_shorter_than_the_venue_takes) {
  const auto life = [&](std::uint64_t id, const order_request& what) {
    place(id, what);
    return take("private/order").params.at("signature_expiry_sec").to_number<std::int64_t>() - now.wall_ns / second;
  };
  auto x = limit_order();
  x.tif = time_in_force::gtd;
  x.expire_ns = now.wall_ns + second;
  EXPECT_GT(life(1, x), 300);
  x = limit_order("3110");
  x.stop = 3100_px;
  x.trigger = stop_trigger::mark;
  const auto days = life(2, x) / 86'400;
  EXPECT_GE(days, 30);
  EXPECT_LE(days, 90);
}

TEST_F(derive_v2_orders, of_the_market_take_the_band_from_the_long_ticker) {
  auto x = limit_order();
  x.type = order_type::market;
  x.limit = {};
  place(1, x);
  EXPECT_EQ(take("private/order").text("limit_price"), "3100.5");
}

TEST_F(derive_v2_orders, are_known_by_a_nonce_that_is_a_number) {
  place(1, limit_order());
  const auto sent = take("private/order");
  notify("orders", list(row(1, "o-1", "open", sent)));
  EXPECT_THAT(told.take(), ElementsAre("order 1 open 0 of 1 at 3000 as o-1"));
  answer(sent, placed(row(1, "o-1", "open", sent)));
  EXPECT_THAT(told.take(), IsEmpty());
}

TEST_F(derive_v2_orders, are_replaced_with_a_number_and_a_signature_of_their_own) {
  const auto first = place_open(1, limit_order());
  advance(ms);
  notify("orders", list(row(1, "o-1", "open", first, "0.25")));
  told.take();
  venue_->amend({1}, 3001_px, 2_qty, now);
  const auto x = take("private/replace");
  EXPECT_GT(nonce_of(x), nonce_of(first));
  EXPECT_EQ(x.text("order_id_to_cancel") + " " + x.text("expected_filled_amount") + " " + x.text("amount"),
            "o-1 0.25 1.75");
  EXPECT_EQ(signer_of(x, "0xd96e5f90797da7ec8dc4e276260c7f3f87fedf68775fbe1ef116e996fc60441b",
                      "0xB8D20c2B7a1Ad2EE33Bc50eF10876eD3035b5e7b"),
            sign::parse_address(x.text("signer")).value());
  advance(ms);
  answer(x, R"({"cancelled_order":)" + row(1, "o-1", "cancelled", first, "0.25") + R"(,"order":)" +
                row(1, "o-2", "open", x) + R"(,"trades":[],"create_order_error":null})");
  EXPECT_THAT(told.take(), ElementsAre("order 1 partially_filled 0.25 of 2 at 3001 as o-2"));
}

TEST_F(derive_v2_orders, are_cancelled_in_two_requests_when_all_are_meant) {
  venue_->cancel_everything(now);
  const auto all = take("private/cancel_all");
  EXPECT_EQ(all.params, (json::object{{"subaccount_id", 91234}})) << "v2 does not know v3's parameters";
  const auto triggers = take("private/cancel_all_trigger_orders");
  answer(all, "\"ok\"");
  refuse(triggers, -32603);
  advance(1100 * ms);
  answer(take("private/cancel_all_trigger_orders"), "\"ok\"");
  answer(take("private/cancel_all"), "\"ok\""); // has a limit of its own
  advance(10 * second);
  EXPECT_TRUE(is_quiet());
}

TEST_F(derive_v2_orders, that_nobody_answered_have_their_nonce_burned_in_the_wallets_name) {
  place(1, limit_order());
  const auto sent = take("private/order");
  advance(9 * second);
  deliver("pong");
  advance(second);
  EXPECT_THAT(told.take(), ElementsAre("no answer 1: no answer in time"));
  venue_->ask_order({1}, now);
  round();
  answer_survey("", "", "");
  const auto burn = take("private/cancel_by_nonce");
  EXPECT_EQ(nonce_of(burn), nonce_of(sent));
  EXPECT_EQ(burn.text("wallet"), wallet);
}

TEST_F(derive_v2_orders, lose_a_fill_whose_transaction_was_reverted_and_none_that_is_late) {
  place_open(1, limit_order());
  notify("trades", list(trade(1, "t-1", "o-1", "1")));
  told.take();
  const auto with_status = [&](const char* status) {
    auto text = trade(1, "t-1", "o-1", "1");
    const std::string_view v3 = R"("batch_status":null)";
    return list(text.replace(text.find(v3), v3.size(), fmt::format(R"("tx_status":"{}","tx_hash":"0x1")", status)));
  };
  const auto undone = [&] {
    const auto lines = told.take();
    return std::ranges::count_if(lines, [](const auto& x) { return x.starts_with("undone t-1/o-1"); });
  };
  notify("trades.timed_out", with_status("timed_out"));
  EXPECT_EQ(undone(), 0);
  notify("trades.reverted", with_status("reverted"));
  notify("trades.reverted", with_status("reverted"));
  EXPECT_EQ(undone(), 1);
}
