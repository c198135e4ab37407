#pragma once

#include "base/registry.hpp"
#include "process/log.hpp"
#include "strategies/order_route.hpp"
#include "strategies/position_book.hpp"
#include "wire/order.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace strike::strategies {

/// What the connection to exec tells a strategy.
struct exec_connected {};
struct exec_disconnected {
  std::string why;
};
/// A message that surely did not reach exec.
struct exec_undelivered {
  wire::order_request_message message;
};
using exec_news = std::variant<exec_connected, exec_disconnected, exec_undelivered, wire::order_update_message>;

/// The way of one strategy's orders to exec over the bus, and back. Nothing is assumed: what was surely not sent is
/// rejected; what has no answer when the connection ends is unknown, until exec has said how the account stands. Pure;
/// one thread.
class exec_route final : public order_route {
public:
  struct tools {
    std::string strategy;
    std::uint64_t epoch = 0; ///< of this start of the strategy; never 0
    instrument_registry& instruments;
    position_book& positions;
    process::logger& log;
    std::function<std::int64_t()> now_ns;
    std::function<std::int64_t()> wall_ns = {}; ///< for latencies; none: they are not measured
    std::function<result<void>(std::string_view bytes)> send;
    std::function<void(order_update)> answer; ///< the host hands them on after the strategy's call
  };
  explicit exec_route(tools with) : tools_{std::move(with)} {}

  order_id place(const order_request& what) override;
  void amend(order_id order, price limit, quantity size) override;
  void cancel(order_id order) override;
  void cancel_all() override;

  void take(const exec_news& news);
  /// An order that finds exec without a word asks again after so long.
  static constexpr std::int64_t ask_again_ns = 1'000'000'000;
  /// Whether orders are taken: exec has said how the account stands.
  bool is_ready() const { return is_ready_; }
  std::size_t open_orders() const { return orders_.size(); }

private:
  struct entry {
    std::string client_id;
    order_update last; ///< without its fill
  };

  void on_news(const exec_connected&);
  void on_news(const exec_disconnected& x);
  void on_news(const exec_undelivered& x);
  void on_news(const wire::order_update_message& x);
  void on_body(const wire::unknown_order& x);
  void on_body(const wire::order_change& x);
  void on_body(const wire::account_snapshot& x);
  void on_body(const wire::position_settled& x) { tools_.positions.settle(x); }
  void ask_account();
  void lose_track(std::string_view why);
  void update(order_id id, order_update to);
  void reject(order_id id, std::string why);
  void complain(order_id id, std::string why);
  result<void> send(decltype(wire::order_request_message::body) what);
  std::string client_id_of(order_id id) const;
  using position_in_map = std::map<order_id, entry>::iterator;
  position_in_map find(order_id id, std::string_view client_id);
  position_in_map find(std::string_view client_id);

  tools tools_;
  std::map<order_id, entry> orders_; ///< those that are not final
  std::uint64_t last_ = 0, sent_ = 0;
  std::uint64_t exec_epoch_ = 0, seen_ = 0; ///< of exec's messages
  bool is_ready_ = false;
  std::int64_t asked_ns_ = 0;
  std::string not_ready_why_ = "exec is not connected";
  std::string bytes_;
};

} // namespace strike::strategies
