#include "base/time.hpp"
#include "sandbox/deribit_json.hpp"
#include "sandbox/deribit_venue.hpp"

#include <boost/json/value.hpp>

// Of `deribit_venue`: the requests about a connection, its login and what it listens to.
namespace strike::sandbox::deribit {

namespace {

constexpr std::size_t most_channels = 500;
constexpr std::size_t most_label_bytes = 16;
constexpr const char* version_json = R"({"version":"1.2.26"})";

std::expected<std::vector<std::string>, rpc_error> channels_of(const boost::json::object& params) {
  const auto* const given = params.if_contains("channels");
  if (!given || !given->is_array()) return std::unexpected{invalid_param("channels", "must be an array")};
  if (given->get_array().size() > most_channels) return std::unexpected{invalid_param("channels", "at most 500")};
  std::vector<std::string> made;
  for (const auto& x : given->get_array()) {
    if (!x.is_string()) return std::unexpected{invalid_param("channels", "must be texts")};
    made.emplace_back(x.get_string().data(), x.get_string().size());
  }
  return made;
}

} // namespace

outcome deribit_venue::hello(const call&) { return version_json; }

outcome deribit_venue::test(const call& x) {
  if (x.from) x.from->answer_by_ns = 0;
  if (text_of(x.params, "expected_result") == "exception") return std::unexpected{rpc_error{10001, "error"}};
  return version_json;
}

outcome deribit_venue::get_time(const call& x) { return std::to_string(x.now_ns / ns_per_ms); }

outcome deribit_venue::status(const call&) { return R"({"locked":"false","locked_indices":[]})"; }

outcome deribit_venue::auth(const call& x) {
  auto made = accounts_.log_in(x.params, x.from ? x.from->line->id() : 0, x.now_ns);
  if (!made) return std::unexpected{made.error()};
  if (x.from) {
    x.from->by_account = cancel_on_disconnect_[made->who.account];
    x.from->who = made->who;
    x.from->login_ends_ns = made->ends_ns;
  }
  if (const auto state = text_of(x.params, "state"); !state.empty()) {
    made->result.back() = ',';
    made->result += "\"state\":" + in_quotes(state) + "}";
  }
  return made->result;
}

/// No reply; the socket closes. The orders stay.
outcome deribit_venue::logout(const call& x) {
  x.from->is_leaving = true;
  x.from->line->close(1000, "logout");
  return std::string{};
}

outcome deribit_venue::set_heartbeat(const call& x) {
  const auto interval_s = integer_of(x.params, "interval");
  if (!interval_s || *interval_s < 10 || *interval_s > 86'400)
    return std::unexpected{invalid_param("interval", "must be seconds, at least 10")};
  x.from->heartbeat_ns = *interval_s * ns_per_s;
  x.from->next_test_ns = x.now_ns + x.from->heartbeat_ns * 12 / 10;
  x.from->answer_by_ns = 0;
  next_watch_ns_ = 0;
  return "\"ok\"";
}

outcome deribit_venue::disable_heartbeat(const call& x) {
  x.from->heartbeat_ns = x.from->answer_by_ns = 0;
  next_watch_ns_ = 0;
  return "\"ok\"";
}

/// Channels that are unknown, or of something that is not listed, are left out of the result without an error.
outcome deribit_venue::subscribe(const call& x) {
  const auto channels = channels_of(x.params);
  if (!channels) return std::unexpected{channels.error()};
  const auto label = text_of(x.params, "label");
  if (label.size() > most_label_bytes) return std::unexpected{invalid_param("label", "at most 16 characters")};
  if (x.who.account.empty())
    for (const auto& name : *channels)
      if (const auto parsed = parse_channel(name); parsed && parsed->is_raw)
        return std::unexpected{rpc_error{13778, "raw_subscriptions_not_available_for_unauthorized"}};
  json_array accepted;
  for (const auto& name : *channels)
    if (subscribe_one(x, name, label)) accepted.add(in_quotes(name));
  return accepted.take();
}

/// A private channel needs an account, and its permission; others are left out of the result like unknown ones.
bool deribit_venue::subscribe_one(const call& x, const std::string& name, const std::string& label) {
  const auto own = parse_user_channel(name);
  if (!own) return feed_.subscribe(*x.from->line, name, label, x.now_ns);
  if (!x.who.may(own->scope())) return false;
  return user_feed_.subscribe(*x.from->line, owner_of(x), name, *own, label, x.now_ns);
}

outcome deribit_venue::unsubscribe(const call& x) {
  const auto channels = channels_of(x.params);
  if (!channels) return std::unexpected{channels.error()};
  json_array ended;
  for (const auto& name : *channels)
    if (feed_.unsubscribe(*x.from->line, name) || user_feed_.unsubscribe(*x.from->line, name))
      ended.add(in_quotes(name));
  return ended.take();
}

outcome deribit_venue::unsubscribe_all(const call& x) {
  feed_.unsubscribe_all(*x.from->line);
  user_feed_.unsubscribe_all(*x.from->line);
  return "\"ok\"";
}

} // namespace strike::sandbox::deribit
