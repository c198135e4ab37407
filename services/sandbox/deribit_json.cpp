#include "sandbox/deribit_json.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <cmath>

namespace strike::sandbox::deribit {

std::string number(int128 nanos) {
  constexpr int128 thousandth = nanos_per_unit / 1000;
  if (nanos == 0) return "0.0";
  if (nanos <= -thousandth || nanos >= thousandth) {
    auto text = nanos_to_text(nanos);
    return text.find('.') == std::string::npos ? text + ".0" : text;
  }
  auto digits = std::to_string(static_cast<std::int64_t>(nanos < 0 ? -nanos : nanos));
  const auto exponent = 10 - static_cast<int>(digits.size()); // 1e-9 has one digit
  while (digits.size() > 2 && digits.ends_with('0')) digits.pop_back();
  if (digits.size() == 1) digits += '0';
  return (nanos < 0 ? "-" : "") + digits.substr(0, 1) + "." + digits.substr(1) + "E-" + std::to_string(exponent);
}

std::string number(double x, int decimals) {
  const double scale = std::pow(10.0, decimals), rest = std::pow(10.0, 9 - decimals);
  return number(static_cast<int128>(std::round(x * scale)) * static_cast<int128>(rest));
}

std::string in_quotes(std::string_view text) { return boost::json::serialize(boost::json::string{text}); }

json_object& json_object::add(std::string_view key, std::string_view json) {
  if (text_.size() > 1) text_ += ',';
  text_ += '"';
  text_ += key;
  text_ += "\":";
  text_ += json;
  return *this;
}

} // namespace strike::sandbox::deribit
