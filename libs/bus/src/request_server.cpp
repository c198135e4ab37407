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

constexpr int turn_length = 256; ///< messages received before replies get their turn

struct reply {
  zmq::message_t peer;
  zmq::message_t body;
};

} // namespace

struct request_server::impl {
  virtual ~impl() = default;
  virtual result<void> send(std::string_view peer, std::string_view bytes) = 0;
  virtual const std::string& endpoint() const = 0;
  virtual const counters& counts() const = 0;
};

namespace {

struct direct_impl final : request_server::impl {
  direct_impl(std::shared_ptr<context_state> x, std::shared_ptr<direct_server> me)
      : within{std::move(x)}, end{std::move(me)} {}
  ~direct_impl() override { within->direct.close(end); }
  result<void> send(std::string_view peer, std::string_view bytes) override {
    end->send(peer, bytes);
    return {};
  }
  const std::string& endpoint() const override { return end->how.bind.endpoint; }
  const counters& counts() const override { return end->counts; }

  std::shared_ptr<context_state> within;
  std::shared_ptr<direct_server> end;
};

struct socket_impl final : request_server::impl {
  socket_impl(link x, request_server::config c)
      : line{std::move(x)}, settings{std::move(c)}, queue{std::max<std::size_t>(settings.queue, 1)} {}
  ~socket_impl() override {
    stopping = true;
    queue.wake();
    thread.join();
  }
  result<void> send(std::string_view peer, std::string_view bytes) override;
  const std::string& endpoint() const override { return line.endpoint; }
  const counters& counts() const override { return counted; }
  void run();
  void send_queued();
  void receive_some();

  link line;
  request_server::config settings;
  counters counted;
  mailbox<reply> queue;
  std::deque<reply> batch;
  std::atomic<bool> stopping{false};
  std::thread thread;
};

void socket_impl::send_queued() {
  queue.take_all(batch);
  for (auto& x : batch) {
    zmq::message_t body;
    body.copy(x.body); // shares the bytes: what could not be sent is handed back
    const auto peer = x.peer.to_string();
    const int failed = try_send(line.socket, x.peer, true);
    if (failed == 0) {
      try_send(line.socket, body, false); // follows its first frame without fail
      ++counted.sent;
      continue;
    }
    ++counted.undelivered;
    if (settings.on_undelivered)
      settings.on_undelivered(peer, x.body.to_string_view(),
                              failed == EAGAIN ? "the peer's queue is full" : "the peer is not connected");
  }
  batch.clear();
}

void socket_impl::receive_some() {
  zmq::message_t peer;
  zmq::message_t body;
  for (int i = 0; i < turn_length; ++i) {
    const auto got = try_receive_pair(line.socket, peer, body);
    if (got == pair_result::nothing) return;
    if (got == pair_result::malformed) {
      ++counted.malformed;
      continue;
    }
    ++counted.received;
    counted.received_bytes += body.size();
    if (settings.on_request) settings.on_request(peer.to_string_view(), body.to_string_view());
  }
}

void socket_impl::run() {
  std::array<pollfd, 3> fds = {pollfd{line.fd(), POLLIN, 0}, pollfd{line.news_fd(), POLLIN, 0},
                               pollfd{queue.fd(), POLLIN, 0}};
  while (!stopping) {
    queue.clear_signal();
    send_queued();
    receive_some();
    line.report_news(0, counted, settings.on_link);
    const bool is_ready = (events_of(line.socket) & ZMQ_POLLIN) != 0;
    poll(fds.data(), fds.size(), is_ready ? 0 : -1);
  }
  send_queued();
}

result<void> socket_impl::send(std::string_view peer, std::string_view bytes) {
  reply x{zmq::message_t{peer.data(), peer.size()}, zmq::message_t{bytes.data(), bytes.size()}};
  if (queue.push(x)) return {};
  ++counted.dropped;
  return fail(ec::session_down,
              fmt::format("{}: {} messages are queued, no more is taken", endpoint(), settings.queue));
}

} // namespace

request_server::request_server(std::unique_ptr<impl> x) : impl_{std::move(x)} {}
request_server::~request_server() = default;

result<std::unique_ptr<request_server>> request_server::open(const context& where, config config) {
  if (direct_exchange::is_direct(config.bind.endpoint)) {
    auto end = std::make_shared<direct_server>(std::move(config));
    if (auto ok = where.state()->direct.open(end); !ok) return std::unexpected{ok.error()};
    return std::unique_ptr<request_server>{
        new request_server{std::make_unique<direct_impl>(where.state(), std::move(end))}};
  }
  auto made = link::bind(where, zmq::socket_type::router, config.bind, [](zmq::socket_t& x) {
    x.set(zmq::sockopt::router_mandatory, 1); // an unknown peer is an error
    x.set(zmq::sockopt::router_handover, 1); // otherwise a client that is back is ignored until its old connection ends
  });
  if (!made) return std::unexpected{made.error()};
  auto x = std::make_unique<socket_impl>(std::move(*made), std::move(config));
  x->thread = start_thread("bus-server", [p = x.get()] { p->run(); });
  return std::unique_ptr<request_server>{new request_server{std::move(x)}};
}

result<void> request_server::send(std::string_view peer, std::string_view bytes) { return impl_->send(peer, bytes); }
const std::string& request_server::endpoint() const { return impl_->endpoint(); }
const counters& request_server::counts() const { return impl_->counts(); }

} // namespace strike::bus
