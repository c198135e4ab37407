#include "process/readiness.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace strike::process {

bool readiness::not_ready(std::string_view condition, std::string_view reason) {
  const std::scoped_lock lock{guard_};
  const auto [at, is_new] = unmet_.try_emplace(std::string{condition});
  at->second = reason;
  return is_new;
}

bool readiness::ready(std::string_view condition) {
  const std::scoped_lock lock{guard_};
  const auto at = unmet_.find(condition);
  if (at == unmet_.end()) return false;
  unmet_.erase(at);
  return true;
}

bool readiness::is_ready() const {
  const std::scoped_lock lock{guard_};
  return unmet_.empty();
}

std::string readiness::to_json() const {
  const std::scoped_lock lock{guard_};
  if (unmet_.empty()) return R"({"status":"ready"})";
  boost::json::array waiting;
  for (const auto& [condition, reason] : unmet_)
    waiting.push_back(boost::json::object{{"condition", condition}, {"reason", reason}});
  return boost::json::serialize(boost::json::object{{"status", "not ready"}, {"waiting_for", std::move(waiting)}});
}

} // namespace strike::process
