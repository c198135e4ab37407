#include "process/status_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

#include <charconv>
#include <list>
#include <optional>
#include <sstream>
#include <thread>

namespace strike::process {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

class connection;
using connections = std::list<std::weak_ptr<connection>>; ///< oldest first

/// What all connections share; everything runs on the one thread.
struct service {
  status_server::handler answer;
  status_limits limits;
  connections open;
};

using request = http::request<http::empty_body>;
using response = http::response<http::string_body>;

http_reply reply_to(const service& from, const request& what) {
  if (what.method() != http::verb::get && what.method() != http::verb::head)
    return {405, "text/plain; charset=utf-8", "only GET and HEAD\n"};
  const std::string_view target{what.target().data(), what.target().size()};
  try {
    return from.answer(target.substr(0, target.find('?')));
  } catch (const std::exception& fault) {
    return {500, "text/plain; charset=utf-8", std::string{fault.what()} + "\n"};
  }
}

/// One client: request, reply, request, ... until it closes, breaks a rule or takes too long.
class connection : public std::enable_shared_from_this<connection> {
public:
  connection(tcp::socket socket, service& shared) : stream_{std::move(socket)}, shared_{shared} {}
  ~connection() { shared_.open.erase(place_); }

  void start() {
    place_ = shared_.open.insert(shared_.open.end(), weak_from_this());
    read();
  }
  void cut_off() { stream_.close(); }

private:
  void read() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(shared_.limits.most_request_bytes));
    parser_->body_limit(std::uint64_t{0});
    stream_.expires_after(shared_.limits.request_timeout); // for all of it: a byte now and then does not help
    http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](error_code failed, std::size_t) {
      if (!failed) return self->write(reply_to(self->shared_, self->parser_->get()), self->parser_->get());
      if (failed.category() == http::make_error_code(http::error::bad_method).category() &&
          failed != http::error::end_of_stream && failed != http::error::partial_message)
        self->refuse(failed);
    });
  }
  void refuse(const error_code& why) {
    request none;
    none.keep_alive(false);
    write({400, "text/plain; charset=utf-8", why.message() + "\n"}, none);
  }
  void write(http_reply what, const request& to) {
    reply_ = response{static_cast<http::status>(what.status), 11};
    reply_.set(http::field::content_type, what.content_type);
    reply_.set(http::field::cache_control, "no-store");
    reply_.keep_alive(to.keep_alive());
    const auto length = what.body.size();
    if (to.method() != http::verb::head) reply_.body() = std::move(what.body);
    reply_.content_length(length);
    http::async_write(stream_, reply_, [self = shared_from_this()](error_code failed, std::size_t) {
      if (failed) return;
      if (self->reply_.keep_alive())
        self->read();
      else
        self->stream_.socket().shutdown(tcp::socket::shutdown_send, failed);
    });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::empty_body>> parser_;
  response reply_;
  service& shared_;
  connections::iterator place_;
};

/// "[::1]:80" or "localhost:80" in two.
std::optional<std::pair<std::string, std::uint16_t>> split_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return {};
  std::uint16_t port = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (host.empty() || fault != std::errc{} || end != digits.data() + digits.size()) return {};
  return std::pair{std::string{host}, port};
}

} // namespace

struct status_server::state {
  state(handler answer, status_limits limits) : shared{std::move(answer), limits, {}} {}

  void accept() {
    acceptor.async_accept([this](error_code failed, tcp::socket socket) {
      if (failed == asio::error::operation_aborted) return;
      if (failed) { // out of descriptors, say: try again in a while
        pause.expires_after(std::chrono::milliseconds{100});
        return pause.async_wait([this](error_code) { accept(); });
      }
      if (shared.open.size() >= shared.limits.most_connections)
        if (const auto oldest = shared.open.front().lock()) oldest->cut_off();
      std::make_shared<connection>(std::move(socket), shared)->start();
      accept();
    });
  }
  error_code bind(const std::string& host, std::uint16_t port) {
    error_code failed;
    tcp::resolver resolver{io};
    const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, failed);
    if (failed) return failed;
    const auto where = found.begin()->endpoint();
    if (acceptor.open(where.protocol(), failed); failed) return failed;
    acceptor.set_option(tcp::acceptor::reuse_address{true}, failed);
    if (acceptor.bind(where, failed); failed) return failed;
    if (acceptor.listen(asio::socket_base::max_listen_connections, failed); failed) return failed;
    std::ostringstream text;
    text << acceptor.local_endpoint(failed);
    bound = text.str();
    return failed;
  }

  service shared; ///< outlives the connections, which `io` owns
  asio::io_context io{1};
  tcp::acceptor acceptor{io};
  asio::steady_timer pause{io};
  std::string bound;
  std::thread worker;
};

status_server::status_server(std::unique_ptr<state> from) : state_{std::move(from)} {
  state_->accept();
  state_->worker = std::thread{[this] { state_->io.run(); }};
}

status_server::~status_server() {
  state_->io.stop();
  state_->worker.join();
}

const std::string& status_server::address() const { return state_->bound; }

result<std::unique_ptr<status_server>> status_server::listen(std::string_view address, handler answer,
                                                             status_limits limits) {
  const auto where = split_address(address);
  if (!where)
    return fail(ec::invalid_config, fmt::format("'{}' is not an address; write HOST:PORT, as 127.0.0.1:9100", address));
  auto made = std::make_unique<state>(std::move(answer), limits);
  if (const auto failed = made->bind(where->first, where->second))
    return fail(ec::io,
                fmt::format("cannot listen on {}: {}; choose another health address", address, failed.message()));
  return std::unique_ptr<status_server>{new status_server{std::move(made)}};
}

} // namespace strike::process
