// strike-strategies with more types of strategies, which no product should have: one throws, one only watches,
// one buys once.
#include "feed/last_values.hpp"
#include "kit/book_text.hpp"
#include "process/app.hpp"
#include "strategies/register_all.hpp"
#include "strategies/settings.hpp"
#include "strategies/start.hpp"
#include "strategy/strategy.hpp"

#include <filesystem>
#include <set>
#include <stdexcept>
#include <unistd.h>

using namespace strike;

namespace {

/// Throws at its third event, each time that it is started.
class thrower final : public strategy {
public:
  explicit thrower(std::vector<subscription> what) : what_{std::move(what)} {}
  static std::unique_ptr<strategy> make(config::section& settings) {
    return std::make_unique<thrower>(strategies::read_instruments(settings));
  }
  std::vector<subscription> subscriptions() const override { return what_; }
  void on_event(const market_event&, context&) override {
    if (++events_ == 3) throw std::runtime_error{"third event"};
  }
  boost::json::object dashboard_state() const override { return {}; }

private:
  std::vector<subscription> what_;
  int events_ = 0;
};

/// Shows what it has seen of its instruments. While the file `hold` exists, it does not return from an event.
class watcher final : public strategy {
public:
  watcher(std::vector<subscription> what, std::string hold) : what_{std::move(what)}, hold_{std::move(hold)} {}
  static std::unique_ptr<strategy> make(config::section& settings) {
    std::vector<subscription> all;
    for (const auto& name : settings.texts("channels"))
      for (auto x : strategies::read_instruments(settings)) {
        x.what = from_text<channel>(name).value();
        all.push_back(std::move(x));
      }
    return std::make_unique<watcher>(std::move(all), settings.text("hold", ""));
  }
  std::vector<subscription> subscriptions() const override { return what_; }
  void on_event(const market_event& event, context&) override {
    while (!hold_.empty() && std::filesystem::exists(hold_)) usleep(1'000);
    values_.apply(event);
    instruments_.insert(event.instrument.index);
    if (event.state != trust::live) ++untrusted_;
    if (const auto* touch = std::get_if<ticker>(&event.body); touch && touch->best_bid) {
      ++tickers_;
      bid_ = (*touch->best_bid).nanos / nanos_per_unit;
      state_ = event.state;
    }
    if (channel_of(event) == channel::book) last_book_ = event.instrument;
  }
  boost::json::object dashboard_state() const override {
    std::int64_t live_books = 0;
    for (const auto x : instruments_) {
      const auto* book = values_.book({x});
      live_books += book && book->state() == trust::live ? 1 : 0;
    }
    return {{"bid", bid_}, ///< of the last ticker
            {"trust", std::string{to_text(state_)}},
            {"tickers", tickers_},
            {"untrusted", untrusted_}, ///< events
            {"instruments", instruments_.size()},
            {"live_books", live_books},
            {"book", book_text(last_book_.is_valid() ? values_.book(last_book_) : nullptr)}};
  }

private:
  std::vector<subscription> what_;
  std::string hold_;
  feed::last_values values_;
  std::set<std::uint32_t> instruments_;
  instrument_id last_book_;
  std::int64_t bid_ = 0, tickers_ = 0, untrusted_ = 0;
  trust state_ = trust::stale;
};

/// Buys 10 at the market once exec takes orders, then rests a bid of 10 at 1; shows what became of both.
class buyer final : public strategy {
public:
  explicit buyer(std::vector<subscription> what) : what_{std::move(what)} {}
  static std::unique_ptr<strategy> make(config::section& settings) {
    return std::make_unique<buyer>(strategies::read_instruments(settings));
  }
  std::vector<subscription> subscriptions() const override { return what_; }
  void on_event(const market_event& event, context& world) override {
    instrument_ = event.instrument;
    position_ = to_string(world.position_of(instrument_).size);
    if (waits_ || rests_) return;
    waits_ = true;
    order_request order{.instrument = instrument_, .limit = price{nanos_per_unit}, .size = {10 * nanos_per_unit}};
    if (!has_bought_) {
      order.type = order_type::market;
      order.tif = time_in_force::ioc;
      order.limit = {};
    }
    world.place(order);
  }
  void on_order(const order_update& x, context&) override {
    waits_ = false;
    reason_ = x.reason;
    if (x.state == order_state::rejected) return; // exec is not there yet
    has_bought_ |= x.state == order_state::filled;
    rests_ |= x.state == order_state::open;
    states_ += std::string{to_text(x.state)} + " ";
  }
  boost::json::object dashboard_state() const override {
    return {{"position", position_}, {"states", states_}, {"reason", reason_}};
  }

private:
  std::vector<subscription> what_;
  instrument_id instrument_;
  bool waits_ = false, has_bought_ = false, rests_ = false;
  std::string position_ = "0", states_, reason_;
};

} // namespace

int main(int argc, char** argv) {
  const auto types = std::make_shared<strategy_registry>();
  register_all_strategies(*types);
  types->add("thrower", thrower::make);
  types->add("watcher", watcher::make);
  types->add("buyer", buyer::make);
  return process::run(argc, argv,
                      {.name = "example-strategies",
                       .help = "Serves the test of the strategies service.",
                       .start = [types](process::environment& env) { return strategies::start_service(env, types); }});
}
