#include "sandbox/sandbox.hpp"

#include "sandbox/certificates.hpp"
#include "sandbox/control_server.hpp"
#include "sandbox/fault_frame.hpp"
#include "sandbox/generated_market.hpp"
#include "sandbox/market_view.hpp"
#include "sandbox/polymarket_venue.hpp"
#include "sandbox/tls_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>
#include <vector>

namespace strike::sandbox {

namespace {

constexpr std::int64_t longest_wait_ns = ns_per_s;
constexpr std::int64_t favours_every_ns = 100 * ns_per_ms;

std::int64_t wall_ns() { return std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count(); }

const std::vector<std::string>& kept_headers(venue at) {
  static const std::vector<std::string> of_deribit{"authorization"};
  if (at == venue::deribit) return of_deribit;
  return at == venue::derive ? derive::kept_headers : polymarket::kept_headers;
}

/// The market, the venues that show it, and the thread they live on. Destroyed in the reverse order: nobody calls into
/// what is gone.
class world {
public:
  world(process::environment& env, settings how, std::unique_ptr<market_source> source)
      : env_{env}, how_{std::move(how)}, source_{std::move(source)} {}
  ~world() {
    if (!thread_.joinable()) return;
    stop_.request_stop();
    server_->wake();
    thread_.join();
  }

  result<running> open();

private:
  struct shown {
    std::unique_ptr<venue_server> server;
    std::unique_ptr<fault_frame> frame;
  };
  std::unique_ptr<venue_server> make_server(venue at) const;
  void show(venue at);
  void run();
  void favour_orders(std::int64_t now_ns);

  process::environment& env_;
  settings how_;
  std::unique_ptr<market_source> source_;
  market_view view_{*source_};
  std::array<shown, venue_count> venues_;
  std::set<instrument_id> favoured_; ///< the market knows
  std::int64_t favoured_ns_ = 0;
  std::unique_ptr<control_server> control_;
  std::unique_ptr<tls_server> server_;
  std::stop_source stop_;
  std::thread thread_;
};

std::unique_ptr<venue_server> world::make_server(venue at) const {
  switch (at) {
  case venue::deribit:
    return std::make_unique<deribit::deribit_venue>(*source_, view_, how_.deribit);
  case venue::derive:
    return std::make_unique<derive::derive_venue>(how_.derive, *source_, view_);
  case venue::polymarket:
    return std::make_unique<polymarket::polymarket_venue>(how_.polymarket, *source_, view_);
  }
  return {};
}

void world::show(venue at) {
  auto& made = venues_[static_cast<std::size_t>(at)];
  made.server = make_server(at);
  made.frame = std::make_unique<fault_frame>(*made.server, at, env_.metrics, [this, at](const fault& x) {
    env_.log.info("fault by chance", {{"venue", to_text(at)}, {"fault", to_text(x.what)}});
  });
}

result<running> world::open() {
  const auto files = prepare_certificates(how_.folder, how_.names, wall_ns());
  if (!files) return std::unexpected{files.error()};
  std::vector<endpoint> ports;
  std::vector<venue> served;
  control_tools tools{
      .source = *source_, .view = view_, .frames = {}, .desks = {}, .metrics = env_.metrics, .log = env_.log};
  for (const auto& row : enum_names<venue>::table) {
    const auto place = static_cast<std::size_t>(row.value);
    if (how_.listen[place].empty()) continue;
    show(row.value);
    tools.frames[place] = venues_[place].frame.get();
    tools.desks[place] = venues_[place].server->desk();
    ports.push_back({.address = how_.listen[place],
                     .answers = venues_[place].frame.get(),
                     .kept_headers = kept_headers(row.value)});
    served.push_back(row.value);
  }
  control_ = std::make_unique<control_server>(tools);
  ports.push_back({.address = how_.control, .answers = control_.get(), .is_tls = false});

  auto server = tls_server::open({.certificate = files->certificate,
                                  .key = files->key,
                                  .wall_ns = wall_ns,
                                  .on_warning =
                                      [this](std::string_view line) {
                                        env_.log.debug("libwebsockets", {{"line", line}});
                                      }},
                                 ports);
  if (!server) return std::unexpected{server.error()};
  server_ = *std::move(server);

  running made{.addresses = {}, .control = server_->address(served.size()), .ca = files->ca};
  for (std::size_t i = 0; i < served.size(); ++i) {
    made.addresses[static_cast<std::size_t>(served[i])] = server_->address(i);
    env_.log.info("sandbox venue", {{"venue", to_text(served[i])}, {"address", server_->address(i)}});
  }
  const auto ca = std::filesystem::absolute(made.ca).string();
  env_.log.info("sandbox", {{"control", made.control}, {"ca", ca}});
  thread_ = std::thread{[this] { run(); }};
  return made;
}

/// Where clients have orders, the market is lively: they are to fill within seconds.
void world::favour_orders(std::int64_t now_ns) {
  if (now_ns - favoured_ns_ < favours_every_ns) return;
  favoured_ns_ = now_ns;
  std::set<instrument_id> now;
  for (const auto& x : venues_)
    if (const auto* const desk = x.server ? x.server->desk() : nullptr) desk->add_resting(now);
  if (now == favoured_) return;
  source_->favour(now);
  favoured_ = std::move(now);
}

void world::run() {
  auto& events = env_.metrics.get_counter("strike_sandbox_events_total", "What happened in the sandbox's market.");
  std::vector<market_event> happened;
  while (!stop_.stop_requested()) {
    const auto now = wall_ns();
    favour_orders(now);
    happened.clear();
    auto next = std::min(source_->step(now, happened), now + longest_wait_ns);
    events.add(happened.size());
    for (const auto& x : happened) {
      const auto at = source_->instruments().at(x.instrument).at;
      if (auto* const frame = venues_[static_cast<std::size_t>(at)].frame.get()) frame->on_event(x, now);
      view_.apply(x);
    }
    for (const auto& x : venues_)
      if (x.frame) next = std::min(next, x.frame->round(now));
    server_->round(next);
  }
}

} // namespace

result<running> start(process::environment& env, settings how, std::unique_ptr<market_source> market) {
  if (!market) market = std::make_unique<generated_market>(how.market, wall_ns());
  auto made = std::make_shared<std::unique_ptr<world>>(std::make_unique<world>(env, std::move(how), std::move(market)));
  auto where = (*made)->open();
  if (!where) return where;
  env.on_stop("sandbox", [made] { made->reset(); });
  return where;
}

} // namespace strike::sandbox
