#pragma once

#include "base/rules.hpp"
#include "kit/bus_kit.hpp"

#include <boost/json/object.hpp>

#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace chaos {

using namespace strike;

/// An instrument that orders are placed for.
struct traded {
  instrument_id id;
  venue at = venue::deribit;
  std::string symbol;
  price tick;
  quantity unit;           ///< the smallest order, a multiple of the lot
  optional_price bid, ask; ///< as the venue displays it now
};

/// The system under test as processes: sandbox, three gateways, exec with real orders at all three sandbox venues. Each
/// can be killed and started again, and the sandbox can be told to misbehave.
class world {
public:
  explicit world(const temp_folder& in);

  /// @returns false if it is not ready within the patience of the tests; `logs` says why
  bool is_ready();
  /// Reads what the venues display; adds instruments at the first call.
  void look(instrument_registry& names);
  std::vector<traded>& instruments() { return instruments_; }

  /// One random fault, or the death of a process, which is started again at once.
  /// @returns what was done, for the log
  std::string harm(std::mt19937_64& chance);
  /// Ends all faults.
  void heal();
  void kill_exec();

  /// `/truth/<what>` of the sandbox: "orders", "fills", "positions".
  boost::json::array truth(const std::string& what) const;
  const std::string& orders_endpoint() const { return orders_; }
  std::string store_file() const;
  std::string logs() const;

private:
  void fault(const std::string& json) const;
  service& gateway_of(std::size_t i) { return *gateways_[i]; }

  const temp_folder& folder_;
  std::string orders_ = bus_kit::free_endpoint();
  std::optional<service> sandbox_, exec_;
  std::array<std::optional<service>, venue_count> gateways_;
  std::string control_;
  std::string earlier_; ///< what execs that were killed logged
  std::vector<traded> instruments_;
};

} // namespace chaos
