#include "dashboard/dashboard.hpp"

#include "bus/subscriber.hpp"
#include "bus/topic.hpp"
#include "dashboard/access.hpp"
#include "dashboard/web_server.hpp"
#include "feed/endpoints.hpp"
#include "wire/dashboard.hpp"

#include <chrono>
#include <memory>

namespace strike::dashboard {

namespace {

constexpr const char* default_upstream = "tcp://127.0.0.1:5560";
constexpr std::string_view topics = "dash/";

std::int64_t now_ns() {
  using namespace std::chrono;
  return duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
}

/// The bus on one side, browsers on the other. Destroyed in the reverse order: nobody calls into what is gone.
class service {
public:
  explicit service(process::environment& env)
      : env_{env}, malformed_{env.metrics.get_counter("strike_dashboard_malformed_total",
                                                      "Messages of strategies that are not as documented.")},
        gaps_{env.metrics.get_counter("strike_dashboard_gaps_total", "Losses seen in the states of strategies.")} {}

  result<void> open(const bus::context& where, settings how);
  const std::string& url() const { return server_->url(); }

private:
  void on_batch(std::vector<bus::message>& batch);
  void on_message(const bus::message& x, std::int64_t now);
  void on_link(const bus::link_report& x);

  process::environment& env_;
  process::counter &malformed_, &gaps_;
  shared_board board_;
  std::vector<std::string> endpoints_;
  process::log_every complaints_{std::chrono::seconds{10}}; ///< of the subscriber's thread
  std::unique_ptr<web_server> server_;
  std::unique_ptr<bus::subscriber> states_;
};

result<void> service::open(const bus::context& where, settings how) {
  auto listen = parse_listen(how.listen);
  if (!listen) return std::unexpected{listen.error()};
  for (const auto& x : how.upstream) {
    endpoints_.push_back(x.endpoint);
    // An inproc connection reports nothing, and is there from the start.
    const bool is_inproc = x.endpoint.starts_with("inproc://");
    board_.with(
        [&](strategy_board& b) { b.set_upstream(x.endpoint, is_inproc, is_inproc ? "" : "not yet connected"); });
    if (!is_inproc) env_.ready.not_ready("dashboard upstream " + x.endpoint, "not yet connected");
  }
  auto server = web_server::listen({.listen = *listen, .now_ns = now_ns}, board_, env_.metrics);
  if (!server) return std::unexpected{server.error()};
  server_ = *std::move(server);
  auto states = bus::subscriber::open(where, {.endpoints = std::move(how.upstream),
                                              .on_batch = [this](std::vector<bus::message>& x) { on_batch(x); },
                                              .on_link = [this](const bus::link_report& x) { on_link(x); }});
  if (!states) return std::unexpected{states.error()};
  states_ = *std::move(states);
  states_->subscribe(topics);
  return {};
}

void service::on_batch(std::vector<bus::message>& batch) {
  for (const auto& x : batch) on_message(x, now_ns());
}

void service::on_message(const bus::message& x, std::int64_t now) {
  const auto topic = bus::parse_topic(x.topic());
  const auto state = wire::decode_dashboard_state(x.bytes());
  std::string why;
  if (!topic || !state)
    why = topic ? state.error().text : topic.error().text;
  else if (topic->name != state->strategy)
    why = "a state of '" + state->strategy + "' under another topic";
  if (!why.empty()) {
    malformed_.add();
    if (complaints_.pass(std::chrono::steady_clock::now()))
      env_.log.warning("malformed state", {{"topic", x.topic()}, {"why", why}});
    return;
  }
  struct outcome {
    bool asks_again;
    std::uint64_t gaps, malformed;
  };
  const auto done = board_.with([&](strategy_board& b) {
    const auto before = b.counts();
    const bool asks_again = b.take(*state, now);
    return outcome{asks_again, b.counts().gaps - before.gaps,
                   b.counts().malformed + b.counts().refused - before.malformed - before.refused};
  });
  gaps_.add(done.gaps);
  malformed_.add(done.malformed);
  if (done.malformed != 0 && complaints_.pass(std::chrono::steady_clock::now()))
    env_.log.warning("a state that cannot be shown", {{"strategy", state->strategy}});
  if (done.asks_again) states_->ask_again(x.topic());
}

void service::on_link(const bus::link_report& x) {
  const auto& endpoint = endpoints_[x.endpoint];
  const bool is_connected = x.what == bus::link_state::connected;
  board_.with([&](strategy_board& b) { b.set_upstream(endpoint, is_connected, x.text); });
  if (is_connected) {
    env_.ready.ready("dashboard upstream " + endpoint);
    env_.log.info("dashboard upstream connected", {{"endpoint", endpoint}});
  } else if (env_.ready.not_ready("dashboard upstream " + endpoint, x.text)) {
    env_.log.warning("dashboard upstream lost", {{"endpoint", endpoint}, {"why", x.text}});
  }
}

} // namespace

settings read_settings(config::section root, std::string_view upstream, std::string_view listen) {
  auto table = root.table("dashboard");
  settings made;
  made.upstream = feed::read_connects(root, table, "upstream", {default_upstream});
  // Through the same reading, for the keys; under the name that a mistake is to be shown by.
  if (!upstream.empty()) made.upstream = feed::read_connects(root, table, "--upstream", {std::string{upstream}});
  made.listen = table.text("listen", made.listen);
  if (!listen.empty()) made.listen = listen;
  if (const auto ok = parse_listen(made.listen); !ok) table.reject("listen", ok.error().text);
  return made;
}

result<std::string> start(process::environment& env, const bus::context& where, settings how) {
  auto made = std::make_shared<std::unique_ptr<service>>(std::make_unique<service>(env));
  if (auto ok = (*made)->open(where, std::move(how)); !ok) return std::unexpected{ok.error()};
  const auto url = (*made)->url();
  env.log.info("dashboard", {{"url", url}});
  env.on_stop("dashboard", [made] { made->reset(); });
  return url;
}

} // namespace strike::dashboard
