#include "net/loop.hpp"

#include "http_fetch.hpp"
#include "web_socket.hpp"

#include <cassert>
#include <deque>
#include <set>
#include <utility>

namespace strike::net {

namespace {

/// What the owner of a WebSocket holds.
class handle final : public socket {
public:
  explicit handle(std::shared_ptr<web_socket> x) : on_{std::move(x)} {}
  ~handle() override { on_->abandon(); }
  result<void> send(std::string_view text) override { return on_->send(text); }
  void close(std::uint16_t code, std::string_view reason) override { on_->close(code, reason); }

private:
  std::shared_ptr<web_socket> on_;
};

struct watcher final : lws_user {
  explicit watcher(std::function<void()> x) : on_readable{std::move(x)} {}
  int on_lws(lws*, lws_callback_reasons why, void*, std::size_t) override {
    if (why == LWS_CALLBACK_RAW_RX_FILE) on_readable();
    return 0;
  }
  std::function<void()> on_readable;
};

} // namespace

struct loop::impl {
  std::function<void(std::string_view)> on_warning;
  std::deque<watcher> watchers; ///< outlive the engine, which calls them as it ends
  std::unique_ptr<engine> on;
  std::vector<std::weak_ptr<web_socket>> sockets;
  std::set<std::shared_ptr<http_fetch>> fetches;
};

loop::loop(std::unique_ptr<impl> x) : impl_{std::move(x)} {}

result<std::unique_ptr<loop>> loop::open(options how) {
  auto on = engine::open(how.ca_file, how.on_warning);
  if (!on) return std::unexpected{on.error()};
  auto x = std::make_unique<impl>();
  x->on_warning = std::move(how.on_warning);
  x->on = std::move(*on);
  return std::unique_ptr<loop>{new loop{std::move(x)}};
}

loop::~loop() {
  for (const auto& weak : impl_->sockets)
    if (const auto x = weak.lock()) x->abandon();
  for (const auto& x : impl_->fetches) x->abandon();
}

result<std::unique_ptr<socket>> loop::open_socket(const socket_options& how, socket_handlers handlers) {
  assert(handlers.on_open && handlers.on_text && handlers.on_close);
  auto to = parse_url(how.url, "ws");
  if (!to) return std::unexpected{to.error()};
  if (auto ok = check_headers(how.extra, how.url); !ok) return std::unexpected{ok.error()};
  auto x = std::make_shared<web_socket>(*impl_->on, std::move(*to), how, std::move(handlers));
  std::erase_if(impl_->sockets, [](const auto& weak) { return weak.expired(); });
  impl_->sockets.push_back(x);
  x->begin();
  return std::make_unique<handle>(std::move(x));
}

void loop::fetch(http_request what, std::function<void(result<http_response>)> done) {
  auto at = std::make_shared<std::weak_ptr<http_fetch>>();
  auto x = std::make_shared<http_fetch>(
      *impl_->on, std::move(what), [all = &impl_->fetches, at, done = std::move(done)](result<http_response> answer) {
        all->erase(at->lock());
        done(std::move(answer));
      });
  *at = x;
  impl_->fetches.insert(x);
  x->begin();
}

void loop::watch(int fd, std::function<void()> on_readable) {
  auto& user = impl_->watchers.emplace_back(std::move(on_readable));
  if (auto ok = impl_->on->watch(fd, user); !ok && impl_->on_warning) impl_->on_warning(ok.error().text);
}

void loop::round(std::int64_t until_ns) { impl_->on->service(until_ns); }

void loop::wake() { impl_->on->wake(); }

} // namespace strike::net
