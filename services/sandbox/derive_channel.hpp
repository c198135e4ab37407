#pragma once

#include "sandbox/derive_json.hpp"
#include "sandbox/venue_server.hpp"

#include <expected>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace strike::sandbox::derive {

enum class channel_kind : std::uint8_t { ticker_slim, ticker, orderbook, trades, trades_of_type, spot_feed };

/// A public channel, taken apart. Source: Derive, public channels.
struct channel_name {
  channel_kind kind = channel_kind::ticker_slim;
  const instrument_view* of = nullptr; ///< none for `trades_of_type` and `spot_feed`
  std::int64_t every_ns = 0;
  int group = 1;
  std::size_t depth = 0;
  std::string currency = {}; ///< `spot_feed`: "ALL" too
};

/// @returns the text that stands in the status of a subscription to a channel that there is not
std::expected<channel_name, std::string> parse_channel(std::string_view name, const market_view& market, api version);

/// Who subscribed what, and what is sent there: tickers and books on a beat, trades at once. One thread.
class channels {
public:
  static constexpr std::int64_t beat_ns = 100'000'000;

  channels(const market_source& source, const market_view& market, const tape& trades)
      : source_{source}, market_{market}, tape_{trades} {}

  /// Its first message comes with the next beat.
  void subscribe(connection& who, const std::string& name, const channel_name& what);
  /// Whether it was subscribed.
  bool unsubscribe(connection& who, const std::string& name);
  void forget(connection& who);
  /// In order of the alphabet.
  std::vector<std::string> of(connection& who) const;

  void touch(instrument_id changed);
  void print(const printed_trade& x);
  /// @returns when to call again
  std::int64_t round(std::int64_t now_ns);

private:
  struct channel {
    channel_name what;
    std::set<connection*> to;
    bool has_news = true;
    std::int64_t sent_ns = 0;
    std::string rows = {}; ///< trades to be sent
  };
  using channel_map = std::map<std::string, channel, std::less<>>;

  void beat(std::int64_t now_ns);
  std::string data(channel& x, std::int64_t now_ns);
  std::string spot_feed(const std::string& currency, std::int64_t now_ns);
  void drop_if_idle(channel_map::iterator x);
  static void send(const std::string& name, const channel& x, const std::string& data);

  const market_source& source_;
  const market_view& market_;
  const tape& tape_;
  channel_map channels_;
  std::map<instrument_id, std::set<channel*>> by_instrument_; ///< tickers and books
  std::map<instrument_id, std::uint64_t> publish_ids_;
  std::set<std::string> printed_; ///< channels with rows
  struct spot {
    double price;
    std::int64_t ns;
  };
  std::map<std::string, spot> first_spot_; ///< in place of yesterday's
  std::int64_t next_beat_ns_ = 0;
};

} // namespace strike::sandbox::derive
