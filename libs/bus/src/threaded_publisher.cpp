#include "frames.hpp"
#include "mailbox.hpp"
#include "publisher_socket.hpp"
#include "thread.hpp"

#include <array>
#include <poll.h>

namespace strike::bus {
namespace {

struct outgoing {
  zmq::message_t topic;
  zmq::message_t body;
};

} // namespace

struct threaded_publisher::impl {
  impl(publisher_socket x, config c)
      : socket{std::move(x)}, settings{std::move(c)}, queue{std::max<std::size_t>(settings.queue, 1)} {}
  ~impl() {
    stopping = true;
    queue.wake();
    thread.join();
  }
  void run();
  void send_queued();

  publisher_socket socket;
  config settings;
  mailbox<outgoing> queue;
  std::deque<outgoing> batch;
  std::atomic<bool> stopping{false};
  std::thread thread;
};

void threaded_publisher::impl::send_queued() {
  queue.take_all(batch);
  for (auto& x : batch) {
    try_send(socket.line.socket, x.topic, true);
    try_send(socket.line.socket, x.body, false);
  }
  bump(socket.counts->sent, batch.size());
  batch.clear();
}

void threaded_publisher::impl::run() {
  std::array<pollfd, 3> fds = {pollfd{socket.line.fd(), POLLIN, 0}, pollfd{socket.line.news_fd(), POLLIN, 0},
                               pollfd{queue.fd(), POLLIN, 0}};
  while (!stopping) {
    queue.clear_signal();
    send_queued();
    socket.poll_demand(settings.on_demand, settings.on_link);
    poll(fds.data(), fds.size(), -1);
  }
  send_queued();
}

threaded_publisher::threaded_publisher(std::unique_ptr<impl> x) : impl_{std::move(x)} {}
threaded_publisher::~threaded_publisher() = default;

result<std::unique_ptr<threaded_publisher>> threaded_publisher::open(const context& where, config config) {
  auto made = publisher_socket::bind(where, config.bind);
  if (!made) return std::unexpected{made.error()};
  auto x = std::make_unique<impl>(std::move(*made), std::move(config));
  x->thread = start_thread("bus-publish", [p = x.get()] { p->run(); });
  return std::unique_ptr<threaded_publisher>{new threaded_publisher{std::move(x)}};
}

bool threaded_publisher::publish(std::string_view topic, std::string_view bytes) {
  outgoing x{zmq::message_t{topic.data(), topic.size()}, zmq::message_t{bytes.data(), bytes.size()}};
  const bool had_room = impl_->queue.push_over_oldest(x);
  if (!had_room) ++impl_->socket.counts->dropped;
  return had_room;
}

const std::string& threaded_publisher::endpoint() const { return impl_->socket.line.endpoint; }
const counters& threaded_publisher::counts() const { return *impl_->socket.counts; }

} // namespace strike::bus
