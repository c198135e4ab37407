// `strike backtest`, `import` and `bench` as a user types them.
#include "kit/process.hpp"
#include "kit/tcp_client.hpp"
#include "kit/temp_folder.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace json = boost::json;
using testing::HasSubstr;

namespace {

constexpr std::string_view three_lines =
    R"({"timestamp":1700000000,"instrument":"BTC-29MAR24-60000-C","best_bid":100.0,"best_ask":101.0,"delta":0.6}
{"timestamp":1700000001,"instrument":"ETH-29MAR24-4000-C","best_bid":50.0,"best_ask":51.0,"delta":0.3}
{"timestamp":1700000002,"instrument":"BTC-29MAR24-60000-C","best_bid":102.0,"best_ask":103.0,"delta":0.7}
)";

struct command_test : testing::Test {
  temp_folder folder;

  std::vector<std::string> command(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), STRIKE_BINARY);
    return arguments;
  }
  process_result strike(std::vector<std::string> arguments) {
    return process{command(std::move(arguments)), folder / ""}.wait();
  }
  json::object summary_of(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"backtest", "--json"});
    const auto done = strike(std::move(arguments));
    EXPECT_EQ(done.exit_code, 0) << done.err;
    return json::parse(done.out).as_object();
  }
  static std::string text_of(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream{file}.rdbuf();
    return text.str();
  }
};

TEST_F(command_test, without_a_file_it_trades_the_bundled_recording) {
  const auto done = strike({"backtest"});
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("bundled mock recording"));
  const auto summary = summary_of({});
  EXPECT_GT(summary.at("signals").to_number<int>(), 0);
  EXPECT_GT(summary.at("fills").to_number<int>(), 0);
  EXPECT_EQ(summary.at("malformed_lines").to_number<int>(), 0);
  for (const auto& row : summary.at("strategies").as_array())
    EXPECT_GT(row.at("signals").to_number<int>(), 0) << row.at("name").as_string().c_str();
}

TEST_F(command_test, two_runs_give_the_same_hash) {
  EXPECT_EQ(summary_of({}).at("fill_hash"), summary_of({}).at("fill_hash"));
}

/// Seen with every compiler setting and machine so far. A change of the bundled market, its configuration, a strategy
/// or a rule of the simulated venue changes it, and then says so in its commit.
TEST_F(command_test, the_bundled_run_gives_the_same_fills_on_every_machine) {
  EXPECT_EQ(summary_of({}).at("fill_hash").as_string(), "e93ab34cd4848dd3802b23ac4df6c24e");
}

TEST_F(command_test, a_backtest_on_the_dashboard_changes_no_fill_and_shows_its_results_until_it_is_stopped) {
  const auto plain = summary_of({});
  process run{command({"backtest", "--json", "--dashboard", "0", "--keep"}), folder / ""};
  ASSERT_TRUE(run.wait_for_err("shows the results until Ctrl-C")) << run.err();
  const auto address = run.logged("dashboard: http://");
  const auto get = [&](const std::string& path) {
    return json::parse(http_get(address.substr(0, address.find('/')), path).body);
  };
  const auto strategies = get("/api/strategies").at("strategies").as_array();
  EXPECT_EQ(strategies.size(), plain.at("strategies").as_array().size());
  for (const auto& x : strategies) {
    EXPECT_EQ(x.at("run_state"), "stopped");
    EXPECT_EQ(x.at("reason"), "the run is over");
  }
  EXPECT_EQ(get("/api/fills?limit=1000").as_array().size(), plain.at("fills").to_number<std::size_t>());
  std::map<std::string, double> profit;
  for (int tries = 0; tries < 500 && profit["BTC"] == 0; ++tries, usleep(20'000)) { // it is reckoned twice a second
    profit.clear();
    const auto equity = get("/api/overview").at("equity").as_array();
    for (const auto& x : equity) profit[x.at("currency").as_string().c_str()] += x.at("pnl").to_number<double>();
  }
  for (const auto& [currency, amount] : plain.at("pnl").as_object())
    EXPECT_NEAR(profit[std::string{currency}], amount.to_number<double>(), 5e-6)
        << currency; // no order tells of funding
  run.signal(SIGINT);
  const auto done = run.wait();
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_EQ(json::parse(done.out).at("fill_hash"), plain.at("fill_hash"));
}

TEST_F(command_test, a_backtest_on_the_dashboard_shows_the_greeks_of_options_and_their_chain) {
  std::string lines; // gamma_btc of the bundled configuration buys it
  for (const auto& [second, bid, ask, delta] :
       {std::tuple{0, 100, 101, 0.6}, {1, 102, 103, 0.7}, {2, 103, 104, 0.75}, {3, 104, 105, 0.8}})
    lines += fmt::format(
        R"({{"timestamp":{},"instrument":"BTC-29MAR24-60000-C","best_bid":{},"best_ask":{},"delta":{},"gamma":0.25,)"
        R"("vega":10.5,"theta":-4.5,"mark_iv":0.65}})"
        "\n",
        1'700'000'000 + second, bid, ask, delta);
  process run{command({"backtest", "--json", "--dashboard", "0", "--keep", "--file", folder.write("a.jsonl", lines)}),
              folder / ""};
  ASSERT_TRUE(run.wait_for_err("shows the results until Ctrl-C")) << run.err();
  const auto address = run.logged("dashboard: http://");
  const auto get = [&](const std::string& path) {
    return json::parse(http_get(address.substr(0, address.find('/')), path).body);
  };
  const auto positions = get("/api/positions").as_array();
  ASSERT_FALSE(positions.empty());
  for (const auto& x : positions) {
    const auto size = x.at("size").to_number<double>();
    EXPECT_NEAR(x.at("delta").to_number<double>(), 0.8 * size, 1e-12);
    EXPECT_NEAR(x.at("gamma").to_number<double>(), 0.25 * size, 1e-12);
    EXPECT_NEAR(x.at("vega").to_number<double>(), 10.5 * size, 1e-12);
    EXPECT_NEAR(x.at("theta").to_number<double>(), -4.5 * size, 1e-12);
    EXPECT_EQ(x.at("iv").to_number<double>(), 0.65);
  }
  const auto chains = get("/api/chains");
  const auto& chain = chains.at("chains").as_array().at(0);
  EXPECT_EQ(chain.at("base"), "BTC");
  EXPECT_EQ(chain.at("expiries").as_array().at(0).at("count"), 1);
}

TEST_F(command_test, the_plain_three_lines_signal_and_trade) {
  const auto file = folder.write("a.jsonl", three_lines);
  const auto summary = summary_of({"--file", file, "--out", folder / "out"});
  EXPECT_EQ(summary.at("events").to_number<int>(), 3);
  EXPECT_GE(summary.at("signals").to_number<int>(), 1);
  EXPECT_GE(summary.at("fills").to_number<int>(), 1);
}

TEST_F(command_test, the_results_are_written_and_agree_with_each_other) {
  const auto summary = summary_of({"--out", folder / "out"});
  const auto written = json::parse(text_of(folder / "out/summary.json")).as_object();
  for (const auto* key : {"events", "malformed_lines", "signals", "orders", "fills", "pnl", "fees", "max_drawdown",
                          "fill_hash", "events_per_second", "peak_rss_bytes"})
    EXPECT_TRUE(written.contains(key)) << key;
  EXPECT_EQ(written.at("fill_hash"), summary.at("fill_hash"));
  const auto lines_of = [&](const char* name) {
    const auto text = text_of(folder / name);
    return std::count(text.begin(), text.end(), '\n');
  };
  EXPECT_EQ(lines_of("out/fills.csv"), written.at("fills").to_number<int>() + 1);
  EXPECT_GT(lines_of("out/orders.csv"), 2 * written.at("orders").to_number<int>()); // sent, and what became of it
  EXPECT_FALSE(written.at("positions").as_array().empty());
  EXPECT_EQ(lines_of("out/signals.csv"), written.at("signals").to_number<int>() + 1);
  EXPECT_EQ(lines_of("out/settlements.csv"), written.at("settlements").to_number<int>() + 1);
  EXPECT_GT(lines_of("out/equity.csv"), 10);
}

TEST_F(command_test, several_files_are_one_recording) {
  const auto a = folder.write("a.jsonl", three_lines.substr(0, three_lines.find('\n') + 1));
  const auto b = folder.write("b.jsonl", three_lines.substr(three_lines.find('\n') + 1));
  const auto whole = folder.write("c.jsonl", three_lines);
  EXPECT_EQ(summary_of({"--file", a, "--file", b}).at("fill_hash"), summary_of({"--file", whole}).at("fill_hash"));
}

TEST_F(command_test, malformed_lines_are_counted_and_named_and_the_run_goes_on) {
  const auto file =
      folder.write("a.jsonl", std::string{three_lines} + "oops\n" + std::string{three_lines.substr(0, 110)});
  const auto done = strike({"backtest", "--file", file});
  EXPECT_EQ(done.exit_code, 0);
  EXPECT_THAT(done.out, HasSubstr("a.jsonl:4: not a JSON object"));
  const auto strict = strike({"backtest", "--file", file, "--strict"});
  EXPECT_EQ(strict.exit_code, 1);
  EXPECT_THAT(strict.out, HasSubstr("a.jsonl:4: not a JSON object"));
}

TEST_F(command_test, what_cannot_start_says_why_and_exits_with_2) {
  const auto recording = folder.write("a.jsonl", three_lines);
  int number = 0;
  const auto config = [&](std::string_view toml) {
    return folder.write(fmt::format("{}.toml", ++number), toml).string();
  };
  const std::pair<std::vector<std::string>, std::string> cases[] = {
      {{"--file", folder / "none.jsonl"}, "none.jsonl: no such file; check the path"},
      {{"--file", folder.write("empty.jsonl", "")}, "empty.jsonl: the file is empty"},
      {{"--config", folder / "none.toml"}, "none.toml"},
      {{"--config",
        config("[simulator]\nqeue = \"log\"\n[[strategy]]\ntype=\"momentum\"\ninstruments=[\"deribit:BTC-*\"]\n")},
       "1.toml:2: simulator.qeue is not a known key; did you mean 'queue'?"},
      {{"--config", config("[[strategy]]\ntype = \"momentum\"\n")}, "instruments is empty"},
      {{"--config", config("[simulator]\n")}, "no enabled [[strategy]]"},
      {{"--config", config("[[strategy]]\ntype = \"grid\"\n")}, "known: gamma_scalp, momentum"},
      {{"--from", "yesterday"}, "--from: 'yesterday' is not a time"},
      {{"--from", "2026-07-02", "--to", "2026-07-01"}, "--from must be before --to"},
      {{"--venue", "binance"}, "--venue: unknown venue 'binance'"},
      {{"--out", "/proc/nowhere"}, "/proc/nowhere"},
  };
  for (const auto& [arguments, why] : cases) {
    auto all = arguments;
    all.insert(all.begin(), "backtest");
    if (arguments[0] != "--file") all.insert(all.end(), {"--file", recording});
    const auto done = strike(all);
    EXPECT_EQ(done.exit_code, 2) << why;
    EXPECT_THAT(done.err, HasSubstr(why));
  }
}

TEST_F(command_test, a_configuration_may_hold_what_belongs_to_the_services) {
  const auto config = folder.write("strike.toml", "[process]\nlog_level = \"info\"\n[[strategy]]\ntype = \"momentum\"\n"
                                                  "instruments = [\"deribit:BTC-*\"]\n");
  EXPECT_EQ(summary_of({"--config", config, "--file", folder.write("a.jsonl", three_lines)}).at("events"), 3);
}

TEST_F(command_test, ctrl_c_ends_a_paced_run_with_a_summary_of_what_ran) {
  std::string text;
  for (int i = 0; i < 1000; ++i)
    text += fmt::format("{{\"timestamp\":{},\"instrument\":\"BTC-PERPETUAL\",\"best_bid\":1,\"best_ask\":2}}\n",
                        1'700'000'000 + i);
  process run{command({"backtest", "--json", "--realtime", "--file", folder.write("a.jsonl", text)}), folder / ""};
  ASSERT_TRUE(run.wait_until_threaded()); // signals are blocked by then; it runs for 1,000 s unless stopped
  run.signal(SIGINT);
  const auto done = run.wait();
  EXPECT_EQ(done.exit_code, 0) << done.err;
  const auto summary = json::parse(done.out).as_object();
  EXPECT_EQ(summary.at("ended").as_string(), "stopped");
  EXPECT_LT(summary.at("events").to_number<int>(), 1000);
}

TEST_F(command_test, a_paced_run_takes_its_time_and_gives_the_same_fills) {
  const auto file = folder.write("a.jsonl", three_lines);
  const auto paced = summary_of({"--file", file, "--speed", "10"});
  EXPECT_GE(paced.at("wall_seconds").to_number<double>(), 0.2); // 2 s of recording; a lower bound only
  EXPECT_EQ(paced.at("fill_hash"), summary_of({"--file", file}).at("fill_hash"));
}

TEST_F(command_test, a_csv_is_imported_and_runs) {
  const auto csv =
      folder.write("quotes.csv", "exchange,symbol,timestamp,local_timestamp,ask_amount,ask_price,bid_price,bid_amount\n"
                                 "deribit,BTC-PERPETUAL,1700000000000000,1700000000001000,10,60000.5,60000,20\n");
  const auto done = strike({"import", csv, "--out", folder / "q.jsonl.zst"});
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_EQ(summary_of({"--file", folder / "q.jsonl.zst"}).at("events").to_number<int>(), 1);
}

TEST_F(command_test, bench_prints_what_it_measured) {
  const auto done = strike({"bench", "--events", "20000", "--rounds", "1", "--json"});
  EXPECT_EQ(done.exit_code, 0) << done.err;
  const auto report = json::parse(done.out).as_object();
  EXPECT_EQ(report.at("reading").at("events").to_number<int>(), 20'000);
  EXPECT_EQ(report.at("an order every 10 events").at("fills").to_number<int>(), 2'000);
}

TEST_F(command_test, bench_exec_measures_orders_in_one_process_and_across_two) {
  for (const auto* how : {"--busy-poll", "--across-processes"}) {
    const auto done = strike({"bench", "exec", "--orders", "60", "--per-second", "100", how});
    EXPECT_EQ(done.exit_code, 0) << done.err;
    for (const auto* venue : {"  deribit", "  derive"}) {
      const auto at = done.out.find(venue);
      ASSERT_NE(at, done.out.npos) << how << done.out << done.err;
      EXPECT_GT(std::strtod(done.out.c_str() + at + std::string_view{venue}.size(), nullptr), 0) << how << done.out;
    }
    EXPECT_THAT(done.out, testing::Not(HasSubstr("stopped"))) << how << done.err;
  }
}

TEST_F(command_test, bench_gateway_tells_that_nothing_was_lost_between_venue_and_bus) {
  const auto done = strike({"bench", "gateway", "--instruments", "20", "--rate", "500", "--seconds", "1"});
  EXPECT_EQ(done.exit_code, 0) << done.err;
  const auto rate_of = [&](const std::string& what) {
    const auto at = done.out.find(what);
    return at == done.out.npos ? 0.0 : std::strtod(done.out.c_str() + at + what.size(), nullptr);
  };
  EXPECT_GT(rate_of("frames received"), 0) << done.out;
  EXPECT_GT(rate_of("events on the bus"), 0) << done.out;
  EXPECT_THAT(done.out, HasSubstr(" 0 lost")) << done.out;
}

} // namespace
