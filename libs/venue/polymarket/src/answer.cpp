#include "polymarket/answer.hpp"

#include "account_words.hpp"
#include "json_walk.hpp"

#include <charconv>

namespace strike::polymarket {

namespace {

std::unexpected<error> malformed(std::string_view what, std::string_view json) {
  return fail(ec::malformed, std::string{what} + " is not of the documented form: " + sample(json));
}

bool read_flag(ondemand::value& from, bool& into) {
  const auto text = text_of(from);
  if (text != "true" && text != "false") return false;
  return into = text == "true", true;
}

bool read_exchanged(std::string_view text, quantity& into) { return text.empty() || read_nanos(text, into.nanos); }

bool read_answer(ondemand::value& from, order_answer& into) {
  bool is_said = false;
  return each_field(from,
                    [&](std::string_view key, ondemand::value& x) {
                      if (key == "success") return is_said = true, read_flag(x, into.is_success);
                      if (key == "errorMsg" || key == "error" || key == "error_msg") return read_text(x, into.error);
                      if (key == "orderID" || key == "orderId") return into.id = lower(text_of(x)), true;
                      if (key == "status") return into.status = lower(text_of(x)), true;
                      if (key == "makingAmount") return read_exchanged(text_of(x), into.making);
                      if (key == "takingAmount") return read_exchanged(text_of(x), into.taking);
                      return true;
                    }) &&
         (is_said || !into.error.empty() || !into.id.empty());
}

/// An integer of any length.
bool read_millionths(std::string_view text, std::int64_t& into) {
  if (const auto point = text.find('.'); point != text.npos) text = text.substr(0, point);
  if (text.empty()) return false;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), into);
  if (end != text.data() + text.size()) return false;
  if (fault == std::errc::result_out_of_range) return into = INT64_MAX, text.front() != '-';
  return fault == std::errc{} && into >= 0;
}

} // namespace

result<order_answer> parse_order_answer(std::string_view json) {
  order_answer made;
  const bool is_read = in_document(json, [&](ondemand::document& document) {
    ondemand::value value;
    return document.get_value().get(value) == simdjson::SUCCESS && read_answer(value, made);
  });
  if (!is_read) return malformed("the answer to an order", json);
  return made;
}

result<std::vector<order_answer>> parse_order_answers(std::string_view json) {
  std::vector<order_answer> made;
  if (!each_item_of(json, [&](ondemand::value& from) { return read_answer(from, made.emplace_back()); }))
    return malformed("the answer to a batch of orders", json);
  return made;
}

result<cancel_answer> parse_cancel_answer(std::string_view json) {
  cancel_answer made;
  bool has_any = false;
  const auto refused = [&](std::string_view key, ondemand::value& from) {
    return read_text(from, made.refused[lower(key)]);
  };
  const bool is_read = each_field_of(json, [&](std::string_view key, ondemand::value& from) {
    if (key != "canceled" && key != "not_canceled") return true;
    has_any = true;
    if (text_of(from).empty()) return true; // null
    if (key == "not_canceled") return each_field(from, refused);
    return each_item(from, [&](ondemand::value& x) { return made.cancelled.push_back(lower(text_of(x))), true; });
  });
  if (!is_read || !has_any) return malformed("the answer to a cancel", json);
  return made;
}

std::optional<std::int64_t> funds::allowed(std::string_view contract) const {
  if (const auto found = allowances.find(lower(contract)); found != allowances.end()) return found->second;
  return allowance;
}

result<funds> parse_funds(std::string_view json) {
  funds made;
  bool has_balance = false;
  const bool is_read = each_field_of(json, [&](std::string_view key, ondemand::value& from) {
    if (key == "balance") return has_balance = read_millionths(text_of(from), made.balance);
    if (key == "allowance" && !text_of(from).empty()) return read_millionths(text_of(from), made.allowance.emplace());
    if (key != "allowances" || text_of(from).empty()) return true;
    return each_field(from, [&](std::string_view contract, ondemand::value& x) {
      return read_millionths(text_of(x), made.allowances[lower(contract)]);
    });
  });
  if (!is_read || !has_balance) return malformed("the answer to /balance-allowance", json);
  return made;
}

result<std::int64_t> parse_time(std::string_view json) {
  std::int64_t seconds = 0;
  const auto first = json.find_first_not_of(" \n\r\t\"");
  const auto text = first == json.npos ? json : json.substr(first, json.find_last_not_of(" \n\r\t\"") - first + 1);
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  constexpr std::int64_t earliest = 1'500'000'000, latest = 100'000'000'000;
  if (fault != std::errc{} || end != text.data() + text.size() || seconds < earliest || seconds > latest)
    return malformed("the answer to /time", json);
  return seconds;
}

result<int> parse_version(std::string_view json) {
  int version = 0;
  const bool is_read = each_field_of(json, [&](std::string_view key, ondemand::value& from) {
    if (key != "version") return true;
    const auto text = text_of(from);
    return std::from_chars(text.data(), text.data() + text.size(), version).ec == std::errc{};
  });
  if (!is_read || version <= 0) return malformed("the answer to /version", json);
  return version;
}

result<bool> parse_closed_only(std::string_view json) {
  std::optional<bool> said;
  const bool is_read = each_field_of(json, [&](std::string_view key, ondemand::value& from) {
    return key != "closed_only" || read_flag(from, said.emplace());
  });
  if (!is_read || !said) return malformed("the answer to /auth/ban-status/closed-only", json);
  return *said;
}

result<std::string> parse_geoblock(std::string_view json) {
  std::optional<bool> blocked;
  std::string country;
  const bool is_read = each_field_of(json, [&](std::string_view key, ondemand::value& from) {
    if (key == "blocked") return read_flag(from, blocked.emplace());
    return key != "country" || read_text(from, country);
  });
  if (!is_read || !blocked) return malformed("the answer of the geoblock check", json);
  if (!*blocked) return std::string{};
  return country.empty() ? "this country" : country;
}

std::string read_heartbeat_id(std::string_view body) {
  std::string id, text;
  const bool is_object = each_field_of(body, [&](std::string_view key, ondemand::value& from) {
    if (key == "heartbeat_id") return read_text(from, id);
    return key != "error" && key != "errorMsg" && key != "error_msg" ? true : read_text(from, text);
  });
  if (!id.empty()) return id;
  // the error's text contains the id: a UUID
  const std::string_view all = is_object ? std::string_view{text} : body;
  constexpr std::size_t uuid_size = 36;
  for (std::size_t at = 0; at + uuid_size <= all.size(); ++at) {
    const auto word = all.substr(at, uuid_size);
    bool fits = true;
    for (std::size_t i = 0; i < uuid_size && fits; ++i)
      fits = i == 8 || i == 13 || i == 18 || i == 23
                 ? word[i] == '-'
                 : std::string_view{"0123456789abcdefABCDEF"}.find(word[i]) != std::string_view::npos;
    if (fits) return std::string{word};
  }
  return {};
}

result<price> parse_tick(std::string_view json) {
  price tick;
  const bool is_read = each_field_of(json, [&](std::string_view key, ondemand::value& from) {
    return key != "minimum_tick_size" || read_nanos(text_of(from), tick.nanos);
  });
  if (!is_read || tick <= price{}) return malformed("the answer to /tick-size", json);
  return tick;
}

result<credentials_text> find_credentials(std::string_view body) {
  credentials_text made;
  const auto part = [body](std::string_view key) -> std::string_view {
    const auto name = body.find('"' + std::string{key} + '"');
    if (name == body.npos) return {};
    const auto colon = body.find(':', name);
    const auto open = colon == body.npos ? colon : body.find('"', colon);
    const auto close = open == body.npos ? open : body.find('"', open + 1);
    return close == body.npos ? std::string_view{} : body.substr(open + 1, close - open - 1);
  };
  made = {part("apiKey"), part("secret"), part("passphrase")};
  for (const auto x : {made.key, made.secret, made.passphrase})
    if (x.empty() || x.find('\\') != x.npos)
      return fail(ec::malformed, "the answer with the API credentials is not of the documented form: apiKey, secret "
                                 "and passphrase as plain texts");
  return made;
}

} // namespace strike::polymarket
