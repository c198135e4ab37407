#include "strategies/definition.hpp"

#include "bus/topic.hpp"

#include <fmt/format.h>

#include <exception>

namespace strike::strategies {

namespace {

/// A table as it stands in strike.toml has its header, one that a program sends may have none.
config::section table_in(config::section root) {
  if (root.keys() != std::vector<std::string>{"strategy"}) return root;
  auto all = root.tables("strategy");
  if (all.size() == 1) return all.front();
  root.reject("strategy", fmt::format("expected one table, found {}", all.size()));
  return root;
}

/// A name is a level of the topic on which the strategy is shown.
void check_name(config::section& settings, const std::string& name) {
  if (name.empty()) return; // the type is missing, and told
  if (auto topic = bus::named_topic(bus::topic_root::dashboard, name); !topic)
    settings.reject("name", topic.error().text);
}

result<config::document> open(std::string_view toml, const std::string& name, const std::filesystem::path& folder) {
  return config::document::from_text(toml, fmt::format("strategy '{}'", name), folder);
}

} // namespace

std::vector<definition> read_definitions(config::section root, const strategy_registry& types) {
  std::vector<definition> all;
  for (auto& [made, settings] : types.read_all(root)) {
    check_name(settings, made.name);
    all.push_back({made.name, made.type, made.is_enabled, settings.to_toml(), settings.folder()});
  }
  return all;
}

result<definition> parse_definition(std::string_view toml, const std::string& name, const std::filesystem::path& folder,
                                    const strategy_registry& types) {
  auto document = open(toml, name, folder);
  if (!document) return std::unexpected{document.error()};
  auto settings = table_in(document->root());
  strategy_registry::instance made;
  try {
    made = types.make(settings, name);
  } catch (const std::exception& fault) {
    return fail(ec::invalid_config, fmt::format("strategy '{}': cannot be made: {}", name, fault.what()));
  }
  if (made.name != name)
    settings.reject("name", fmt::format("'{}' is another name than that of the strategy to reconfigure, '{}'; "
                                        "correct it or leave it out",
                                        made.name, name));
  if (auto done = document->finish(); !done) return std::unexpected{done.error()};
  return definition{made.name, made.type, made.is_enabled, settings.to_toml(), folder};
}

result<std::unique_ptr<strategy>> make(const definition& from, const strategy_registry& types) {
  auto document = open(from.toml, from.name, from.folder);
  if (!document) return std::unexpected{document.error()};
  auto settings = document->root();
  auto made = types.make(settings, from.name);
  if (auto done = document->finish(); !done) return std::unexpected{done.error()};
  if (!made.logic) return fail(ec::invalid_config, fmt::format("strategy '{}': its type made nothing", from.name));
  return std::move(made.logic);
}

} // namespace strike::strategies
