#pragma once

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Connects to "127.0.0.1:9443", trusting the given CA and nobody else. Blocks; throws what goes wrong.
class tls_transport {
public:
  using stream = boost::beast::ssl_stream<boost::asio::ip::tcp::socket>;

  tls_transport(const std::string& address, const std::filesystem::path& ca) {
    trust_.load_verify_file(ca.string());
    trust_.set_verify_mode(boost::asio::ssl::verify_peer);
    const auto colon = address.rfind(':');
    boost::asio::ip::tcp::resolver resolver{io_};
    tls_.emplace(io_, trust_);
    tls_->set_verify_callback(boost::asio::ssl::host_name_verification{address.substr(0, colon)});
    boost::asio::connect(boost::beast::get_lowest_layer(*tls_),
                         resolver.resolve(address.substr(0, colon), address.substr(colon + 1)));
    tls_->handshake(boost::asio::ssl::stream_base::client);
  }
  stream& get() { return *tls_; }
  stream take() { return std::move(*tls_); }
  boost::asio::io_context& io() { return io_; }

private:
  boost::asio::io_context io_;
  boost::asio::ssl::context trust_{boost::asio::ssl::context::tls_client};
  std::optional<stream> tls_;
};

struct https_reply {
  unsigned status = 0;
  std::string content_type, body;
};

/// One request over TLS, on a connection of its own.
inline https_reply https(const std::string& address, const std::filesystem::path& ca, boost::beast::http::verb method,
                         const std::string& target, const std::string& body = {},
                         const std::vector<std::pair<std::string, std::string>>& headers = {}) {
  namespace http = boost::beast::http;
  tls_transport line{address, ca};
  http::request<http::string_body> request{method, target, 11, body};
  request.set(http::field::host, address);
  for (const auto& [name, value] : headers) request.set(name, value);
  if (!body.empty() || method == http::verb::post) request.prepare_payload(); // an empty POST says that it is
  http::write(line.get(), request);
  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> reply;
  reply.body_limit(boost::none);
  http::read(line.get(), buffer, reply);
  return {reply.get().result_int(), std::string{reply.get()[http::field::content_type]}, reply.get().body()};
}

inline https_reply https_get(const std::string& address, const std::filesystem::path& ca, const std::string& target) {
  return https(address, ca, boost::beast::http::verb::get, target);
}

/// A WebSocket over TLS, as a client of a venue has it.
class websocket_client {
public:
  websocket_client(const std::string& address, const std::filesystem::path& ca, const std::string& path,
                   bool deflate = false)
      : transport_{address, ca}, socket_{transport_.take()} {
    boost::beast::websocket::permessage_deflate offer;
    offer.client_enable = deflate;
    socket_.set_option(offer);
    socket_.read_message_max(0);
    boost::beast::websocket::response_type reply;
    socket_.handshake(reply, address, path, failed_);
    status_ = reply.result_int();
    extensions_ = std::string{reply["Sec-WebSocket-Extensions"]};
  }

  bool is_open() const { return socket_.is_open(); }
  unsigned status() const { return status_; } ///< of the upgrade
  const std::string& extensions() const { return extensions_; }
  void send(std::string_view text) { socket_.write(boost::asio::buffer(text)); }
  /// The next message; none when the connection has ended.
  std::optional<std::string> read() {
    boost::beast::flat_buffer buffer;
    socket_.read(buffer, failed_);
    if (failed_) return {};
    return boost::beast::buffers_to_string(buffer.data());
  }
  /// After `read` found the end: the code of the server's goodbye; 1006 if there was none.
  unsigned close_code() const { return socket_.reason().code != 0 ? socket_.reason().code : 1006; }
  std::string close_reason() const { return socket_.reason().reason.c_str(); }
  auto& raw() { return socket_; }

private:
  tls_transport transport_;
  boost::beast::websocket::stream<tls_transport::stream> socket_;
  boost::system::error_code failed_;
  unsigned status_ = 0;
  std::string extensions_;
};
