#include "strike/orders_command.hpp"

#include "base/time.hpp"
#include "exec/account_book.hpp"
#include "exec/order_reader.hpp"
#include "exec/settings.hpp"
#include "simulator/simulation_config.hpp"
#include "strike/text_table.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>

namespace strike {

namespace {

struct arguments {
  std::string config, store, csv;
  exec::order_reader::filter which;
  std::size_t newest = 100;
};

/// The store, and what its rows are read with.
struct opened_store {
  std::unique_ptr<instrument_registry> instruments = std::make_unique<instrument_registry>();
  std::unique_ptr<instrument_rules> rules;
  std::unique_ptr<exec::order_reader> reader;
  std::vector<std::string> strategies;

  std::string strategy(const std::optional<exec::owner_id>& x) const { return x ? strategies.at(*x) : std::string{exec::account_owner}; }
  std::string symbol(instrument_id x) const { return instruments->at(x).symbol; }
};

result<opened_store> open(const arguments& x) {
  const std::string file = !x.config.empty() || !std::filesystem::exists("strike.toml") ? x.config : "strike.toml";
  auto document =
      file.empty() ? config::document::from_text("", "built-in defaults") : config::document::from_file(file);
  if (!document) return std::unexpected{document.error()};
  auto root = document->root();
  for (const auto& key : root.keys()) root.has(key);
  const auto store = x.store.empty() ? exec::read_store_file(root) : std::filesystem::path{x.store};
  const auto simulation = simulator::read_simulation(root);
  if (auto done = document->finish(); !done) return std::unexpected{done.error()};
  opened_store made;
  auto reader = exec::order_reader::open(store, *made.instruments);
  if (!reader) return std::unexpected{reader.error()};
  made.reader = std::make_unique<exec::order_reader>(*std::move(reader));
  made.rules = std::make_unique<instrument_rules>(*made.instruments, simulation.rules);
  if (auto ok = simulator::define_overrides(simulation, *made.instruments, *made.rules); !ok)
    return std::unexpected{ok.error()};
  auto names = made.reader->strategies();
  if (!names) return std::unexpected{names.error()};
  made.strategies = *std::move(names);
  return made;
}

result<text_table> orders_table(const opened_store& in, const arguments& x) {
  text_table made{{"time", "venue", "account", "strategy", "client_id", "symbol", "side", "type", "limit", "size",
                   "filled", "state", "venue_id", "reason"},
                  {}};
  auto which = x.which;
  which.newest = x.newest;
  auto orders = in.reader->orders(which);
  if (!orders) return std::unexpected{orders.error()};
  auto refused = in.reader->refusals(which);
  if (!refused) return std::unexpected{refused.error()};
  std::ranges::move(*refused, std::back_inserter(*orders));
  std::ranges::stable_sort(*orders, {}, &exec::stored_order::placed_ns);
  if (orders->size() > x.newest) orders->erase(orders->begin(), orders->end() - static_cast<std::ptrdiff_t>(x.newest));
  for (const auto& o : *orders) {
    const auto& r = o.what.request;
    const bool is_market = r.type == order_type::market;
    made.rows.push_back({iso_from_ns(o.placed_ns), std::string{to_text(o.account.at)}, o.account.name,
                         in.strategy(o.what.owner), o.what.label, in.symbol(r.instrument), std::string{to_text(r.side)},
                         std::string{to_text(r.type)}, is_market ? "" : to_string(o.last.limit), to_string(o.last.size),
                         to_string(o.last.filled), std::string{to_text(o.last.state)}, o.last.venue_id, o.last.reason});
  }
  return made;
}

result<text_table> fills_table(const opened_store& in, const arguments& x) {
  text_table made{{"time", "venue", "account", "strategy", "order", "trade_id", "symbol", "side", "price", "size",
                   "fee", "liquidity", "note"},
                  {}};
  const auto ok = in.reader->bookings(x.which, [&](exec::booking&& b) {
    const auto* f = std::get_if<fill>(&b.what);
    if (!f) return;
    made.rows.push_back({iso_from_ns(f->venue_ns), std::string{to_text(b.account.at)}, b.account.name,
                         in.strategy(b.owner), f->order.value == 0 ? "" : std::to_string(f->order.value), b.trade_id,
                         in.symbol(f->instrument), std::string{to_text(f->side)}, to_string(f->at), to_string(f->size),
                         to_string(f->fee), std::string{to_text(f->liquidity)}, b.is_undone ? "taken back" : ""});
  });
  if (!ok) return std::unexpected{ok.error()};
  return made;
}

result<text_table> positions_table(const opened_store& in, const arguments& x) {
  std::map<exec::account_name, exec::account_book> books;
  const auto ok = in.reader->bookings(
      x.which, [&](exec::booking&& b) { books.try_emplace(b.account, *in.rules).first->second.replay(b); });
  if (!ok) return std::unexpected{ok.error()};
  text_table made{{"venue", "account", "strategy", "symbol", "size", "average_price", "realized", "fees"}, {}};
  for (const auto& [account, book] : books) {
    const auto add = [&](std::optional<exec::owner_id> owner, instrument_id id, quantity size, std::string average,
                         std::string realized, std::string fees) {
      if (size != quantity{})
        made.rows.push_back({std::string{to_text(account.at)}, account.name, in.strategy(owner), in.symbol(id),
                             to_string(size), std::move(average), std::move(realized), std::move(fees)});
    };
    book.strategies().each([&](exec::owner_id owner, instrument_id id, const match::holding& h) {
      add(owner, id, h.size, fmt::format("{:.10g}", h.average_price(in.rules->of(id))), to_string(h.realized),
          to_string(h.fees));
    });
    for (const auto id : book.instruments()) add({}, id, book.own(id), "", "", "");
  }
  return made;
}

using maker = result<text_table> (*)(const opened_store&, const arguments&);

int run(std::string_view command, const arguments& x, maker make) {
  const auto fail_with = [&](const error& why) {
    fmt::print(stderr, "strike {}: {}\n", command, why.text);
    return 1;
  };
  const auto store = open(x);
  if (!store) return fail_with(store.error());
  if (!x.which.strategy.empty() && std::ranges::find(store->strategies, x.which.strategy) == store->strategies.end())
    return fail_with({ec::not_found, fmt::format("--strategy: the store knows no '{}'", x.which.strategy)});
  const auto table = make(*store, x);
  if (!table) return fail_with(table.error());
  if (x.csv.empty()) {
    fmt::print("{}", table->to_text());
    return 0;
  }
  std::ofstream out{x.csv, std::ios::binary};
  out << table->to_csv() << std::flush;
  if (!out) return fail_with({ec::io, fmt::format("{}: cannot be written", x.csv)});
  fmt::print("{} rows in {}\n", table->rows.size(), x.csv);
  return 0;
}

CLI::App* add(CLI::App& app, const char* name, const char* help, const std::shared_ptr<arguments>& x, maker make,
              int& exit_code) {
  auto* command = app.add_subcommand(name, help);
  command->add_option("--config", x->config, "default: strike.toml in this folder, if it is there")->type_name("FILE");
  command->add_option("--store", x->store, "the order store; default: [exec] store")->type_name("FILE");
  command->add_option("--strategy", x->which.strategy, "only of this one")->type_name("NAME");
  std::vector<std::string> venues;
  for (const auto& row : enum_names<venue>::table) venues.emplace_back(row.text);
  command->add_option("--venue", x->which.venue, "only there")->check(CLI::IsMember(venues));
  command->add_option("--csv", x->csv, "write a CSV file instead of a table")->type_name("FILE");
  command->callback([=, &exit_code] { exit_code = run(name, *x, make); });
  return command;
}

} // namespace

void add_orders_commands(CLI::App& app, int& exit_code) {
  const auto x = std::make_shared<arguments>();
  auto* orders = add(app, "orders", "Show the orders of the store and those refused before they left, oldest first", x,
                     orders_table, exit_code);
  orders->add_flag("--open", x->which.is_open, "only those that are not final");
  orders->add_option("--limit", x->newest, "the newest so many")->capture_default_str();
  add(app, "fills", "Show the fills of the store, in the order in which they were booked", x, fills_table, exit_code);
  add(app, "positions", "Show what strategies and accounts hold, as the store's fills say", x, positions_table,
      exit_code);
}

} // namespace strike
