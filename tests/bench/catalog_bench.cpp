// Loading and searching 100,000 markets. With STRIKE_MARKETS_CSV=<file>, also a list of one's own: CSV (.zst, .gz)
// whose first three columns are slug, question, tag.
#include "cache_file.hpp"
#include "catalog/market_catalog.hpp"
#include "source.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>

using namespace strike;
using namespace strike::catalog;

namespace {

const std::filesystem::path folder = std::filesystem::temp_directory_path() / "strike-catalog-bench";

/// Words as rare and as frequent as in a language: the n-th is drawn with weight 1 / n.
struct text_maker {
  std::mt19937 random{1};
  std::vector<std::string> words;
  std::discrete_distribution<std::size_t> pick;

  text_maker() {
    std::vector<double> weights;
    for (int i = 0; i < 20'000; ++i) {
      std::string word;
      for (auto left = 2 + random() % 8; left > 0; --left)
        word += "eeetttaaaooiinnsshhrrddlucmfwypvbgkjqxz"[random() % 39];
      words.push_back(word);
      weights.push_back(1.0 / (i + 1));
    }
    words[30] = "bitcoin", words[40] = "above", words[50] = "election";
    pick = std::discrete_distribution<std::size_t>{weights.begin(), weights.end()};
  }
  std::string text(std::size_t size, char between) {
    std::string made;
    while (made.size() < size) (made += words[pick(random)]) += between;
    return made;
  }
};

/// Sizes as on the recorded pages: 60 characters of slug, 70 of question, 5 tags, 900 of description, all different.
std::vector<market> made_up_markets(int count) {
  text_maker of;
  std::vector<market> all;
  for (int i = 0; i < count; ++i) {
    const auto number = std::to_string(1'000'000 + i);
    market x{.id = "0x" + std::string(57, 'a') + number,
             .slug = of.text(50, '-') + number,
             .question = of.text(70, ' '),
             .description = of.text(900, ' ')};
    for (int tag = 0; tag < 5; ++tag) x.tags.push_back(of.text(8, ' '));
    x.outcomes = {{"Yes", std::string(70, '1') + number}, {"No", std::string(70, '2') + number}};
    x.info.kind = instrument_kind::binary;
    x.ticks = tick_table{.base = {10'000'000}};
    x.is_active = x.accepts_orders = x.has_order_book = true;
    all.push_back(std::move(x));
  }
  return all;
}

std::string bytes_of(const char* file) {
  auto from = journal::byte_source::open(file);
  if (!from) std::fprintf(stderr, "%s\n", from.error().text.c_str()), std::exit(1);
  std::string all;
  std::array<char, 1 << 16> block;
  for (;;) {
    const auto count = (*from)->read(block);
    if (!count) std::fprintf(stderr, "%s\n", count.error().text.c_str()), std::exit(1);
    if (*count == 0) return all;
    all.append(block.data(), *count);
  }
}

/// Fields of one line; a field in quotes may hold commas.
std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> all(1);
  bool is_quoted = false;
  for (const char x : line) {
    if (x == '"')
      is_quoted = !is_quoted;
    else if (x == ',' && !is_quoted)
      all.emplace_back();
    else
      all.back() += x;
  }
  return all;
}

std::vector<market> markets_of_csv(const char* file) {
  const auto text = bytes_of(file);
  std::vector<market> all;
  for (std::size_t at = text.find('\n') + 1; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto row = fields_of(std::string_view{text}.substr(at, end - at));
    at = end + 1;
    if (row.size() < 3) continue;
    market x{.id = row[0], .slug = row[0], .question = row[1], .tags = {row[2]}};
    x.info.kind = instrument_kind::binary;
    all.push_back(std::move(x));
  }
  return all;
}

/// A cache file of these markets, written once.
const settings& cached(const std::string& name, std::vector<market> (*make)()) {
  static std::map<std::string, settings> known;
  const auto [at, is_new] = known.try_emplace(name, settings{.folder = folder / name, .venues = {venue::polymarket}});
  if (!is_new) return at->second;
  std::filesystem::create_directories(at->second.folder);
  std::string lost;
  const snapshot list{.refreshed_ns = 1, .since_ns = 1, .markets = sorted(make())};
  const auto done =
      replace_cache(cache_file_of(at->second.folder, venue::polymarket), list, nullptr, {}, journal::real_disk(), lost);
  if (!done) std::fprintf(stderr, "%s\n", done.error().text.c_str()), std::exit(1);
  return at->second;
}
const settings& made_up() {
  return cached("made_up", [] { return made_up_markets(100'000); });
}
const settings& own() {
  return cached("own", [] { return markets_of_csv(std::getenv("STRIKE_MARKETS_CSV")); });
}

std::unique_ptr<market_catalog> open(const settings& how) {
  return *market_catalog::open(how, {.fetch = {}, .wall_ns = [] { return std::int64_t{2}; }, .report = [](auto) {}});
}

void load_the_cache(benchmark::State& state, const settings& (*how)()) {
  const auto& from = how();
  for (auto _ : state) {
    auto markets = open(from);
    state.counters["markets"] = static_cast<double>(markets->current()->all().size());
    state.PauseTiming();
    markets.reset();
    state.ResumeTiming();
  }
}
void lay_out(benchmark::State& state, const settings& (*how)()) {
  const auto markets = open(how());
  const auto all = markets->current()->all();
  for (auto _ : state) {
    state.PauseTiming();
    auto fresh = std::make_unique<const view>(std::vector<market_ptr>{all.begin(), all.end()});
    state.ResumeTiming();
    fresh->lay_out();
    state.PauseTiming();
    fresh.reset();
    state.ResumeTiming();
  }
}
/// Before the view is laid out.
void search_first(benchmark::State& state, const settings& (*how)(), const char* query) {
  const auto markets = open(how());
  const auto all = markets->current()->all();
  for (auto _ : state) {
    state.PauseTiming();
    auto fresh = std::make_unique<const view>(std::vector<market_ptr>{all.begin(), all.end()});
    state.ResumeTiming();
    benchmark::DoNotOptimize(fresh->search(query, 20));
    state.PauseTiming();
    fresh.reset();
    state.ResumeTiming();
  }
}
void search(benchmark::State& state, const settings& (*how)(), const char* query) {
  const auto markets = open(how());
  const auto shown = markets->current();
  shown->lay_out();
  for (auto _ : state) benchmark::DoNotOptimize(shown->search(query, 20));
}
void find_by_regex(benchmark::State& state, const settings& (*how)()) {
  const auto markets = open(how());
  const auto shown = markets->current();
  for (auto _ : state) benchmark::DoNotOptimize(shown->find_by_slug_regex("^bitcoin-.*7$"));
}

void add(const std::string& name, const settings& (*how)()) {
  const auto unit = benchmark::kMillisecond;
  benchmark::RegisterBenchmark((name + "/load").c_str(), load_the_cache, how)->Unit(unit);
  benchmark::RegisterBenchmark((name + "/lay out").c_str(), lay_out, how)->Unit(unit);
  for (const auto* query : {"bitcoin above", "e"})
    benchmark::RegisterBenchmark((name + "/before that '" + query + "'").c_str(), search_first, how, query)->Unit(unit);
  for (const auto* query : {"bitcoin", "bitcoin above", "will bitcoin be above", "zzzzzz", "the", "e", "a e i o s t"})
    benchmark::RegisterBenchmark((name + "/search '" + query + "'").c_str(), search, how, query)->Unit(unit);
  benchmark::RegisterBenchmark((name + "/slugs by regular expression").c_str(), find_by_regex, how)->Unit(unit);
}

} // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  add("100,000 made up", made_up);
  if (std::getenv("STRIKE_MARKETS_CSV")) add("STRIKE_MARKETS_CSV", own);
  benchmark::RunSpecifiedBenchmarks();
  std::filesystem::remove_all(folder);
}
