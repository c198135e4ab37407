#pragma once

#include "base/decimal.hpp"
#include "base/enums.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strike::config {

namespace detail {
struct document_state;
struct node;
} // namespace detail

/// One table of a TOML document. Reading a key marks it as known; what nobody read is reported by
/// `document::finish`. A wrong value is recorded with file, line and key and the fallback is returned, so that one
/// pass over a file finds all its mistakes. Copies stand for the same table. One thread.
class section {
public:
  /// Whether the key is there; asking makes it known, as reading does.
  bool has(std::string_view key) const;
  /// In the order of the alphabet.
  std::vector<std::string> keys() const;
  /// "strategy.gamma": where this table stands in the document. An element of an array of tables goes by its `name`,
  /// without one by its place: "strategy[2]" is the second.
  std::string path() const;

  /// The table's contents as a document of its own, without header; its keys count as known. What was read from it,
  /// `from_text` with `folder()` gives again.
  std::string to_toml() const;
  /// Where relative file names start.
  const std::filesystem::path& folder() const;

  std::string text(std::string_view key, std::string fallback);
  std::string required_text(std::string_view key);
  /// An array of texts; a single text counts as one, an absent key as none.
  std::vector<std::string> texts(std::string_view key);
  bool flag(std::string_view key, bool fallback);
  /// Both bounds are allowed values.
  std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t lowest, std::int64_t highest);
  double number(std::string_view key, double fallback, double lowest, double highest);
  /// A TOML number, taken by its shortest text, or a text such as "0.0001"; exact or a mistake.
  price price_of(std::string_view key, price fallback);
  quantity quantity_of(std::string_view key, quantity fallback);
  /// A text with a unit: "5ms", "1.5s", "24h".
  std::int64_t duration_ns(std::string_view key, std::int64_t fallback);
  /// A text that names a file; a relative one starts at the folder of the configuration file. Empty if absent.
  std::filesystem::path file(std::string_view key);
  /// An array of those; a single text counts as one.
  std::vector<std::filesystem::path> files(std::string_view key);
  template <class E> E choice(std::string_view key, E fallback) {
    const auto word = text(key, std::string{to_text(fallback)});
    auto value = from_text<E>(word);
    if (value) return *value;
    reject(key, value.error().text);
    return fallback;
  }

  /// A sub-table; empty if absent.
  section table(std::string_view key);
  /// An array of tables; a single table counts as one.
  std::vector<section> tables(std::string_view key);

  /// Records that the value of `key` is wrong; the text says why and what would do.
  void reject(std::string_view key, std::string why);

private:
  friend class document;
  section(std::shared_ptr<detail::document_state> state, std::shared_ptr<detail::node> node);
  template <class Decimal> Decimal decimal_of(std::string_view key, Decimal fallback);

  std::shared_ptr<detail::document_state> state_;
  std::shared_ptr<detail::node> node_;
};

/// A parsed TOML file.
class document {
public:
  /// @returns `ec::io` for an unreadable file, `ec::invalid_config` with file and line for a syntax error
  static result<document> from_file(const std::filesystem::path& file);
  /// @param name stands for the file in messages
  /// @param folder where relative file names start; empty: where the program runs
  static result<document> from_text(std::string_view toml, std::string name, std::filesystem::path folder = {});

  section root() const;
  /// @returns `ec::invalid_config`: every wrong value and every key that nobody read, one a line, each with file,
  /// line, key, and the nearest known key where one is near
  result<void> finish() const;

private:
  explicit document(std::shared_ptr<detail::document_state> state);

  std::shared_ptr<detail::document_state> state_;
};

} // namespace strike::config
