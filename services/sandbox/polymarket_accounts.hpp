#pragma once

#include "config/section.hpp"
#include "sandbox/polymarket_signing.hpp"
#include "sandbox/venue_server.hpp"

#include <expected>
#include <map>
#include <set>
#include <vector>

namespace strike::sandbox::polymarket {

/// The headers of requests that it looks at.
inline const std::vector<std::string> kept_headers{"poly_address", "poly_signature", "poly_timestamp",
                                                   "poly_nonce",   "poly_api_key",   "poly_passphrase"};

/// Who trades: a key, and the wallet that holds the funds.
struct account_settings {
  eth_address key;
  eth_address funder;     ///< the key's own address for type 0
  int signature_type = 0; ///< 0 EOA, 1 proxy, 2 safe, 3 deposit wallet
  bool is_closed_only = false;
};
/// Well-known test keys of published vectors.
std::vector<account_settings> default_accounts();
/// Reads `[[sandbox.polymarket.account]]`.
std::vector<account_settings> read_accounts(config::section from);

/// What `POST /auth/api-key` gives. Deterministic for a key and a nonce.
struct api_key {
  eth_address of;
  std::string id;         ///< UUID
  std::string secret;     ///< base64, URL-safe
  std::string passphrase; ///< 64 hexadecimal digits
};

/// The sandbox's keys and who may use them. Source: Polymarket, authentication.
class accounts {
public:
  accounts(std::vector<account_settings> from, std::uint64_t chain_id)
      : settings_{std::move(from)}, chain_id_{chain_id} {}

  const std::vector<account_settings>& all() const { return settings_; }
  /// The account of a key; null if the sandbox has none.
  const account_settings* find(const eth_address& key) const;

  /// Checks the proof that a key is held, and answers `/auth/api-key` and `/auth/derive-api-key`.
  http_response create(const http_request& what, std::int64_t now_ns);
  http_response derive(const http_request& what, std::int64_t now_ns) const;
  /// Checks the signature of a private request.
  /// @returns the refusal, 401
  std::expected<api_key, http_response> caller(const http_request& what, std::int64_t now_ns) const;
  /// Of the first message of the user channel; null if they do not fit.
  const api_key* find(std::string_view id, std::string_view secret, std::string_view passphrase) const;
  std::vector<std::string> ids_of(const eth_address& key) const;
  void remove(const std::string& id) { keys_.erase(id); }

private:
  struct proof {
    eth_address key;
    std::uint64_t nonce;
  };
  std::expected<proof, http_response> proven(const http_request& what, std::int64_t now_ns) const;

  const std::vector<account_settings> settings_;
  const std::uint64_t chain_id_;
  std::map<std::string, api_key, std::less<>> keys_; ///< by id
};

} // namespace strike::sandbox::polymarket
