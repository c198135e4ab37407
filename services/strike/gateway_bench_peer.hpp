#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace strike::bench {

struct gateway_plan {
  std::size_t instruments = 5'000; ///< each with a ticker and a book
  double frames_per_second = 20'000;
  double seconds = 10; ///< that are measured
  bool busy_poll = false;
};

/// Lines over a socket pair, one at a time.
class line_pipe {
public:
  explicit line_pipe(int of) : of_{of} {}
  /// @returns whether there is somebody to read it
  bool write(std::string line) const;
  /// Waits for it. Empty: nobody is there any more.
  std::string read() const;

private:
  int of_;
};

/// The other end of what a gateway connects: a venue that sends made-up tickers and book changes, on one thread, and a
/// consumer of all of it, on another. It tells and is told:
///
///     > 127.0.0.1:43121                         where the venue listens
///     < tcp://127.0.0.1:34567                   where the gateway publishes
///     > begin                                   all is subscribed and flows
///     > end SENT EVENTS LOST P50 P90 P99        since then; us from a book's frame to its event at the consumer
///
/// @param folder for the venue's certificates; the one to trust is "ca.pem"
/// @returns the exit code of its process
int run_gateway_peer(const gateway_plan& how, const std::filesystem::path& folder, const line_pipe& parent);

} // namespace strike::bench
