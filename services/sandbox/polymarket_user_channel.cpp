#include "sandbox/polymarket_user_channel.hpp"

#include <boost/json.hpp>

namespace strike::sandbox::polymarket {

namespace {

namespace json = boost::json;

std::string text_in(const json::object& from, std::string_view key) {
  const auto* x = from.if_contains(key);
  return x != nullptr && x->is_string() ? std::string{std::string_view{x->get_string()}} : std::string{};
}

std::vector<std::string> markets_in(const json::object& from) {
  std::vector<std::string> found;
  const auto* list = from.if_contains("markets");
  if (list == nullptr || !list->is_array()) return found;
  for (const auto& x : list->get_array())
    if (x.is_string()) found.emplace_back(std::string_view{x.get_string()});
  return found;
}

constexpr std::uint16_t policy_violation = 1008;

} // namespace

void user_channel::on_text(connection& from, std::string_view text) {
  if (text == "PING") return from.send("PONG", frame_kind::answer);
  boost::system::error_code fault;
  const auto message = json::parse(text, fault);
  if (fault || !message.is_object()) return from.send("INVALID MESSAGE", frame_kind::answer);
  const auto& x = message.get_object();
  auto& is = clients_.at(&from);
  const auto operation = text_in(x, "operation");
  const auto markets = markets_in(x);
  if (is.of && operation == "unsubscribe") {
    for (const auto& market : markets) is.markets.erase(market);
    return;
  }
  if (const auto* auth = x.if_contains("auth"); auth != nullptr && auth->is_object()) {
    const auto& with = auth->get_object();
    const auto* key = who_.find(text_in(with, "apiKey"), text_in(with, "secret"), text_in(with, "passphrase"));
    if (key == nullptr) return from.close(policy_violation, "invalid credentials");
    is.of = key->of;
  }
  if (!is.of) return from.close(policy_violation, "no credentials");
  is.markets.insert(markets.begin(), markets.end());
}

void user_channel::publish(const std::vector<user_event>& events, const account_view& in) {
  for (const auto& x : events) {
    const auto& extra = *in.orders.extra(x.order.id);
    const auto& market = in.state.market_of(*in.state.find_token(extra.body.token)).condition_id;
    std::string text;
    for (const auto& [to, is] : clients_) {
      if (is.of != extra.of || (!is.markets.empty() && !is.markets.contains(market))) continue;
      if (text.empty()) text = x.trade ? trade_message(x, in) : order_message(x, in);
      to->send(text, frame_kind::own_notice);
    }
  }
}

} // namespace strike::sandbox::polymarket
