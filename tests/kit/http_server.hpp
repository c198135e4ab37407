#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

/// HTTP on a free port of this machine, from fixed answers; one connection at a time, one request each.
class http_server {
public:
  /// @param answers the first whose first part is in the request's first line or body counts; else the answer is 503
  explicit http_server(std::vector<std::pair<std::string, std::string>> answers) : answers_{std::move(answers)} {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bind(socket_, reinterpret_cast<const sockaddr*>(&here), sizeof here);
    listen(socket_, 16);
    socklen_t size = sizeof here;
    getsockname(socket_, reinterpret_cast<sockaddr*>(&here), &size);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(here.sin_port));
    thread_ = std::jthread{[this] { serve(); }};
  }
  ~http_server() {
    shutdown(socket_, SHUT_RDWR); // ends accept
    thread_.join();
    close(socket_);
  }
  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;

  const std::string& url() const { return url_; }

private:
  void serve() const {
    for (;;) {
      const int client = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) return;
      const auto request = read_request(client);
      std::string_view status = "503 Service Unavailable", body;
      for (const auto& [part, answer] : answers_)
        if (request.find(part) != std::string::npos) {
          status = "200 OK", body = answer;
          break;
        }
      std::string reply = "HTTP/1.1 " + std::string{status} +
                          "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                          std::string{body};
      for (std::string_view left = reply; !left.empty();) {
        const auto sent = send(client, left.data(), left.size(), MSG_NOSIGNAL);
        if (sent <= 0) break;
        left.remove_prefix(static_cast<std::size_t>(sent));
      }
      shutdown(client, SHUT_WR);
      close(client);
    }
  }
  static std::string read_request(int client) {
    std::string text;
    char block[4096];
    for (;;) {
      if (const auto head = text.find("\r\n\r\n"); head != std::string::npos) {
        const auto at = text.find("ength: "); // Content-Length, in whatever case
        const auto body = at < head ? std::stoul(text.substr(at + 7)) : 0;
        if (text.size() >= head + 4 + body) return text;
      }
      const auto count = recv(client, block, sizeof block, 0);
      if (count <= 0) return text;
      text.append(block, static_cast<std::size_t>(count));
    }
  }

  std::vector<std::pair<std::string, std::string>> answers_;
  int socket_ = -1;
  std::string url_;
  std::jthread thread_;
};
