#include "exec/desk_metrics.hpp"

namespace strike::exec {

desk_metrics::desk_metrics(process::metric_registry& in)
    : requests{in.get_counter("strike_exec_requests_total", "Messages from strategies")},
      malformed{in.get_counter("strike_exec_malformed_total", "Messages that broke their format")},
      unknown{in.get_counter("strike_exec_unknown_total", "Messages that only a newer version knows")},
      placed{in.get_counter("strike_exec_orders_total", "Orders given to a venue")},
      refused{in.get_counter("strike_exec_refused_total", "Orders refused before they left")},
      fills{in.get_counter("strike_exec_fills_total", "Fills booked")}, updates{in.get_counter(
                                                                            "strike_exec_updates_total",
                                                                            "Messages to strategies")},
      undelivered{in.get_counter("strike_exec_undelivered_total", "Messages whose strategy was not there")},
      questions{in.get_counter("strike_exec_questions_total", "Orders that a venue was asked about")},
      differences{in.get_counter("strike_exec_differences_total", "Differences between a venue and the store")},
      foreign_fills{in.get_counter("strike_exec_foreign_fills_total", "Fills of orders that are not exec's")},
      contradictions{in.get_counter("strike_exec_contradictions_total", "Orders whose venue contradicted itself")},
      store_failures{in.get_counter("strike_exec_store_failures_total", "Writes to the order store that failed")},
      open{in.get_gauge("strike_exec_open_orders", "Orders that are not final")},
      doubtful{in.get_gauge("strike_exec_doubtful_orders", "Orders that their venue has to be asked about")} {
  for (const auto& row : enum_names<venue>::table) {
    const auto of = [&](std::string_view name, std::string_view help) {
      return &in.get_histogram(name, help, process::close_latency_bounds_ns(), process::unit::nanosecond,
                               {{"venue", std::string{row.text}}});
    };
    const auto i = static_cast<std::size_t>(row.value);
    venue_ready[i] = &in.get_gauge("strike_exec_venue_ready",
                                   "1 while a venue's order session is up and its account has been compared",
                                   {{"venue", std::string{row.text}}});
    signal_to_wire[i] = of("strike_exec_signal_to_wire_seconds", "From a strategy's place to the venue's connection");
    wire_to_ack[i] =
        of("strike_exec_wire_to_ack_seconds", "From the connection to the venue's first word on the order");
  }
}

} // namespace strike::exec
