#include "sandbox/lws_request.hpp"

#include <libwebsockets.h>

#include <algorithm>

namespace strike::sandbox {

namespace {

std::string token(lws* of, lws_token_indexes which) {
  const auto length = lws_hdr_total_length(of, which);
  if (length <= 0) return {};
  std::string text(static_cast<std::size_t>(length) + 1, '\0');
  text.resize(static_cast<std::size_t>(std::max(lws_hdr_copy(of, text.data(), length + 1, which), 0)));
  return text;
}

struct method_token {
  const char* name;
  lws_token_indexes which;
};
constexpr method_token methods[] = {
    {"GET", WSI_TOKEN_GET_URI},         {"POST", WSI_TOKEN_POST_URI},   {"DELETE", WSI_TOKEN_DELETE_URI},
    {"PUT", WSI_TOKEN_PUT_URI},         {"PATCH", WSI_TOKEN_PATCH_URI}, {"HEAD", WSI_TOKEN_HEAD_URI},
    {"OPTIONS", WSI_TOKEN_OPTIONS_URI},
};

} // namespace

std::string header_of(lws* of, const std::string& name) {
  const auto wanted = name + ":";
  for (int i = 0; i < WSI_TOKEN_COUNT; ++i) {
    const auto which = static_cast<lws_token_indexes>(i);
    const auto* const known = reinterpret_cast<const char*>(lws_token_to_string(which));
    if (known && wanted == known) return token(of, which);
  }
  const auto length = lws_hdr_custom_length(of, wanted.c_str(), static_cast<int>(wanted.size()));
  if (length <= 0) return {};
  std::string text(static_cast<std::size_t>(length) + 1, '\0');
  lws_hdr_custom_copy(of, text.data(), length + 1, wanted.c_str(), static_cast<int>(wanted.size()));
  text.pop_back();
  return text;
}

http_request request_of(lws* of, const std::vector<std::string>& kept_headers) {
  http_request made;
  for (const auto& x : methods) {
    if (lws_hdr_total_length(of, x.which) <= 0) continue;
    made.method = x.name;
    made.path = token(of, x.which);
    break;
  }
  for (int i = 0;; ++i) {
    const auto length = lws_hdr_fragment_length(of, WSI_TOKEN_HTTP_URI_ARGS, i);
    if (length <= 0) break;
    std::string text(static_cast<std::size_t>(length) + 1, '\0');
    if (lws_hdr_copy_fragment(of, text.data(), length + 1, WSI_TOKEN_HTTP_URI_ARGS, i) < 0) break;
    text.resize(static_cast<std::size_t>(length));
    const auto equals = std::min(text.find('='), text.size());
    made.query.emplace_back(text.substr(0, equals), equals < text.size() ? text.substr(equals + 1) : "");
  }
  for (const auto& name : kept_headers)
    if (auto value = header_of(of, name); !value.empty()) made.extra.emplace_back(name, std::move(value));
  char remote[64] = "";
  lws_get_peer_simple(of, remote, sizeof remote);
  made.remote = remote;
  return made;
}

} // namespace strike::sandbox
