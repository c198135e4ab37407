#include "strike/risk_command.hpp"

#include "base/instrument.hpp"
#include "base/time.hpp"
#include "strike/control_client.hpp"
#include "strike/risk_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <unistd.h>

namespace strike {

namespace {

constexpr auto look_every = std::chrono::milliseconds{300};

struct arguments {
  std::string control = "tcp://127.0.0.1:5572";
  std::string venue, strategy, instrument, reason;
  bool flatten = false, reduce_only = false;

  risk_scope where() const {
    if (!venue.empty()) return {scope_kind::venue, venue};
    if (!strategy.empty()) return {scope_kind::strategy, strategy};
    if (!instrument.empty()) return {scope_kind::instrument, instrument};
    return {};
  }
};

/// "ann@desk7 (strike kill)": for the audit.
std::string who(std::string_view command) {
  const char* user = std::getenv("USER");
  char host[256] = "";
  if (gethostname(host, sizeof host - 1) != 0) host[0] = 0;
  return fmt::format("{}@{} (strike {})", user != nullptr ? user : "somebody", host, command);
}

int complain(std::string_view command, const error& why) {
  fmt::print(stderr, "strike {}: {}\n", command, why.text);
  return 1;
}

result<std::unique_ptr<control_client>> open(const arguments& x) {
  return control_client::open(x.control,
                              "start exec, or name its [exec] control with --control; if exec is dead, cancel "
                              "at the venue's own page");
}

result<wire::risk_report> report_of(control_client& from) {
  auto got = from.ask(wire::ask_risk{});
  if (!got) return std::unexpected{got.error()};
  if (auto* report = std::get_if<wire::risk_report>(&*got)) return std::move(*report);
  return fail(ec::malformed, "exec answered without a report; is it of another version?");
}

/// Prints what the kill does as it does it. @returns 0 when it is over and clean, 2 when it is over and is not
int follow(control_client& exec, const risk_scope& where) {
  for (std::size_t shown = 0;; std::this_thread::sleep_for(look_every)) {
    const auto report = report_of(exec);
    if (!report) return complain("kill", report.error());
    const kill_report* mine = nullptr;
    for (const auto& x : report->kills)
      if (x.where == where) mine = &x;
    if (!mine) return complain("kill", {ec::not_found, "exec was started anew meanwhile: it stays halted; kill again"});
    for (; shown < mine->lines.size(); ++shown) fmt::print("{}\n", mine->lines[shown]);
    std::fflush(stdout);
    if (mine->is_over) return mine->is_clean ? 0 : 2;
  }
}

int kill(const arguments& x) {
  const auto exec = open(x);
  if (!exec) return complain("kill", exec.error());
  const auto begun = (*exec)->ask(wire::kill_trading{x.where(), x.flatten, x.reason, who("kill")});
  return begun ? follow(**exec, x.where()) : complain("kill", begun.error());
}

/// What still stands, after a change.
int show_states(control_client& exec, std::string_view command) {
  const auto report = report_of(exec);
  if (!report) return complain(command, report.error());
  fmt::print("{}", states_text(report->states));
  return 0;
}

int halt(const arguments& x) {
  const auto exec = open(x);
  if (!exec) return complain("halt", exec.error());
  const auto state = x.reduce_only ? trading_state::reduce_only : trading_state::halted;
  const auto done = (*exec)->ask(wire::restrict_trading{x.where(), state, x.reason, who("halt")});
  return done ? show_states(**exec, "halt") : complain("halt", done.error());
}

int resume(const arguments& x) {
  const auto exec = open(x);
  if (!exec) return complain("resume", exec.error());
  const auto done = (*exec)->ask(wire::resume_trading{x.where(), who("resume")});
  if (!done) return complain("resume", done.error());
  fmt::print("{} may trade again, as far as nothing else restricts it\n", to_string(x.where()));
  return show_states(**exec, "resume");
}

int show(const arguments& x) {
  const auto exec = open(x);
  if (!exec) return complain("risk", exec.error());
  const auto report = report_of(**exec);
  if (!report) return complain("risk", report.error());
  fmt::print("{}{}{}", states_text(report->states), limits_text(report->limits), kills_text(report->kills));
  return 0;
}

CLI::App& add(CLI::App& app, const char* name, const char* help, const std::shared_ptr<arguments>& x, bool has_scope) {
  auto& made = *app.add_subcommand(name, help);
  made.add_option("--control", x->control, "[exec] control of the service")->capture_default_str();
  if (!has_scope) return made;
  auto* at = made.add_option("--venue", x->venue, "only there");
  auto* of = made.add_option("--strategy", x->strategy, "only of this strategy");
  auto* in = made.add_option("--instrument", x->instrument, "only in it: deribit:BTC-PERPETUAL");
  at->excludes(of)->excludes(in);
  of->excludes(in);
  return made;
}

} // namespace

void add_risk_commands(CLI::App& app, int& exit_code) {
  const auto x = std::make_shared<arguments>();
  auto& killing =
      add(app, "kill", "Halt, cancel every order, and wait until the venues say that none is open", x, true);
  killing.add_flag("--flatten", x->flatten, "then close what is held, within [risk.kill] slippage");
  auto& halting = add(app, "halt", "No new orders; open ones stay", x, true);
  halting.add_flag("--reduce-only", x->reduce_only, "but those that make a position smaller");
  for (auto* each : {&killing, &halting}) each->add_option("--reason", x->reason, "for log and audit");
  auto& resuming = add(app, "resume", "Lift what a kill, a halt or a trigger set for just that scope", x, true);
  auto& showing = add(app, "risk", "Show what restricts trading, and how much of each limit is used", x, false);
  killing.callback([x, &exit_code] { exit_code = kill(*x); });
  halting.callback([x, &exit_code] { exit_code = halt(*x); });
  resuming.callback([x, &exit_code] { exit_code = resume(*x); });
  showing.callback([x, &exit_code] { exit_code = show(*x); });
}

} // namespace strike
