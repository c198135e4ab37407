#include "kit/tls_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace {

using tls_stream = beast::ssl_stream<asio::ip::tcp::socket>;

/// What a connection needs for as long as it lives.
struct ground {
  explicit ground(const std::filesystem::path& ca) {
    trust.load_verify_file(ca.string());
    trust.set_verify_mode(asio::ssl::verify_peer);
  }
  tls_stream connect(const std::string& address) {
    const auto colon = address.rfind(':');
    asio::ip::tcp::resolver resolver{io};
    tls_stream made{io, trust};
    made.set_verify_callback(asio::ssl::host_name_verification{address.substr(0, colon)});
    asio::connect(beast::get_lowest_layer(made), resolver.resolve(address.substr(0, colon), address.substr(colon + 1)));
    made.handshake(asio::ssl::stream_base::client);
    return made;
  }

  asio::io_context io;
  asio::ssl::context trust{asio::ssl::context::tls_client};
};

} // namespace

struct https_client::impl : ground {
  impl(std::string to, const std::filesystem::path& ca) : ground{ca}, address{std::move(to)}, line{connect(address)} {}

  std::string address;
  tls_stream line;
  beast::flat_buffer buffer;
};

https_client::https_client(const std::string& address, const std::filesystem::path& ca)
    : impl_{std::make_unique<impl>(address, ca)} {}
https_client::~https_client() = default;
https_client::https_client(https_client&&) noexcept = default;

https_reply https_client::ask(const std::string& method, const std::string& target, const std::string& body,
                              const std::vector<std::pair<std::string, std::string>>& headers) {
  http::request<http::string_body> request{http::string_to_verb(method), target, 11, body};
  request.set(http::field::host, impl_->address);
  for (const auto& [name, value] : headers) request.set(name, value);
  if (!body.empty() || method == "POST") request.prepare_payload(); // an empty POST says that it is
  http::write(impl_->line, request);
  http::response_parser<http::string_body> reply;
  reply.body_limit(boost::none);
  http::read(impl_->line, impl_->buffer, reply);
  return {reply.get().result_int(), std::string{reply.get()[http::field::content_type]}, reply.get().body()};
}

struct websocket_client::impl : ground {
  impl(const std::string& address, const std::filesystem::path& ca, const std::string& path, bool deflate)
      : ground{ca}, socket{connect(address)} {
    beast::websocket::permessage_deflate offer;
    offer.client_enable = deflate;
    socket.set_option(offer);
    socket.read_message_max(0);
    beast::websocket::response_type reply;
    socket.handshake(reply, address, path, failed);
    status = reply.result_int();
    extensions = std::string{reply["Sec-WebSocket-Extensions"]};
  }

  beast::websocket::stream<tls_stream> socket;
  boost::system::error_code failed;
  unsigned status = 0;
  std::string extensions;
};

websocket_client::websocket_client(const std::string& address, const std::filesystem::path& ca, const std::string& path,
                                   bool deflate)
    : impl_{std::make_unique<impl>(address, ca, path, deflate)} {}
websocket_client::~websocket_client() = default;
websocket_client::websocket_client(websocket_client&&) noexcept = default;

bool websocket_client::is_open() const { return impl_->socket.is_open(); }
unsigned websocket_client::status() const { return impl_->status; }
const std::string& websocket_client::extensions() const { return impl_->extensions; }
void websocket_client::send(std::string_view text) { impl_->socket.write(asio::buffer(text)); }

void websocket_client::send_fragments(const std::vector<std::string_view>& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i)
    impl_->socket.write_some(i + 1 == parts.size(), asio::buffer(parts[i]));
}

void websocket_client::ping(std::string_view text, std::function<void()> on_pong) {
  impl_->socket.control_callback([told = std::move(on_pong)](beast::websocket::frame_type kind, beast::string_view) {
    if (kind == beast::websocket::frame_type::pong) told();
  });
  impl_->socket.ping(beast::websocket::ping_data{beast::string_view{text.data(), text.size()}});
}

std::optional<std::string> websocket_client::read() {
  beast::flat_buffer buffer;
  impl_->socket.read(buffer, impl_->failed);
  if (impl_->failed) return {};
  return beast::buffers_to_string(buffer.data());
}

unsigned websocket_client::close_code() const {
  const auto code = impl_->socket.reason().code;
  return code != 0 ? code : 1006;
}
std::string websocket_client::close_reason() const { return impl_->socket.reason().reason.c_str(); }
