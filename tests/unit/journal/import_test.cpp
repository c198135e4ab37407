#include "journal/import.hpp"

#include "base/time.hpp"
#include "journal/reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace strike::journal {
namespace {

using namespace literals;
using testing::ElementsAre;
using testing::HasSubstr;

std::filesystem::path data(const std::string& file) {
  return std::filesystem::path{STRIKE_TEST_DATA} / "import" / file;
}

struct import_test : testing::Test {
  instrument_registry instruments;
  import_options options;
  std::filesystem::path output =
      std::filesystem::path{testing::TempDir()} /
      (std::string{"import_"} + testing::UnitTest::GetInstance()->current_test_info()->name() + ".jsonl");
  ~import_test() override { std::filesystem::remove(output); }

  result<import_report> run(const std::vector<std::string>& files) {
    std::vector<std::filesystem::path> paths;
    for (const auto& file : files) paths.push_back(data(file));
    return import_csv(paths, output, options, instruments);
  }
  import_report report_of(const std::vector<std::string>& files) {
    auto report = run(files);
    EXPECT_TRUE(report) << (report ? "" : report.error().text);
    return report.value_or(import_report{});
  }
  /// The recording, as the reader sees it.
  std::vector<market_event> imported(const std::vector<std::string>& files) {
    report_of(files);
    std::vector<market_event> events;
    auto reader = reader::open({output}, {.strict = true}, instruments);
    EXPECT_TRUE(reader) << (reader ? "" : reader.error().text);
    while (reader) {
      auto batch = (*reader)->next();
      EXPECT_TRUE(batch) << (batch ? "" : batch.error().text);
      if (!batch || !*batch) break;
      events.insert(events.end(), (*batch)->events.begin(), (*batch)->events.end());
    }
    return events;
  }
  std::string symbol_of(const market_event& x) { return instruments.at(x.instrument).symbol; }
  std::filesystem::path made_file(const std::string& text) {
    const auto file = std::filesystem::path{output}.replace_extension(".csv");
    std::ofstream{file, std::ios::binary} << text;
    return file;
  }
};

std::int64_t ns(std::string_view text) { return ns_from_text(text).value(); }

TEST_F(import_test, a_chain_comes_out_in_time_order_stable_on_ties) {
  const auto events = imported({"chain.csv"});
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(symbol_of(events[0]), "BTC-2JUL26-63000-P");
  EXPECT_EQ(symbol_of(events[1]), "BTC-25DEC26-74000-C");
  EXPECT_EQ(symbol_of(events[2]), "XRP_USDC-31JUL26-2d1-C");
  EXPECT_EQ(symbol_of(events[3]), "BTC-31JUL26-60000-C");
  EXPECT_EQ(events[0].venue_ns, ns("2026-07-01T07:18:49.901214Z"));
  EXPECT_EQ(events[3].venue_ns, ns("2026-07-01T12:14:56.5Z"));
  EXPECT_EQ(events[0].recv_ns, 0);
}

TEST_F(import_test, a_chain_row_becomes_a_ticker) {
  const ticker expected{.best_bid = 0.0465_px,
                        .best_ask = 0.047_px,
                        .mark = 0.04671,
                        .index = 60001.25,
                        .underlying = 60123.5,
                        .open_interest = 97.7,
                        .mark_iv = 0.4108,
                        .delta = 0.52345,
                        .vega = 68.25};
  const auto events = imported({"chain.csv"});
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(std::get<ticker>(events[3].body), expected);
}

TEST_F(import_test, an_empty_or_zero_quote_and_a_zero_volatility_are_none) {
  const auto events = imported({"chain.csv"});
  ASSERT_EQ(events.size(), 4U);
  const auto& without_bid = std::get<ticker>(events[0].body);
  EXPECT_FALSE(without_bid.best_bid);
  EXPECT_EQ(without_bid.best_ask, optional_price{0.1155_px});
  const auto& zeros = std::get<ticker>(events[1].body);
  EXPECT_FALSE(zeros.best_bid);
  EXPECT_EQ(zeros.best_ask, optional_price{0.0001_px});
  EXPECT_FALSE(zeros.mark_iv);
}

TEST_F(import_test, prices_with_exponents_and_quoted_fields_are_exact) {
  const auto events = imported({"chain.csv"});
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(std::get<ticker>(events[2].body).best_bid, optional_price{0.07_px});
  EXPECT_EQ(std::get<ticker>(events[2].body).best_ask, optional_price{0.11_px});
}

TEST_F(import_test, compressed_files_give_the_same_recording) {
  const auto text_of = [this](const char* file) {
    report_of({file});
    std::ifstream in{output};
    return std::string{std::istreambuf_iterator<char>{in}, {}};
  };
  const auto plain = text_of("chain.csv");
  EXPECT_FALSE(plain.empty());
  EXPECT_EQ(text_of("chain.csv.gz"), plain);
  EXPECT_EQ(text_of("chain.csv.zst"), plain);
}

TEST_F(import_test, bad_rows_are_counted_and_named_by_file_and_line) {
  const auto report = report_of({"chain_bad_rows.csv"});
  EXPECT_EQ(report.rows, 7U);
  EXPECT_EQ(report.events, 2U);
  EXPECT_EQ(report.bad_rows, 5U);
  EXPECT_THAT(report.complaints,
              ElementsAre(HasSubstr("chain_bad_rows.csv:3: 'BTC-2JUL26-63000-X'"),
                          HasSubstr("chain_bad_rows.csv:4: bid_price: 0.0690000000001 has more than nine decimals"),
                          HasSubstr("chain_bad_rows.csv:5: delta: 'steep' is not a number"),
                          HasSubstr("chain_bad_rows.csv:7: 22 fields, the header has 23"),
                          HasSubstr("chain_bad_rows.csv:8: timestamp: '1 July'")));
}

TEST_F(import_test, keeps_the_first_twenty_complaints_only) {
  std::string text = "exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n"
                     "deribit,BTC-PERPETUAL,1782890329901000,1782890329904512,1,buy,58590.5,10\n";
  for (int i = 0; i < 30; ++i) text += "broken\n";
  const auto file = made_file(text);
  const auto report = import_csv({file}, output, options, instruments);
  std::filesystem::remove(file);
  ASSERT_TRUE(report) << report.error().text;
  EXPECT_EQ(report->bad_rows, 30U);
  EXPECT_EQ(report->complaints.size(), 20U);
}

TEST_F(import_test, all_missing_columns_are_named_at_once) {
  const auto report = run({"chain_missing_columns.csv"});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ec::malformed);
  EXPECT_THAT(report.error().text, HasSubstr("chain_missing_columns.csv: no column 'bid_price', 'delta'; an "
                                             "option-chain snapshot has 'timestamp', 'instrument_name'"));
  EXPECT_FALSE(std::filesystem::exists(output));
}

TEST_F(import_test, a_forced_kind_names_what_it_misses) {
  options.kind = import_kind::tardis_trades;
  const auto report = run({"chain.csv"});
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().text, HasSubstr("no column 'exchange', 'symbol', 'local_timestamp', 'id', 'side'"));
}

TEST_F(import_test, a_strange_header_lists_the_known_kinds) {
  const auto file = made_file("a,b,c\n1,2,3\n");
  const auto report = import_csv({file}, output, options, instruments);
  std::filesystem::remove(file);
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().text, testing::AllOf(HasSubstr("no header of a known kind"), HasSubstr("tardis-book: "),
                                                  HasSubstr("'implied_volatility'")));
}

TEST_F(import_test, a_header_alone_and_rows_of_which_none_is_good_are_errors) {
  const std::string header = "exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n";
  auto file = made_file(header);
  EXPECT_THAT(import_csv({file}, output, options, instruments).error().text, HasSubstr("no rows"));
  file = made_file(header + "broken\n");
  EXPECT_THAT(import_csv({file}, output, options, instruments).error().text, HasSubstr("none of 1 rows"));
  std::filesystem::remove(file);
}

TEST_F(import_test, a_missing_file_is_named) {
  const auto report = run({"no_such_file.csv"});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ec::not_found);
  EXPECT_THAT(report.error().text, HasSubstr("no_such_file.csv"));
}

TEST_F(import_test, never_overwrites_what_it_reads) {
  const auto file = made_file("exchange,symbol\n");
  const auto report = import_csv({file}, file, options, instruments);
  EXPECT_THAT(report.error().text, HasSubstr("would be overwritten"));
  EXPECT_EQ(std::filesystem::file_size(file), 16U);
  std::filesystem::remove(file);
}

TEST_F(import_test, perpetuals_have_the_touch_that_was_quoted_and_no_other) {
  const auto events = imported({"perpetuals.csv"});
  ASSERT_EQ(events.size(), 2U);
  const ticker without_touch{.last = 58590.5_px, .mark = 58590.5};
  EXPECT_EQ(std::get<ticker>(events[0].body), without_touch);
  const ticker quoted{.best_bid = 1580.3_px, .best_ask = 1580.4_px, .last = 1580.35_px, .mark = 1580.35};
  EXPECT_EQ(std::get<ticker>(events[1].body), quoted);
  EXPECT_EQ(events[0].venue_ns, ns("2026-07-01T07:18:49.901Z"));
}

TEST_F(import_test, a_perpetual_row_without_a_price_is_bad) {
  const auto report = report_of({"perpetuals.csv"});
  EXPECT_THAT(report.complaints, ElementsAre(HasSubstr("perpetuals.csv:4: candle_price_used: is empty")));
}

TEST_F(import_test, a_spread_of_the_user_makes_the_touch_outwards_to_the_tick) {
  options.perpetual_spread = 0.5_px;
  const auto events = imported({"perpetuals.csv"});
  ASSERT_EQ(events.size(), 2U);
  const auto& made = std::get<ticker>(events[0].body); // 58590.5 -+ 0.25, tick 0.5
  EXPECT_EQ(made.best_bid, optional_price{58590_px});
  EXPECT_EQ(made.best_ask, optional_price{58591_px});
  EXPECT_FALSE(made.best_bid_size);
  EXPECT_EQ(std::get<ticker>(events[1].body).best_bid, optional_price{1580.3_px}); // quoted: left alone
}

TEST_F(import_test, several_files_of_several_kinds_are_merged_by_time) {
  const auto events = imported({"chain.csv", "perpetuals.csv"});
  ASSERT_EQ(events.size(), 6U);
  // the perpetuals' times have milliseconds, the chain's microseconds
  EXPECT_EQ(symbol_of(events[0]), "BTC-PERPETUAL");
  EXPECT_EQ(symbol_of(events[1]), "ETH-PERPETUAL");
  EXPECT_EQ(symbol_of(events[2]), "BTC-2JUL26-63000-P");
}

TEST_F(import_test, a_tardis_option_has_fractions_for_percent_and_both_times) {
  const auto events = imported({"tardis_options_chain.csv"});
  ASSERT_EQ(events.size(), 2U);
  const ticker expected{.best_bid = 0.0465_px,
                        .best_ask = 0.047_px,
                        .last = 0.046_px,
                        .best_bid_size = 12.5_qty,
                        .best_ask_size = 3.1_qty,
                        .mark = 0.04671,
                        .underlying = 60123.5,
                        .open_interest = 97.7,
                        .mark_iv = 0.4088,
                        .bid_iv = 0.405,
                        .ask_iv = 0.4125,
                        .delta = 0.52345,
                        .gamma = 0.00002,
                        .vega = 68.25,
                        .theta = -31.5,
                        .rho = 24.75};
  EXPECT_EQ(std::get<ticker>(events[0].body), expected);
  EXPECT_EQ(events[0].venue_ns, 1'782'890'329'901'000'000);
  EXPECT_EQ(events[0].recv_ns, 1'782'890'329'904'512'000);
}

TEST_F(import_test, what_a_tardis_option_does_not_say_is_none) {
  const auto events = imported({"tardis_options_chain.csv"});
  ASSERT_EQ(events.size(), 2U);
  const auto& x = std::get<ticker>(events[1].body);
  EXPECT_FALSE(x.best_bid || x.best_bid_size || x.bid_iv || x.ask_iv || x.mark_iv || x.last || x.open_interest);
  EXPECT_EQ(x.best_ask_size, optional_quantity{5_qty});
}

TEST_F(import_test, tardis_quotes_become_tickers_of_the_touch) {
  const auto report = report_of({"tardis_quotes.csv"});
  EXPECT_THAT(report.complaints, ElementsAre(HasSubstr("tardis_quotes.csv:4: unknown venue 'binance'")));
  const auto events = imported({"tardis_quotes.csv"});
  ASSERT_EQ(events.size(), 2U);
  const ticker both{
      .best_bid = 58590_px, .best_ask = 58590.5_px, .best_bid_size = 1230_qty, .best_ask_size = 25000_qty};
  EXPECT_EQ(std::get<ticker>(events[0].body), both);
  const ticker bid_only{.best_bid = 58590_px, .best_bid_size = 1230_qty};
  EXPECT_EQ(std::get<ticker>(events[1].body), bid_only);
}

TEST_F(import_test, tardis_trades_keep_side_and_id) {
  const auto events = imported({"tardis_trades.csv"});
  ASSERT_EQ(events.size(), 3U);
  const trade bought{.at = 58590.5_px, .size = 10_qty, .aggressor = side::buy, .id = "271252854"};
  EXPECT_EQ(std::get<trade>(events[0].body), bought);
  EXPECT_EQ(std::get<trade>(events[1].body).aggressor, side::sell);
  EXPECT_EQ(std::get<trade>(events[2].body).aggressor, std::nullopt);
  EXPECT_EQ(std::get<trade>(events[2].body).id, "");
}

TEST_F(import_test, a_trade_without_price_or_with_a_strange_side_is_bad) {
  EXPECT_THAT(report_of({"tardis_trades.csv"}).complaints,
              ElementsAre(HasSubstr("tardis_trades.csv:5: side: unknown side 'Buy'"),
                          HasSubstr("tardis_trades.csv:6: price: is empty")));
}

TEST_F(import_test, rows_of_one_book_message_become_one_event) {
  const auto events = imported({"tardis_book.csv"});
  ASSERT_EQ(events.size(), 6U);
  const book_snapshot whole{.bids = {{58590_px, 1230_qty}, {58589.5_px, 400_qty}}, .asks = {{58590.5_px, 25000_qty}}};
  EXPECT_EQ(std::get<book_snapshot>(events[0].body), whole);
  EXPECT_EQ(std::get<book_snapshot>(events[1].body).bids.size(), 1U); // ETH
  const book_change change{.bids = {{58590_px, 0_qty}}, .asks = {{58590_px, 700_qty}}};
  EXPECT_EQ(std::get<book_change>(events[2].body), change);
  EXPECT_EQ(events[2].recv_ns, 1'782'890'330'004'000'000);
  EXPECT_EQ(symbol_of(events[3]), "BTC-PERPETUAL");
  EXPECT_EQ(symbol_of(events[4]), "ETH-PERPETUAL");
  EXPECT_TRUE(std::holds_alternative<book_snapshot>(events[5].body)); // the message that the file's end completes
}

TEST_F(import_test, a_bad_row_leaves_its_book_message_whole) {
  const auto report = report_of({"tardis_book.csv"});
  EXPECT_EQ(report.rows, 10U);
  EXPECT_EQ(report.events, 6U);
  EXPECT_THAT(report.complaints, ElementsAre(HasSubstr("tardis_book.csv:8: is_snapshot: must be true or false")));
}

TEST_F(import_test, the_venue_of_the_options_serves_rows_that_name_none) {
  options.default_venue = venue::derive;
  const auto report = run({"chain.csv"});
  ASSERT_FALSE(report); // Deribit's symbols are none of Derive's
  EXPECT_THAT(report.error().text, HasSubstr("is no derive symbol"));
}

TEST_F(import_test, crlf_quotes_blank_lines_and_a_byte_order_mark_are_understood) {
  const auto file =
      made_file("\xEF\xBB\xBF\"exchange\",symbol,timestamp,local_timestamp,id,side,price,amount\r\n\r\n"
                "deribit, BTC-PERPETUAL ,1782890329901000,1782890329904512,\"a,\"\"b\"\"\nc\",buy,58590.5,10");
  const auto report = import_csv({file}, output, options, instruments);
  std::filesystem::remove(file);
  ASSERT_TRUE(report) << report.error().text;
  EXPECT_EQ(report->rows, 1U);
  EXPECT_EQ(report->bad_rows, 0U) << report->complaints[0];
  std::ifstream in{output};
  const std::string line{std::istreambuf_iterator<char>{in}, {}};
  EXPECT_THAT(line, HasSubstr(R"("a,\"b\"\nc")"));
}

TEST(import_kinds, come_back_from_their_texts) {
  for (const auto& row : enum_names<import_kind>::table) EXPECT_EQ(from_text<import_kind>(row.text), row.value);
}

} // namespace
} // namespace strike::journal
