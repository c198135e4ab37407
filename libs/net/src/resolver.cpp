#include "resolver.hpp"

#include <csignal>
#include <mutex>
#include <netdb.h>
#include <sys/socket.h>
#include <thread>
#include <utility>

namespace strike::net {

/// Shared with the threads, which may outlive the resolver: a look-up cannot be interrupted.
struct resolver::mailbox {
  void put(std::string host, answer found) {
    const std::lock_guard lock{mutex};
    if (!wake) return;
    answers.emplace_back(std::move(host), std::move(found));
    wake();
  }
  std::mutex mutex;
  std::function<void()> wake; ///< empty once the resolver is gone
  std::vector<std::pair<std::string, answer>> answers;
};

namespace {

resolver::answer resolve(const std::string& host, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  if (const int bad = getaddrinfo(host.c_str(), nullptr, &hints, &found); bad != 0)
    return fail(ec::io, host + ": the name was not found (" + gai_strerror(bad) + "); check the URL and the network");
  std::vector<std::string> numbers;
  for (const auto* x = found; x; x = x->ai_next) {
    char text[NI_MAXHOST];
    if (getnameinfo(x->ai_addr, x->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0)
      numbers.emplace_back(text);
  }
  freeaddrinfo(found);
  if (numbers.empty()) return fail(ec::io, host + ": the name has no address");
  return numbers;
}

} // namespace

resolver::resolver(std::function<void()> wake) : box_{std::make_shared<mailbox>()} { box_->wake = std::move(wake); }

resolver::~resolver() {
  const std::lock_guard lock{box_->mutex};
  box_->wake = nullptr;
}

void resolver::look_up(const std::string& host, std::function<void(const answer&)> done) {
  auto& queue = waiting_[host];
  queue.push_back(std::move(done));
  if (queue.size() > 1) return;
  if (auto numbers = resolve(host, AI_NUMERICHOST)) return box_->put(host, std::move(numbers));

  sigset_t all, before; // signals are for the thread that waits for them
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  std::thread{[box = box_, host] { box->put(host, resolve(host, AI_ADDRCONFIG)); }}.detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void resolver::deliver() {
  std::vector<std::pair<std::string, answer>> answers;
  {
    const std::lock_guard lock{box_->mutex};
    answers.swap(box_->answers);
  }
  for (const auto& [host, found] : answers) {
    const auto asked = waiting_.extract(host);
    for (const auto& done : asked.mapped()) done(found);
  }
}

} // namespace strike::net
