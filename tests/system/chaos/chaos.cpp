// Some thousands of random orders through three sandbox venues, under random faults and kill -9 of exec and of gateways;
// then the venues' truth, the order store and what strategies were told are compared, order by order and fill by fill.
//
//     tests/chaos --orders 20000 [--seed N] [--strategies 4] [--harm-every 0.5]
#include "chaos/trader.hpp"
#include "chaos/verdict.hpp"
#include "chaos/world.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <random>

using namespace chaos;
using namespace std::chrono_literals;

namespace {

struct plan {
  std::size_t orders = 600, strategies = 3;
  std::uint64_t seed = 0;
  double harm_every_s = 1.0;
  double rate = 60; ///< acts a second
  std::string log;  ///< a file for exec's log; empty: the log is shown after a fault
};

constexpr std::int64_t settle_ns = 120 * ns_per_s; ///< how long all may take to end after the last fault

/// Lets the system work until it is so.
template <class F> bool within(std::int64_t ns, traders& by, F is_so) {
  const auto end = bus_kit::steady_ns() + ns;
  while (bus_kit::steady_ns() < end) {
    by.pump();
    if (is_so()) return true;
  }
  return false;
}

void run_orders(const plan& how, world& system, traders& by, instrument_registry& names, std::mt19937_64& chance) {
  auto next_harm_ns = bus_kit::steady_ns() + static_cast<std::int64_t>(how.harm_every_s * ns_per_s);
  std::int64_t next_look_ns = 0, next_line_ns = 0, next_act_ns = bus_kit::steady_ns();
  while (by.taken() < how.orders) {
    by.pump();
    const auto now = bus_kit::steady_ns();
    if (now >= next_look_ns) {
      system.look(names);
      next_look_ns = now + ns_per_s / 4;
    }
    if (now >= next_harm_ns) {
      fmt::print("{:6} orders taken, {} refused: {}\n", by.taken(), by.placed() - by.taken(), system.harm(chance));
      next_harm_ns = now + static_cast<std::int64_t>(how.harm_every_s * ns_per_s *
                                                     std::exponential_distribution{1.0}(chance));
    }
    if (now >= next_act_ns) {
      by.act(system.instruments());
      next_act_ns += static_cast<std::int64_t>(ns_per_s / how.rate);
    }
    if (now >= next_line_ns) {
      std::fflush(stdout);
      next_line_ns = now + ns_per_s;
    }
  }
}

int report(const plan& how, const traders& by, const verdict& x) {
  fmt::print("{} orders placed, {} of them taken; refused:\n", by.placed(), by.taken());
  for (const auto& [why, count] : by.refusals()) fmt::print("  {:<8}{}\n", count, why);
  fmt::print("{} orders in the store, {} of them at the venues under their label; {} fills, {} taken back\n", x.orders,
             x.sent, x.fills, x.reversed);
  for (const auto& [state, count] : x.states) fmt::print("  {:<18}{}\n", state, count);
  for (std::size_t i = 0; i < std::min<std::size_t>(x.faults.size(), 50); ++i) fmt::print("FAULT {}\n", x.faults[i]);
  if (x.faults.empty()) {
    fmt::print("no order lost, none doubled, positions equal (seed {})\n", how.seed);
    return 0;
  }
  fmt::print("{} faults; again: tests/chaos --orders {} --seed {}\n", x.faults.size(), how.orders, how.seed);
  return 1;
}

int run(const plan& how) {
  const temp_folder folder;
  std::mt19937_64 chance{how.seed};
  fmt::print("chaos: {} orders of {} strategies, seed {}\n", how.orders, how.strategies, how.seed);
  world system{folder};
  if (!system.is_ready()) return fmt::print("the system did not start\n{}\n", system.logs()), 1;
  instrument_registry names;
  instrument_rules rules{names, {}};
  system.look(names);
  bus::context where;
  traders by{where, system.orders_endpoint(), names, rules, how.strategies, chance()};
  if (!within(30 * ns_per_s, by, [&] { return by.are_ready(); }))
    return fmt::print("exec did not answer\n{}\n", system.logs()), 1;

  run_orders(how, system, by, names, chance);

  system.heal();
  std::int64_t asked_ns = 0;
  const bool is_over = within(settle_ns, by, [&] {
    if (bus_kit::steady_ns() > asked_ns && by.are_ready()) {
      by.cancel_all();
      asked_ns = bus_kit::steady_ns() + 3 * ns_per_s;
    }
    return by.open_orders() == 0 && by.are_ready();
  });
  // once more through a restart: what the store has is what strategies are told
  system.kill_exec();
  within(60 * ns_per_s, by, [&] { return !by.are_ready(); });
  const bool is_back = within(60 * ns_per_s, by, [&] { return by.are_ready(); });
  within(3 * ns_per_s, by, [] { return false; });
  auto found = compare(system, by, names);
  if (!is_over) found.faults.push_back(fmt::format("{} orders did not end within two minutes", by.open_orders()));
  if (!is_back) found.faults.push_back("exec did not come back");
  const auto result = report(how, by, found);
  if (!how.log.empty())
    std::ofstream{how.log} << system.logs();
  else if (result != 0)
    fmt::print("{}\n", system.logs());
  return result;
}

} // namespace

int main(int argc, char** argv) {
  plan how;
  CLI::App app{"Random orders under random faults; then every order and fill is accounted for."};
  app.add_option("--orders", how.orders, "how many orders that exec takes; those it refuses come on top")->capture_default_str();
  app.add_option("--strategies", how.strategies, "by how many strategies")->capture_default_str();
  app.add_option("--seed", how.seed, "of a run to repeat; default: a new one");
  app.add_option("--rate", how.rate, "orders, amendments and cancellations a second")->capture_default_str();
  app.add_option("--harm-every", how.harm_every_s, "seconds between faults, on average")->capture_default_str();
  app.add_option("--log", how.log, "where to write exec's log; default: shown after a fault");
  CLI11_PARSE(app, argc, argv);
  if (how.seed == 0) how.seed = std::random_device{}() | 1U;
  return run(how);
}
