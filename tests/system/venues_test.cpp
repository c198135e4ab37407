// The three gateways as processes, against the sandbox over TLS: what consumers ask for arrives as the venue has it,
// and goes on through every fault.
#include "kit/bus_kit.hpp"
#include "kit/sandbox_keys.hpp"
#include "kit/tls_client.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <set>

using namespace bus_kit;
using testing::HasSubstr;

namespace {

/// A sandbox with a lively market, and the gateway of one venue, which is started by `start`.
struct venue_kit : bus_test {
  explicit venue_kit(venue of, std::string_view more = "", std::string_view made_up = "events_per_s = 2000\n")
      : at{of} {
    sandbox.emplace(folder, "sandbox", SANDBOX_BINARY,
                    fmt::format("[sandbox]\nfolder = \"tls\"\ncontrol = \"127.0.0.1:0\"\n[sandbox.deribit]\nlisten = "
                                "\"127.0.0.1:0\"\n[sandbox.derive]\nlisten = \"127.0.0.1:0\"\nrequests_per_window = "
                                "0\n[sandbox.polymarket]\nlisten = \"127.0.0.1:0\"\n[sandbox.market]\n{}",
                                made_up));
    control = sandbox->logged("control=");
    const auto address = sandbox->logged(fmt::format("venue={} address=", to_text(at)));
    const auto common = fmt::format("[gateway.{}]\npublish = \"tcp://127.0.0.1:0\"\nca_file = \"{}\"\n", to_text(at),
                                    sandbox->logged("ca="));
    gateway.emplace(folder, "gateway", binary(), common + urls(address) + std::string{more});
  }
  void TearDown() override {
    if (HasFailure()) std::cerr << "---- gateway\n" << gateway->err() << "---- sandbox\n" << sandbox->err();
  }

  const char* binary() const {
    return at == venue::deribit ? DERIBIT_BINARY : at == venue::derive ? DERIVE_BINARY : POLYMARKET_BINARY;
  }
  std::string urls(const std::string& address) const {
    if (at == venue::deribit)
      return fmt::format("testnet = true\nurl = \"wss://{0}/ws/api/v2\"\nrest = \"https://{0}/api/v2\"\n", address);
    if (at == venue::derive)
      return fmt::format("ws_url = \"wss://{0}/v3/ws\"\nrest_url = \"https://{0}/v3\"\n", address);
    return fmt::format("url = \"wss://{0}/ws/market\"\nclob = \"https://{0}\"\ngamma = \"https://{0}/gamma\"\nlist = "
                       "\"open\"\n",
                       address);
  }
  boost::json::array truth(const std::string& symbol = "") const {
    return boost::json::parse(http_get(control, fmt::format("/truth?venue={}&instrument={}", to_text(at), symbol)).body)
        .at("instruments")
        .as_array();
  }
  /// The instrument that the tests follow.
  std::string symbol() const {
    if (at == venue::deribit) return "BTC-PERPETUAL";
    if (at == venue::derive) return "BTC-PERP";
    for (const auto& x : truth()) // one that trades all the while
      if (x.at("state") == "listed" && x.at("bids").as_array().size() > 3)
        return std::string{x.at("instrument").as_string().c_str()};
    ADD_FAILURE() << "the sandbox lists no market";
    return {};
  }
  void fault(const std::string& what) const {
    std::vector<std::string> arguments{SANDBOX_BINARY, "fault", std::string{to_text(at)}};
    std::istringstream words{what};
    for (std::string word; words >> word;) arguments.push_back(word);
    arguments.insert(arguments.end(), {"--control", control});
    const auto done = process{arguments, (folder / "").string()}.wait();
    EXPECT_EQ(done.exit_code, 0) << done.err;
  }
  static constexpr const char* all_channels[] = {"ticker", "book", "trades", "status"};
  /// A consumer of everything of one instrument.
  void follow(const std::string& what) {
    id = *instruments.intern(at, what);
    std::vector<std::string> prefixes;
    for (const auto* name : all_channels) prefixes.push_back(fmt::format("md/{}/{}/{}/", to_text(at), what, name));
    market.emplace(where, instruments, gateway->logged("endpoint="), prefixes);
  }
  template <class F> bool becomes(F is_so) { return eventually(is_so, *market); }
  std::size_t count(channel what, trust state = trust::live) const {
    return static_cast<std::size_t>(std::ranges::count_if(market->events, [&](const market_event& x) {
      return x.instrument == id && channel_of(x) == what && x.state == state;
    }));
  }
  bool has(instrument_state what) const {
    return std::ranges::any_of(market->events, [&](const market_event& x) {
      const auto* status = std::get_if<instrument_status>(&x.body);
      return status && status->state == what;
    });
  }
  /// Live tickers and a live book that moves.
  bool flows() {
    market->events.clear();
    return becomes([&] {
      return count(channel::ticker) > 2 && count(channel::book) > 5 && market->values.book(id) &&
             market->values.book(id)->state() == trust::live;
    });
  }
  static std::string side(std::span<const book_level> levels) {
    std::string made;
    std::size_t n = 0;
    for (auto x = levels.rbegin(); x != levels.rend() && n < 5; ++x, ++n)
      made += to_string(x->at) + ":" + to_string(x->size) + " ";
    return made;
  }
  static std::string side(const boost::json::array& levels) {
    std::string made;
    for (std::size_t n = 0; n < std::min<std::size_t>(levels.size(), 5); ++n)
      made += std::string{levels[n].at(0).as_string().c_str()} + ":" + levels[n].at(1).as_string().c_str() + " ";
    return made;
  }
  /// The five best levels of both sides, here and at the venue, at one instant: they move, so it is tried until they
  /// meet.
  bool agrees_with_the_venue() {
    return becomes([&] {
      const auto* book = market->values.book(id);
      if (!book || book->state() != trust::live) return false;
      const auto there = truth(symbol_now).at(0).as_object();
      market->pump();
      return side(book->bids()) == side(there.at("bids").as_array()) &&
             side(book->asks()) == side(there.at("asks").as_array());
    });
  }
  void start() {
    symbol_now = symbol();
    follow(symbol_now);
    ASSERT_TRUE(flows());
  }

  venue at;
  std::optional<service> sandbox, gateway;
  std::string control;
  std::string symbol_now;
  instrument_id id;
  std::optional<reader> market;
};

std::string name_of(const testing::TestParamInfo<venue>& x) { return std::string{to_text(x.param)}; }
const auto every_venue = testing::Values(venue::deribit, venue::derive, venue::polymarket);

struct each_venue : venue_kit, testing::WithParamInterface<venue> {
  each_venue() : venue_kit{GetParam()} {}
};
INSTANTIATE_TEST_SUITE_P(venues, each_venue, every_venue, name_of);

TEST_P(each_venue, sends_what_is_asked_for_and_nothing_else) {
  start();
  EXPECT_TRUE(gateway->is_ready());
  EXPECT_TRUE(becomes([&] { return count(channel::trades) > 0 && has(instrument_state::listed); }));
  for (const auto& x : market->events) EXPECT_EQ(x.instrument, id) << instruments.at(x.instrument).symbol;
  for (const auto& x : market->events) {
    EXPECT_GT(x.recv_ns, 0);
    if (const auto* touch = std::get_if<ticker>(&x.body); touch && touch->best_bid && touch->best_ask) {
      EXPECT_LT(*touch->best_bid, *touch->best_ask);
    }
  }
  EXPECT_TRUE(becomes([&] { return gateway->metric("strike_gateway_sockets") == 1; }));
  EXPECT_EQ(gateway->metric("strike_gateway_oddities_total"), 0);
  EXPECT_TRUE(agrees_with_the_venue());
}

TEST_P(each_venue, goes_on_after_a_dropped_connection_from_a_snapshot_and_says_so) {
  start();
  market->events.clear();
  fault("drop");
  ASSERT_TRUE(becomes([&] { // each a message of its own
    return count(channel::book, trust::stale) > 0 && count(channel::ticker, trust::stale) > 0 &&
           count(channel::status, trust::stale) > 0;
  }));
  const auto stale_at = market->events.size();
  ASSERT_TRUE(becomes([&] { return count(channel::status) > 0 && count(channel::ticker) > 3; }));
  const auto first_live =
      std::find_if(market->events.begin() + static_cast<std::ptrdiff_t>(stale_at), market->events.end(),
                   [&](const market_event& x) { return channel_of(x) == channel::book && x.state == trust::live; });
  ASSERT_NE(first_live, market->events.end());
  EXPECT_TRUE(std::holds_alternative<book_snapshot>(first_live->body));
  EXPECT_TRUE(flows());
  EXPECT_TRUE(agrees_with_the_venue());
  EXPECT_TRUE(becomes([&] { return gateway->metric("strike_gateway_reconnects_total") == 1; }));
}

TEST_P(each_venue, is_there_again_when_the_venue_was_away_for_a_while) {
  start();
  fault("refuse --for 3s");
  fault("drop");
  market->events.clear();
  ASSERT_TRUE(becomes([&] { return count(channel::book, trust::stale) > 0; }));
  EXPECT_TRUE(becomes([&] { return !gateway->is_ready(); }));
  EXPECT_TRUE(flows());
  EXPECT_TRUE(becomes([&] { return gateway->is_ready(); }));
  EXPECT_TRUE(agrees_with_the_venue());
}

TEST_P(each_venue, passes_over_garbage_and_counts_it) {
  start();
  fault("garbage --count 5");
  EXPECT_TRUE(becomes([&] { return gateway->metric("strike_gateway_oddities_total") > 0; }));
  EXPECT_TRUE(flows());
  EXPECT_TRUE(agrees_with_the_venue());
}

TEST_P(each_venue, shows_a_book_as_the_venue_has_it_after_changes_were_left_out) {
  start();
  fault("skip --count 3");
  EXPECT_TRUE(flows());
  EXPECT_TRUE(agrees_with_the_venue());
}

TEST_P(each_venue, goes_on_after_its_gateway_was_killed_and_started_again) {
  start();
  const auto endpoint = gateway->logged("endpoint=");
  gateway->kill();
  gateway->start();
  follow(symbol_now);
  EXPECT_TRUE(flows());
  EXPECT_TRUE(agrees_with_the_venue());
}

TEST_P(each_venue, unsubscribes_some_time_after_the_last_consumer_has_left) {
  start();
  ASSERT_TRUE(becomes([&] { return gateway->metric("strike_gateway_topics_wanted") > 0; }));
  market.reset();
  EXPECT_TRUE(eventually([&] { return gateway->metric("strike_gateway_topics_wanted") == 0; }));
}

/// A venue whose sockets count as silent after a short while.
struct silent_venue : venue_kit, testing::WithParamInterface<venue> {
  silent_venue() : venue_kit{GetParam(), "data_silence = \"3s\"\n"} {}
};
INSTANTIATE_TEST_SUITE_P(venues, silent_venue, every_venue, name_of);

TEST_P(silent_venue, replaces_a_socket_that_stays_open_but_sends_nothing) {
  start();
  fault("silence --for 6s");
  market->events.clear();
  ASSERT_TRUE(becomes([&] { return gateway->metric("strike_gateway_silent_sockets_total") > 0; }));
  EXPECT_TRUE(flows());
  EXPECT_TRUE(agrees_with_the_venue());
}

struct deribit_venue : venue_kit {
  explicit deribit_venue(std::string_view more = "", std::string_view made_up = "events_per_s = 2000\n")
      : venue_kit{venue::deribit, more, made_up} {}
};

TEST_F(deribit_venue, counts_a_gap_in_the_chain_and_resubscribes) {
  start();
  fault("skip --count 2");
  EXPECT_TRUE(becomes([&] { return gateway->metric("strike_gateway_oddities_total", "gap") > 0; }));
  EXPECT_TRUE(becomes([&] { return count(channel::book, trust::resyncing) > 0; }));
  EXPECT_TRUE(flows());
  EXPECT_TRUE(agrees_with_the_venue());
}

TEST_F(deribit_venue, brings_the_trades_of_an_outage_too) {
  start();
  ASSERT_TRUE(becomes([&] { return count(channel::trades) > 0; }));
  const auto gaps = [&] { return gateway->metric("strike_gateway_oddities_total", "gap"); };
  for (int outage = 0; outage < 5 && gaps() == 0; ++outage) { // one in which nothing was traded proves nothing
    const auto trades = count(channel::trades);
    fault("refuse --for 2s");
    fault("drop");
    ASSERT_TRUE(becomes([&] { return gaps() > 0 || count(channel::trades) > trades + 5; }));
  }
  ASSERT_GT(gaps(), 0);
  const auto count_of = [&](const std::string& trade_id) {
    return std::ranges::count_if(market->events, [&](const market_event& x) {
      const auto* made = std::get_if<trade>(&x.body);
      return made && made->id == trade_id;
    });
  };
  const auto at_the_venue = [&] { // its trades, oldest first
    const auto text = https_get(sandbox->logged("venue=deribit address="), sandbox->logged("ca="),
                                "/api/v2/public/get_last_trades_by_instrument?instrument_name=BTC-PERPETUAL"
                                "&start_seq=1&count=1000")
                          .body;
    std::vector<std::string> ids;
    const auto answer = boost::json::parse(text);
    const auto* found = answer.as_object().if_contains("result");
    if (!found) return ids; // asked too often
    for (const auto& x : found->at("trades").as_array()) ids.emplace_back(x.at("trade_id").as_string().c_str());
    return ids;
  };
  std::int64_t next_ns = 0;
  EXPECT_TRUE(becomes([&] {
    if (steady_ns() < next_ns) return false;
    next_ns = steady_ns() + ns_per_s / 2;
    const auto ids = at_the_venue();
    const auto first = std::ranges::find_if(ids, count_of);
    const auto last = std::find_if(ids.rbegin(), ids.rend(), count_of).base();
    return last - first > 10 && std::all_of(first, last, [&](const auto& x) { return count_of(x) == 1; });
  }));
}

TEST_F(deribit_venue, goes_on_after_too_many_requests) {
  start();
  fault("throttle --count 1");
  const auto other = *instruments.intern(venue::deribit, "ETH-PERPETUAL");
  reader more{where, instruments, gateway->logged("endpoint="), {"md/deribit/ETH-PERPETUAL/ticker/"}};
  EXPECT_TRUE(
      eventually([&] { return more.values.snapshot(slot_of(other, channel::ticker)).has_value(); }, *market, more));
}

/// Deribit with an API key, and every event.
struct deribit_with_key : venue_kit {
  deribit_with_key() : venue_kit{(set_sandbox_keys(), venue::deribit), "interval = \"raw\"\n"} { clear_key(); }
  static void clear_key() {
    unsetenv("DERIBIT_CLIENT_ID");
    unsetenv("DERIBIT_CLIENT_SECRET");
  }
};

TEST_F(deribit_with_key, gets_raw_channels) {
  start();
  EXPECT_TRUE(agrees_with_the_venue());
  EXPECT_EQ(gateway->metric("strike_gateway_oddities_total"), 0);
}

/// Options that expire some seconds after the start.
struct expiring_deribit : deribit_venue {
  expiring_deribit() : deribit_venue{"refresh = \"2s\"\n", "events_per_s = 2000\nfirst_expiry_after = \"12s\"\n"} {}
};

TEST_F(expiring_deribit, tells_of_the_end_of_an_option_and_its_delivery_price) {
  market.emplace(where, instruments, gateway->logged("endpoint="), std::vector<std::string>{"md/deribit/BTC-"});
  ASSERT_TRUE(becomes([&] { return market->events.size() > 100; }));
  EXPECT_TRUE(becomes([&] { return has(instrument_state::expired) && has(instrument_state::settled); }));
  for (const auto& x : market->events) {
    const auto* status = std::get_if<instrument_status>(&x.body);
    if (status && status->state == instrument_state::settled) {
      EXPECT_GT(status->settlement.value_or(0), 0);
    }
  }
}

/// Markets "Up or Down" that last some seconds.
struct short_polymarket : venue_kit {
  short_polymarket() : venue_kit{venue::polymarket, "refresh = \"2s\"\n", "events_per_s = 2000\nupdown = \"10s\"\n"} {}
};

TEST_F(short_polymarket, tells_how_a_market_was_resolved_for_both_tokens) {
  market.emplace(where, instruments, gateway->logged("endpoint="), std::vector<std::string>{"md/polymarket/"});
  const auto resolved = [&] {
    std::vector<double> all;
    for (const auto& x : market->events)
      if (const auto* status = std::get_if<instrument_status>(&x.body);
          status && status->state == instrument_state::settled)
        all.push_back(status->settlement.value_or(-1));
    return all;
  };
  ASSERT_TRUE(becomes([&] { return resolved().size() >= 2; }));
  const auto all = resolved();
  EXPECT_TRUE(std::ranges::all_of(all, [](double x) { return x == 0 || x == 1; }));
  EXPECT_TRUE(becomes([&] {
    const auto now = resolved();
    return std::ranges::count(now, 1.0) == std::ranges::count(now, 0.0);
  }));
}

} // namespace
