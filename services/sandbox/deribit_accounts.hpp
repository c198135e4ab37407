#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace strike::sandbox::deribit {

/// Of a JSON-RPC answer. Source: Deribit page, section 16.
struct rpc_error {
  int code = 0;
  std::string message;
  std::string data = {}; ///< JSON; empty: none
};
/// A method's result, as JSON.
using outcome = std::expected<std::string, rpc_error>;

rpc_error invalid_param(std::string_view param, std::string_view reason);
/// A text, or a number as its text; empty if absent, since REST has texts only.
std::string text_of(const boost::json::object& params, std::string_view name);
/// @returns none if absent or no integer
std::optional<std::int64_t> integer_of(const boost::json::object& params, std::string_view name);

/// Who a request speaks for.
struct identity {
  std::string account; ///< empty: nobody
  std::string scope;   ///< as granted

  /// @param permission "trade:read"; what may be written may be read
  bool may(std::string_view permission) const;
};

/// What may log in. Several keys may be of one account.
struct api_key {
  std::string client_id, client_secret;
  std::string account;
  std::string scope = {}; ///< the most that is granted, as "account:read trade:read"; empty: everything
};

struct login {
  identity who;
  std::string result; ///< of `public/auth`, JSON
  std::int64_t ends_ns = 0;
};

/// Who may log in, and the tokens that were handed out. Source: Deribit page, section 4.
class accounts {
public:
  struct settings {
    std::vector<api_key> keys;
    std::int64_t expires_in_s = 900;
    std::uint64_t seed = 1; ///< of the tokens
  };
  explicit accounts(settings how) : how_{std::move(how)}, chance_{how_.seed} {}

  /// `public/auth`.
  /// @param connection its id; 0: REST
  std::expected<login, rpc_error> log_in(const boost::json::object& params, std::uint64_t connection,
                                         std::int64_t now_ns);
  /// @returns whose an access token is that is valid there; a token of scope `connection` is so on its own only
  std::optional<identity> identity_of(std::string_view access_token, std::uint64_t connection,
                                      std::int64_t now_ns) const;
  /// Tokens of scope `connection` die with it.
  void forget(std::uint64_t connection);

private:
  struct grant {
    identity who;
    std::string refresh_token;
    std::uint64_t connection = 0; ///< 0: of a session, valid everywhere
    std::int64_t ends_ns = 0;
  };
  login grant_to(identity who, std::uint64_t connection, std::int64_t now_ns);
  std::string token();

  settings how_;
  std::mt19937_64 chance_;
  std::map<std::string, grant, std::less<>> grants_; ///< by access token
};

} // namespace strike::sandbox::deribit
