#pragma once

#include "base/time.hpp"
#include "exec/order_desk.hpp"
#include "exec/order_store.hpp"
#include "kit/temp_folder.hpp"
#include "simulator/simulation_config.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/null_sink.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strike::exec::test {

/// Exec's desk with a store of its own; venues are the test's. Strategies talk to it in bytes.
struct exec_kit : testing::Test {
  static constexpr std::int64_t ms = ns_per_ms;

  instrument_registry instruments;
  instrument_id perpetual = *instruments.intern(venue::deribit, "BTC-PERPETUAL");
  instrument_id option = *instruments.intern(venue::deribit, "BTC-27NOV26-90000-C");
  simulator::simulation_config simulation =
      read("[venue.deribit]\nentry_latency = \"5ms\"\nresponse_latency = \"3ms\"\n");
  instrument_rules rules{instruments, simulation.rules};
  process::logger log{"test", process::level::error, process::log_format::text,
                      std::make_shared<spdlog::sinks::null_sink_mt>(), [] { return 0; }};
  process::metric_registry registry;
  desk_metrics metrics{registry};
  risk_metrics risk_numbers{registry};
  std::vector<instrument_id> wanted;
  std::map<venue, std::string> missing; ///< why a venue cannot take orders
  std::int64_t now_ns = ns_per_s; ///< moved by the test; on both clocks
  moment now() const { return {.steady_ns = now_ns, .wall_ns = now_ns}; }
  temp_folder folder;
  std::unique_ptr<order_store> store = *order_store::open(folder / "exec.db", instruments);
  account_name home{venue::deribit, "paper"};
  reconcile_rules reconcile;
  std::unique_ptr<risk_gate> risk = make_risk();
  std::unique_ptr<order_desk> desk = make_desk();

  /// Without limits: what they do is tested elsewhere.
  static risk_settings no_limits() {
    risk_settings how;
    how.all = {};
    for (auto& x : how.guards) {
      x.collar = x.option_collar = x.binary_collar = 0;
      x.collar_ticks = 0;
      x.mark_age_ns = x.held_mark_age_ns = INT64_MAX;
    }
    how.self_trade_prevention = false;
    return how;
  }
  std::unique_ptr<risk_gate> make_risk() {
    return std::make_unique<risk_gate>(no_limits(),
                                       risk_gate::tools{.instruments = instruments,
                                                        .rules = rules,
                                                        .metrics = risk_numbers,
                                                        .on_state = [](const risk_state_change&) {},
                                                        .on_kill = [](const risk_scope&, std::string_view) {}});
  }
  std::unique_ptr<order_desk> make_desk() {
    return std::make_unique<order_desk>(
        7, order_desk::tools{
               .instruments = instruments,
               .rules = rules,
               .store = *store,
               .risk = *risk,
               .log = log,
               .metrics = metrics,
               .clock = [this] { return now(); },
               .want = [this](instrument_id x) { wanted.push_back(x); },
               .lines = {instruments,
                         [this](std::string_view peer, std::string_view bytes) {
                           sent.push_back({std::string{peer}, *wire::decode_order_update(bytes, instruments)});
                           return true;
                         },
                         [this](std::string_view topic, std::string_view bytes) {
                           topics.emplace_back(topic);
                           published.push_back(*wire::decode_order_update(bytes, instruments));
                         }},
               .reconcile = reconcile,
               .on_venue = [this](venue at, std::string_view why) { missing[at] = why; }});
  }

  struct told {
    std::string peer;
    wire::order_update_message message;
  };
  std::vector<told> sent;
  std::vector<std::string> topics;
  std::vector<wire::order_update_message> published; ///< under `topics`
  std::uint64_t sequence = 0;

  static simulator::simulation_config read(std::string_view toml) {
    auto document = *config::document::from_text(toml, "strike.toml");
    auto made = simulator::read_simulation(document.root());
    EXPECT_TRUE(document.finish());
    return made;
  }
  void request(decltype(wire::order_request_message::body) body, const std::string& strategy = "s",
               std::uint64_t epoch = 1) {
    std::string bytes;
    wire::encode(bytes, {{.epoch = epoch, .sequence = ++sequence, .strategy = strategy}, std::move(body)}, instruments);
    desk->take("peer of " + strategy, bytes, now());
  }
  /// "c1 filled 10/0" for every change that was told: client id, state, filled, remaining; and forgets them.
  std::vector<std::string> take_changes() {
    std::vector<std::string> all;
    for (const auto& x : sent)
      if (const auto* change = std::get_if<wire::order_change>(&x.message.body)) all.push_back(text_of(*change));
    sent.clear();
    return all;
  }
  static std::string text_of(const wire::order_change& x) {
    return x.client_id + " " + std::string{to_text(x.update.state)} + " " + to_string(x.update.filled) + "/" +
           to_string(x.update.remaining);
  }
};

} // namespace strike::exec::test
