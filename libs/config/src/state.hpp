#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace strike::config::detail {

/// What is known about one table: its contents, and which keys somebody asked for.
struct node {
  const toml::table* table = nullptr; ///< null: absent from the document
  std::string path;
  std::uint32_t line = 0; ///< 0 if absent
  std::set<std::string, std::less<>> known;
  std::map<std::string, std::vector<std::shared_ptr<node>>, std::less<>> children; ///< by key; arrays have several

  const toml::node* find(std::string_view key) const { return table ? table->get(key) : nullptr; }
  /// Where the key stands; the table's own line if it is absent.
  std::uint32_t line_of(std::string_view key) const;
  std::string path_of(std::string_view key) const {
    return path.empty() ? std::string{key} : path + "." + std::string{key};
  }
};

struct mistake {
  std::uint32_t line;
  std::string text;
  bool operator==(const mistake&) const = default;
};

struct document_state {
  std::string name; ///< of the file, as messages show it
  std::filesystem::path folder;
  toml::table contents;
  std::shared_ptr<node> root;
  std::vector<mistake> mistakes;
};

/// Every key below `from` that nobody asked for.
void find_unknown_keys(const node& from, std::vector<mistake>& found);

} // namespace strike::config::detail
