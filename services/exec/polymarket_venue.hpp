#pragma once

#include "exec/live_venues.hpp"
#include "exec/order_venue.hpp"
#include "exec/polymarket_settings.hpp"
#include "exec/venue_tools.hpp"
#include "sign/key.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace strike::exec {

/// Whose orders they are.
struct polymarket_account {
  sign::private_key key;
  sign::address funder; ///< the wallet that holds the funds; of an eoa the key's address
};
/// From POLYMARKET_PRIVATE_KEY and POLYMARKET_FUNDER, which an eoa does not need, and a proxy or safe can do without:
/// theirs follow from the key.
/// @returns `ec::not_found`, `ec::invalid_config`, `ec::io`; no text holds any part of the key
result<polymarket_account> read_polymarket_account(const polymarket_settings& how);

/// Polymarket's CLOB. The id of an order at the venue is the digest that is signed: it is known, and kept, before a
/// byte leaves, so that no order is ever in doubt for long, and none is sent twice.
///
/// The venue cannot change an order. An amendment cancels it, waits for how much of it had filled, and places what is
/// left under the same number of exec.
///
/// What the network brings is worked on in `round`, which is to be called after it. One thread.
class polymarket_venue final : public order_venue {
public:
  /// @param random 64 bits at a time; of salts and pauses
  polymarket_venue(polymarket_settings how, std::shared_ptr<const polymarket_account> account, venue_tools with,
                   venue_reports& to, std::function<std::uint64_t()> random);
  ~polymarket_venue() override;

  void restore(const venue_order& what, std::string_view venue_id, const std::vector<std::string>& keys) override;
  void place(const approved_order& what, const moment& now) override;
  void amend(order_id id, price limit, quantity size, const moment& now) override;
  void cancel(order_id id, const moment& now) override;
  void cancel_everything(const moment& now) override;
  void ask_order(order_id id, const moment& now) override;
  void ask_account(std::int64_t fills_since_ns, const moment& now) override;
  std::int64_t round(const moment& now) override;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// For `live_venue_kinds`: reads `[exec.polymarket]` and the account's secrets; mistakes are recorded in the document.
live_venue read_polymarket_venue(config::section root);

} // namespace strike::exec
