#include "settings.hpp"

#include "kit/temp_folder.hpp"

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

using namespace std::chrono_literals;
using namespace strike::process;
using testing::HasSubstr;

namespace {

struct settings_test : testing::Test {
  temp_folder folder;
  std::filesystem::path here = std::filesystem::current_path();
  int speed = 1;

  settings_test() { std::filesystem::current_path(folder / ""); }
  ~settings_test() override { std::filesystem::current_path(here); }

  std::expected<settings, int> read(std::vector<std::string> words) {
    words.insert(words.begin(), "test");
    std::vector<char*> argv;
    for (auto& x : words) argv.push_back(x.data());
    return settings_from(static_cast<int>(argv.size()), argv.data(),
                         {.name = "test", .help = "Tests.", .start = {}, .add_options = [this](CLI::App& app) {
                            app.add_option("--speed", speed);
                          }});
  }
  std::string mistakes_in(std::string_view toml) {
    auto got = read({"--config", folder.write("a.toml", toml)});
    if (!got) return "not read";
    const auto done = got->document.finish();
    return done ? "" : done.error().text;
  }
};

TEST_F(settings_test, without_a_file_the_defaults_hold) {
  const auto got = read({});
  ASSERT_TRUE(got);
  EXPECT_EQ(got->log_level, level::info);
  EXPECT_EQ(got->format, log_format::text);
  EXPECT_EQ(got->health, "127.0.0.1:0");
  EXPECT_EQ(got->stop_timeout, 5s);
}

TEST_F(settings_test, strike_toml_of_this_folder_is_taken_unless_another_is_named) {
  folder.write("strike.toml", "[process]\nlog_level = \"error\"\n");
  EXPECT_EQ(read({})->log_level, level::error);
  const auto other = folder.write("other.toml", "[process]\nstop_timeout = \"250ms\"\nlog_format = \"json\"\n");
  const auto got = read({"--config", other});
  EXPECT_EQ(got->log_level, level::info);
  EXPECT_EQ(got->format, log_format::json);
  EXPECT_EQ(got->stop_timeout, 250ms);
}

TEST_F(settings_test, the_command_line_wins_over_the_file) {
  folder.write("strike.toml", "[process]\nlog_level = \"error\"\nhealth = \"127.0.0.1:1\"\n");
  const auto got = read({"--log-level", "debug", "--health", "[::1]:9", "--speed", "7"});
  EXPECT_EQ(got->log_level, level::debug);
  EXPECT_EQ(got->health, "[::1]:9");
  EXPECT_EQ(speed, 7);
}

TEST_F(settings_test, help_and_version_end_with_0_and_a_mistake_with_2) {
  EXPECT_EQ(read({"--help"}).error(), 0);
  EXPECT_EQ(read({"--version"}).error(), 0);
  EXPECT_EQ(read({"--sped", "7"}).error(), 2);
  EXPECT_EQ(read({"--config", "none.toml"}).error(), 2);
  EXPECT_EQ(read({"--log-level", "loud"}).error(), 2);
  EXPECT_EQ(read({"--config", folder.write("broken.toml", "[process\n")}).error(), 2);
}

TEST_F(settings_test, a_wrong_value_or_key_names_file_line_and_key) {
  EXPECT_THAT(mistakes_in("[process]\nlog_level = \"loud\"\n"), HasSubstr("a.toml:2: [process] log_level"));
  EXPECT_THAT(mistakes_in("[process]\nlog_levl = \"info\"\n"), HasSubstr("did you mean 'log_level'?"));
  EXPECT_THAT(mistakes_in("[process]\nstop_timeout = \"0s\"\n"), HasSubstr("a.toml:2: [process] stop_timeout"));
  EXPECT_THAT(mistakes_in("[proces]\n"), HasSubstr("did you mean 'process'?"));
}

TEST_F(settings_test, the_tables_of_other_programs_are_theirs_to_check) {
  EXPECT_EQ(mistakes_in("[[strategy]]\ntype = \"x\"\n[venue.deribit]\nany = 1\n[recorder]\nfolder = \"y\"\n"
                        "[risk.strategy.x]\nmax_open_orders = 1\n"),
            "");
}

TEST_F(settings_test, the_example_configuration_shows_the_defaults) {
  std::ifstream in{STRIKE_DEPLOY "/strike.example.toml"};
  std::string toml;
  for (std::string line; std::getline(in, line);) // its [process] is commented out
    toml += (line.starts_with('#') && !line.starts_with("# ") ? line.substr(1) : line) + '\n';
  ASSERT_THAT(toml, HasSubstr("\n[process]\nlog_level"));
  EXPECT_EQ(mistakes_in(toml), "");
  const auto shown = read({"--config", folder / "a.toml"}), built_in = read({});
  EXPECT_EQ(shown->log_level, built_in->log_level);
  EXPECT_EQ(shown->format, built_in->format);
  EXPECT_EQ(shown->health, built_in->health);
  EXPECT_EQ(shown->stop_timeout, built_in->stop_timeout);
}

} // namespace
