#pragma once

#include "dashboard/site.hpp"

#include <libwebsockets.h>

#include <optional>
#include <string>

namespace strike::dashboard {

/// A header as it was sent; empty if it was not.
std::string header_of(lws* of, lws_token_indexes which);

/// The request that a connection is at, without its body.
page_request request_of(lws* of, const char* path);

/// The length that a request announces for its body; 0 without one, nothing if that is no number.
std::optional<std::size_t> body_length_of(lws* of);

/// Writes status and headers of a reply into the bytes from `at` on.
/// @returns false if they do not fit
bool write_headers(lws* of, const page_reply& reply, unsigned char*& at, unsigned char* end);

} // namespace strike::dashboard
