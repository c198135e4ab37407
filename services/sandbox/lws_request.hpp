#pragma once

#include "sandbox/venue_server.hpp"

struct lws;

namespace strike::sandbox {

/// What libwebsockets knows of the request that this connection has just brought, but for its body.
/// @param kept_headers names in lower case
http_request request_of(lws* of, const std::vector<std::string>& kept_headers);

/// A header by its name in lower case; libwebsockets keeps the common ones by number and others by name. Empty if there
/// is none.
std::string header_of(lws* of, const std::string& name);

} // namespace strike::sandbox
