// strike-strategies with one more type of strategy, which no product should have: it throws.
#include "process/app.hpp"
#include "strategies/register_all.hpp"
#include "strategies/settings.hpp"
#include "strategies/start.hpp"
#include "strategy/strategy.hpp"

#include <stdexcept>

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

} // namespace

int main(int argc, char** argv) {
  const auto types = std::make_shared<strategy_registry>();
  register_all_strategies(*types);
  types->add("thrower", thrower::make);
  return process::run(argc, argv,
                      {.name = "example-strategies",
                       .help = "Serves the test of the strategies service.",
                       .start = [types](process::environment& env) { return strategies::start_service(env, types); }});
}
