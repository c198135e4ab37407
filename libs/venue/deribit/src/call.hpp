#pragma once

#include "base/decimal.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace strike::deribit {

/// Writes one JSON-RPC request. Texts are those of this program and of the venue, checked not to need escapes.
class call_writer {
public:
  call_writer(std::uint64_t id, std::string_view method) {
    out_.reserve(512);
    out_ += R"({"jsonrpc":"2.0","id":)";
    out_ += std::to_string(id);
    out_ += R"(,"method":")";
    out_ += method;
    out_ += R"(","params":{)";
  }
  call_writer& text(std::string_view key, std::string_view value);
  call_writer& flag(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }
  call_writer& whole(std::string_view key, std::int64_t value) { return raw(key, std::to_string(value)); }
  template <class Tag> call_writer& exact(std::string_view key, decimal<Tag> value) {
    raw(key, {});
    append_nanos(out_, value.nanos);
    return *this;
  }
  std::string take() {
    out_ += "}}";
    return std::move(out_);
  }

private:
  call_writer& raw(std::string_view key, std::string_view value) {
    if (!is_first_) out_ += ',';
    is_first_ = false;
    out_ += '"';
    out_ += key;
    out_ += "\":";
    out_ += value;
    return *this;
  }

  std::string out_;
  bool is_first_ = true;
};

} // namespace strike::deribit
