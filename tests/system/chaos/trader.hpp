#pragma once

#include "bus/request.hpp"
#include "chaos/world.hpp"
#include "process/log.hpp"
#include "strategies/exec_route.hpp"

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace chaos {

/// What a strategy was told of one of its orders, last.
struct seen_order {
  std::string strategy, client_id;
  order_request request;
  order_state state = order_state::pending;
  quantity filled;        ///< as updates told it
  quantity executed;      ///< the sum of the fills that were told
  bool was_taken = false; ///< exec took it: it was more than a refusal
  std::string reason;
};

/// Some strategies that place, amend and cancel at random, over the same route as real ones, and remember all that they
/// are told.
class traders {
public:
  traders(const bus::context& where, const std::string& endpoint, instrument_registry& names, instrument_rules& rules,
          std::size_t count, std::uint64_t seed);

  /// Hands on what came.
  void pump();
  bool are_ready() const;
  /// One random act of one of them. @returns whether it was a new order
  bool act(const std::vector<traded>& where);
  /// By the first of them; what becomes of it is in `orders`. @returns its client id
  std::string place(const order_request& what);
  void amend(const std::string& client_id, price limit, quantity size);
  void cancel(const std::string& client_id);
  void cancel_all();
  std::size_t open_orders() const;
  std::size_t placed() const { return orders_.size(); }
  std::size_t taken() const { return taken_; } ///< of those placed
  /// Why orders were refused, numbers left out, and how many.
  std::map<std::string, std::size_t> refusals() const;
  /// Of all strategies, by client id; those that were surely not sent are not among them.
  const std::map<std::string, seen_order>& orders() const { return orders_; }
  /// Forgets positions and asks exec anew; `position` is then exec's word.
  position position_of(std::size_t trader, instrument_id what) const;
  std::size_t count() const { return traders_.size(); }
  std::string name(std::size_t trader) const { return traders_[trader]->name; }

private:
  struct one {
    std::string name;
    std::unique_ptr<strategies::position_book> positions;
    std::unique_ptr<strategies::exec_route> route;
    std::map<order_id, std::string> client_ids; ///< of all that were sent
    std::map<order_id, std::string> open;       ///< of those that may be open
    std::vector<order_update> news;
    std::uint64_t last = 0;
  };
  void tell(one& to, const strategies::exec_news& what);
  void take(one& from, const order_update& x);
  void take_news(one& from);
  order_request random_order(const traded& what);

  instrument_registry& names_;
  process::logger log_;
  std::mt19937_64 chance_;
  std::vector<std::unique_ptr<one>> traders_;
  std::map<std::string, seen_order> orders_;
  std::size_t taken_ = 0;
  std::mutex guard_;
  std::deque<strategies::exec_news> arrived_;
  std::unique_ptr<bus::request_client> client_; ///< last: its thread uses the others
};

} // namespace chaos
