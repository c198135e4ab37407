#include "wire/control.hpp"
#include "wire/dashboard.hpp"
#include "wire/market.hpp"
#include "wire/ops.hpp"
#include "wire/order.hpp"

#include "samples.hpp"

#include <gtest/gtest.h>

namespace strike::wire {
namespace {

/// Whether a decoder can read the bytes. Fails if what it reads is written as bytes that read differently.
template <class Decode, class Encode, class Same>
bool survives(const std::string& bytes, Decode decode, Encode encode, Same same) {
  const auto first = decode(bytes);
  if (!first) {
    EXPECT_EQ(first.error().code, ec::malformed);
    EXPECT_FALSE(first.error().text.empty());
    return false;
  }
  const auto second = decode(encode(*first));
  EXPECT_TRUE(second && same(*first, *second));
  return true;
}

struct fuzzed : testing::Test {
  samples random{9};
  instrument_registry names;
  instrument_id some = names.intern(venue::deribit, "BTC-PERPETUAL").value();

  order_header header{.epoch = 1, .sequence = 1, .strategy = "s"};

  std::string noise() {
    std::string made;
    for (auto n = random.below(60); n > 0; --n)
      made += static_cast<char>(random.coin() ? random.below(256) : random.below(16));
    return made;
  }
  std::string damaged(std::string bytes) {
    for (auto n = random.below(4); n > 0 && !bytes.empty(); --n) {
      const auto at = random.below(bytes.size());
      switch (random.below(4)) {
      case 0:
        bytes[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        bytes.erase(at, 1 + random.below(4));
        break;
      case 2:
        bytes.insert(at, bytes.substr(random.below(bytes.size()), random.below(20)));
        break;
      default:
        bytes.resize(at);
        break;
      }
    }
    return bytes;
  }
  decltype(order_request_message::body) any_body() {
    if (random.coin()) return place_order{"c", {1}, random.request(some)};
    return cancel_order{"c"};
  }
  /// @param sample makes intact bytes
  template <class Sample, class Decode, class Encode, class Same>
  void run(Sample sample, Decode decode, Encode encode, Same same) {
    int read = 0;
    for (int round = 0; round < 20'000 && !HasFailure(); ++round)
      read += survives(random.below(4) == 0 ? noise() : damaged(sample()), decode, encode, same);
    EXPECT_GT(read, 2'000) << "damage that is never readable tests nothing";
  }
  template <class Sample, class Decode, class Encode> void run(Sample sample, Decode decode, Encode encode) {
    run(sample, decode, encode, [&](const auto& a, const auto& b) { return encode(a) == encode(b); });
  }
};

TEST_F(fuzzed, market_data_never_crashes_and_reads_again_as_it_was_read) {
  market_encoder encoder;
  market_decoder decoder;
  struct got {
    market_header header;
    std::vector<market_event> events;
  };
  const auto encode = [&](const got& x) {
    std::string bytes;
    encoder.encode(bytes, x.header, x.events);
    return bytes;
  };
  const auto decode = [&](const std::string& bytes) -> result<got> {
    got made;
    const auto message = decoder.decode(bytes, some, made.events);
    if (!message) return std::unexpected{message.error()};
    EXPECT_EQ(message->events, made.events.size() + message->skipped);
    made.header = message->header;
    return made;
  };
  const auto sample = [&] {
    got made{{random.any_unsigned() | 1, random.any_unsigned() | 1, random.coin()}, {}};
    const auto alternative = random.below(5);
    for (auto n = random.below(3); n > 0; --n) made.events.push_back(random.event(alternative, some));
    return encode(made);
  };
  run(sample, decode, encode,
      [](const got& a, const got& b) { return a.header == b.header && equal(a.events, b.events); });
}

TEST_F(fuzzed, order_requests_never_crash_and_read_again_as_they_were_read) {
  const auto encode = [&](const order_request_message& x) {
    std::string bytes;
    wire::encode(bytes, x, names);
    return bytes;
  };
  run(
      [&] {
        const order_request_message made{header, any_body()};
        return encode(made);
      },
      [&](const std::string& bytes) { return decode_order_request(bytes, names); }, encode);
}

TEST_F(fuzzed, order_updates_never_crash_and_read_again_as_they_were_read) {
  const auto encode = [&](const order_update_message& x) {
    std::string bytes;
    wire::encode(bytes, x, names);
    return bytes;
  };
  run(
      [&] {
        const order_update_message made{header, order_change{"c", "t", random.update(some)}};
        return encode(made);
      },
      [&](const std::string& bytes) { return decode_order_update(bytes, names); }, encode);
}

template <class T> std::string encoded(const T& x) {
  std::string bytes;
  encode(bytes, x);
  return bytes;
}

TEST_F(fuzzed, dashboard_states_never_crash_and_read_again_as_they_were_read) {
  run(
      [&] {
        return encoded(dashboard_state{"s", 1, 1, random.any_signed(), random.text(), random.text()});
      },
      [](const std::string& bytes) { return decode_dashboard_state(bytes); }, encoded<dashboard_state>);
}

TEST_F(fuzzed, heartbeats_never_crash_and_read_again_as_they_were_read) {
  run(
      [&] {
        return encoded(heartbeat{"s", random.text(), 1, 2, "v", true, {{random.text(), 3}}});
      },
      [](const std::string& bytes) { return decode_heartbeat(bytes); }, encoded<heartbeat>, std::equal_to<>{});
}

TEST_F(fuzzed, control_messages_never_crash_and_read_again_as_they_were_read) {
  run(
      [&] {
        return encoded(control_request{.request_id = 7, .body = reconfigure_strategy{"s", random.text()}});
      },
      [](const std::string& bytes) { return decode_control_request(bytes); }, encoded<control_request>);
  run(
      [&] {
        return encoded(control_reply{7, error{ec::io, random.text()}});
      },
      [](const std::string& bytes) { return decode_control_reply(bytes); }, encoded<control_reply>);
}

} // namespace
} // namespace strike::wire
