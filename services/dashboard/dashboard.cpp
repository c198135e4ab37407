#include "dashboard/dashboard.hpp"

#include "bus/subscriber.hpp"
#include "bus/topic.hpp"
#include "dashboard/access.hpp"
#include "dashboard/catalog_reader.hpp"
#include "dashboard/market_watch.hpp"
#include "dashboard/web_server.hpp"
#include "wire/dashboard.hpp"
#include "wire/ops.hpp"
#include "wire/order.hpp"

#include <fmt/format.h>

#include <chrono>
#include <memory>

namespace strike::dashboard {

namespace {

std::int64_t now_ns() { return std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count(); }
std::int64_t steady_ns() {
  return std::chrono::nanoseconds{std::chrono::steady_clock::now().time_since_epoch()}.count();
}

/// The bus on one side, browsers on the other. Destroyed in the reverse order: nobody calls into what is gone.
class service final : public running_dashboard {
public:
  service(const surroundings& with, settings& how)
      : with_{with}, malformed_{with.metrics.get_counter("strike_dashboard_malformed_total",
                                                         "Messages that are not as documented.")},
        gaps_{with.metrics.get_counter("strike_dashboard_gaps_total", "Losses seen in what is shown.")},
        boards_{how.simulation.rules}, watch_{[this](const std::string& prefix, bool is_wanted) {
          if (bus_) is_wanted ? bus_->subscribe(prefix) : bus_->unsubscribe(prefix);
        }} {}

  result<void> open(const bus::context& where, settings how);
  const std::string& url() const override { return server_->url(); }
  shared_boards& boards() override { return boards_; }

private:
  struct upstream {
    std::string endpoint, role;
    bool is_needed; ///< to be ready
  };

  result<void> prepare(const bus::context& where, settings& how);
  result<void> serve(settings& how);
  result<void> listen_to_bus(const bus::context& where, settings& how);
  void on_tick();
  void on_batch(std::vector<bus::message>& batch);
  void take(const bus::message& x, const bus::topic_parts& topic, dashboard::boards& into, std::int64_t now);
  void take_state(const bus::message& x, const bus::topic_parts& topic, dashboard::boards& into, std::int64_t now);
  void take_orders(const bus::message& x, dashboard::boards& into, std::int64_t now);
  void note_malformed(std::string_view topic, std::string_view why);
  void on_link(const bus::link_report& x);
  std::string name_of(const dashboard::boards& of, instrument_id id) const;

  const surroundings with_;
  process::counter &malformed_, &gaps_;
  shared_boards boards_;
  std::vector<upstream> upstreams_;
  process::log_every complaints_{std::chrono::seconds{10}}; ///< of the subscriber's thread
  market_watch watch_;
  std::unique_ptr<catalog_reader> catalog_; ///< null: none is configured
  std::unique_ptr<control_desk> controls_;
  std::unique_ptr<guard> who_;
  std::unique_ptr<site> site_;
  std::unique_ptr<bus::subscriber> bus_;
  std::unique_ptr<web_server> server_;
};

result<void> service::open(const bus::context& where, settings how) {
  if (auto ok = prepare(where, how); !ok) return ok;
  if (auto ok = listen_to_bus(where, how); !ok) return ok;
  return serve(how);
}

result<void> service::prepare(const bus::context& where, settings& how) {
  auto ok = boards_.with([&](dashboard::boards& x) {
    for (const auto& row : how.simulation.cash) x.cash.push_back({row.at, row.currency, to_double(row.amount)});
    x.name = [this, &x](instrument_id id) { return name_of(x, id); };
    return simulator::define_overrides(how.simulation, x.names, x.rules);
  });
  if (!ok) return ok;
  if (how.catalog)
    catalog_ = std::make_unique<catalog_reader>(*how.catalog, [&log = with_.log](std::string_view line) {
      log.warning("catalog", {{"reason", line}});
    });
  auto controls = control_desk::open(where, how.controls, with_.log, now_ns);
  if (!controls) return std::unexpected{controls.error()};
  controls_ = *std::move(controls);
  return {};
}

result<void> service::listen_to_bus(const bus::context& where, settings& how) {
  std::vector<bus::connect_config> endpoints;
  const auto add = [&](std::vector<bus::connect_config>& from, const char* role, bool is_needed) {
    for (auto& x : from) {
      upstreams_.push_back({x.endpoint, role, is_needed});
      endpoints.push_back(std::move(x));
    }
  };
  add(how.upstream, "strategies", true);
  add(how.feeds, "markets", false);
  add(how.orders, "orders", false);
  add(how.recorders, "recorder", false);
  for (const auto& x : upstreams_) {
    // An inproc connection reports nothing, and is there from the start.
    const bool is_inproc = x.endpoint.starts_with("inproc://");
    boards_.with([&](dashboard::boards& b) {
      b.strategies.set_upstream(x.endpoint, x.role, is_inproc, is_inproc ? "" : "not yet connected");
    });
    if (!is_inproc && x.is_needed) with_.ready.not_ready("dashboard upstream " + x.endpoint, "not yet connected");
  }
  if (endpoints.empty()) return {}; // a backtest tells the boards itself
  auto opened = bus::subscriber::open(where, {.endpoints = std::move(endpoints),
                                              .on_batch = [this](std::vector<bus::message>& x) { on_batch(x); },
                                              .on_link = [this](const bus::link_report& x) { on_link(x); }});
  if (!opened) return std::unexpected{opened.error()};
  bus_ = *std::move(opened);
  for (const auto* topics : {"dash/", "ops/", "ord/", "md/"}) bus_->subscribe(topics); // md/: what others ask for
  return {};
}

result<void> service::serve(settings& how) {
  const auto listen = parse_listen(how.listen, !how.token.reveal().empty());
  if (!listen) return std::unexpected{listen.error()};
  who_ = std::make_unique<guard>(std::move(how.token), is_open_to_world(*listen));
  site_ = std::make_unique<site>(
      site_parts{.boards = boards_,
                 .who = *who_,
                 .controls = controls_.get(),
                 .metrics = [this] { return with_.metrics.to_text(); },
                 .catalog = [this] { return catalog_ ? catalog_->current() : nullptr; },
                 .watch = [this](const std::string& prefix) { watch_.touch(prefix, steady_ns()); },
                 .now_ns = now_ns});
  auto server = web_server::listen({.listen = *listen, .now_ns = now_ns, .on_tick = [this] { on_tick(); }}, boards_,
                                   *site_, with_.metrics);
  if (!server) return std::unexpected{server.error()};
  server_ = *std::move(server);
  return {};
}

void service::on_tick() {
  const auto steady = steady_ns();
  watch_.expire(steady);
  controls_->poll();
  auto desk = controls_->to_json(), risk = controls_->risk_json();
  const auto due = boards_.with([&](dashboard::boards& x) {
    x.poll(steady, now_ns());
    x.strategies.set_section("controls", std::move(desk));
    x.strategies.set_section("risk", std::move(risk));
    return x.markets.due(steady);
  });
  if (!bus_) return;
  for (const auto& topic : due) bus_->ask_again(topic);
}

void service::on_batch(std::vector<bus::message>& batch) {
  boards_.with([&](dashboard::boards& into) {
    const auto now = now_ns();
    for (const auto& x : batch) {
      if (const auto topic = bus::parse_topic(x.topic()))
        take(x, *topic, into, now);
      else
        note_malformed(x.topic(), topic.error().text);
    }
  });
}

void service::take(const bus::message& x, const bus::topic_parts& topic, dashboard::boards& into, std::int64_t now) {
  switch (topic.root) {
  case bus::topic_root::market_data:
    return into.markets.take(x.topic(), x.bytes(), x.endpoint(), steady_ns(), now);
  case bus::topic_root::dashboard:
    return take_state(x, topic, into, now);
  case bus::topic_root::orders:
    return take_orders(x, into, now);
  case bus::topic_root::operations:
    const auto beat = wire::decode_heartbeat(x.bytes());
    if (!beat) return note_malformed(x.topic(), beat.error().text);
    if (!into.services.take(*beat, now)) note_malformed(x.topic(), "there are too many services already");
  }
}

void service::take_state(const bus::message& x, const bus::topic_parts& topic, dashboard::boards& into,
                         std::int64_t now) {
  const auto state = wire::decode_dashboard_state(x.bytes());
  if (!state) return note_malformed(x.topic(), state.error().text);
  if (topic.name != state->strategy)
    return note_malformed(x.topic(), "a state of '" + state->strategy + "' under another topic");
  const auto before = into.strategies.counts();
  if (into.strategies.take(*state, now)) bus_->ask_again(x.topic());
  const auto& after = into.strategies.counts();
  gaps_.add(after.gaps - before.gaps);
  if (after.malformed + after.refused != before.malformed + before.refused)
    note_malformed(x.topic(), "a state that cannot be shown");
}

void service::take_orders(const bus::message& x, dashboard::boards& into, std::int64_t now) {
  const auto told = wire::decode_order_update(x.bytes(), into.names);
  if (!told) return note_malformed(x.topic(), told.error().text);
  const auto before = into.trades.counts().gaps;
  if (into.trades.take(*told, now)) bus_->ask_again(x.topic());
  gaps_.add(into.trades.counts().gaps - before);
}

void service::note_malformed(std::string_view topic, std::string_view why) {
  malformed_.add();
  if (complaints_.pass(std::chrono::steady_clock::now()))
    with_.log.warning("malformed message", {{"topic", topic}, {"why", why}});
}

void service::on_link(const bus::link_report& x) {
  const auto& from = upstreams_[x.endpoint];
  const bool is_connected = x.what == bus::link_state::connected;
  boards_.with([&](dashboard::boards& b) {
    b.strategies.set_upstream(from.endpoint, from.role, is_connected, x.text);
    if (!is_connected) b.markets.disconnected(x.endpoint);
  });
  const auto condition = "dashboard upstream " + from.endpoint;
  if (is_connected) {
    if (from.is_needed) with_.ready.ready(condition);
    with_.log.info("dashboard upstream connected", {{"endpoint", from.endpoint}, {"role", from.role}});
  } else if (!from.is_needed || with_.ready.not_ready(condition, x.text)) {
    with_.log.warning("dashboard upstream lost", {{"endpoint", from.endpoint}, {"why", x.text}});
  }
}

/// The outcome and question of a prediction market's token, as far as they are known; empty for all else.
std::string service::name_of(const dashboard::boards& of, instrument_id id) const {
  const auto& known = of.names.at(id);
  if (known.info.kind != instrument_kind::binary) return {};
  const auto view = catalog_ ? catalog_->current() : nullptr;
  const auto* const listed = view ? view->find_by_token_id(known.symbol) : nullptr;
  if (!listed) return of.rules.of(id).outcome;
  for (const auto& side : listed->outcomes)
    if (side.token == known.symbol) return fmt::format("{}: {}", side.label, listed->question);
  return listed->question;
}

} // namespace

result<std::unique_ptr<running_dashboard>> open(const surroundings& with, const bus::context& where, settings how) {
  auto made = std::make_unique<service>(with, how);
  if (auto ok = made->open(where, std::move(how)); !ok) return std::unexpected{ok.error()};
  return made;
}

result<std::string> start(process::environment& env, const bus::context& where, settings how) {
  auto made = open({env.log, env.metrics, env.ready}, where, std::move(how));
  if (!made) return std::unexpected{made.error()};
  const auto kept = std::make_shared<std::unique_ptr<running_dashboard>>(*std::move(made));
  const auto url = (*kept)->url();
  env.log.info("dashboard", {{"url", url}});
  env.on_stop("dashboard", [kept] { kept->reset(); });
  return url;
}

} // namespace strike::dashboard
