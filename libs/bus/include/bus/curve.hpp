#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace strike::bus {

/// A CURVE key pair as 40 characters of Z85 each, ZeroMQ's text form of 32 bytes (source: ZeroMQ RFC 32/Z85).
struct key_pair {
  std::string public_key;
  std::string secret_key;
};

/// A new pair from the system's random source.
key_pair make_key_pair();

/// A key from a configuration: 40 characters of Z85, or else the path of a file that holds them (white space around
/// them is ignored). A path of 40 characters that are all Z85 must be written with "./" in front of it.
/// @returns `ec::invalid_config`; the text never shows what a file or a wrong key holds
result<std::string> load_key(std::string_view text_or_path);

/// The pair of a secret key (text or path): the public key follows from it.
/// @returns as `load_key`
result<key_pair> load_key_pair(std::string_view secret_text_or_path);

/// What the side that binds needs: who it is, and who may come in. Keys as in `load_key`.
struct server_curve {
  std::string secret_key;
  std::vector<std::string> allowed_clients; ///< public keys; at least one
};

/// What the side that connects needs: who it is, and whom it expects. Keys as in `load_key`.
struct client_curve {
  std::string secret_key;
  std::string server_key; ///< the server's public key
};

} // namespace strike::bus
