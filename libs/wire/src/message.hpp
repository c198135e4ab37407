#pragma once

#include "base/error.hpp"

#include <google/protobuf/message_lite.h>

#include <string>
#include <string_view>

namespace strike::wire {

/// Parses, with the type's name in the error.
/// @returns `ec::malformed`
result<void> parse(google::protobuf::MessageLite& into, std::string_view bytes);

/// @param out cleared first
void serialize(std::string& out, const google::protobuf::MessageLite& message);

/// "OrderRequest: <what is wrong>", for a message that parses and still breaks the rules of its .proto file.
std::unexpected<error> broken(const google::protobuf::MessageLite& message, std::string_view what);

/// Protobuf readers refuse a message whose texts are not UTF-8, so one bad byte from a venue would cost the whole
/// message: each byte that belongs to no valid sequence becomes U+FFFD.
void set_text(std::string* to, std::string_view text);

} // namespace strike::wire
