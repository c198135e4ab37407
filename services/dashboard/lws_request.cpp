#include "dashboard/lws_request.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace strike::dashboard {

namespace {

std::string method_of(lws* of) {
  if (lws_hdr_total_length(of, WSI_TOKEN_GET_URI) > 0) return "GET";
  if (lws_hdr_total_length(of, WSI_TOKEN_HEAD_URI) > 0) return "HEAD";
  if (lws_hdr_total_length(of, WSI_TOKEN_POST_URI) > 0) return "POST";
  return "other";
}

/// The parts of the query, which libwebsockets has decoded; one without '=' has an empty value.
std::map<std::string, std::string, std::less<>> query_of(lws* of) {
  constexpr int most_parts = 16;
  std::map<std::string, std::string, std::less<>> made;
  std::array<char, 1024> buffer{};
  for (int i = 0; i < most_parts; ++i) {
    const auto length =
        lws_hdr_copy_fragment(of, buffer.data(), static_cast<int>(buffer.size()), WSI_TOKEN_HTTP_URI_ARGS, i);
    if (length <= 0) break; // the end, or longer than any value that is taken
    const std::string_view part{buffer.data(), static_cast<std::size_t>(length)};
    const auto equals = std::min(part.find('='), part.size());
    made.emplace(part.substr(0, equals), part.substr(std::min(equals + 1, part.size())));
  }
  return made;
}

} // namespace

std::string header_of(lws* of, lws_token_indexes which) {
  std::string text(static_cast<std::size_t>(lws_hdr_total_length(of, which)) + 1, '\0');
  const auto length = lws_hdr_copy(of, text.data(), static_cast<int>(text.size()), which);
  text.resize(static_cast<std::size_t>(std::max(length, 0)));
  return text;
}

page_request request_of(lws* of, const char* path) {
  std::array<char, 64> peer{};
  lws_get_peer_simple(of, peer.data(), peer.size());
  return {.method = method_of(of),
          .path = path,
          .query = query_of(of),
          .host = header_of(of, WSI_TOKEN_HOST),
          .origin = header_of(of, WSI_TOKEN_ORIGIN),
          .authorization = header_of(of, WSI_TOKEN_HTTP_AUTHORIZATION),
          .cookies = header_of(of, WSI_TOKEN_HTTP_COOKIE),
          .content_type = header_of(of, WSI_TOKEN_HTTP_CONTENT_TYPE),
          .if_none_match = header_of(of, WSI_TOKEN_HTTP_IF_NONE_MATCH),
          .accept_encoding = header_of(of, WSI_TOKEN_HTTP_ACCEPT_ENCODING),
          .peer = peer.data()};
}

std::optional<std::size_t> body_length_of(lws* of) {
  const auto text = header_of(of, WSI_TOKEN_HTTP_CONTENT_LENGTH);
  if (text.empty()) return 0;
  std::size_t length = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (fault != std::errc{} || end != text.data() + text.size()) return {};
  return length;
}

bool write_headers(lws* of, const page_reply& reply, unsigned char*& at, unsigned char* end) {
  const auto add = [&](const char* name, std::string_view value) {
    return lws_add_http_header_by_name(of, reinterpret_cast<const unsigned char*>(name),
                                       reinterpret_cast<const unsigned char*>(value.data()),
                                       static_cast<int>(value.size()), &at, end) == 0;
  };
  return lws_add_http_common_headers(of, reply.status, reply.content_type.c_str(), reply.body->size(), &at, end) == 0 &&
         add("cache-control:", reply.etag.empty() ? "no-store" : "no-cache") &&
         (reply.etag.empty() || (add("etag:", reply.etag) && add("vary:", "accept-encoding"))) &&
         (!reply.is_gzip || add("content-encoding:", "gzip")) &&
         (reply.status != 401 || add("www-authenticate:", "Bearer")) &&
         (reply.set_cookie.empty() || add("set-cookie:", reply.set_cookie));
}

} // namespace strike::dashboard
