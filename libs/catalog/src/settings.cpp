#include "catalog/settings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::catalog {

namespace {

std::int64_t read_positive(config::section& table, std::string_view key, std::int64_t fallback) {
  const auto x = table.duration_ns(key, fallback);
  if (x > 0) return x;
  table.reject(key, "must be above 0, as \"24h\"");
  return fallback;
}

std::string read_url(config::section& table, std::string_view key, std::string fallback) {
  auto url = table.text(key, std::move(fallback));
  if (!url.starts_with("https://") && !url.starts_with("http://"))
    table.reject(key, fmt::format("'{}' is no URL; it starts with https://", url));
  while (url.ends_with('/')) url.pop_back();
  return url;
}

} // namespace

settings read_settings(config::section root) {
  settings x;
  auto table = root.table("catalog");
  x.folder = table.has("folder") ? table.file("folder") : table.folder() / x.folder;
  if (table.has("venues")) {
    x.venues.clear();
    for (const auto& name : table.texts("venues")) {
      const auto at = from_text<venue>(name);
      if (!at)
        table.reject("venues", at.error().text);
      else if (std::ranges::find(x.venues, *at) == x.venues.end())
        x.venues.push_back(*at);
    }
    if (x.venues.empty()) table.reject("venues", "must name at least one; known: deribit, derive, polymarket");
  }
  x.refresh_ns = read_positive(table, "refresh", x.refresh_ns);
  x.keep_ns = read_positive(table, "keep", x.keep_ns);
  x.sources.polymarket = table.choice("polymarket_list", x.sources.polymarket);
  x.sources.gamma = read_url(table, "gamma", x.sources.gamma);
  x.sources.clob = read_url(table, "clob", x.sources.clob);
  x.sources.deribit = read_url(table, "deribit", x.sources.deribit);
  x.sources.derive = read_url(table, "derive", x.sources.derive);
  x.ca_file = table.file("ca_file");
  return x;
}

std::filesystem::path cache_file_of(const std::filesystem::path& folder, venue at) {
  return folder / fmt::format("{}_markets.jsonl", to_text(at));
}

std::vector<std::filesystem::path> cache_files(const settings& how) {
  std::vector<std::filesystem::path> files;
  for (const auto at : how.venues)
    if (auto file = cache_file_of(how.folder, at); std::filesystem::exists(file)) files.push_back(std::move(file));
  return files;
}

} // namespace strike::catalog
