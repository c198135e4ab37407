#include "bus/subscriber.hpp"

#include "frames.hpp"
#include "link.hpp"
#include "mailbox.hpp"
#include "thread.hpp"

#include <algorithm>
#include <poll.h>
#include <unordered_map>

namespace strike::bus {

struct polled_subscriber::impl {
  void take_from(std::size_t index);
  void poll_all(std::chrono::milliseconds wait);
  void tell(bool is_wanted, std::string_view prefix);

  config settings;
  std::vector<link> links;
  std::vector<pollfd> fds;    ///< sockets, then their news, then the wake signal
  std::vector<char> has_more; ///< by endpoint: it was not received from until nothing was there
  std::size_t turn = 0;       ///< the endpoint that is received from first
  std::vector<message> batch;
  zmq::message_t topic;
  zmq::message_t body;
  counters counts;
  wake_signal woken;
  std::unordered_map<std::string, std::size_t> prefixes; ///< how often each is subscribed
};

/// A descriptor tells changes only, so that a socket is received from until nothing is there before the next sleep.
void polled_subscriber::impl::take_from(std::size_t index) {
  while (batch.size() < settings.max_batch) {
    const auto got = try_receive_pair(links[index].socket, topic, body);
    if (got == pair_result::nothing) {
      has_more[index] = 0;
      return;
    }
    if (got == pair_result::malformed) {
      ++counts.malformed;
      continue;
    }
    batch.emplace_back(std::move(topic), std::move(body), index);
  }
}

void polled_subscriber::impl::poll_all(std::chrono::milliseconds wait) {
  const bool is_ready = std::ranges::any_of(has_more, [](char x) { return x != 0; });
  const auto longest = std::min<std::int64_t>(wait.count(), std::numeric_limits<int>::max());
  if (poll(fds.data(), fds.size(), is_ready ? 0 : static_cast<int>(longest)) <= 0) return;
  const auto n = links.size();
  for (std::size_t i = 0; i < n; ++i) {
    if (fds[i].revents != 0) has_more[i] = 1;
    if (fds[n + i].revents != 0) links[i].report_news(i, counts, settings.on_link);
  }
  if (fds[2 * n].revents != 0) woken.clear();
  // also_watch has woken us, and is its owner's to read
}

void polled_subscriber::impl::tell(bool is_wanted, std::string_view prefix) {
  for (auto& link : links) {
    if (is_wanted)
      link.socket.set(zmq::sockopt::subscribe, prefix);
    else
      link.socket.set(zmq::sockopt::unsubscribe, prefix);
  }
  std::ranges::fill(has_more, char{1}); // the call may have taken the sockets' signal
}

polled_subscriber::polled_subscriber(std::unique_ptr<impl> x) : impl_{std::move(x)} {}
polled_subscriber::polled_subscriber(polled_subscriber&&) noexcept = default;
polled_subscriber& polled_subscriber::operator=(polled_subscriber&&) noexcept = default;
polled_subscriber::~polled_subscriber() = default;

result<polled_subscriber> polled_subscriber::open(const context& where, config config) {
  if (config.endpoints.empty()) return fail(ec::invalid_config, "a subscriber needs at least one endpoint");
  auto x = std::make_unique<impl>();
  x->settings = std::move(config);
  x->settings.max_batch = std::max<std::size_t>(x->settings.max_batch, 1);
  for (const auto& endpoint : x->settings.endpoints) {
    auto made = link::connect(where, zmq::socket_type::sub, endpoint, [](zmq::socket_t&) {});
    if (!made) return std::unexpected{made.error()};
    x->links.push_back(std::move(*made));
  }
  for (auto& link : x->links) x->fds.push_back({link.fd(), POLLIN, 0});
  for (auto& link : x->links) x->fds.push_back({link.news_fd(), POLLIN, 0});
  x->fds.push_back({x->woken.fd(), POLLIN, 0});
  x->fds.push_back({x->settings.also_watch, POLLIN, 0}); // poll ignores -1
  x->has_more.assign(x->links.size(), 1);
  x->batch.reserve(x->settings.max_batch);
  return polled_subscriber{std::move(x)};
}

void polled_subscriber::subscribe(std::string_view prefix) {
  if (impl_->prefixes[std::string{prefix}]++ == 0) impl_->tell(true, prefix);
}

void polled_subscriber::unsubscribe(std::string_view prefix) {
  const auto found = impl_->prefixes.find(std::string{prefix});
  if (found == impl_->prefixes.end() || --found->second > 0) return;
  impl_->prefixes.erase(found);
  impl_->tell(false, prefix);
}

void polled_subscriber::ask_again(std::string_view topic) {
  const bool is_subscribed = impl_->prefixes.contains(std::string{topic});
  impl_->tell(!is_subscribed, topic);
  impl_->tell(is_subscribed, topic);
}

std::vector<message>& polled_subscriber::receive(std::chrono::milliseconds wait) {
  auto& x = *impl_;
  x.batch.clear();
  for (std::size_t i = 0; i < x.links.size(); ++i)
    if (!x.links[i].has_reported()) x.links[i].report_news(i, x.counts, x.settings.on_link);
  x.poll_all(wait);
  for (std::size_t i = 0; i < x.links.size(); ++i) {
    const auto index = (x.turn + i) % x.links.size();
    if (x.has_more[index] != 0) x.take_from(index);
  }
  x.turn = (x.turn + 1) % x.links.size();
  std::uint64_t bytes = 0;
  for (const auto& m : x.batch) bytes += m.bytes().size();
  x.counts.received.fetch_add(x.batch.size(), std::memory_order_relaxed);
  x.counts.received_bytes.fetch_add(bytes, std::memory_order_relaxed);
  return x.batch;
}

void polled_subscriber::wake() const { impl_->woken.set(); }
const counters& polled_subscriber::counts() const { return impl_->counts; }

struct subscriber::impl {
  enum class wish : std::uint8_t { subscribe, unsubscribe, ask_again };
  struct command {
    wish what;
    std::string prefix;
  };

  impl(polled_subscriber x, std::function<void(std::vector<message>&)> f)
      : sockets{std::move(x)}, on_batch{std::move(f)} {}
  ~impl() {
    stopping = true;
    sockets.wake();
    thread.join();
  }
  void tell(wish what, std::string_view prefix) {
    {
      const std::lock_guard lock{mutex};
      commands.push_back({what, std::string{prefix}});
      has_commands = true;
    }
    sockets.wake();
  }
  void obey();
  void run();

  polled_subscriber sockets;
  std::function<void(std::vector<message>&)> on_batch;
  std::mutex mutex;
  std::vector<command> commands; ///< without bound: one a call, and each is a few bytes
  std::atomic<bool> has_commands{false};
  std::atomic<bool> stopping{false};
  std::thread thread;
};

void subscriber::impl::obey() {
  std::vector<command> todo;
  {
    const std::lock_guard lock{mutex};
    todo.swap(commands);
    has_commands = false;
  }
  for (const auto& x : todo) {
    switch (x.what) {
    case wish::subscribe:
      sockets.subscribe(x.prefix);
      break;
    case wish::unsubscribe:
      sockets.unsubscribe(x.prefix);
      break;
    case wish::ask_again:
      sockets.ask_again(x.prefix);
      break;
    }
  }
}

void subscriber::impl::run() {
  while (!stopping) {
    if (has_commands) obey();
    auto& batch = sockets.receive(std::chrono::milliseconds{-1});
    if (!batch.empty()) on_batch(batch);
  }
}

subscriber::subscriber(std::unique_ptr<impl> x) : impl_{std::move(x)} {}
subscriber::~subscriber() = default;

result<std::unique_ptr<subscriber>> subscriber::open(const context& where, config config) {
  auto made = polled_subscriber::open(
      where,
      {.endpoints = std::move(config.endpoints), .max_batch = config.max_batch, .on_link = std::move(config.on_link)});
  if (!made) return std::unexpected{made.error()};
  auto x = std::make_unique<impl>(std::move(*made), std::move(config.on_batch));
  x->thread = start_thread("bus-subscribe", [p = x.get()] { p->run(); });
  return std::unique_ptr<subscriber>{new subscriber{std::move(x)}};
}

void subscriber::subscribe(std::string_view prefix) { impl_->tell(impl::wish::subscribe, prefix); }
void subscriber::unsubscribe(std::string_view prefix) { impl_->tell(impl::wish::unsubscribe, prefix); }
void subscriber::ask_again(std::string_view topic) { impl_->tell(impl::wish::ask_again, topic); }
const counters& subscriber::counts() const { return impl_->sockets.counts(); }

} // namespace strike::bus
