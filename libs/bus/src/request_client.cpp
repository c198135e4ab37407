#include "bus/request.hpp"

#include "context.hpp"
#include "frames.hpp"
#include "link.hpp"
#include "mailbox.hpp"
#include "thread.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <poll.h>

namespace strike::bus {
namespace {

constexpr int turn_length = 256; ///< messages received before requests get their turn

} // namespace

struct request_client::impl {
  virtual ~impl() = default;
  virtual result<void> send(std::string_view bytes) = 0;
  virtual bool is_connected() const = 0;
  virtual const counters& counts() const = 0;
};

namespace {

struct direct_impl final : request_client::impl {
  direct_impl(std::shared_ptr<context_state> x, std::shared_ptr<direct_client> me)
      : within{std::move(x)}, end{std::move(me)} {}
  ~direct_impl() override { within->direct.close(end); }
  result<void> send(std::string_view bytes) override { return end->send(bytes); }
  bool is_connected() const override { return end->server() != nullptr; }
  const counters& counts() const override { return end->counts; }

  std::shared_ptr<context_state> within;
  std::shared_ptr<direct_client> end;
};

struct socket_impl final : request_client::impl {
  socket_impl(link x, request_client::config c)
      : line{std::move(x)}, settings{std::move(c)}, queue{std::max<std::size_t>(settings.queue, 1)} {}
  ~socket_impl() override {
    stopping = true;
    queue.wake();
    thread.join();
  }
  result<void> send(std::string_view bytes) override;
  bool is_connected() const override { return is_up; }
  const counters& counts() const override { return counted; }
  void run();
  void send_queued();
  void hand_back();
  void receive_some();
  void hear_news();

  link line;
  request_client::config settings;
  counters counted;
  mailbox<zmq::message_t> queue;
  std::optional<zmq::message_t> stuck; ///< taken from the queue, and ZeroMQ has no room for it
  std::atomic<bool> is_up{false};
  std::atomic<bool> stopping{false};
  std::thread thread;
};

void socket_impl::hand_back() {
  for (;;) {
    if (!stuck) stuck = queue.pop();
    if (!stuck) return;
    ++counted.undelivered;
    if (settings.on_undelivered) settings.on_undelivered(stuck->to_string_view());
    stuck.reset();
  }
}

void socket_impl::send_queued() {
  if (!is_up) return hand_back();
  for (;;) {
    if (!stuck) stuck = queue.pop();
    if (!stuck || try_send(line.socket, *stuck, false) != 0) return;
    ++counted.sent;
    stuck.reset();
  }
}

void socket_impl::receive_some() {
  zmq::message_t body;
  for (int i = 0; i < turn_length && try_receive(line.socket, body); ++i) {
    if (body.more()) {
      ++counted.malformed;
      while (body.more() && try_receive(line.socket, body)) {
      }
      continue;
    }
    ++counted.received;
    counted.received_bytes += body.size();
    if (settings.on_message) settings.on_message(body.to_string_view());
  }
}

void socket_impl::hear_news() {
  line.report_news(0, counted, [this](const link_report& x) {
    is_up = x.what == link_state::connected;
    if (settings.on_link) settings.on_link(x);
    if (!is_up) hand_back();
  });
}

void socket_impl::run() {
  std::array<pollfd, 3> fds = {pollfd{line.fd(), POLLIN, 0}, pollfd{line.news_fd(), POLLIN, 0},
                               pollfd{queue.fd(), POLLIN, 0}};
  while (!stopping) {
    queue.clear_signal();
    hear_news();
    send_queued();
    receive_some();
    const int wanted = ZMQ_POLLIN | (stuck ? ZMQ_POLLOUT : 0);
    const bool is_ready = (events_of(line.socket) & wanted) != 0;
    poll(fds.data(), fds.size(), is_ready ? 0 : -1);
  }
  send_queued();
  hand_back();
}

result<void> socket_impl::send(std::string_view bytes) {
  const auto& endpoint = settings.connect.endpoint;
  if (!is_up) return fail(ec::session_down, endpoint + ": not connected; send again when it is");
  zmq::message_t x{bytes.data(), bytes.size()};
  if (queue.push(x)) return {};
  ++counted.dropped;
  return fail(ec::session_down, fmt::format("{}: {} messages are queued, no more is taken", endpoint, settings.queue));
}

} // namespace

request_client::request_client(std::unique_ptr<impl> x) : impl_{std::move(x)} {}
request_client::~request_client() = default;

result<std::unique_ptr<request_client>> request_client::open(const context& where, config config) {
  if (direct_exchange::is_direct(config.connect.endpoint)) {
    auto end = std::make_shared<direct_client>(std::move(config));
    where.state()->direct.open(end);
    return std::unique_ptr<request_client>{
        new request_client{std::make_unique<direct_impl>(where.state(), std::move(end))}};
  }
  auto made = link::connect(where, zmq::socket_type::dealer, config.connect, [&](zmq::socket_t& x) {
    x.set(zmq::sockopt::immediate, 1); // queue for a connection, not for the hope of one
    if (!config.identity.empty()) x.set(zmq::sockopt::routing_id, config.identity);
  });
  if (!made) return std::unexpected{made.error()};
  auto x = std::make_unique<socket_impl>(std::move(*made), std::move(config));
  x->thread = start_thread("bus-client", [p = x.get()] { p->run(); });
  return std::unique_ptr<request_client>{new request_client{std::move(x)}};
}

result<void> request_client::send(std::string_view bytes) { return impl_->send(bytes); }
bool request_client::is_connected() const { return impl_->is_connected(); }
const counters& request_client::counts() const { return impl_->counts(); }

} // namespace strike::bus
