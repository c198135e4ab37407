#include "sandbox/fault_command.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <chrono>

namespace strike::sandbox {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

/// @throws boost::system::system_error
http::response<http::string_body> post(const std::string& address, const std::string& body) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos) throw std::invalid_argument{"write HOST:PORT"};
  asio::io_context io;
  asio::ip::tcp::resolver resolver{io};
  boost::beast::tcp_stream line{io};
  line.connect(resolver.resolve(address.substr(0, colon), address.substr(colon + 1)));
  http::request<http::string_body> request{http::verb::post, "/fault", 11, body};
  request.set(http::field::host, address);
  request.set(http::field::content_type, "application/json");
  request.keep_alive(false);
  request.prepare_payload();
  http::write(line, request);
  boost::beast::flat_buffer buffer;
  http::response<http::string_body> reply;
  http::read(line, buffer, reply);
  return reply;
}

} // namespace

int run_fault_command(int argc, char** argv) {
  CLI::App app{"Lets a venue of a running sandbox go wrong", "strike-sandbox fault"};
  std::string at, name, lasting, delay, every, control = "127.0.0.1:9440";
  std::uint64_t count = 0, seed = 0;
  app.add_option("venue", at, "deribit, derive, polymarket, or all")->required();
  app.add_option(
         "fault", name,
         "drop, silence, skip, garbage, delay, reject, throttle, refuse; of orders: mute, twice, early, fail, sever, "
         "revert; random, clear")
      ->required();
  app.add_option("--for", lasting, "how long: \"5s\"");
  auto* const has_count = app.add_option("--count", count, "how many texts or requests");
  app.add_option("--delay", delay, "of delay and early: how late answers are; default: 500ms");
  app.add_option("--every", every, "of random: the pause on average; default: 5s");
  auto* const has_seed = app.add_option("--seed", seed, "of random: the same seed, the same faults; default: 1");
  bool orders = false;
  app.add_flag("--orders", orders, "of delay, reject, throttle: only orders; of random: faults of orders, too");
  app.add_option("--control", control, "[sandbox] control of the sandbox")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  boost::json::object command{{"fault", name}};
  if (at != "all") command["venue"] = at;
  if (!lasting.empty()) command["for"] = lasting;
  if (has_count->count() > 0) command["count"] = count;
  if (!delay.empty()) command["delay"] = delay;
  if (!every.empty()) command["every"] = every;
  if (has_seed->count() > 0) command["seed"] = seed;
  if (orders) command["orders"] = true;
  try {
    const auto reply = post(control, boost::json::serialize(command));
    fmt::print(reply.result_int() == 200 ? stdout : stderr, "{}\n", reply.body());
    return reply.result_int() == 200 ? 0 : 1;
  } catch (const std::exception& fault) {
    fmt::print(stderr, "strike-sandbox fault: {}: {}; does a sandbox run there? Name its control with --control\n",
               control, fault.what());
    return 1;
  }
}

} // namespace strike::sandbox
