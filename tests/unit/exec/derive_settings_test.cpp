#include "exec/derive_settings.hpp"

#include <gmock/gmock.h>

#include <fstream>

using namespace strike;
using namespace strike::exec;
using testing::HasSubstr;

namespace {

struct reading {
  config::document document;
  derive_settings got;
  result<void> verdict;
  explicit reading(std::string_view toml)
      : document{*config::document::from_text(toml, "strike.toml")},
        got{read_derive_settings(document.root().table("exec").table("derive"))}, verdict{document.finish()} {}
};

} // namespace

TEST(exec_derive_settings, name_every_mistake) {
  const reading x{
      "[exec.derive]\norder_life = '200d'\nprocess = 1000\nfee_factor = 1\nreserve = 5\nhold_timeout = '0s'\n"
      "profile = 'v1'\nsession_key = 'x'"};
  ASSERT_FALSE(x.verdict);
  for (const auto* part : {"order_life: must be below 120 days", "process", "fee_factor", "reserve: must be below",
                           "hold_timeout: must be above 0", "unknown profile 'v1'", "session_key"})
    EXPECT_THAT(x.verdict.error().text, HasSubstr(part));
}

TEST(exec_derive_settings, are_shown_by_the_example_configuration_with_their_defaults) {
  std::ifstream in{STRIKE_DEPLOY "/strike.example.toml"};
  std::string toml;
  for (std::string line; std::getline(in, line);) // its [exec.derive] is commented out
    toml += (line.starts_with('#') && !line.starts_with("# ") ? line.substr(1) : line) + '\n';
  const auto at = toml.find("\n[exec.derive]");
  ASSERT_NE(at, std::string::npos);
  const reading shown{toml.substr(at, toml.find("\n[", at + 1) - at)}, built_in{""};
  ASSERT_TRUE(shown.verdict) << shown.verdict.error().text;
  EXPECT_EQ(shown.got, built_in.got);
}
