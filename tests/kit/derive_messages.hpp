#pragma once

#include "derive/message.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace strike {

/// A payload of tests/data/derive, as received.
inline std::string derive_payload(std::string_view name) {
  std::ifstream file{std::string{STRIKE_TEST_DATA "/derive/"} + std::string{name}};
  return {std::istreambuf_iterator<char>{file}, {}};
}
inline std::string derive_notification(std::string_view channel, std::string_view data) {
  return R"({"method":"subscription","params":{"channel":")" + std::string{channel} + R"(","data":)" +
         std::string{data} + "}}";
}

/// A reader that owns its text, with the padding that a socket gives.
struct derive_text {
  std::string text;
  derive::message_reader reader;
  result<derive::message_kind> kind;
  explicit derive_text(std::string x) : text{std::move(x)}, kind{(derive::pad(text), reader.open(text))} {}
  derive::message_reader* operator->() { return &reader; }
};

} // namespace strike
