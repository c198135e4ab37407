#include "strike/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike {

std::string text_table::to_text() const {
  std::vector<std::size_t> widths;
  for (const auto& x : header) widths.push_back(x.size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string text;
  const auto add = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < row.size(); ++i)
      text += i + 1 < row.size() ? fmt::format("{:<{}}", row[i], widths[i] + 2) : row[i];
    text += '\n';
  };
  add(header);
  for (const auto& row : rows) add(row);
  return text;
}

std::string text_table::to_csv() const {
  std::string text;
  const auto add = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += ',';
      if (row[i].find_first_of(",\"\r\n") == std::string::npos) {
        text += row[i];
        continue;
      }
      text += '"';
      for (const char c : row[i]) text += c == '"' ? "\"\"" : std::string(1, c);
      text += '"';
    }
    text += "\r\n";
  };
  add(header);
  for (const auto& row : rows) add(row);
  return text;
}

} // namespace strike
