#include "strike/control_client.hpp"

#include "bus/request.hpp"

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace strike {

namespace {

constexpr auto patience = std::chrono::seconds{5};

} // namespace

struct control_client::state {
  std::string endpoint;
  std::mutex guard;
  std::condition_variable changed;
  bool is_connected = false;
  std::optional<wire::control_reply> reply;
  std::uint64_t asked = 0;
  std::unique_ptr<bus::request_client> client; ///< its threads end first

  template <class F> void set(F f) {
    {
      const std::scoped_lock lock{guard};
      f();
    }
    changed.notify_all();
  }
  template <class F> bool wait(F done) {
    std::unique_lock lock{guard};
    return changed.wait_for(lock, patience, done);
  }
  void take(std::string_view bytes) {
    auto made = wire::decode_control_reply(bytes);
    if (!made) made = wire::control_reply{asked, made.error()};
    set([&] { reply = *std::move(made); });
  }
};

control_client::control_client(std::unique_ptr<state> x) : state_{std::move(x)} {}
control_client::~control_client() = default;

result<std::unique_ptr<control_client>> control_client::open(const std::string& endpoint,
                                                             std::string_view who_to_start) {
  auto made = std::make_unique<state>();
  made->endpoint = endpoint;
  auto client = bus::request_client::open(
      bus::context{}, {.connect = {.endpoint = endpoint},
                       .on_message = [to = made.get()](std::string_view bytes) { to->take(bytes); },
                       .on_link =
                           [to = made.get()](const bus::link_report& x) {
                             to->set([&] { to->is_connected = x.what == bus::link_state::connected; });
                           }});
  if (!client) return std::unexpected{client.error()};
  made->client = *std::move(client);
  if (!made->wait([to = made.get()] { return to->is_connected; }))
    return fail(ec::session_down, fmt::format("{}: nobody answers there; {}", endpoint, who_to_start));
  return std::unique_ptr<control_client>{new control_client{std::move(made)}};
}

result<decltype(wire::control_reply::outcome)> control_client::ask(decltype(wire::control_request::body) what) {
  auto& s = *state_;
  const auto id = ++s.asked;
  s.set([&] { s.reply.reset(); });
  std::string bytes;
  wire::encode(bytes, wire::control_request{.request_id = id, .body = std::move(what)});
  if (auto sent = s.client->send(bytes); !sent) return std::unexpected{sent.error()};
  if (!s.wait([&] { return s.reply && s.reply->request_id == id; }))
    return fail(ec::session_down,
                fmt::format("{}: no reply within {} s, and so it is unknown whether it was done; look "
                            "how it stands before you repeat it",
                            s.endpoint, patience.count()));
  const std::scoped_lock lock{s.guard};
  if (auto* fault = std::get_if<error>(&s.reply->outcome)) return std::unexpected{std::move(*fault)};
  if (auto* unknown = std::get_if<wire::unknown_control>(&s.reply->outcome)) return fail(ec::malformed, unknown->what);
  return std::move(s.reply->outcome);
}

} // namespace strike
