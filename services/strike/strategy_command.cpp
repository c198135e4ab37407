#include "strike/strategy_command.hpp"

#include "strike/control_client.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <memory>

namespace strike {

namespace {

struct arguments {
  std::string name, control = "tcp://127.0.0.1:5561";
  std::filesystem::path file;
};

result<void> ask(const std::string& endpoint, decltype(wire::control_request::body) what) {
  auto client =
      control_client::open(endpoint, "start strike-strategies, or name its [strategies] control with --control");
  if (!client) return std::unexpected{client.error()};
  const auto done = (*client)->ask(std::move(what));
  if (!done) return std::unexpected{done.error()};
  return {};
}

void run(const arguments& x, decltype(wire::control_request::body) what, std::string_view done, int& exit_code) {
  const auto outcome = ask(x.control, std::move(what));
  exit_code = outcome ? 0 : 1;
  if (outcome)
    fmt::print("{} {}\n", x.name, done);
  else
    fmt::print(stderr, "strike strategy: {}\n", outcome.error().text);
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace

void add_strategy_command(CLI::App& app, int& exit_code) {
  auto& command = *app.add_subcommand("strategy", "Start, stop or reconfigure a strategy of a running service");
  command.require_subcommand(1);
  const auto x = std::make_shared<arguments>();
  const auto add = [&](const char* name, const char* help) {
    auto* made = command.add_subcommand(name, help);
    made->add_option("name", x->name, "The strategy's name in strike.toml")->required();
    made->add_option("--control", x->control, "[strategies] control of the service")->capture_default_str();
    return made;
  };
  add("start", "Start a strategy that does not run")->callback([x, &exit_code] {
    run(*x, wire::start_strategy{x->name}, "started", exit_code);
  });
  add("stop", "End a strategy until it is started again; a restart of the service forgets this")
      ->callback([x, &exit_code] { run(*x, wire::stop_strategy{x->name}, "stopped", exit_code); });
  auto* reconfigure = add("reconfigure", "Run a strategy with a new [[strategy]] table; strike.toml stays as it is");
  reconfigure->add_option("--file", x->file, "TOML: the whole table, with or without its header")
      ->required()
      ->check(CLI::ExistingFile);
  reconfigure->callback([x, &exit_code] {
    run(*x, wire::reconfigure_strategy{x->name, text_of(x->file)}, "reconfigured", exit_code);
  });
}

} // namespace strike
