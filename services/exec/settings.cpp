#include "exec/settings.hpp"

#include "feed/endpoints.hpp"

namespace strike::exec {

settings read_settings(config::section root) {
  auto table = root.table("exec");
  settings x;
  x.router.upstream = feed::read_connects(root, table, "upstream", {"tcp://127.0.0.1:5550"});
  x.listen = feed::read_bind(root, table, "listen", "tcp://127.0.0.1:5570");
  x.publish = feed::read_bind(root, table, "publish", "tcp://127.0.0.1:5571");
  x.clock = table.choice("clock", x.clock);
  x.queue = static_cast<std::size_t>(table.integer("queue", static_cast<std::int64_t>(x.queue), 1'000, 10'000'000));
  x.simulation = simulator::read_simulation(root);
  return x;
}

} // namespace strike::exec
