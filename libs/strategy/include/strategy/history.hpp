#pragma once

#include "strategy/context.hpp"

#include <boost/json/array.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace strike {

/// The newest points of a number over time, for a chart. Never holds more than `capacity` points; when full, the
/// oldest goes. Points nearer than `spacing_ns` to the one before replace its value, so that the chart spans at least
/// capacity x spacing however busy the market is. `add` allocates nothing.
class bounded_series {
public:
  /// @param capacity > 0; @param spacing_ns >= 0
  bounded_series(std::size_t capacity, std::int64_t spacing_ns);
  /// @param now_ns never before the time of the last point; @param y NaN leaves a gap
  void add(std::int64_t now_ns, double y);
  std::size_t size() const { return points_.size(); }
  boost::json::array to_json() const; ///< [[ms, y], ...] as widgets::chart wants it

private:
  struct point {
    std::int64_t at_ns;
    double y;
  };
  std::size_t capacity_;
  std::int64_t spacing_ns_;
  std::size_t oldest_ = 0; ///< where the next point goes once full
  std::vector<point> points_;
};

/// The newest lines of a log. Never holds more than `capacity` lines; when full, the oldest goes and is counted.
class bounded_log {
public:
  explicit bounded_log(std::size_t capacity); ///< > 0
  void add(std::int64_t now_ns, log_level level, std::string text);
  std::size_t size() const { return lines_.size(); }
  std::uint64_t dropped() const { return dropped_; }
  boost::json::array to_json() const; ///< as widgets::log wants it, oldest first

private:
  struct line {
    std::int64_t at_ns;
    log_level level;
    std::string text;
  };
  std::size_t capacity_;
  std::size_t oldest_ = 0;
  std::uint64_t dropped_ = 0;
  std::vector<line> lines_;
};

/// A number for the dashboard's state: null where it is none or not finite, which JSON cannot say otherwise.
boost::json::value json_number(double x);

} // namespace strike
