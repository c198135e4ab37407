// What requests are answered with: subscriptions, instruments, history, settlement prices.
#include "base/time.hpp"
#include "impl.hpp"

#include <fmt/format.h>

namespace strike::derive {

namespace {

std::optional<instrument_kind> kind_of(std::string_view type) {
  if (type == "option") return instrument_kind::option;
  if (type == "perp") return instrument_kind::perpetual;
  if (type == "erc20") return instrument_kind::spot;
  return {};
}

/// An instrument before it is whole.
struct draft {
  std::string type, right, index;
  std::int64_t tick = 0, lot = 0, minimum = 0, strike = 0;
  std::optional<std::int64_t> expiry_s;
};

bool read_option(value_reader& read, ondemand::value& from, draft& into, listing& of) {
  return read.fields(from, "option_details", [&](std::string_view key, ondemand::value& value) {
    if (key == "expiry") return read.integer(value, "expiry", into.expiry_s);
    if (key == "strike") return read.exact(value, "strike", into.strike);
    if (key == "option_type") return read.text(value, "option_type", into.right);
    if (key == "index") return read.text(value, "index", into.index);
    if (key == "settlement_price") return read.number(value, "settlement_price", of.settlement);
    return true;
  });
}

bool read_perp(value_reader& read, ondemand::value& from, draft& into) {
  return read.fields(from, "perp_details", [&](std::string_view key, ondemand::value& value) {
    return key != "index" || read.text(value, "index", into.index);
  });
}

bool complete_option(value_reader& read, const draft& from, symbol_info& into) {
  if (!from.expiry_s || !ns_from_count(*from.expiry_s, time_unit::seconds, into.expiry_ns) || from.strike <= 0)
    return read.refuse("option_details", {}, "needs expiry and strike");
  into.strike = price{from.strike};
  if (from.right != "C" && from.right != "P") return read.refuse("option_type", from.right, "is neither C nor P");
  into.right = from.right == "C" ? option_type::call : option_type::put;
  return true;
}

bool complete(value_reader& read, const draft& from, listing& into) {
  auto& rules = into.rules;
  if (rules.symbol.empty() || rules.info.base.empty() || rules.info.quote.empty())
    return read.refuse("an instrument", rules.symbol, "needs instrument_name, base_currency and quote_currency");
  const auto kind = kind_of(from.type);
  if (!kind) return read.refuse("instrument_type", from.type, "is unknown");
  if (from.tick <= 0 || from.lot <= 0 || from.minimum <= 0)
    return read.refuse("tick_size, amount_step and minimum_amount", rules.symbol, "must be above 0");
  rules.at = venue::derive;
  rules.info.kind = *kind;
  rules.info.settlement = *kind == instrument_kind::spot ? rules.info.quote : "USDC";
  rules.ticks.base = price{from.tick};
  rules.lot = quantity{from.lot};
  rules.minimum = quantity{from.minimum};
  rules.index = from.index;
  return *kind != instrument_kind::option || complete_option(read, from, rules.info);
}

} // namespace

bool message_reader::impl::read_listing(ondemand::value& from, listing& into) {
  auto& info = into.rules.info;
  draft read;
  const bool ok = fields(from, "instrument", [&](std::string_view key, ondemand::value& value) {
    if (key == "instrument_name") return text(value, key, into.rules.symbol);
    if (key == "instrument_type") return text(value, key, read.type);
    if (key == "base_currency") return text(value, key, info.base);
    if (key == "quote_currency") return text(value, key, info.quote);
    if (key == "tick_size") return exact(value, key, read.tick);
    if (key == "amount_step") return exact(value, key, read.lot);
    if (key == "minimum_amount") return exact(value, key, read.minimum);
    if (key == "is_active") return into.is_active = scalar(value) != "false", true;
    if (key == "option_details") return is_null(value) || read_option(*this, value, read, into);
    if (key == "perp_details") return is_null(value) || read_perp(*this, value, read);
    return true;
  });
  return ok && complete(*this, read, into);
}

result<subscription_reply> message_reader::subscribed() {
  subscription_reply x;
  ondemand::value answer;
  const bool ok = impl_->answer(answer) && impl_->fields(answer, "result", [&](std::string_view key, auto& value) {
    if (key == "status")
      return impl_->fields(value, "status", [&](std::string_view channel, ondemand::value& word) {
        return impl_->text(word, "status", x.status[std::string{channel}]);
      });
    if (key != "current_subscriptions" && key != "remaining_subscriptions") return true;
    x.has_current = !is_null(value);
    return !x.has_current || impl_->elements(value, key, [&](ondemand::value& channel) {
      return impl_->text(channel, key, x.current.emplace_back());
    });
  });
  return impl_->finish(ok, std::move(x));
}

bool message_reader::impl::read_pages(ondemand::value& from, std::uint32_t& pages) {
  return fields(from, "pagination", [&](std::string_view key, ondemand::value& value) {
    std::optional<std::int64_t> count;
    if (key != "num_pages") return true;
    if (!integer(value, "num_pages", count)) return false;
    pages = static_cast<std::uint32_t>(std::clamp<std::int64_t>(count.value_or(1), 0, 1'000'000));
    return true;
  });
}

result<history_page> message_reader::history() {
  history_page x;
  ondemand::value answer;
  const bool ok = impl_->answer(answer) && impl_->fields(answer, "result", [&](std::string_view key, auto& value) {
    if (key == "pagination") return impl_->read_pages(value, x.pages);
    if (key != "trades") return true;
    return impl_->elements(value, "trades", [&](ondemand::value& row) {
      if (impl_->read_trade(row, x.trades.emplace_back())) return true;
      x.trades.pop_back();
      x.faults.push_back(impl_->fault);
      return true;
    });
  });
  return impl_->finish(ok, std::move(x));
}

result<listing_page> message_reader::listings() {
  listing_page x;
  const auto rows = [&](ondemand::value& from) {
    return impl_->elements(from, "instruments", [&](ondemand::value& row) {
      if (impl_->read_listing(row, x.listings.emplace_back())) return true;
      x.listings.pop_back();
      x.faults.push_back(impl_->fault);
      return true;
    });
  };
  ondemand::value answer;
  if (!impl_->answer(answer)) return impl_->finish(false, std::move(x));
  ondemand::json_type type{};
  if (answer.type().get(type) == simdjson::SUCCESS && type == ondemand::json_type::array)
    return impl_->finish(rows(answer), std::move(x));
  const bool ok = impl_->fields(answer, "result", [&](std::string_view key, ondemand::value& value) {
    if (key == "pagination") return impl_->read_pages(value, x.pages);
    return key != "instruments" || rows(value);
  });
  return impl_->finish(ok, std::move(x));
}

result<listing> message_reader::listed() {
  listing x;
  ondemand::value answer;
  const bool ok = impl_->answer(answer) && impl_->read_listing(answer, x);
  return impl_->finish(ok, std::move(x));
}

result<std::vector<std::string>> message_reader::currencies() {
  std::vector<std::string> all;
  ondemand::value answer;
  const bool ok = impl_->answer(answer) && impl_->elements(answer, "result", [&](ondemand::value& row) {
    return impl_->fields(row, "currency", [&](std::string_view key, ondemand::value& value) {
      return key != "currency" || impl_->text(value, "currency", all.emplace_back());
    });
  });
  return impl_->finish(ok, std::move(all));
}

result<std::vector<settlement_price>> message_reader::settled() {
  std::vector<settlement_price> all;
  const auto expiry = [&](ondemand::value& from) {
    settlement_price x;
    std::optional<std::int64_t> seconds;
    const bool ok = impl_->fields(from, "expiry", [&](std::string_view key, ondemand::value& value) {
      if (key == "utc_expiry_sec") return impl_->integer(value, "utc_expiry_sec", seconds);
      return key != "price" || impl_->number(value, "price", x.price);
    });
    if (!ok || !seconds || !ns_from_count(*seconds, time_unit::seconds, x.expiry_ns)) return ok;
    all.push_back(x);
    return true;
  };
  ondemand::value answer;
  const bool ok = impl_->answer(answer) && impl_->fields(answer, "result", [&](std::string_view key, auto& value) {
    return key != "expiries" || impl_->elements(value, "expiries", expiry);
  });
  return impl_->finish(ok, std::move(all));
}

} // namespace strike::derive
