#include "dashboard/json_text.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string_view.hpp>
#include <fmt/format.h>

#include <iterator>

namespace strike::dashboard {

std::string in_quotes(std::string_view text) {
  return boost::json::serialize(boost::json::string_view{text.data(), text.size()});
}

void append_json(std::string& out, double x) {
  if (std::isfinite(x))
    fmt::format_to(std::back_inserter(out), "{}", x);
  else
    out.append("null");
}

} // namespace strike::dashboard
