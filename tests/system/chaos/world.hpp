#pragma once

#include "base/rules.hpp"
#include "kit/bus_kit.hpp"

#include <boost/json/object.hpp>

#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
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
  quantity offered;        ///< at the ask
};

/// The system under test as processes: sandbox, three gateways, exec with real orders at all three sandbox venues. Each
/// can be killed and started again, and the sandbox can be told to misbehave.
class world {
public:
  /// @param market more of the sandbox's [sandbox.market]
  explicit world(const temp_folder& in, std::string_view market = "");

  /// @returns false if it is not ready within the patience of the tests; `logs` says why
  bool is_ready();
  /// Reads what the venues display; adds instruments at the first call.
  void look(instrument_registry& names);
  std::vector<traded>& instruments() { return instruments_; }

  /// One random fault, or the death of a process, which is started again at once.
  /// @returns what was done, for the log
  std::string harm(std::mt19937_64& chance);
  /// One fault, as the sandbox's control takes it: {"venue":"deribit","fault":"mute"}.
  void fault(const std::string& json) const;
  /// Ends all faults.
  void heal();
  void kill_exec();
  /// Exec starts anew without its store: what the accounts hold is nobody's.
  void lose_store();

  /// `/truth/<what>` of the sandbox: "orders", "fills", "positions".
  boost::json::array truth(const std::string& what) const;
  const std::string& orders_endpoint() const { return orders_; }
  std::string exec_readyz() const { return http_get(exec_->logged("health="), "/readyz").body; }
  std::string exec_control() const { return exec_->logged("control="); }
  std::string store_file() const;
  std::string logs() const;

private:
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
