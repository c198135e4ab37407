#pragma once

#include <string>
#include <vector>

namespace strike {

/// Rows of texts under a header, for a terminal or a spreadsheet.
struct text_table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows; ///< each as long as the header

  /// Columns as wide as their widest text, two blanks apart.
  std::string to_text() const;
  /// RFC 4180: a text with a comma, a quote or a line end stands in quotes.
  std::string to_csv() const;
};

} // namespace strike
