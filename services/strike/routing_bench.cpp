#include "strike/routing_bench.hpp"

#include "bus/topic.hpp"
#include "router/routing.hpp"

#include <fmt/format.h>

#include <chrono>
#include <random>

namespace strike {

namespace {

/// Takes what is delivered, as fast as it comes.
class no_ports final : public router::ports {
public:
  void subscribe(std::string_view) override {}
  void unsubscribe(std::string_view) override {}
  void ask_again(std::string_view) override {}
  void deliver(const router::consumer&, router::parcel_ptr parcel) override { last_ = std::move(parcel); }
  void republish(std::string_view, std::string_view) override {}

private:
  router::parcel_ptr last_;
};

constexpr std::size_t batch_size = 256, batches = 2'000;

/// Messages as they come off the bus, in a random order of instruments.
class message_mill {
public:
  explicit message_mill(std::size_t instruments) : sequence_(instruments, 0) {
    for (std::size_t i = 0; i < instruments; ++i)
      topics_.push_back(
          *bus::market_topic(venue::deribit, fmt::format("BTC-27NOV26-{}-C", 10'000 + i), channel::ticker));
  }
  bus::message next(std::size_t i) {
    const market_event event{.body =
                                 ticker{.best_bid = price{42'000'000}, .best_ask = price{42'500'000}, .mark = 0.04}};
    encoder_.encode(bytes_, {.epoch = 1, .sequence = ++sequence_[i]}, {&event, 1});
    return {zmq::message_t{topics_[i]}, zmq::message_t{bytes_}, 0};
  }
  std::vector<bus::message> batch() {
    std::vector<bus::message> out;
    std::uniform_int_distribution<std::size_t> any{0, topics_.size() - 1};
    for (std::size_t i = 0; i < batch_size; ++i) out.push_back(next(any(random_)));
    return out;
  }
  std::size_t size() const { return topics_.size(); }

private:
  std::vector<std::string> topics_;
  std::vector<std::uint64_t> sequence_;
  wire::market_encoder encoder_;
  std::string bytes_;
  std::mt19937_64 random_{1};
};

double ns_an_event(std::size_t instruments) {
  using std::chrono::steady_clock;
  no_ports out;
  instrument_registry names;
  router::routing core{out, names, std::chrono::seconds{10}};
  const auto who = std::make_shared<router::consumer>("bench", caf::actor{}, SIZE_MAX);
  core.want(who, {{venue::deribit, "BTC-", true, channel::ticker}});
  message_mill mill{instruments};
  for (std::size_t i = 0; i < instruments; ++i) { // all are known before the clock runs
    const auto first = mill.next(i);
    core.take({&first, 1}, 0);
  }
  std::chrono::nanoseconds spent{0};
  for (std::size_t i = 0; i < batches; ++i) {
    const auto arrived = mill.batch();
    const auto started = steady_clock::now();
    core.take(arrived, 0);
    spent += steady_clock::now() - started;
    who->pending = 0;
  }
  return static_cast<double>(spent.count()) / static_cast<double>(batches * batch_size);
}

} // namespace

std::vector<routing_cost> measure_routing() {
  std::vector<routing_cost> out;
  for (const std::size_t instruments : {10UL, 1'000UL, 10'000UL, 100'000UL})
    out.push_back({instruments, ns_an_event(instruments)});
  return out;
}

} // namespace strike
