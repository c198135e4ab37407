#include "sandbox/json_text.hpp"

#include <boost/json/serialize.hpp>

namespace strike::sandbox {

std::string json_quoted(std::string_view text) { return boost::json::serialize(boost::json::string_view{text}); }

json_members& json_members::add(std::string_view key, std::string_view json) {
  if (text_.size() > 1) text_ += ',';
  text_ += json_quoted(key);
  text_ += ':';
  text_ += json;
  return *this;
}

json_elements& json_elements::add(std::string_view json) {
  if (text_.size() > 1) text_ += ',';
  text_ += json;
  return *this;
}

} // namespace strike::sandbox
