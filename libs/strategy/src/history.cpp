#include "strategy/history.hpp"

#include "base/time.hpp"

#include <boost/json/object.hpp>

#include <cassert>
#include <cmath>

namespace strike {

namespace json = boost::json;

bounded_series::bounded_series(std::size_t capacity, std::int64_t spacing_ns)
    : capacity_{capacity}, spacing_ns_{spacing_ns} {
  assert(capacity > 0);
  points_.reserve(capacity);
}

void bounded_series::add(std::int64_t now_ns, double y) {
  if (!points_.empty()) {
    auto& newest = points_[(oldest_ + points_.size() - 1) % points_.size()];
    if (now_ns - newest.at_ns < spacing_ns_) {
      newest.y = y;
      return;
    }
  }
  if (points_.size() < capacity_) {
    points_.push_back({now_ns, y});
  } else {
    points_[oldest_] = {now_ns, y};
    oldest_ = (oldest_ + 1) % capacity_;
  }
}

json::array bounded_series::to_json() const {
  json::array all;
  for (std::size_t i = 0; i < points_.size(); ++i) {
    const auto& x = points_[(oldest_ + i) % points_.size()];
    all.push_back(json::array{x.at_ns / ns_per_ms, json_number(x.y)});
  }
  return all;
}

bounded_log::bounded_log(std::size_t capacity) : capacity_{capacity} { assert(capacity > 0); }

void bounded_log::add(std::int64_t now_ns, log_level level, std::string text) {
  if (lines_.size() < capacity_) {
    lines_.push_back({now_ns, level, std::move(text)});
  } else {
    lines_[oldest_] = {now_ns, level, std::move(text)};
    oldest_ = (oldest_ + 1) % capacity_;
    ++dropped_;
  }
}

json::array bounded_log::to_json() const {
  json::array all;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const auto& x = lines_[(oldest_ + i) % lines_.size()];
    const auto level = to_text(x.level);
    all.push_back(json::object{
        {"time", x.at_ns / ns_per_ms}, {"level", json::string_view{level.data(), level.size()}}, {"text", x.text}});
  }
  return all;
}

json::value json_number(double x) { // parentheses: braces would make an array of one
  return std::isfinite(x) ? json::value(x) : json::value(nullptr);
}

} // namespace strike
