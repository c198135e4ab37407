#pragma once

#include "process/metrics.hpp"
#include "sandbox/fault.hpp"
#include "sandbox/venue_server.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace strike::sandbox {

/// Stands between the network and a venue: counts what passes, and lets it go wrong on command. The venue knows nothing
/// of it, and so all venues have the same faults.
class fault_frame final : public port_server {
public:
  /// @param on_fault what the mix has drawn, for the log
  fault_frame(venue_server& inner, venue which, process::metric_registry& metrics,
              std::function<void(const fault&)> on_fault);
  ~fault_frame() override;

  std::optional<http_response> on_upgrade(const http_request& how, std::int64_t now_ns) override;
  void on_open(connection& with, const http_request& how, std::int64_t now_ns) override;
  void on_text(connection& from, std::string_view text, std::int64_t now_ns) override;
  void on_close(connection& which) override;
  http_response on_http(const http_request& what, std::int64_t now_ns) override;

  void on_event(const market_event& what, std::int64_t now_ns);
  /// @returns when to call again at the latest
  std::int64_t round(std::int64_t now_ns);

  void inject(const fault& x, std::int64_t now_ns);
  void inject(const fault_mix& x, std::int64_t now_ns) { faults_.set(x, now_ns); }
  void clear() { faults_.clear(); }
  const fault_state& faults() const { return faults_; }

private:
  class line;
  struct counters {
    process::counter &answers, &notices, &bytes, &messages, &requests;
    process::gauge& connections;
    std::array<process::counter*, fault_count> hits;
  };
  static counters counters_of(venue which, process::metric_registry& metrics);
  bool is_order(const auto& what);
  std::optional<fault_kind> order_fault();
  http_response serve_order(const http_request& what);
  bool counted(fault_kind x, bool is_hit);
  bool hits(fault_kind x);         ///< as `fault_state::hits`, counted
  bool hits_lasting(fault_kind x); ///< as `fault_state::holds`, counted

  venue_server& inner_;
  counters count_;
  std::function<void(const fault&)> on_fault_;
  fault_state faults_;
  std::int64_t now_ns_ = 0; ///< of the call that is being served
  bool is_order_ = false;   ///< what is being served
  std::map<connection*, std::unique_ptr<line>> lines_;
};

} // namespace strike::sandbox
