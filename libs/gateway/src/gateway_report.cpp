#include "gateway_report.hpp"

#include "process/instance.hpp"
#include "process/version.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::gateway {

namespace {

constexpr std::size_t most_details = 300, longest_detail = 100, longest_sample = 300;
// Conditions of the readiness: several gateways may share a process.
std::string session_of(venue at) { return fmt::format("{} session", to_text(at)); }
std::string list_of(venue at) { return fmt::format("{} instruments", to_text(at)); }

/// 1 us to 10 ms.
constexpr std::array<std::uint64_t, 12> bus_bounds_ns = {1'000,  2'500,   5'000,   10'000,    15'000,    25'000,
                                                         50'000, 100'000, 250'000, 1'000'000, 2'500'000, 10'000'000};

process::metric_registry::labels of(venue at) { return {{"venue", std::string{to_text(at)}}}; }

template <class E>
std::array<process::counter*, enum_names<E>::table.size()> counters_by(process::metric_registry& in, venue at,
                                                                       std::string_view name, std::string_view help,
                                                                       const std::string& label) {
  std::array<process::counter*, enum_names<E>::table.size()> made{};
  for (const auto& row : enum_names<E>::table) {
    auto labels = of(at);
    labels[label] = row.text;
    made[static_cast<std::size_t>(row.value)] = &in.get_counter(name, help, labels);
  }
  return made;
}

std::uint64_t elapsed(std::int64_t from_ns, std::int64_t to_ns) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(to_ns - from_ns, 0)); // a venue's clock may be ahead
}

} // namespace

gateway_report::gateway_report(venue at, process::logger& log, process::metric_registry& in, process::readiness& ready)
    : at_{at}, log_{log}, ready_{ready}, frames_{in.get_counter("strike_gateway_frames_total",
                                                                "Messages from the venue", of(at))},
      dropped_{in.get_counter("strike_gateway_events_dropped_total",
                              "Events that nobody wants, or that a younger socket carries", of(at))},
      reconnects_{in.get_counter("strike_gateway_reconnects_total", "Sockets that ended, once they were open", of(at))},
      silent_{in.get_counter("strike_gateway_silent_sockets_total",
                             "Sockets that were replaced since nothing came on them", of(at))},
      events_{counters_by<channel>(in, at, "strike_gateway_events_total", "Events for the bus", "channel")},
      oddities_{counters_by<oddity>(in, at, "strike_gateway_oddities_total",
                                    "Messages that could not be used, and data that was lost", "kind")},
      sockets_{in.get_gauge("strike_gateway_sockets", "Open sockets to the venue", of(at))},
      wanted_{in.get_gauge("strike_gateway_topics_wanted", "Topics that consumers ask for", of(at))},
      carried_{in.get_gauge("strike_gateway_topics_subscribed", "Topics whose socket is open", of(at))},
      instruments_{in.get_gauge("strike_gateway_instruments", "Instruments that the venue lists", of(at))},
      frame_age_{in.get_gauge("strike_gateway_last_frame_age_seconds", "Since the last message from the venue", of(at),
                              process::unit::nanosecond)},
      venue_to_receipt_{in.get_histogram("strike_gateway_venue_to_receipt_seconds",
                                         "From the venue's time of a frame's first event to its receipt",
                                         process::latency_bounds_ns(), process::unit::nanosecond, of(at))},
      receipt_to_bus_{in.get_histogram("strike_gateway_receipt_to_bus_seconds",
                                       "From the receipt of a frame to its last event on the bus", bus_bounds_ns,
                                       process::unit::nanosecond, of(at))} {
  ready_.not_ready(list_of(at_), "the venue's list is loading");
  ready_.ready(session_of(at_)); // one that died before may have left it otherwise
}

void gateway_report::published(std::span<const market_event> events, const moment& received,
                               std::int64_t done_steady_ns) {
  for (const auto& x : events) events_[static_cast<std::size_t>(channel_of(x))]->add();
  venue_to_receipt_.observe(elapsed(events.front().venue_ns, received.wall_ns));
  receipt_to_bus_.observe(elapsed(received.steady_ns, done_steady_ns));
}

void gateway_report::published_late(std::span<const market_event> events) {
  for (const auto& x : events) events_[static_cast<std::size_t>(channel_of(x))]->add();
}

void gateway_report::note(oddity what, std::string_view detail, std::string_view sample) {
  oddities_[static_cast<std::size_t>(what)]->add();
  if (details_.size() > most_details) return;
  detail = detail.substr(0, longest_detail);
  if (!details_.insert(fmt::format("{} {}", to_text(what), detail)).second) return;
  if (details_.size() > most_details)
    return log_.warning("odd messages of so many kinds that new ones are only counted from now on",
                        {{"venue", to_text(at_)}, {"kinds", details_.size()}});
  log_.warning("odd message; further ones like it are only counted", {{"venue", to_text(at_)},
                                                                      {"kind", to_text(what)},
                                                                      {"detail", detail},
                                                                      {"sample", sample.substr(0, longest_sample)}});
}

void gateway_report::demand(std::string_view prefix, bool is_wanted) {
  const auto own = fmt::format("md/{}/", to_text(at_)); // a router asks each of its gateways for everything
  if (!prefix.starts_with(own) && !own.starts_with(prefix)) return;
  log_.info(is_wanted ? "wanted" : "no longer wanted", {{"venue", to_text(at_)}, {"prefix", prefix}});
}

void gateway_report::opened(std::uint64_t socket, std::size_t topics) {
  last_failure_.clear();
  log_.info("socket opened", {{"venue", to_text(at_)}, {"socket", socket}, {"topics", topics}});
}

void gateway_report::closed(std::uint64_t socket, std::string_view why, bool was_open) {
  if (was_open) {
    reconnects_.add();
    log_.warning("socket ended; another is opened", {{"venue", to_text(at_)}, {"socket", socket}, {"why", why}});
  } else if (last_failure_ != why) {
    last_failure_ = why;
    log_.warning("cannot connect; trying again", {{"venue", to_text(at_)}, {"why", why}});
  }
}

void gateway_report::silent(std::uint64_t socket, std::string_view why) {
  silent_.add();
  log_.warning("socket is silent", {{"venue", to_text(at_)}, {"socket", socket}, {"why", why}});
}

void gateway_report::instruments_loaded(std::size_t count) {
  if (ready_.ready(list_of(at_))) log_.info("instruments loaded", {{"venue", to_text(at_)}, {"count", count}});
}

void gateway_report::session_ready(bool is_ready, std::size_t missing) {
  if (is_ready)
    ready_.ready(session_of(at_));
  else
    ready_.not_ready(session_of(at_), fmt::format("{} sockets to {} are not open", missing, to_text(at_)));
}

void gateway_report::update(const levels& x, const moment& now) {
  sockets_.set(static_cast<std::int64_t>(x.sockets));
  wanted_.set(static_cast<std::int64_t>(x.wanted));
  carried_.set(static_cast<std::int64_t>(x.carried));
  instruments_.set(static_cast<std::int64_t>(x.instruments));
  frame_age_.set(last_frame_ns_ == 0 ? 0 : now.steady_ns - last_frame_ns_);
}

wire::heartbeat gateway_report::heartbeat(const std::string& service, std::uint64_t epoch, const moment& now) const {
  wire::heartbeat made{.service = service,
                       .instance = process::instance_name(),
                       .epoch = epoch,
                       .at_ns = now.wall_ns,
                       .version = std::string{process::version},
                       .ready = ready_.is_ready()};
  made.counters["frames"] = frames_.value();
  made.counters["reconnects"] = reconnects_.value();
  made.counters["silent_sockets"] = silent_.value();
  for (const auto& x : enum_names<channel>::table)
    made.counters[fmt::format("events_{}", x.text)] = events_[static_cast<std::size_t>(x.value)]->value();
  for (const auto& x : enum_names<oddity>::table)
    made.counters[fmt::format("oddities_{}", x.text)] = oddities_[static_cast<std::size_t>(x.value)]->value();
  return made;
}

} // namespace strike::gateway
