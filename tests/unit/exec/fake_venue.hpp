#pragma once

#include "exec/order_venue.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace strike::exec::test {

/// A venue that does nothing but note what it is asked for; the test plays its part. What is left over at the end fails
/// the test.
class fake_venue final : public order_venue {
public:
  ~fake_venue() override {
    for (const auto& x : calls) ADD_FAILURE() << "the venue was asked for something unexpected: " << x;
  }

  void restore(const venue_order& what, std::string_view venue_id, const std::vector<std::string>& keys) override {
    std::string text = "restore " + what.label + " " + std::string{venue_id};
    for (const auto& x : keys) text += " " + x;
    calls.push_back(text);
    last = what.id;
  }
  void place(const approved_order& what, const moment&) override {
    calls.push_back("place " + what->label);
    last = what->id;
  }
  void amend(order_id id, price limit, quantity size, const moment&) override {
    calls.push_back("amend " + std::to_string(id.value) + " " + to_string(limit) + " " + to_string(size));
  }
  void cancel(order_id id, const moment&) override { calls.push_back("cancel " + std::to_string(id.value)); }
  void cancel_everything(const moment&) override { calls.emplace_back("cancel everything"); }
  void ask_order(order_id id, const moment&) override { calls.push_back("ask " + std::to_string(id.value)); }
  void ask_account(std::int64_t fills_since_ns, const moment& now) override {
    calls.emplace_back("ask account");
    since_ns = fills_since_ns;
    asked_ns = now.wall_ns;
  }
  std::int64_t round(const moment&) override { return INT64_MAX; }

  std::vector<std::string> take() { return std::exchange(calls, {}); }

  std::vector<std::string> calls;
  order_id last; ///< placed, or restored
  std::int64_t since_ns = 0, asked_ns = 0;
};

} // namespace strike::exec::test
