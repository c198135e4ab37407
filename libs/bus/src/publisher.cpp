#include "bus/publisher.hpp"

#include "frames.hpp"
#include "publisher_socket.hpp"

namespace strike::bus {

result<publisher_socket> publisher_socket::bind(const context& where, const bind_config& config) {
  auto made = link::bind(where, zmq::socket_type::xpub, config, [](zmq::socket_t& x) {
    x.set(zmq::sockopt::xpub_verboser, 1); // every subscriber, also the second of a topic, and every leaving
  });
  if (!made) return std::unexpected{made.error()};
  return publisher_socket{std::move(*made), std::make_unique<counters>()};
}

bool publisher_socket::poll_demand(const demand_callback& on_demand, const link_callback& on_link) {
  zmq::message_t frame;
  bool any = false;
  while (try_receive(line.socket, frame)) {
    any = true;
    const auto text = frame.to_string_view();
    if (text.empty() || (text[0] != 0 && text[0] != 1)) {
      ++counts->malformed;
      continue;
    }
    ++counts->received;
    if (on_demand) on_demand({text[0] == 1, std::string{text.substr(1)}});
  }
  line.report_news(0, *counts, on_link);
  return any;
}

struct publisher::impl {
  publisher_socket socket;
  link_callback on_link;
  std::int64_t next_look_ns = INT64_MIN;
};

publisher::publisher(std::unique_ptr<impl> x) : impl_{std::move(x)} {}
publisher::publisher(publisher&&) noexcept = default;
publisher& publisher::operator=(publisher&&) noexcept = default;
publisher::~publisher() = default;

result<publisher> publisher::bind(const context& where, const bind_config& config, link_callback report) {
  auto made = publisher_socket::bind(where, config);
  if (!made) return std::unexpected{made.error()};
  return publisher{std::unique_ptr<impl>{new impl{.socket = std::move(*made), .on_link = std::move(report)}}};
}

void publisher::publish(std::string_view topic, std::string_view bytes) {
  auto& x = impl_->socket;
  try_send(x.line.socket, topic, true); // XPUB drops instead of being full
  try_send(x.line.socket, bytes, false);
  bump(x.counts->sent);
}

void publisher::poll_demand(const demand_callback& report) { impl_->socket.poll_demand(report, impl_->on_link); }
std::int64_t publisher::poll_demand(const demand_callback& report, std::int64_t now_ns) {
  if (now_ns < impl_->next_look_ns) return impl_->next_look_ns;
  impl_->next_look_ns = now_ns + 1'000'000;
  poll_demand(report);
  return INT64_MAX;
}

int publisher::fd() const { return impl_->socket.line.fd(); }
const std::string& publisher::endpoint() const { return impl_->socket.line.endpoint; }
const counters& publisher::counts() const { return *impl_->socket.counts; }

} // namespace strike::bus
