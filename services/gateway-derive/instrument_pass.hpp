#pragma once

#include "derive/message.hpp"
#include "derive/profile.hpp"
#include "gateway-derive/rest_queue.hpp"

#include <functional>
#include <string>
#include <vector>

namespace strike::gateway_derive {

/// One reading of a venue's whole list: every type, currency and page. Pure; one thread.
class instrument_pass {
public:
  struct handlers {
    std::function<void(derive::listing&&, const gateway::moment&)> on_listing;
    std::function<void(std::string_view why)> on_fault; ///< an instrument that cannot be used
    /// The end: all was read, or why it was not.
    std::function<void(result<void>, const gateway::moment&)> on_end;
  };
  /// @param currencies empty: all
  instrument_pass(derive::list_method how, std::vector<std::string> currencies, rest_queue& over, handlers call);

  void begin();
  bool is_running() const { return is_running_; }

private:
  struct step {
    std::string currency, type; ///< no currency: all
  };
  void plan(const std::vector<std::string>& currencies);
  void next(const gateway::moment& now);
  void ask(std::uint32_t page);
  void on_currencies(result<derive::message_reader*> answer, const gateway::moment& now);
  void on_page(std::uint32_t page, result<derive::message_reader*> answer, const gateway::moment& now);
  void end(result<void> how, const gateway::moment& now);

  derive::list_method how_;
  std::vector<std::string> currencies_;
  rest_queue& over_;
  handlers call_;
  std::vector<step> steps_; ///< still to do; the last is under way
  bool is_running_ = false;
};

} // namespace strike::gateway_derive
