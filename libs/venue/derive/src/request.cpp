#include "derive/request.hpp"

#include <fmt/format.h>

namespace strike::derive {

namespace {

/// Names come from configuration and from the venue: what JSON would not take as it is, is escaped.
std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out + '"';
}

std::string channel_request(std::uint64_t id, std::string_view method, const std::vector<std::string>& channels) {
  std::string list;
  for (const auto& channel : channels) list += (list.empty() ? "" : ",") + in_quotes(channel);
  return call(id, method, "{\"channels\":[" + list + "]}");
}

} // namespace

std::string call(std::uint64_t id, std::string_view method, std::string_view params) {
  return fmt::format(R"({{"id":{},"method":"{}","params":{}}})", id, method, params);
}
std::string subscribe(std::uint64_t id, const std::vector<std::string>& channels) {
  return channel_request(id, "subscribe", channels);
}
std::string unsubscribe(std::uint64_t id, const std::vector<std::string>& channels) {
  return channel_request(id, "unsubscribe", channels);
}

std::string params_of(const history_query& what) {
  return fmt::format(R"({{"currency":{},"instrument_type":"{}","from_timestamp":{},"to_timestamp":{},"page":{},)"
                     R"("page_size":{}}})",
                     in_quotes(what.currency), what.type, what.from_ms, what.to_ms, what.page, page_size);
}

std::string list_params(std::string_view currency, std::string_view type, std::uint32_t page) {
  std::string text = fmt::format(R"({{"expired":false,"instrument_type":"{}")", type);
  if (!currency.empty()) text += ",\"currency\":" + in_quotes(currency);
  if (page > 0) text += fmt::format(R"(,"page":{},"page_size":{})", page, page_size);
  return text + '}';
}

std::string one_param(std::string_view key, std::string_view value) {
  return fmt::format(R"({{"{}":{}}})", key, in_quotes(value));
}

} // namespace strike::derive
