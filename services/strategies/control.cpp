#include "strategies/control.hpp"

#include <type_traits>
#include <utility>

namespace strike::strategies {

command command_of(std::string_view bytes) {
  auto request = wire::decode_control_request(bytes);
  if (!request) return {0, std::move(request.error())};
  const auto what = std::visit(
      [](auto& x) -> decltype(command::what) {
        using type = std::decay_t<decltype(x)>;
        if constexpr (std::is_same_v<type, wire::unknown_control>)
          return error{ec::malformed, std::move(x.what)};
        else if constexpr (std::is_constructible_v<decltype(command::what), type>)
          return std::move(x);
        else
          return error{ec::malformed,
                       "strategies take start, stop and reconfigure; send this to the service it is for"};
      },
      request->body);
  return {request->request_id, what};
}

std::string reply_bytes(std::uint64_t request_id, result<void> outcome) {
  wire::control_reply reply{.request_id = request_id, .outcome = wire::control_done{}};
  if (!outcome) reply.outcome = std::move(outcome.error());
  std::string bytes;
  wire::encode(bytes, reply);
  return bytes;
}

} // namespace strike::strategies
