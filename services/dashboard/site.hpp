#pragma once

#include "dashboard/strategy_board.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace strike::dashboard {

/// What matters of a request.
struct page_request {
  std::string method; ///< "GET"
  std::string path;   ///< decoded, without the query
  std::string host;   ///< the `Host` header
  std::string if_none_match, accept_encoding;
};

/// The bodies are shared: a file of the page is in memory once, however many read it.
struct page_reply {
  unsigned status = 200;
  std::string content_type;
  std::shared_ptr<const std::string> body; ///< never null; with HEAD and 304 only its length is sent
  std::string etag;                        ///< empty: none, and nothing may be kept
  bool is_gzip = false;
};

/// A file of the page, ready to send.
struct asset {
  std::string content_type;
  std::string etag; ///< of its bytes, quoted
  std::shared_ptr<const std::string> plain, gzip;
};

/// What the dashboard answers over HTTP: the files compiled into it, and its API.
class site {
public:
  /// Compresses the files: once, at the start.
  site();

  /// GET and HEAD of `/` and the files of the page, `/healthz`, `/api/strategies`, `/api/strategies/NAME` and
  /// `/api/strategies/NAME/schema`; anything else is 403, 404 or 405 with an `{"error": ...}`.
  page_reply answer(const page_request& what, const strategy_board& board, std::int64_t now_ns) const;

private:
  std::map<std::string, asset, std::less<>> files_; ///< by path
};

/// Whether an `Accept-Encoding` header allows gzip: "gzip, br", "*;q=0.5", but not "gzip;q=0".
bool accepts_gzip(std::string_view header);

/// Whether an `If-None-Match` header holds the tag: a list of tags, weak ones, "*".
bool matches_etag(std::string_view header, std::string_view etag);

} // namespace strike::dashboard
