#include "net/http_client.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace strike::net {

namespace {

std::string host_of(std::string_view url) {
  const auto start = url.find("://");
  if (start != std::string_view::npos) url.remove_prefix(start + 3);
  return std::string{url.substr(0, url.find('/'))};
}

/// For the message: the beginning, on one line.
std::string beginning_of(std::string_view body) {
  std::string text{body.substr(0, 200)};
  for (auto& x : text)
    if (static_cast<unsigned char>(x) < ' ') x = ' ';
  return text;
}

} // namespace

result<std::string> http_client::fetch(http_request what, const std::stop_token& stop) {
  const auto host = host_of(what.url);
  if (stop.stop_requested()) return fail(ec::session_down, host + ": not asked, the program stops");
  if (!loop_) {
    auto opened = loop::open(how_);
    if (!opened) return std::unexpected{opened.error()};
    loop_ = *std::move(opened);
  }
  // kept by the request, which outlives this call if the wait is ended
  const auto answer = std::make_shared<std::optional<result<http_response>>>();
  loop_->fetch(std::move(what), [answer](result<http_response> x) { *answer = std::move(x); });
  {
    const std::stop_callback wake{stop, [this] { loop_->wake(); }};
    while (!*answer && !stop.stop_requested()) loop_->round(INT64_MAX);
  }
  if (!*answer) {
    loop_ = nullptr;
    return fail(ec::session_down, host + ": the program stops");
  }
  auto& got = **answer;
  if (!got) return std::unexpected{got.error()};
  if (got->status == 200) return std::move(got->body);
  return fail(ec::io, host + ": HTTP " + std::to_string(got->status) + ": " + beginning_of(got->body));
}

} // namespace strike::net
