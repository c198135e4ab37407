#pragma once

#include "base/time.hpp"
#include "kit/temp_folder.hpp"
#include "sandbox/certificates.hpp"
#include "sandbox/tls_server.hpp"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

inline std::int64_t wall_ns() {
  return std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count();
}

/// A `tls_server` on a thread of its own, with one port that `answers` serves.
class server_thread {
public:
  explicit server_thread(strike::sandbox::port_server& answers, strike::sandbox::tls_server::options how = {},
                         std::vector<std::string> kept_headers = {}) {
    auto files = strike::sandbox::prepare_certificates(folder_ / "tls", {}, wall_ns());
    if (!files) throw std::runtime_error{files.error().text};
    ca_ = files->ca;
    how.certificate = files->certificate;
    how.key = files->key;
    how.wall_ns = wall_ns;
    auto made = strike::sandbox::tls_server::open(
        std::move(how), {{.address = "127.0.0.1:0", .answers = &answers, .kept_headers = std::move(kept_headers)}});
    if (!made) throw std::runtime_error{made.error().text};
    server_ = *std::move(made);
    worker_ = std::thread{[this] {
      while (!is_stopping_) server_->round(wall_ns() + strike::ns_per_s);
    }};
  }
  ~server_thread() {
    is_stopping_ = true;
    server_->wake();
    worker_.join();
  }

  const std::string& address() const { return server_->address(0); }
  const std::filesystem::path& ca() const { return ca_; }

private:
  temp_folder folder_;
  std::filesystem::path ca_;
  std::unique_ptr<strike::sandbox::tls_server> server_;
  std::atomic<bool> is_stopping_ = false;
  std::thread worker_;
};
