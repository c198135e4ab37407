#include "config/section.hpp"

#include "base/market_event.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

using namespace strike;
using namespace strike::literals;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

config::document parse(std::string_view toml) {
  auto parsed = config::document::from_text(toml, "strike.toml");
  EXPECT_TRUE(parsed) << parsed.error().text;
  return std::move(*parsed);
}

std::string mistakes(const config::document& what) {
  auto done = what.finish();
  return done ? "" : done.error().text;
}

TEST(section, reads_every_kind_of_value) {
  auto file = parse(R"(
t = "x"
b = true
i = 7
n = 2.5
whole = 3
d = "1.5s"
list = ["a", "b"]
one = "a"
side = "sell"
)");
  auto root = file.root();
  EXPECT_EQ(root.text("t", ""), "x");
  EXPECT_TRUE(root.flag("b", false));
  EXPECT_EQ(root.integer("i", 0, 0, 10), 7);
  EXPECT_EQ(root.number("n", 0, 0, 10), 2.5);
  EXPECT_EQ(root.number("whole", 0, 0, 10), 3);
  EXPECT_EQ(root.duration_ns("d", 0), 1'500'000'000);
  EXPECT_THAT(root.texts("list"), ElementsAre("a", "b"));
  EXPECT_THAT(root.texts("one"), ElementsAre("a"));
  EXPECT_EQ(root.choice("side", side::buy), side::sell);
  EXPECT_EQ(mistakes(file), "");
}

TEST(section, becomes_a_document_of_its_own_that_reads_the_same) {
  const auto whole = config::document::from_text(R"([[strategy]]
name = "a \"b\""
size = 0.1
tiny = 0.000000001
big = 123456789.123456789
list = ["x", "y"]
fee = { rate = "0.0005" }
[[strategy.row]]
when = "5ms"
)",
                                                 "strike.toml", "/etc/strike");
  ASSERT_TRUE(whole);
  auto table = whole->root().tables("strategy").front();
  const auto text = table.to_toml();
  EXPECT_EQ(mistakes(*whole), "");
  const auto alone = config::document::from_text(text, "alone", table.folder());
  ASSERT_TRUE(alone) << alone.error().text << text;
  for (auto x : {table, alone->root()}) {
    EXPECT_EQ(x.text("name", ""), "a \"b\"");
    EXPECT_EQ(x.quantity_of("size", {}), quantity{100'000'000});
    EXPECT_EQ(x.quantity_of("tiny", {}), quantity{1});
    EXPECT_EQ(x.number("big", 0, 0, 1e9), 123456789.123456789);
    EXPECT_THAT(x.texts("list"), ElementsAre("x", "y"));
    EXPECT_EQ(x.table("fee").text("rate", ""), "0.0005");
    EXPECT_EQ(x.tables("row").front().duration_ns("when", 0), 5'000'000);
    EXPECT_EQ(x.folder(), "/etc/strike");
  }
  EXPECT_EQ(mistakes(*alone), "");
}

TEST(section, gives_the_fallback_for_an_absent_key) {
  auto file = parse("");
  auto root = file.root();
  EXPECT_EQ(root.text("t", "x"), "x");
  EXPECT_EQ(root.integer("i", 9, 0, 1), 9);
  EXPECT_EQ(root.price_of("p", 2_px), 2_px);
  EXPECT_EQ(root.choice("side", side::sell), side::sell);
  EXPECT_TRUE(root.texts("list").empty());
  EXPECT_TRUE(root.file("f").empty());
  EXPECT_EQ(mistakes(file), "");
}

TEST(section, reads_decimals_exactly_from_numbers_and_texts) {
  auto file = parse("a = 0.1\nb = \"0.0001\"\nc = 42500\nd = 1e-9\ne = 0.000000001\nf = -2.5");
  auto root = file.root();
  EXPECT_EQ(root.price_of("a", {}), 0.1_px);
  EXPECT_EQ(root.quantity_of("b", {}), 0.0001_qty);
  EXPECT_EQ(root.price_of("c", {}), 42500_px);
  EXPECT_EQ(root.price_of("d", {}), price{1});
  EXPECT_EQ(root.price_of("e", {}), price{1});
  EXPECT_EQ(root.price_of("f", {}), -2.5_px);
  EXPECT_EQ(mistakes(file), "");
}

TEST(section, refuses_decimals_that_are_not_exact) {
  auto file = parse("a = 0.00000000001\nb = \"x\"\nc = nan\nd = true\ne = \"\"");
  auto root = file.root();
  for (const auto* key : {"a", "b", "c", "d", "e"}) EXPECT_EQ(root.price_of(key, 7_px), 7_px) << key;
  const auto text = mistakes(file);
  for (const auto* where :
       {"strike.toml:1: a: ", "strike.toml:2: b: ", "strike.toml:3: c: ", "strike.toml:4: d: ", "strike.toml:5: e: "})
    EXPECT_THAT(text, HasSubstr(where));
}

TEST(section, names_an_unknown_key_and_the_nearest_known_one) {
  auto file = parse("[[strategy]]\nname = \"gamma\"\ntreshold = 0.5\n");
  for (auto x : file.root().tables("strategy")) {
    x.text("name", "");
    x.number("threshold", 0.5, 0, 1);
    x.flag("enabled", true);
  }
  EXPECT_EQ(mistakes(file), "strike.toml:3: strategy.gamma.treshold is not a known key; did you mean 'threshold'?");
}

TEST(section, lists_the_known_keys_when_none_is_near) {
  auto file = parse("colour = 1");
  file.root().flag("consume", true);
  file.root().flag("queue", true);
  EXPECT_EQ(mistakes(file), "strike.toml:1: colour is not a known key; known: consume, queue");
}

TEST(section, names_an_unknown_table) {
  auto file = parse("[simulater]\nconsume = true");
  file.root().table("simulator").flag("consume", true);
  EXPECT_EQ(mistakes(file), "strike.toml:1: simulater is not a known key; did you mean 'simulator'?");
}

TEST(section, names_table_key_and_choices_of_an_unknown_word) {
  auto file = parse("\n[simulator]\nside = \"fifo\"");
  EXPECT_EQ(file.root().table("simulator").choice("side", side::sell), side::sell);
  EXPECT_EQ(mistakes(file), "strike.toml:3: [simulator] side: unknown side 'fifo'; known: buy, sell");
}

TEST(section, names_a_wrong_type_with_what_was_expected_and_found) {
  auto file = parse("a = 1\nb = \"x\"\nc = 1.5\nd = 5\ne = [1]\nf = 3\ng = \"x\"\n");
  auto root = file.root();
  EXPECT_EQ(root.text("a", "kept"), "kept");
  EXPECT_TRUE(root.flag("b", true));
  EXPECT_EQ(root.integer("c", 4, 0, 9), 4);
  EXPECT_EQ(root.duration_ns("d", 6), 6);
  EXPECT_TRUE(root.texts("e").empty());
  EXPECT_TRUE(root.tables("f").empty());
  EXPECT_EQ(root.number("g", 8, 0, 9), 8);
  EXPECT_EQ(mistakes(file), "strike.toml:1: a: expected a text, found an integer\n"
                            "strike.toml:2: b: expected true or false, found a text\n"
                            "strike.toml:3: c: expected an integer, found a number\n"
                            "strike.toml:4: d: expected a text with a unit such as \"5ms\", found an integer\n"
                            "strike.toml:5: e: expected texts only\n"
                            "strike.toml:6: f: expected a table, found an integer\n"
                            "strike.toml:7: g: expected a number, found a text");
}

TEST(section, names_the_range_of_a_value_outside_it) {
  auto file = parse("a = 11\nb = -0.5\nc = inf\nd = 10");
  auto root = file.root();
  EXPECT_EQ(root.integer("a", 1, 0, 10), 1);
  EXPECT_EQ(root.number("b", 0.5, 0, 1), 0.5);
  EXPECT_EQ(root.number("c", 0.5, 0, 1), 0.5);
  EXPECT_EQ(root.integer("d", 1, 0, 10), 10);
  EXPECT_EQ(mistakes(file), "strike.toml:1: a: 11 is not within 0 to 10\nstrike.toml:2: b: -0.5 is not within 0 to 1\n"
                            "strike.toml:3: c: inf is not within 0 to 1");
}

TEST(section, finds_several_mistakes_in_one_pass_in_the_order_of_lines) {
  auto file = parse("[b]\nx = 1\nz = 1\n[a]\nflag = 1\n");
  auto root = file.root();
  root.table("a").flag("flag", true);
  root.table("b").flag("x", true);
  EXPECT_EQ(mistakes(file), "strike.toml:2: [b] x: expected true or false, found an integer\n"
                            "strike.toml:3: b.z is not a known key; did you mean 'x'?\n"
                            "strike.toml:5: [a] flag: expected true or false, found an integer");
}

TEST(section, reports_a_mistake_once_however_often_the_key_is_read) {
  auto file = parse("a = 1");
  file.root().flag("a", true);
  file.root().flag("a", true);
  EXPECT_EQ(mistakes(file), "strike.toml:1: a: expected true or false, found an integer");
}

TEST(section, names_a_missing_required_key_at_its_table) {
  auto file = parse("\n[[strategy]]\nname = \"gamma\"\n");
  for (auto x : file.root().tables("strategy")) {
    x.text("name", "");
    EXPECT_EQ(x.required_text("type"), "");
  }
  EXPECT_EQ(mistakes(file), "strike.toml:2: [strategy.gamma] type: is required and missing");
}

TEST(section, reads_nested_tables_and_their_paths) {
  auto file = parse("[venue.deribit.cash]\nBTC = \"1.5\"\n[venue.deribit]\nfeed = \"2ms\"\n");
  auto deribit = file.root().table("venue").table("deribit");
  auto cash = deribit.table("cash");
  EXPECT_EQ(cash.path(), "venue.deribit.cash");
  EXPECT_THAT(cash.keys(), ElementsAre("BTC"));
  EXPECT_EQ(cash.quantity_of("BTC", {}), 1.5_qty);
  EXPECT_EQ(deribit.duration_ns("feed", 0), 2'000'000);
  EXPECT_EQ(mistakes(file), "");
}

TEST(section, names_an_unknown_key_of_a_nested_table) {
  auto file = parse("[venue.deribit]\nfeeed = 1\n");
  file.root().table("venue").table("deribit").has("feed");
  EXPECT_EQ(mistakes(file), "strike.toml:2: venue.deribit.feeed is not a known key; did you mean 'feed'?");
}

TEST(section, an_absent_table_gives_fallbacks_and_records_nothing) {
  auto file = parse("");
  auto absent = file.root().table("simulator").table("deep");
  EXPECT_EQ(absent.text("x", "y"), "y");
  EXPECT_TRUE(absent.keys().empty());
  EXPECT_EQ(absent.path(), "simulator.deep");
  EXPECT_EQ(mistakes(file), "");
}

TEST(section, reads_arrays_of_tables_in_order_with_names_or_places) {
  auto file = parse("[[s]]\nv = 1\n[[s]]\nname = \"b\"\nv = 2\n[[s]]\nv = 3\n");
  std::vector<std::string> paths;
  std::vector<std::int64_t> values;
  for (auto x : file.root().tables("s")) {
    x.text("name", "");
    paths.push_back(x.path());
    values.push_back(x.integer("v", 0, 0, 9));
  }
  EXPECT_THAT(paths, ElementsAre("s[1]", "s.b", "s[3]"));
  EXPECT_THAT(values, ElementsAre(1, 2, 3));
  EXPECT_EQ(mistakes(file), "");
}

TEST(section, a_single_table_counts_as_an_array_of_one) {
  auto file = parse("[s]\nv = 1\n");
  auto all = file.root().tables("s");
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].integer("v", 0, 0, 9), 1);
}

TEST(section, refuses_several_tables_where_one_is_meant) {
  auto file = parse("[[s]]\n[[s]]\n");
  file.root().table("s");
  EXPECT_THAT(mistakes(file), HasSubstr("strike.toml:1: s: expected one table, found several"));
}

TEST(section, remembers_what_was_read_through_different_copies) {
  auto file = parse("[a]\nx = 1\ny = 2\n");
  file.root().table("a").integer("x", 0, 0, 9);
  file.root().table("a").integer("y", 0, 0, 9);
  EXPECT_EQ(mistakes(file), "");
}

TEST(document, names_file_and_line_of_a_syntax_error) {
  auto parsed = config::document::from_text("a = 1\nb = = 2\n", "strike.toml");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, ec::invalid_config);
  EXPECT_THAT(parsed.error().text, testing::StartsWith("strike.toml:2: "));
}

TEST(document, names_a_missing_file) {
  auto parsed = config::document::from_file("/nonexistent/strike.toml");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, ec::io);
  EXPECT_THAT(parsed.error().text, HasSubstr("/nonexistent/strike.toml"));
}

TEST(document, reads_an_empty_file_and_takes_relative_names_from_its_folder) {
  const auto folder = std::filesystem::path{testing::TempDir()};
  const auto name = folder / "config_document_test.toml";
  { std::ofstream{name}; }
  auto empty = config::document::from_file(name);
  ASSERT_TRUE(empty) << empty.error().text;
  {
    std::ofstream{name} << "near = \"rows.csv\"\nfar = \"/data/rows.csv\"\n"
                           "both = [\"rows.csv\", \"/data/rows.csv\"]\n";
  }
  auto parsed = config::document::from_file(name);
  std::filesystem::remove(name);
  ASSERT_TRUE(parsed) << parsed.error().text;
  EXPECT_EQ(parsed->root().file("near"), folder / "rows.csv");
  EXPECT_EQ(parsed->root().file("far"), "/data/rows.csv");
  EXPECT_EQ(parsed->root().files("both"), (std::vector<std::filesystem::path>{folder / "rows.csv", "/data/rows.csv"}));
  EXPECT_TRUE(parsed->root().files("none").empty());
}

} // namespace
