#include "strategy/subscription.hpp"

#include "base/symbol.hpp"

#include <fmt/format.h>

namespace strike {

result<subscription> parse_subscription(std::string_view text, channel what) {
  const auto star = text.find('*');
  if (star == std::string_view::npos) {
    auto exact = parse_qualified_symbol(text);
    if (!exact) return std::unexpected{exact.error()};
    return subscription{.at = exact->at, .symbol = std::move(exact->symbol), .is_prefix = false, .what = what};
  }
  const auto quoted = fmt::format("'{}'", text.substr(0, 96));
  if (star + 1 != text.size())
    return fail(ec::malformed, quoted + ": the star stands at the end only, for example deribit:BTC-27NOV26-*");
  const auto colon = text.find(':');
  if (colon == std::string_view::npos)
    return fail(ec::malformed, quoted + ": a prefix needs its venue, for example deribit:BTC-*");
  const auto at = from_text<venue>(text.substr(0, colon));
  if (!at) return fail(ec::malformed, quoted + ": " + at.error().text);
  return subscription{
      .at = *at, .symbol = std::string{text.substr(colon + 1, star - colon - 1)}, .is_prefix = true, .what = what};
}

} // namespace strike
