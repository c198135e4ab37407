#include "wire/order.hpp"

#include "enums.hpp"
#include "message.hpp"
#include "order_fields.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::wire {
namespace {

/// OrderRequest and OrderUpdate.
template <class Proto> void write_header(Proto& to, const order_header& from) {
  to.set_version(from.version);
  to.set_epoch(from.epoch);
  to.set_sequence(from.sequence);
  set_text(to.mutable_strategy(), from.strategy);
}

std::uint32_t needed_version(const order_request_message& x) {
  const auto* place = std::get_if<place_order>(&x.body);
  return place && place->request.stop > price{} ? stop_order_version : plain_order_version;
}

template <class Proto> result<order_header> read_header(const Proto& from) {
  if (from.version() == 0) return broken(from, "version is missing");
  if (from.epoch() == 0) return broken(from, "epoch is missing");
  if (from.sequence() == 0) return broken(from, "sequence is missing");
  if (from.strategy().empty()) return broken(from, "strategy is missing");
  return order_header{from.version(), from.epoch(), from.sequence(), from.strategy()};
}

std::string newer_version(std::string_view message, std::uint32_t version) {
  return fmt::format("{}: version {}, only {} is known", message, version, order_version);
}

struct request_writer {
  v1::OrderRequest& to;
  const instrument_registry& names;

  void operator()(const unknown_order&) const {}
  void operator()(const place_order& x) const { write_place(*to.mutable_place(), x, names); }
  void operator()(const amend_order& x) const {
    set_text(to.mutable_amend()->mutable_client_id(), x.client_id);
    to.mutable_amend()->set_limit(x.limit.nanos);
    to.mutable_amend()->set_size(x.size.nanos);
  }
  void operator()(const cancel_order& x) const { set_text(to.mutable_cancel()->mutable_client_id(), x.client_id); }
  void operator()(const cancel_strategy_orders&) const { to.mutable_cancel_all(); }
  void operator()(const ask_account& x) const {
    auto& ask = *to.mutable_ask_account();
    for (const auto& id : x.client_ids) set_text(ask.add_client_ids(), id);
  }
};

struct update_writer {
  v1::OrderUpdate& to;
  const instrument_registry& names;

  void operator()(const unknown_order&) const {}
  void operator()(const order_change& x) const { write_change(*to.mutable_change(), x, names); }
  void operator()(const account_snapshot& x) const { write_account(*to.mutable_account(), x, names); }
  void operator()(const position_settled& x) const { write_settled(*to.mutable_settled(), x, names); }
};

/// Empty where the request is about no single order.
std::string client_id_of(const v1::OrderRequest& from) {
  if (from.has_place()) return from.place().client_id();
  if (from.has_amend()) return from.amend().client_id();
  return from.cancel().client_id();
}

result<decltype(order_request_message::body)> read_body(const v1::OrderRequest& from, instrument_registry& names) {
  const auto client_id = client_id_of(from);
  if (from.version() > order_version) return unknown_order{newer_version("OrderRequest", from.version()), client_id};
  if (from.body_case() == v1::OrderRequest::BODY_NOT_SET) return unknown_order{"OrderRequest: no known body", ""};
  if (from.has_cancel_all()) return cancel_strategy_orders{};
  if (from.has_ask_account())
    return ask_account{{from.ask_account().client_ids().begin(), from.ask_account().client_ids().end()}};
  if (client_id.empty()) return broken(from, "client_id is missing");
  if (from.has_amend()) return amend_order{client_id, {from.amend().limit()}, {from.amend().size()}};
  if (from.has_cancel()) return cancel_order{client_id};
  place_order made;
  auto fault = read_place(made, from.place(), names);
  if (!fault) return std::unexpected{std::move(fault).error()};
  if (!fault->empty()) return unknown_order{*std::move(fault), client_id};
  return made;
}

/// A part of an update, or what is unknown about it.
template <class Domain, class Proto, class Read>
result<decltype(order_update_message::body)> read_part(const Proto& from, instrument_registry& names,
                                                       std::string_view client_id, Read read) {
  Domain made;
  auto fault = read(made, from, names);
  if (!fault) return std::unexpected{std::move(fault).error()};
  if (!fault->empty()) return unknown_order{*std::move(fault), std::string{client_id}};
  return made;
}

result<decltype(order_update_message::body)> read_body(const v1::OrderUpdate& from, instrument_registry& names) {
  if (from.version() > order_version)
    return unknown_order{newer_version("OrderUpdate", from.version()), from.change().client_id()};
  if (from.has_account()) return read_part<account_snapshot>(from.account(), names, "", read_account);
  if (from.has_settled()) return read_part<position_settled>(from.settled(), names, "", read_settled);
  if (!from.has_change()) return unknown_order{"OrderUpdate: no known body", ""};
  if (from.change().client_id().empty()) return broken(from, "client_id is missing");
  return read_part<order_change>(from.change(), names, from.change().client_id(), read_change);
}

template <class Domain, class Proto> result<Domain> decode(std::string_view bytes, instrument_registry& names) {
  Proto message;
  if (auto parsed = parse(message, bytes); !parsed) return std::unexpected{std::move(parsed).error()};
  auto header = read_header(message);
  if (!header) return std::unexpected{std::move(header).error()};
  auto body = read_body(message, names);
  if (!body) return std::unexpected{std::move(body).error()};
  return Domain{*std::move(header), *std::move(body)};
}

} // namespace

void encode(std::string& out, const order_request_message& message, const instrument_registry& names) {
  v1::OrderRequest to;
  write_header(to, message.header);
  to.set_version(std::max(to.version(), needed_version(message)));
  std::visit(request_writer{to, names}, message.body);
  serialize(out, to);
}

void encode(std::string& out, const order_update_message& message, const instrument_registry& names) {
  v1::OrderUpdate to;
  write_header(to, message.header);
  std::visit(update_writer{to, names}, message.body);
  serialize(out, to);
}

result<order_request_message> decode_order_request(std::string_view bytes, instrument_registry& names) {
  return decode<order_request_message, v1::OrderRequest>(bytes, names);
}

result<order_update_message> decode_order_update(std::string_view bytes, instrument_registry& names) {
  return decode<order_update_message, v1::OrderUpdate>(bytes, names);
}

} // namespace strike::wire
