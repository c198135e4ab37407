#pragma once

#include "dashboard/web_server.hpp"

#include <libwebsockets.h>

#include <array>
#include <atomic>
#include <map>
#include <netinet/in.h>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

/// What the files of the web server share; nobody else includes it.
namespace strike::dashboard {

/// Handed to libwebsockets at once: all that it ever buffers of a client.
constexpr std::size_t chunk_bytes = 64 * 1024;

struct web_server::impl {
  struct update {
    std::uint64_t revision = 0;
    std::shared_ptr<const std::string> text;
  };

  /// Of a viewer that spoke. Data that comes while it is told so is read and dropped: closed with data unread, a
  /// connection loses what was said last.
  enum class farewell : std::uint8_t { none, due, told };

  /// A connection: of HTTP while `body` is sent, of a viewer once it is upgraded.
  struct session {
    in_addr_t peer = 0;                           ///< the address of the other side
    std::chrono::steady_clock::time_point active; ///< when it came, asked, or was sent an update last
    bool is_leaving = false;                      ///< closed to make room
    std::shared_ptr<const std::string> body;
    std::size_t sent = 0;              ///< bytes of `body`, or of the update
    std::optional<page_request> asked; ///< a POST whose body is on its way
    bool is_viewer = false, is_due = false;
    farewell refused = farewell::none;
    std::uint64_t has = 0;         ///< the revision of the last update
    std::optional<update> current; ///< being sent
  };

  impl(config x, shared_boards& of, site& from, process::metric_registry& metrics)
      : how{std::move(x)}, board{of}, pages{from}, //
        viewers{metrics.get_gauge("strike_dashboard_viewers", "Browsers that are connected.")},
        updates{metrics.get_counter("strike_dashboard_updates_total", "Updates sent to browsers.")},
        requests{metrics.get_counter("strike_dashboard_requests_total", "HTTP requests answered.")},
        refused{metrics.get_counter("strike_dashboard_refused_total",
                                    "Connections refused: too many, or of another origin.")} {}
  ~impl() {
    is_stopping = true;
    if (context) lws_cancel_service(context);
    if (worker.joinable()) worker.join();
    if (context) lws_context_destroy(context);
  }

  result<void> open();
  void serve() {
    while (!is_stopping && lws_service(context, 0) >= 0) {
    }
  }
  void tick();
  bool make_room(in_addr_t peer);
  int on_callback(lws* of, lws_callback_reasons why, std::string_view in);

  // web_server_http.cpp
  int on_request(lws* of, const char* path);
  int on_body(lws* of, std::string_view part);
  int on_body_end(lws* of);
  int send(lws* of, const page_request& what);
  int write_body(lws* of);

  // web_server_viewers.cpp
  int on_upgrade(lws* of);
  update update_since(std::uint64_t revision);
  int write_update(lws* of);
  int refuse(lws* of);

  /// libwebsockets' view of the next tick; it hands back the address of `node`, the first member.
  struct timer {
    lws_sorted_usec_list_t node{};
    impl* owner = nullptr;
  };

  config how;
  shared_boards& board;
  site& pages;
  process::gauge& viewers;
  process::counter &updates, &requests, &refused;
  std::unordered_map<lws*, session> sessions;
  std::map<std::uint64_t, update> made; ///< since the last tick, by what they follow: viewers share them
  std::vector<unsigned char> buffer = std::vector<unsigned char>(LWS_PRE + chunk_bytes);
  std::array<lws_protocols, 2> protocols{}; ///< the last is empty: the end
  lws_retry_bo_t pings{};
  timer next;
  lws_context* context = nullptr;
  std::string url;
  std::atomic<bool> is_stopping = false;
  std::thread worker;
};

} // namespace strike::dashboard
