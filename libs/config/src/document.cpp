#include "config/section.hpp"
#include "state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace strike::config {

namespace {

std::string at_line(const std::string& name, std::uint32_t line, std::string_view text) {
  return line == 0 ? fmt::format("{}: {}", name, text) : fmt::format("{}:{}: {}", name, line, text);
}

result<std::shared_ptr<detail::document_state>> parse(std::string_view toml, std::string name) {
  auto state = std::make_shared<detail::document_state>();
  state->name = std::move(name);
  try {
    state->contents = toml::parse(toml, state->name);
  } catch (const toml::parse_error& fault) {
    return fail(ec::invalid_config, at_line(state->name, fault.source().begin.line, fault.description()));
  }
  state->root = std::make_shared<detail::node>();
  state->root->table = &state->contents;
  return state;
}

} // namespace

document::document(std::shared_ptr<detail::document_state> state) : state_{std::move(state)} {}

result<document> document::from_file(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  if (!in.is_open() || in.bad() || std::filesystem::is_directory(file))
    return fail(ec::io, fmt::format("{}: cannot read the configuration; name an existing TOML file", file.string()));
  auto state = parse(text, file.string());
  if (!state) return std::unexpected{state.error()};
  (*state)->folder = file.parent_path();
  return document{std::move(*state)};
}

result<document> document::from_text(std::string_view toml, std::string name, std::filesystem::path folder) {
  auto state = parse(toml, std::move(name));
  if (!state) return std::unexpected{state.error()};
  (*state)->folder = std::move(folder);
  return document{std::move(*state)};
}

section document::root() const { return section{state_, state_->root}; }

result<void> document::finish() const {
  auto found = state_->mistakes;
  detail::find_unknown_keys(*state_->root, found);
  if (found.empty()) return {};
  std::ranges::stable_sort(found, {}, &detail::mistake::line);
  std::string all;
  for (const auto& x : found) {
    if (!all.empty()) all += '\n';
    all += at_line(state_->name, x.line, x.text);
  }
  return fail(ec::invalid_config, std::move(all));
}

} // namespace strike::config
