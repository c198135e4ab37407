// Publishes what strategies show, as a browser test or a person tells it: lines on stdin, each a JSON object
//     {"strategy":"gamma","state":{...},"layout":[...]}
// with the layout where it is new, and "run_state", "reason", "type" where they are. Sequence numbers are its own;
// "skip": 3 leaves out three of them. Says its endpoint on stdout, and sends a subscriber that comes late the newest of
// each strategy.
#include "bus/publisher.hpp"
#include "bus/topic.hpp"
#include "wire/dashboard.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <iostream>
#include <map>
#include <mutex>

using namespace strike;
namespace json = boost::json;

int main(int argc, char** argv) {
  const auto now_ns = [] { return std::chrono::system_clock::now().time_since_epoch().count(); };
  std::mutex guard;
  std::map<std::string, wire::dashboard_state> newest;
  std::unique_ptr<bus::threaded_publisher> out;
  const auto publish = [&](const wire::dashboard_state& x) {
    std::string bytes;
    wire::encode(bytes, x);
    out->publish(*bus::named_topic(bus::topic_root::dashboard, x.strategy), bytes);
  };
  const auto replay = [&](const bus::demand& x) {
    const std::lock_guard held{guard};
    if (x.is_wanted)
      for (const auto& [name, state] : newest) publish(state);
  };
  auto opened = bus::threaded_publisher::open(
      bus::context{}, {.bind = {.endpoint = argc > 1 ? argv[1] : "tcp://127.0.0.1:*"}, .on_demand = replay});
  if (!opened) return std::cerr << opened.error().text << "\n", 1;
  {
    const std::lock_guard held{guard};
    out = *std::move(opened);
  }
  std::cout << out->endpoint() << std::endl;
  const auto epoch = static_cast<std::uint64_t>(now_ns());
  for (std::string line; std::getline(std::cin, line);) {
    const auto said = json::parse(line).as_object();
    const std::lock_guard held{guard};
    auto& x = newest[std::string{said.at("strategy").as_string()}];
    x.strategy = said.at("strategy").as_string();
    x.epoch = epoch;
    x.sequence += 1;
    if (const auto* skip = said.if_contains("skip")) x.sequence += skip->to_number<std::uint64_t>();
    x.at_ns = now_ns();
    if (const auto* run = said.if_contains("run_state"))
      x.run_state = from_text<wire::run_state>(std::string_view{run->as_string()}).value();
    if (const auto* why = said.if_contains("reason")) x.reason = why->as_string();
    if (const auto* type = said.if_contains("type")) x.type = type->as_string();
    x.state_json = json::serialize(said.at("state"));
    if (const auto* layout = said.if_contains("layout")) x.layout_json = json::serialize(*layout);
    publish(x);
  }
}
