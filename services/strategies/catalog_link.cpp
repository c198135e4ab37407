#include "strategies/catalog_link.hpp"

#include "catalog/refresher.hpp"
#include "net/http_client.hpp"

#include <chrono>
#include <optional>

namespace strike::strategies {

namespace {

constexpr std::chrono::seconds patience{30};    ///< the largest lists take some seconds
constexpr std::size_t largest_list = 256 << 20; ///< bytes; Deribit sends all its instruments in one answer
constexpr int attempts = 5;

std::int64_t system_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// A catalog and who keeps it fresh.
struct kept_catalog {
  std::unique_ptr<catalog::market_catalog> markets;
  std::optional<catalog::refresher> refresher;
};

} // namespace

catalog::fetch_function http_fetch(const std::filesystem::path& ca_file, std::stop_token stop) {
  const auto client =
      std::make_shared<net::http_client>(net::loop::options{.ca_file = ca_file.string(), .on_warning = {}});
  return [client, stop = std::move(stop)](const catalog::request& what) {
    net::http_request made{.url = what.url,
                           .extra = {{"User-Agent", "strike"}},
                           .body = what.body,
                           .timeout = patience,
                           .largest_body = largest_list,
                           .attempts = attempts};
    if (!what.body.empty()) {
      made.method = "POST";
      made.extra.emplace_back("Content-Type", "application/json");
    }
    return client->fetch(std::move(made), stop);
  };
}

result<std::function<catalog::view_ptr(std::int64_t now_ns)>>
start_catalog(process::environment& env, const catalog::settings& how, clock_mode clock) {
  auto opened = catalog::market_catalog::open(how, {.fetch = http_fetch(how.ca_file, env.stop),
                                                    .wall_ns = system_ns,
                                                    .report = [&log = env.log](std::string_view line) {
                                                      log.warning("catalog", {{"reason", line}});
                                                    }});
  if (!opened) return std::unexpected{opened.error()};
  const auto kept = std::make_shared<kept_catalog>();
  kept->markets = *std::move(opened);
  auto* const markets = kept->markets.get();
  env.on_stop("catalog", [kept] { kept->refresher.reset(); }); // `kept` outlives the actors
  if (clock == clock_mode::feed)
    return [markets](std::int64_t now_ns) { return markets->as_of(now_ns).value_or(nullptr); };
  for (const auto at : how.venues)
    if (markets->last_updated(at) == 0)
      env.log.info("the list of markets is fetched for the first time; this can take minutes",
                   {{"venue", to_text(at)}});
  kept->refresher.emplace(*markets);
  return [markets](std::int64_t) { return markets->current(); };
}

} // namespace strike::strategies
