#include "strike/strategy_command.hpp"

#include "bus/request.hpp"
#include "wire/control.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>

namespace strike {

namespace {

constexpr auto patience = std::chrono::seconds{5};
constexpr std::uint64_t request_id = 1; ///< the only one of its connection

struct arguments {
  std::string name, control = "tcp://127.0.0.1:5561";
  std::filesystem::path file;
};

/// What the threads of the client tell the one that waits.
struct inbox {
  std::mutex guard;
  std::condition_variable changed;
  bool is_connected = false;
  std::optional<std::string> reply;

  template <class F> void set(F f) {
    {
      const std::scoped_lock lock{guard};
      f();
    }
    changed.notify_all();
  }
  template <class F> bool wait_until(std::chrono::steady_clock::time_point end, F done) {
    std::unique_lock lock{guard};
    return changed.wait_until(lock, end, done);
  }
};

result<void> outcome_of(std::string_view bytes) {
  auto reply = wire::decode_control_reply(bytes);
  if (!reply) return std::unexpected{reply.error()};
  if (auto* fault = std::get_if<error>(&reply->outcome)) return std::unexpected{std::move(*fault)};
  if (auto* unknown = std::get_if<wire::unknown_control>(&reply->outcome)) return fail(ec::malformed, unknown->what);
  return {};
}

/// @returns what the service replied; `ec::session_down` if it did not
result<void> ask(const std::string& endpoint, const wire::control_request& request) {
  inbox in;
  auto client = bus::request_client::open(
      bus::context{}, {.connect = {.endpoint = endpoint},
                       .on_message = [&](std::string_view bytes) { in.set([&] { in.reply = std::string{bytes}; }); },
                       .on_link =
                           [&](const bus::link_report& x) {
                             in.set([&] { in.is_connected = x.what == bus::link_state::connected; });
                           }});
  if (!client) return std::unexpected{client.error()};
  const auto end = std::chrono::steady_clock::now() + patience;
  if (!in.wait_until(end, [&] { return in.is_connected; }))
    return fail(ec::session_down, fmt::format("{}: nobody answers there; start strike-strategies, or name its "
                                              "[strategies] control with --control",
                                              endpoint));
  std::string bytes;
  wire::encode(bytes, request);
  if (auto sent = (*client)->send(bytes); !sent) return sent;
  if (in.wait_until(end, [&] { return in.reply.has_value(); })) return outcome_of(*in.reply);
  return fail(ec::session_down, fmt::format("{}: no reply within {} s, and so it is unknown whether it was done; look "
                                            "at the strategy's state before you repeat it",
                                            endpoint, patience.count()));
}

void run(const arguments& x, decltype(wire::control_request::body) what, std::string_view done, int& exit_code) {
  const auto outcome = ask(x.control, {.request_id = request_id, .body = std::move(what)});
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
