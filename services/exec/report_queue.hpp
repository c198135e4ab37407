#pragma once

#include "exec/order_venue.hpp"

#include <deque>
#include <functional>
#include <string>
#include <utility>

namespace strike::exec {

/// Keeps reports until they are delivered, in order: an adapter finishes a step before anybody hears of it, and what
/// the hearer asks in return finds it whole.
class report_queue final : public venue_reports {
public:
  void on_order(const order_fact& what) override {
    later([what](venue_reports& to) { to.on_order(what); });
  }
  void on_fill(const fill_fact& what) override {
    later([what](venue_reports& to) { to.on_fill(what); });
  }
  void on_fill_undone(venue at, std::string_view trade_id, std::string_view why) override {
    later([at, id = std::string{trade_id}, text = std::string{why}](venue_reports& to) {
      to.on_fill_undone(at, id, text);
    });
  }
  void on_no_answer(order_id order, std::string_view why) override {
    later([order, text = std::string{why}](venue_reports& to) { to.on_no_answer(order, text); });
  }
  void on_absent(order_id order, std::string_view why) override {
    later([order, text = std::string{why}](venue_reports& to) { to.on_absent(order, text); });
  }
  void on_session(venue at, session_state now, std::string_view why) override {
    later([at, now, text = std::string{why}](venue_reports& to) { to.on_session(at, now, text); });
  }
  void on_account(account_fact&& what) override {
    later([what = std::move(what)](venue_reports& to) mutable { to.on_account(std::move(what)); });
  }
  void on_account_failed(venue at, std::string_view why) override {
    later([at, text = std::string{why}](venue_reports& to) { to.on_account_failed(at, text); });
  }
  void on_settlement(const match::settlement& what) override {
    later([what](venue_reports& to) { to.on_settlement(what); });
  }

  bool is_empty() const { return waiting_.empty(); }
  /// Those that are made meanwhile too.
  void deliver(venue_reports& to) {
    while (!waiting_.empty()) {
      auto next = std::move(waiting_.front());
      waiting_.pop_front();
      next(to);
    }
  }

private:
  void later(std::function<void(venue_reports&)> what) { waiting_.push_back(std::move(what)); }

  std::deque<std::function<void(venue_reports&)>> waiting_;
};

} // namespace strike::exec
