#include "process/actor_error.hpp"

#include <caf/actor_system.hpp>
#include <caf/sec.hpp>
#include <gtest/gtest.h>

using strike::ec;

namespace {

TEST(actor_error, keeps_code_and_text_through_caf_and_back) {
  const auto back = strike::process::from_caf(strike::process::to_caf({ec::invalid_config, "limit must be > 0"}));
  EXPECT_EQ(back.code, ec::invalid_config);
  EXPECT_EQ(back.text, "limit must be > 0");
}

TEST(actor_error, compares_with_a_bare_code) {
  EXPECT_EQ(strike::process::to_caf({ec::session_down, "deribit"}), ec::session_down);
  EXPECT_NE(strike::process::to_caf({ec::session_down, "deribit"}), ec::malformed);
}

TEST(actor_error, a_foreign_error_becomes_io_with_its_words) {
  const auto back = strike::process::from_caf(caf::make_error(caf::sec::request_timeout));
  EXPECT_EQ(back.code, ec::io);
  EXPECT_NE(back.text.find("timeout"), std::string::npos) << back.text;
}

TEST(actor_error, an_actor_system_renders_code_and_text) {
  caf::actor_system_config config;
  config.set("scheduler.policy", caf::atom("testing"));
  strike::process::add_error_category(config);
  caf::actor_system system{config};
  EXPECT_EQ(system.render(strike::process::to_caf({ec::not_found, "no such key"})), "not_found: no such key");
  EXPECT_EQ(system.render(caf::make_error(ec::session_down)), "session_down");
}

} // namespace
