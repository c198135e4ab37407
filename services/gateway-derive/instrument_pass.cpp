#include "gateway-derive/instrument_pass.hpp"

#include "derive/request.hpp"

#include <utility>

namespace strike::gateway_derive {

namespace {

constexpr std::string_view types[] = {"option", "perp", "erc20"};

} // namespace

instrument_pass::instrument_pass(derive::list_method how, std::vector<std::string> currencies, rest_queue& over,
                                 handlers call)
    : how_{how}, currencies_{std::move(currencies)}, over_{over}, call_{std::move(call)} {}

void instrument_pass::begin() {
  is_running_ = true;
  steps_.clear();
  if (how_ == derive::list_method::currencies && currencies_.empty())
    return over_.push("public/get_all_currencies", "{}",
                      [this](auto answer, const auto& now) { on_currencies(std::move(answer), now); });
  plan(currencies_.empty() ? std::vector<std::string>{""} : currencies_);
  ask(1);
}

void instrument_pass::plan(const std::vector<std::string>& currencies) {
  for (const auto& currency : currencies)
    for (const auto type : types) steps_.push_back({currency, std::string{type}});
}

void instrument_pass::on_currencies(result<derive::message_reader*> answer, const gateway::moment& now) {
  if (!answer) return end(std::unexpected{answer.error()}, now);
  if (const auto& refused = (*answer)->refused())
    return end(fail(ec::io, "public/get_all_currencies: " + derive::to_string(*refused)), now);
  const auto names = (*answer)->currencies();
  if (!names) return end(std::unexpected{names.error()}, now);
  plan(*names);
  next(now);
}

void instrument_pass::next(const gateway::moment& now) {
  if (steps_.empty()) return end({}, now);
  ask(1);
}

void instrument_pass::ask(std::uint32_t page) {
  const auto& at = steps_.back();
  const bool paged = how_ == derive::list_method::pages;
  over_.push(paged ? "public/get_all_instruments" : "public/get_instruments",
             derive::list_params(at.currency, at.type, paged ? page : 0),
             [this, page](auto answer, const auto& now) { on_page(page, std::move(answer), now); });
}

void instrument_pass::on_page(std::uint32_t page, result<derive::message_reader*> answer, const gateway::moment& now) {
  if (!answer) return end(std::unexpected{answer.error()}, now);
  if (const auto& refused = (*answer)->refused()) {
    if (refused->code != derive::code_no_such_currency)
      return end(fail(ec::io, "the instrument list: " + derive::to_string(*refused)), now);
    steps_.pop_back(); // a currency without instruments of a type
    return next(now);
  }
  auto read = (*answer)->listings();
  if (!read) return end(std::unexpected{read.error()}, now);
  for (const auto& why : read->faults) call_.on_fault(why);
  for (auto& x : read->listings) call_.on_listing(std::move(x), now);
  if (page < read->pages) return ask(page + 1);
  steps_.pop_back();
  next(now);
}

void instrument_pass::end(result<void> how, const gateway::moment& now) {
  is_running_ = false;
  call_.on_end(std::move(how), now);
}

} // namespace strike::gateway_derive
