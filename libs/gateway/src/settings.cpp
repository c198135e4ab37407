#include "feed/endpoints.hpp"
#include "gateway/gateway.hpp"

namespace strike::gateway {

settings read_settings(config::section root, venue at, std::string_view publish) {
  auto all = root.table("gateway");
  for (const auto& x : enum_names<venue>::table) all.has(x.text); // the others' are theirs to check
  auto table = all.table(to_text(at));
  settings made{.at = at};
  made.publish = feed::read_bind(root, table, "publish", publish);
  made.ca_file = table.file("ca_file").string();
  made.grace = std::chrono::nanoseconds{table.duration_ns("grace", made.grace.count())};
  if (made.grace.count() < 0) table.reject("grace", "must not be negative");
  made.data_silence = std::chrono::nanoseconds{table.duration_ns("data_silence", made.data_silence.count())};
  if (made.data_silence.count() < 0) table.reject("data_silence", "must not be negative; \"0s\" never replaces");
  made.busy_poll = table.flag("busy_poll", made.busy_poll);
  return made;
}

} // namespace strike::gateway
