#include "match/queue_model.hpp"

#include "match/portable_math.hpp"

#include <algorithm>

namespace strike::match {

double queue_model::chance_behind(double front, double back) const {
  if (front + back <= 0) return 1; // nobody is ahead
  switch (rule) {
  case queue_rule::power: {
    const double b = portable_pow(back, n);
    return b / (b + portable_pow(front, n));
  }
  case queue_rule::log: {
    const double b = portable_log(1 + back);
    return b / (b + portable_log(1 + front));
  }
  case queue_rule::power2:
    return portable_pow(back, n) / portable_pow(back + front, n);
  case queue_rule::log2:
    return portable_log(1 + back) / portable_log(1 + back + front);
  case queue_rule::power3:
    return 1 - portable_pow(front / (front + back), n);
  case queue_rule::proportional:
    return back / (front + back);
  case queue_rule::pessimistic:
    break;
  }
  return 1; // what left stood behind us
}

double queue_model::after_change(double front, double previous, double now, double traded) const {
  const double left = previous - now - traded;
  if (rule == queue_rule::pessimistic || left <= 0) return std::min(front, now);
  if (rule == queue_rule::proportional) return std::min(front * now / (previous - traded), now);
  const double back = std::max(previous - front, 0.0);
  const double p = chance_behind(front, back);
  const double ahead = front - (1 - p) * left + std::min(back - p * left, 0.0);
  return std::max(std::min(ahead, now), 0.0);
}

} // namespace strike::match
