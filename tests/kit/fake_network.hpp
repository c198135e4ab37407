#pragma once

#include "net/network.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strike::test {

/// The far side of a socket that the tested part opened. A text or a goodbye that the test does not take before the
/// network ends fails the test.
class fake_socket {
public:
  struct goodbye {
    std::uint16_t code;
    std::string reason;
  };

  fake_socket(net::socket_options how, net::socket_handlers call)
      : options{std::move(how)}, call_{std::make_shared<net::socket_handlers>(std::move(call))} {}

  // what the test does
  void open() {
    if (is_open_) ADD_FAILURE() << options.url << ": opened twice";
    is_open_ = true;
    if (const auto call = alive("open")) call->on_open();
  }
  void deliver(std::string_view text) {
    if (!is_open_) ADD_FAILURE() << options.url << ": a text before it is open, or after its end: " << text;
    std::string padded{text};
    padded.append(64, '\0'); // as the contract says
    if (const auto call = alive("deliver")) call->on_text({padded.data(), text.size()});
  }
  /// Ends it, as the venue or the network would; also when it never opened.
  void close(net::close_report report = {.text = "cut by the test"}) {
    const auto call = alive("close");
    is_open_ = false;
    call_.reset();
    if (call) call->on_close(report);
  }
  /// The oldest text that was sent and not yet taken.
  std::string take_sent() {
    if (sent.empty()) {
      ADD_FAILURE() << options.url << ": nothing was sent";
      return {};
    }
    auto first = std::move(sent.front());
    sent.pop_front();
    return first;
  }
  /// How it was asked to close. `on_close` follows only when the test calls `close`.
  goodbye take_goodbye() {
    if (!asked) ADD_FAILURE() << options.url << ": was not asked to close";
    return std::exchange(asked, {}).value_or(goodbye{});
  }
  /// Whether its owner still has it, and it has not ended.
  bool is_alive() const { return call_ != nullptr; }

  const net::socket_options options;
  std::deque<std::string> sent;
  std::optional<goodbye> asked;
  bool is_full = false; ///< sends are refused, as when 4 MiB wait

private:
  friend class fake_network;
  std::shared_ptr<net::socket_handlers> alive(const char* what) const {
    if (!call_) ADD_FAILURE() << options.url << ": " << what << " after its end";
    return call_; // kept for the call, in which the owner may destroy the socket
  }
  /// What the tested part holds.
  struct handle final : net::socket {
    explicit handle(std::shared_ptr<fake_socket> x) : far{std::move(x)} {}
    ~handle() override { far->call_.reset(); }
    result<void> send(std::string_view text) override {
      if (!far->is_open_ || far->is_full || far->asked)
        return fail(ec::session_down, far->options.url + ": not open, or its queue is full");
      far->sent.emplace_back(text);
      return {};
    }
    void close(std::uint16_t code, std::string_view reason) override {
      if (!far->asked) far->asked = {code, std::string{reason}};
    }
    std::shared_ptr<fake_socket> far;
  };

  std::shared_ptr<net::socket_handlers> call_; ///< empty once it has ended, or its owner destroyed it
  bool is_open_ = false;
};

/// A request that the tested part made; to be answered once, or left unanswered.
class fake_fetch {
public:
  fake_fetch(net::http_request what, std::function<void(result<net::http_response>)> done)
      : request{std::move(what)}, done_{std::move(done)} {}

  void answer(int status, std::string body, net::headers extra = {}) {
    finish(net::http_response{status, std::move(extra), std::move(body)});
  }
  void fail(ec code, std::string text) { finish(strike::fail(code, std::move(text))); }

  const net::http_request request;

private:
  void finish(result<net::http_response> x) {
    if (!done_) {
      ADD_FAILURE() << request.url << ": answered twice";
      return;
    }
    std::exchange(done_, {})(std::move(x));
  }
  std::function<void(result<net::http_response>)> done_;
};

/// A network that only the test moves. It is loud: a socket or request that the test did not take before the network
/// ends fails the test, and so does what a socket still holds (see `fake_socket`). To be destroyed after its user.
class fake_network final : public net::network {
public:
  ~fake_network() override {
    for (const auto& x : opened) ADD_FAILURE() << "a socket that the test did not expect: " << x->options.url;
    for (const auto& x : fetches)
      ADD_FAILURE() << "a request that the test did not expect: " << x->request.method << ' ' << x->request.url;
    for (const auto& x : all_) {
      for (const auto& text : x->sent) ADD_FAILURE() << "a text that the test did not expect: " << text;
      if (x->asked) ADD_FAILURE() << "a goodbye that the test did not expect: " << x->asked->reason;
    }
  }

  // what the test does
  /// The oldest socket that was opened and not yet taken.
  std::shared_ptr<fake_socket> take_socket() { return take(opened, "socket"); }
  /// The oldest request that was made and not yet taken.
  std::shared_ptr<fake_fetch> take_fetch() { return take(fetches, "request"); }

  std::deque<std::shared_ptr<fake_socket>> opened;
  std::deque<std::shared_ptr<fake_fetch>> fetches;

  // what the tested part sees
  result<std::unique_ptr<net::socket>> open_socket(const net::socket_options& how,
                                                   net::socket_handlers handlers) override {
    if (!how.url.starts_with("wss://") && !how.url.starts_with("ws://"))
      return fail(ec::invalid_config, how.url + ": begins with neither wss:// nor ws://");
    if (!handlers.on_open || !handlers.on_text || !handlers.on_close) ADD_FAILURE() << how.url << ": lacks a handler";
    auto far = std::make_shared<fake_socket>(how, std::move(handlers));
    opened.push_back(far);
    all_.push_back(far);
    return std::make_unique<fake_socket::handle>(std::move(far));
  }
  void fetch(net::http_request what, std::function<void(result<net::http_response>)> done) override {
    fetches.push_back(std::make_shared<fake_fetch>(std::move(what), std::move(done)));
  }

private:
  template <class T> static std::shared_ptr<T> take(std::deque<std::shared_ptr<T>>& from, const char* what) {
    if (from.empty()) {
      ADD_FAILURE() << "no " << what << " was asked for";
      throw std::logic_error{"nothing to take"}; // ends the test: there is nothing to go on with
    }
    auto first = std::move(from.front());
    from.pop_front();
    return first;
  }
  std::vector<std::shared_ptr<fake_socket>> all_;
};

} // namespace strike::test
