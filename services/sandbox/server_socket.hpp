#pragma once

#include "sandbox/tls_server.hpp"

#include <deque>
#include <optional>

struct lws;

namespace strike::sandbox {

inline constexpr std::size_t chunk_bytes = 64 * 1024; ///< handed to libwebsockets at once

/// A WebSocket, from the upgrade to its end.
class server_socket final : public connection {
public:
  server_socket(lws* of, std::uint64_t id, std::size_t most_waiting_bytes)
      : of_{of}, id_{id}, most_waiting_bytes_{most_waiting_bytes} {}

  void send(std::string text, frame_kind kind) override;
  void close(std::uint16_t code, std::string_view reason) override;
  void cut() override;
  std::uint64_t id() const override { return id_; }

  /// Writes what waits, when libwebsockets says that there is room.
  /// @param buffer LWS_PRE bytes and a chunk
  /// @returns what a callback of libwebsockets returns: other than 0 ends the socket
  int write(std::vector<unsigned char>& buffer);

  std::string arriving; ///< the part of a message that is here

private:
  lws* of_;
  std::uint64_t id_;
  std::size_t most_waiting_bytes_;
  std::deque<std::string> queue_;
  std::size_t sent_ = 0; ///< bytes of the first in the queue
  std::size_t waiting_ = 0;
  std::optional<std::uint16_t> close_code_;
  std::string close_reason_;
  bool is_cut_ = false;
};

} // namespace strike::sandbox
