#include "replay/run_output.hpp"

#include "base/time.hpp"
#include "replay/csv_file.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace strike::replay {

namespace {

constexpr std::size_t kept_notices = 50;

/// Follows one currency's equity.
class drawdown_tracker {
public:
  void add(std::int64_t at_ns, double equity) {
    if (!started_ || equity >= peak_) {
      if (started_ && worst_.bottom_ns != 0 && worst_.recovered_ns == 0 && equity >= worst_peak_)
        worst_.recovered_ns = at_ns;
      started_ = true;
      peak_ = equity;
      peak_ns_ = at_ns;
      return;
    }
    const double fall = peak_ - equity;
    if (fall <= worst_.amount) return;
    worst_ = {fall, peak_ > 0 ? fall / peak_ : 0, peak_ns_, at_ns, 0};
    worst_peak_ = peak_;
  }
  const drawdown& worst() const { return worst_; }

private:
  bool started_ = false;
  double peak_ = 0, worst_peak_ = 0;
  std::int64_t peak_ns_ = 0;
  drawdown worst_;
};

struct free_hash {
  void operator()(XXH3_state_t* x) const { XXH3_freeState(x); }
};

class file_output final : public run_output {
public:
  file_output(options settings, const instrument_registry& instruments)
      : settings_{std::move(settings)}, instruments_{instruments},
        activities_(settings_.strategies.size()), hash_{XXH3_createState()} {
    XXH3_128bits_reset(hash_.get());
  }

  result<void> open_files() {
    const auto& folder = settings_.folder;
    if (folder.empty()) return {};
    std::error_code fault;
    std::filesystem::create_directories(folder, fault);
    if (fault) return fail(ec::io, fmt::format("{}: {}; name another --out", folder.string(), fault.message()));
    const auto open = [&](csv_file& file, const char* name, std::string_view header) {
      return file.open(folder / name, header);
    };
    if (auto x =
            open(fills_, "fills.csv",
                 "time,venue_ns,strategy,venue,instrument,side,price,quantity,fee,fee_currency,liquidity,reason,order");
        !x)
      return x;
    if (auto x = open(orders_, "orders.csv",
                      "time,ns,order,strategy,venue,instrument,state,side,type,tif,limit,size,filled,reason");
        !x)
      return x;
    if (auto x = open(signals_, "signals.csv", "time,recv_ns,strategy,venue,instrument,side,value,reason"); !x)
      return x;
    if (auto x = open(settlements_, "settlements.csv",
                      "time,venue_ns,strategy,venue,instrument,quantity,delivery,payoff,fee,currency");
        !x)
      return x;
    return open(equity_, "equity.csv", "time,venue_ns,strategy,venue,currency,equity");
  }

  void on_order(std::uint32_t strategy, std::int64_t sent_ns, order_id id, const order_request& what) override {
    ++activities_[strategy].orders;
    if (!orders_.is_open()) return;
    start_order_line(strategy, sent_ns, id, what.instrument);
    const bool is_limit = what.type == order_type::limit;
    fmt::format_to(std::back_inserter(orders_.line()), ",sent,{},{},{},{},{},,", to_text(what.side), to_text(what.type),
                   to_text(what.tif), is_limit ? to_string(what.limit) : "", to_string(what.size));
    orders_.end_line();
  }

  void on_update(std::uint32_t strategy, const order_update& what) override {
    if (!orders_.is_open() || !what.instrument.is_valid()) return;
    start_order_line(strategy, what.venue_ns, what.order, what.instrument);
    fmt::format_to(std::back_inserter(orders_.line()), ",{},,,,,,{},{}", to_text(what.state), to_string(what.filled),
                   csv_file::in_quotes(what.reason));
    orders_.end_line();
  }

  void on_fill(std::uint32_t strategy, const fill& what, const instrument& rules) override {
    ++activities_[strategy].fills;
    add_to_hash(what);
    if (!fills_.is_open()) return;
    fmt::format_to(std::back_inserter(fills_.line()), "{},{},{},{},{},{},{},{},{},{},{},{},{}",
                   iso_from_ns(what.venue_ns), what.venue_ns, name(strategy), to_text(rules.at), rules.symbol,
                   to_text(what.side), to_string(what.at), to_string(what.size), to_string(what.fee),
                   rules.info.settlement, to_text(what.liquidity), to_text(what.reason), what.order.value);
    fills_.end_line();
  }

  void on_signal(std::uint32_t strategy, std::int64_t seen_ns, const signal& what) override {
    ++activities_[strategy].signals;
    if (!signals_.is_open()) return;
    const auto& entry = instruments_.at(what.instrument);
    fmt::format_to(std::back_inserter(signals_.line()), "{},{},{},{},{},{},{},{}", iso_from_ns(seen_ns), seen_ns,
                   name(strategy), to_text(entry.at), entry.symbol, to_text(what.side), what.value,
                   csv_file::in_quotes(what.reason));
    signals_.end_line();
  }

  void on_settlement(const match::settlement& what, const instrument& rules) override {
    ++activities_[what.owner].settlements;
    if (!settlements_.is_open()) return;
    fmt::format_to(std::back_inserter(settlements_.line()), "{},{},{},{},{},{},{},{},{},{}", iso_from_ns(what.venue_ns),
                   what.venue_ns, name(what.owner), to_text(rules.at), rules.symbol, to_string(what.size),
                   what.delivery, to_string(what.payoff), to_string(what.fee), rules.info.settlement);
    settlements_.end_line();
  }

  void on_equity(std::int64_t venue_ns, const std::vector<match::ledger::equity_row>& rows) override {
    auto sums = settings_.starting_cash;
    for (const auto& row : rows) sums[row.currency] += row.equity;
    for (const auto& [currency, equity] : sums) {
      auto& tracker = trackers_[currency];
      tracker.add(venue_ns, equity);
      drawdowns_[currency] = tracker.worst();
    }
    if (!equity_.is_open()) return;
    const auto time = iso_from_ns(venue_ns);
    for (const auto& row : rows) {
      fmt::format_to(std::back_inserter(equity_.line()), "{},{},{},{},{},{:.9f}", time, venue_ns, name(row.owner),
                     to_text(row.at), row.currency, row.equity);
      equity_.end_line();
    }
  }

  void on_log(std::uint32_t strategy, std::int64_t now_ns, log_level level, std::string_view text) override {
    if (settings_.log_to_terminal)
      fmt::print(stderr, "{} {} {}: {}\n", iso_from_ns(now_ns), to_text(level), settings_.strategies[strategy], text);
    if (level == log_level::info) return;
    const auto line = fmt::format("{}: {}", settings_.strategies[strategy], text);
    auto known = std::ranges::find(log_notices_, line, &notice::text);
    if (known == log_notices_.end()) {
      if (log_notices_.size() == kept_notices) return;
      known = log_notices_.insert(known, {line, 0, now_ns});
    }
    ++known->count;
  }

  const std::vector<activity>& activities() const override { return activities_; }
  const std::map<std::string, drawdown>& drawdowns() const override { return drawdowns_; }
  const std::vector<notice>& log_notices() const override { return log_notices_; }

  std::string fill_hash() const override {
    const auto digest = XXH3_128bits_digest(hash_.get());
    return fmt::format("{:016x}{:016x}", digest.high64, digest.low64);
  }

  result<void> close() override {
    result<void> first;
    for (auto* file : {&fills_, &orders_, &signals_, &settlements_, &equity_})
      if (auto done = file->close(); !done && first) first = done;
    return first;
  }

private:
  std::string name(std::uint32_t strategy) const { return csv_file::in_quotes(settings_.strategies[strategy]); }

  void start_order_line(std::uint32_t strategy, std::int64_t ns, order_id id, instrument_id instrument) {
    const auto& entry = instruments_.at(instrument);
    fmt::format_to(std::back_inserter(orders_.line()), "{},{},{},{},{},{}", iso_from_ns(ns), ns, id.value,
                   name(strategy), to_text(entry.at), entry.symbol);
  }

  void add_to_hash(const fill& what) {
    const auto& entry = instruments_.at(what.instrument);
    const auto symbol = fmt::format("{}:{}", to_text(entry.at), entry.symbol);
    const std::int64_t numbers[] = {what.venue_ns, static_cast<std::int64_t>(what.side), what.at.nanos,
                                    what.size.nanos};
    XXH3_128bits_update(hash_.get(), symbol.data(), symbol.size());
    XXH3_128bits_update(hash_.get(), numbers, sizeof numbers);
  }

  options settings_;
  const instrument_registry& instruments_;
  std::vector<activity> activities_;
  std::unique_ptr<XXH3_state_t, free_hash> hash_;
  std::map<std::string, drawdown_tracker> trackers_;
  std::map<std::string, drawdown> drawdowns_;
  std::vector<notice> log_notices_;
  csv_file fills_, orders_, signals_, settlements_, equity_;
};

} // namespace

std::string to_string(const notice& x) {
  if (x.count == 1) return fmt::format("{} (at {})", x.text, iso_from_ns(x.first_ns));
  return fmt::format("{} ({} times, first at {})", x.text, x.count, iso_from_ns(x.first_ns));
}

result<std::unique_ptr<run_output>> run_output::create(options settings, const instrument_registry& instruments) {
  auto made = std::make_unique<file_output>(std::move(settings), instruments);
  if (auto done = made->open_files(); !done) return std::unexpected{done.error()};
  return made;
}

} // namespace strike::replay
