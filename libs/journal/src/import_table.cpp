#include "import_table.hpp"

#include <csv.h>

#include <optional>
#include <string_view>
#include <utility>

namespace strike::journal {

namespace {

/// Collects what libcsv calls back with.
class row_collector {
public:
  explicit row_collector(const std::function<result<void>(const csv_row&)>& on_row) : on_row_{on_row} {
    csv_init(&parser_, 0);
  }
  ~row_collector() { csv_free(&parser_); }
  row_collector(const row_collector&) = delete;
  row_collector& operator=(const row_collector&) = delete;

  /// @param text at most one line, so that the numbers of lines are known
  result<void> feed(std::string_view text) {
    if (csv_parse(&parser_, text.data(), text.size(), &on_field, &on_end, this) != text.size())
      return fail(ec::malformed, csv_strerror(csv_error(&parser_)));
    line_ += text.ends_with('\n') ? 1 : 0;
    return outcome();
  }
  result<void> finish() {
    csv_fini(&parser_, &on_field, &on_end, this);
    return outcome();
  }

private:
  static void on_field(void* text, std::size_t size, void* self_pointer) {
    auto& self = *static_cast<row_collector*>(self_pointer);
    auto& row = self.row_;
    if (self.used_ == 0) row.line = self.line_;
    if (self.used_ == row.fields.size()) row.fields.emplace_back();
    row.fields[self.used_++].assign(static_cast<const char*>(text), size);
  }
  static void on_end(int, void* self_pointer) {
    auto& self = *static_cast<row_collector*>(self_pointer);
    self.row_.fields.resize(self.used_);
    self.used_ = 0;
    if (self.fault_) return;
    if (auto ok = self.on_row_(self.row_); !ok) self.fault_ = std::move(ok.error());
  }
  result<void> outcome() const {
    if (fault_) return std::unexpected{*fault_};
    return {};
  }

  const std::function<result<void>(const csv_row&)>& on_row_;
  csv_parser parser_{};
  csv_row row_;
  std::size_t used_ = 0; ///< fields of the row so far; the strings behind them keep their memory
  std::uint64_t line_ = 1;
  std::optional<error> fault_; ///< the first of `on_row_`
};

} // namespace

result<void> read_csv(byte_source& source, const std::function<result<void>(const csv_row&)>& on_row) {
  row_collector rows{on_row};
  std::vector<char> buffer(1 << 16);
  for (bool first = true;; first = false) {
    const auto size = source.read(buffer);
    if (!size) return std::unexpected{size.error()};
    if (*size == 0) return rows.finish();
    std::string_view text{buffer.data(), *size};
    if (first && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    while (!text.empty()) {
      const auto newline = text.find('\n');
      const auto piece = text.substr(0, newline == std::string_view::npos ? newline : newline + 1);
      if (auto ok = rows.feed(piece); !ok) return ok;
      text.remove_prefix(piece.size());
    }
  }
}

} // namespace strike::journal
