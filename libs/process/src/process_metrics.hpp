#pragma once

#include <prometheus/metric_family.h>

#include <vector>

namespace strike::process {

/// `process_cpu_seconds_total`, `process_resident_memory_bytes`, ... of this process; what /proc does not tell is left
/// out. Source: "Process metrics" in Prometheus's "Writing client libraries".
std::vector<prometheus::MetricFamily> process_metrics();

} // namespace strike::process
