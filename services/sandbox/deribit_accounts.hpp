#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>

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

struct login {
  std::string account; ///< the client id
  std::string scope;   ///< as granted
  std::string result;  ///< of `public/auth`, JSON
  std::int64_t ends_ns = 0;
};

/// Who may log in, and the tokens that were handed out. Source: Deribit page, section 4.
class accounts {
public:
  struct settings {
    std::string client_id, client_secret;
    std::int64_t expires_in_s = 900;
    std::uint64_t seed = 1; ///< of the tokens
  };
  explicit accounts(settings how) : how_{std::move(how)}, chance_{how_.seed} {}

  /// `public/auth`.
  /// @param connection its id; 0: REST
  std::expected<login, rpc_error> log_in(const boost::json::object& params, std::uint64_t connection,
                                         std::int64_t now_ns);
  /// @returns the account of an access token that is valid there; a token of scope `connection` is so on its own only
  std::optional<std::string> account_of(std::string_view access_token, std::uint64_t connection,
                                        std::int64_t now_ns) const;
  /// Tokens of scope `connection` die with it.
  void forget(std::uint64_t connection);

private:
  struct grant {
    std::string account, scope, refresh_token;
    std::uint64_t connection = 0; ///< 0: of a session, valid everywhere
    std::int64_t ends_ns = 0;
  };
  login grant_to(std::string account, std::string scope, std::uint64_t connection, std::int64_t now_ns);
  std::string token();

  settings how_;
  std::mt19937_64 chance_;
  std::map<std::string, grant, std::less<>> grants_; ///< by access token
};

} // namespace strike::sandbox::deribit
