#pragma once

#include "catalog/view.hpp"
#include "dashboard/boards.hpp"
#include "dashboard/control_desk.hpp"
#include "dashboard/guard.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace strike::dashboard {

/// What matters of a request.
struct page_request {
  std::string method; ///< "GET"
  std::string path;   ///< decoded, without the query
  std::map<std::string, std::string, std::less<>> query;
  std::string host, origin, authorization, cookies, content_type; ///< headers
  std::string if_none_match, accept_encoding;
  std::string body;
  std::string peer; ///< address
};

/// The bodies are shared: a file of the page is in memory once, however many read it.
struct page_reply {
  unsigned status = 200;
  std::string content_type;
  std::shared_ptr<const std::string> body; ///< never null; with HEAD and 304 only its length is sent
  std::string etag;                        ///< empty: none, and nothing may be kept
  bool is_gzip = false;
  std::string set_cookie; ///< empty: none
};

/// A file of the page, ready to send.
struct asset {
  std::string content_type;
  std::string etag; ///< of its bytes, quoted
  std::shared_ptr<const std::string> plain, gzip;
};

/// What answers are made of beside the boards.
struct site_parts {
  shared_boards& boards;
  guard& who;
  control_desk* controls = nullptr;           ///< null: none
  std::function<std::string()> metrics;       ///< Prometheus text
  std::function<catalog::view_ptr()> catalog; ///< null views: nothing was fetched yet
  std::function<void(const std::string&)>
      watch;                            ///< market data with that prefix is looked at: it is wanted for a while
  std::function<std::int64_t()> now_ns; ///< since the epoch
};

/// What the dashboard answers over HTTP: the files compiled into it, and its API, which `/api` describes as OpenAPI.
class site {
public:
  /// Compresses the files: once, at the start.
  explicit site(site_parts with);

  /// Anything that is not to be had is 401, 403, 404, 405, 415, 422, 429 or 503 with an `{"error": ...}`.
  page_reply answer(const page_request& what, std::chrono::steady_clock::time_point now);
  /// Whether a WebSocket may be opened.
  bool may_view(const page_request& what) const;

private:
  page_reply get(const page_request& what);
  page_reply post(const page_request& what, std::chrono::steady_clock::time_point now);
  /// A replay trades nothing: from this host it is paused and wound without a token.
  page_reply control(const page_request& what);
  page_reply log_in(const page_request& what);
  /// Whether it stops trading and comes from who may: no limit holds that up, whoever else shares the address.
  bool is_urgent(const page_request& what) const;
  bool is_asked_by_our_name(const page_request& what) const;

  site_parts parts_;
  std::map<std::string, asset, std::less<>> files_; ///< by path
};

/// JSON.
page_reply json_reply(std::string body, unsigned status = 200);
/// {"error": why}
page_reply refusal(unsigned status, std::string_view why);

/// Whether an `Accept-Encoding` header allows gzip: "gzip, br", "*;q=0.5", but not "gzip;q=0".
bool accepts_gzip(std::string_view header);

/// Whether an `If-None-Match` header holds the tag: a list of tags, weak ones, "*".
bool matches_etag(std::string_view header, std::string_view etag);

} // namespace strike::dashboard
