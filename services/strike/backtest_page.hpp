#pragma once

#include "dashboard/dashboard.hpp"
#include "replay/backtest.hpp"

#include <memory>
#include <string>
#include <vector>

namespace strike {

/// A backtest on the dashboard, while it runs and after. Changes nothing about the run.
class backtest_page {
public:
  virtual ~backtest_page() = default;
  /// @returns `ec::invalid_config` or `ec::io`, as `dashboard::open`
  static result<std::unique_ptr<backtest_page>> open(dashboard::settings how,
                                                     const std::vector<strategy_registry::instance>& strategies);

  virtual const std::string& url() const = 0;
  /// Before the run is opened; the page outlives it.
  virtual void watch(replay::backtest_options& run) = 0;
  /// The run is over. @param why empty: at its end
  virtual void finish(const std::string& why) = 0;
};

} // namespace strike
