#pragma once

#include "base/enums.hpp"
#include "config/section.hpp"
#include "sandbox/derive_params.hpp"
#include "sandbox/derive_signing.hpp"

#include <map>
#include <set>
#include <vector>

namespace strike::sandbox::derive {

/// What a key may do. v2 knows levels, v3 many scopes; these are the differences that matter for orders.
enum class key_scope : std::uint8_t { admin, trade, read_only };

struct session_key {
  eth_address key;
  key_scope scope = key_scope::trade;
  std::int64_t expires_s = 0; ///< Unix time
};

/// A wallet with what it owns.
struct wallet {
  eth_address owner;
  std::vector<std::uint64_t> subaccounts;
  std::vector<session_key> keys;       ///< beside the owner's own
  bool cancels_on_disconnect = false;  ///< persisted; holds for all connections
  std::set<std::uint64_t> nonces = {}; ///< used, or burnt
};

struct account_settings {
  eth_address owner, key;
  std::vector<std::uint64_t> subaccounts;
  key_scope scope = key_scope::trade;
  std::int64_t key_expires_s = 4'102'444'800; ///< 2100
};
/// Well-known test keys of published vectors. Source: Derive, worked example, further vectors.
std::vector<account_settings> default_accounts();
/// Reads `[[sandbox.derive.account]]`.
std::vector<account_settings> read_accounts(config::section from);

/// Who a request is from: by `public/login` of its connection, or by the headers of REST.
struct caller {
  wallet* of = nullptr;
  session_key key; ///< the owner's own: admin, without end
};

/// The wallets of the sandbox, and who may speak for them. Source: Derive, authentication.
class wallets {
public:
  explicit wallets(const std::vector<account_settings>& from);

  const std::map<eth_address, wallet>& all() const { return wallets_; }
  /// Of a wallet that a login named.
  wallet& at(const eth_address& owner) { return wallets_.at(owner); }

  /// Checks a signature over a time stamp.
  /// @returns 14013, 14014, 14020, 14021, 14023, 14030
  answer<caller> log_in(std::string_view wallet_text, std::string_view timestamp_ms, std::string_view signature,
                        std::int64_t now_ns);
  /// @returns 14023, 14026, 14030, 14031: why that address may not sign orders of that wallet
  answer<session_key> key_of(const wallet& of, const eth_address& signer, std::int64_t now_ns) const;

private:
  std::map<eth_address, wallet> wallets_;
};

} // namespace strike::sandbox::derive

template <> struct strike::enum_names<strike::sandbox::derive::key_scope> {
  using key_scope = sandbox::derive::key_scope;
  static constexpr std::string_view what = "scope of a session key";
  static constexpr std::array table = {enum_name{key_scope::admin, "admin"}, enum_name{key_scope::trade, "trade"},
                                       enum_name{key_scope::read_only, "read_only"}};
};
