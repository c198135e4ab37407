#pragma once

#include "dashboard/site.hpp"

#include <optional>

namespace strike::dashboard {

/// Answers `GET /api/...` from what the boards hold; nothing for a path that is none of the API's.
/// Source of the paths: web/openapi.json, which is served at `/api`.
std::optional<page_reply> answer_api(const page_request& what, const site_parts& parts);

} // namespace strike::dashboard
