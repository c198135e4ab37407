#include "process/secret.hpp"

#include "kit/temp_folder.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <type_traits>

using strike::ec;
using namespace strike::process;
using testing::HasSubstr;
using testing::Not;

namespace {

template <class T>
concept printable = requires(std::ostream& out, const T& x) {
  out << x;
};

static_assert(!std::is_copy_constructible_v<secret_text> && !std::is_copy_assignable_v<secret_text>);
static_assert(!fmt::is_formattable<secret_text>::value && !printable<secret_text>);
static_assert(!std::is_convertible_v<secret_text, std::string_view>);

struct secret_test : testing::Test {
  secret_test() { clear(); }
  ~secret_test() override { clear(); }
  static void clear() { unsetenv("STRIKE_TEST_KEY"), unsetenv("STRIKE_TEST_KEY_FILE"); }
  static void set(std::string_view what, const std::string& value) {
    setenv(fmt::format("STRIKE_TEST_KEY{}", what).c_str(), value.c_str(), 1);
  }
  temp_folder folder;
};

TEST_F(secret_test, comes_from_the_environment) {
  set("", "hunter2");
  EXPECT_EQ(secret("STRIKE_TEST_KEY")->reveal(), "hunter2");
}

TEST_F(secret_test, comes_from_a_file_without_the_line_end) {
  set("_FILE", folder.write("key", "hunter2 \r\n"));
  EXPECT_EQ(secret("STRIKE_TEST_KEY")->reveal(), "hunter2 ");
}

TEST_F(secret_test, a_missing_one_names_both_variables) {
  const auto got = secret("STRIKE_TEST_KEY");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ec::not_found);
  EXPECT_THAT(got.error().text, HasSubstr("STRIKE_TEST_KEY_FILE"));
}

TEST_F(secret_test, both_variables_at_once_are_an_error_that_keeps_the_secret) {
  set("", "hunter2");
  set("_FILE", folder.write("key", "hunter3"));
  const auto got = secret("STRIKE_TEST_KEY");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ec::invalid_config);
  EXPECT_THAT(got.error().text, Not(HasSubstr("hunter")));
}

TEST_F(secret_test, an_unreadable_empty_or_huge_file_is_named) {
  for (const auto& [file, code] :
       {std::pair{folder / "none", ec::io},
        {folder / "", ec::io},
        {folder.write("empty", "\n"), ec::invalid_config},
        {folder.write("huge", std::string(max_secret_bytes + 1, 'x')), ec::invalid_config}}) {
    set("_FILE", file);
    const auto got = secret("STRIKE_TEST_KEY");
    ASSERT_FALSE(got) << file;
    EXPECT_EQ(got.error().code, code) << file;
    EXPECT_THAT(got.error().text, HasSubstr(file.string()));
  }
}

TEST_F(secret_test, the_longest_file_is_taken_whole) {
  set("_FILE", folder.write("key", std::string(max_secret_bytes, 'x')));
  EXPECT_EQ(secret("STRIKE_TEST_KEY")->reveal().size(), max_secret_bytes);
}

TEST_F(secret_test, an_empty_variable_is_an_error) {
  set("", "");
  EXPECT_EQ(secret("STRIKE_TEST_KEY").error().code, ec::invalid_config);
}

TEST(secret_text, moving_leaves_the_source_empty) {
  secret_text a{"hunter2"};
  secret_text b{std::move(a)}, c{"other"};
  EXPECT_EQ(a.reveal(), ""); // NOLINT: what a moved-from secret holds is the point
  c = std::move(b);
  EXPECT_EQ(b.reveal(), ""); // NOLINT
  EXPECT_EQ(c.reveal(), "hunter2");
}

} // namespace
