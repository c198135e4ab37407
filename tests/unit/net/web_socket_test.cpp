#include "net_kit.hpp"

#include <algorithm>
#include <array>
#include <future>
#include <random>

using namespace strike;
using namespace strike::test;
using namespace std::chrono_literals;

namespace {

using web_socket_test = net_test;

TEST_F(web_socket_test, opens_with_the_names_and_headers_it_was_given) {
  std::promise<std::string> head, name;
  tls_server server{[&](peer& on) {
                      head.set_value(ws::accept(on));
                      name.set_value(on.server_name());
                      on.wait_for_end();
                    },
                    localhost};
  const auto x = open({.url = "wss://" + server.authority() + "/ws/api?v=2", .extra = {{"X-Strike_Name", "a b"}}});
  run_until([&] { return x->is_open; });
  const auto got = head.get_future().get();
  EXPECT_TRUE(got.starts_with("GET /ws/api?v=2 HTTP/1.1\r\n")) << got;
  EXPECT_EQ(ws::header_of(got, "Host"), server.authority());
  EXPECT_EQ(ws::header_of(got, "X-Strike_Name"), "a b");
  EXPECT_EQ(name.get_future().get(), "localhost"); // SNI
}

TEST_F(web_socket_test, sends_texts_in_order_and_gets_a_thousand_back_in_order) {
  tls_server server{[](peer& on) {
                      ws::accept(on);
                      for (ws::received x; (x = ws::read_frame(on)).kind() == ws::text;) on.write(ws::frame(x.payload));
                    },
                    localhost};
  const auto x = open({.url = "wss://" + server.authority(), .deflate = false});
  run_until([&] { return x->is_open; });
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(x->socket->send("message " + std::to_string(i)));
  run_until([&] { return x->texts.size() == 1'000; });
  for (std::size_t i = 0; i < 1'000; ++i) ASSERT_EQ(x->texts[i], "message " + std::to_string(i));
}

TEST_F(web_socket_test, works_without_tls) {
  tls_server server{[](peer& on) {
    ws::accept(on);
    on.write(ws::frame("plain"));
    on.wait_for_end();
  }};
  const auto x = open({.url = "ws://" + server.authority()});
  run_until([&] { return !x->texts.empty(); });
  EXPECT_EQ(x->texts[0], "plain");
}

TEST_F(web_socket_test, puts_fragments_together_around_a_ping) {
  std::promise<ws::received> answer;
  tls_server server{[&](peer& on) {
                      ws::accept(on);
                      on.write(ws::frame("one ", ws::text, 0));
                      on.write(ws::frame("are you there", ws::ping));
                      on.write(ws::frame("", ws::continuation, 0) + ws::frame("two ", ws::continuation, 0));
                      on.write(ws::frame("three", ws::continuation) + ws::frame(""));
                      answer.set_value(ws::read_frame(on));
                      on.wait_for_end();
                    },
                    localhost};
  const auto x = open(server);
  run_until([&] { return x->texts.size() == 2; });
  EXPECT_EQ(x->texts[0], "one two three");
  EXPECT_EQ(x->texts[1], "");
  const auto pong = answer.get_future().get();
  EXPECT_EQ(pong.kind(), ws::pong);
  EXPECT_EQ(pong.payload, "are you there");
}

TEST_F(web_socket_test, pads_texts_and_passes_invalid_utf8_on) {
  tls_server server{[](peer& on) {
                      ws::accept(on);
                      on.write(ws::frame("\xff\xfe{"));
                      on.wait_for_end();
                    },
                    localhost};
  std::string got;
  unsigned sum = 1;
  auto x = loop->open_socket({.url = "wss://" + server.authority()},
                             {.on_open = [] {},
                              .on_text =
                                  [&](std::string_view text) {
                                    got = text;
                                    sum = 0;
                                    for (int i = 0; i < 64; ++i)
                                      sum += static_cast<unsigned char>(text.data()[text.size() + i]);
                                  },
                              .on_close = [](const auto&) {}});
  run_until([&] { return !got.empty(); });
  EXPECT_EQ(got, "\xff\xfe{");
  EXPECT_EQ(sum, 0U); // read, which a sanitizer would notice, and is never the last message's text
}

std::string book_of(std::size_t size) {
  std::string x;
  for (unsigned i = 0; x.size() < size; ++i)
    x += R"({"price":)" + std::to_string(i * 2654435761U) + R"(,"amount":)" + std::to_string(i) + "},";
  x.resize(size);
  return x;
}

TEST_F(web_socket_test, takes_large_messages_of_every_length) {
  const auto whole = book_of(5'000'000);
  const std::vector<std::size_t> sizes = {1, 125, 126, 127, 65'535, 65'536, 65'537, 131'072, 1'000'003, whole.size()};
  tls_server server{[&](peer& on) {
                      ws::accept(on);
                      for (const auto size : sizes) on.write(ws::frame(whole.substr(0, size)));
                      on.wait_for_end();
                    },
                    localhost};
  const auto x = open(server);
  run_until([&] { return x->texts.size() == sizes.size(); });
  for (std::size_t i = 0; i < sizes.size(); ++i) EXPECT_TRUE(x->texts[i] == whole.substr(0, sizes[i])) << sizes[i];
}

TEST_F(web_socket_test, inflates_what_the_server_agreed_to_deflate) {
  const auto whole = book_of(3'000'000);
  const std::vector<std::size_t> sizes = {1, 300, 4'096, 65'535, 65'536, 65'537, 200'000, whole.size()};
  std::promise<std::string> offer;
  std::promise<ws::received> sent;
  tls_server server{
      [&](peer& on) {
        offer.set_value(
            ws::header_of(ws::accept(on, "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
                                         "client_no_context_takeover\r\n"),
                          "Sec-WebSocket-Extensions"));
        for (const auto size : sizes)
          on.write(ws::frame(ws::deflated(whole.substr(0, size)), ws::text, ws::final_bit | ws::deflated_bit));
        on.write(ws::frame("plain in between"));
        sent.set_value(ws::read_frame(on));
        on.wait_for_end();
      },
      localhost};
  const auto x = open(server);
  run_until([&] { return x->texts.size() == sizes.size() + 1; });
  EXPECT_TRUE(offer.get_future().get().starts_with("permessage-deflate"));
  for (std::size_t i = 0; i < sizes.size(); ++i) EXPECT_TRUE(x->texts[i] == whole.substr(0, sizes[i])) << sizes[i];
  EXPECT_EQ(x->texts.back(), "plain in between");
  const std::string request(1'000, 'a');
  ASSERT_TRUE(x->socket->send(request));
  const auto got = await(sent.get_future());
  EXPECT_TRUE(got.head & ws::deflated_bit);
  EXPECT_LT(got.payload.size(), 100U);
  EXPECT_EQ(ws::inflated(got.payload), request);
}

TEST_F(web_socket_test, inflates_with_context_takeover) {
  tls_server server{[&](peer& on) {
                      ws::accept(on, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
                      ws::deflater kept;
                      for (int i = 0; i < 200; ++i)
                        on.write(ws::frame(kept.message("the same text again and again " + std::to_string(i)), ws::text,
                                           ws::final_bit | ws::deflated_bit));
                      on.wait_for_end();
                    },
                    localhost};
  const auto x = open(server);
  run_until([&] { return x->texts.size() == 200 || x->end; });
  for (std::size_t i = 0; i < x->texts.size(); ++i)
    ASSERT_EQ(x->texts[i], "the same text again and again " + std::to_string(i));
  EXPECT_FALSE(x->end);
}

/// A compressed message may be cut into frames anywhere. Source: RFC 7692, 6.1
/// @param most bytes of a frame
void write_in_fragments(peer& on, std::string_view packed, std::size_t most) {
  std::mt19937 chance{static_cast<unsigned>(packed.size())};
  for (std::size_t from = 0; from < packed.size();) {
    const auto size = std::min<std::size_t>(1 + chance() % most, packed.size() - from);
    const bool is_last = from + size == packed.size();
    const int bits = (is_last ? ws::final_bit : 0) | (from == 0 ? ws::deflated_bit : 0);
    on.write(
        ws::frame(packed.substr(from, size), from == 0 ? ws::text : ws::continuation, static_cast<std::uint8_t>(bits)));
    from += size;
  }
}

TEST_F(web_socket_test, inflates_messages_in_fragments) {
  const auto whole = book_of(400'000);
  std::mt19937 chance{7};
  std::vector<std::string> sent;
  for (int i = 0; i < 300; ++i) sent.push_back(whole.substr(chance() % 1'000, 1 + chance() % 300'000));
  tls_server server{[&](peer& on) {
                      ws::accept(on, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
                      ws::deflater kept;
                      for (const auto& text : sent) write_in_fragments(on, kept.message(text), 40'000);
                      on.wait_for_end();
                    },
                    localhost};
  const auto x = open(server);
  run_until([&] { return x->texts.size() >= sent.size() || x->end; });
  ASSERT_FALSE(x->end);
  for (std::size_t i = 0; i < sent.size(); ++i)
    ASSERT_TRUE(x->texts[i] == sent[i]) << i << ": " << x->texts[i].size() << " of " << sent[i].size() << " bytes";
}

/// What does not fit into libwebsockets' buffer when deflated is written later, from where it was.
TEST_F(web_socket_test, sends_long_texts_deflated) {
  const auto text_of = [](std::size_t i) { return book_of(10'000 + 1'000 * i).substr(i * 977); };
  constexpr std::size_t messages = 60;
  std::promise<std::vector<std::string>> got;
  tls_server server{[&](peer& on) {
                      ws::accept(on, "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n");
                      std::vector<std::string> all;
                      for (std::string text; all.size() < messages;) {
                        const auto part = ws::read_frame(on);
                        if (part.head == 0 && part.payload.empty()) break; // the end; a continuation has no bits either
                        text += part.payload;
                        if (part.head & ws::final_bit) all.push_back(ws::inflated(std::exchange(text, {})));
                      }
                      got.set_value(std::move(all));
                      on.wait_for_end();
                    },
                    localhost};
  const auto x = open(server);
  run_until([&] { return x->is_open || x->end; });
  for (std::size_t i = 0; i < messages; ++i) ASSERT_TRUE(x->socket->send(text_of(i)));
  const auto all = await(got.get_future());
  ASSERT_EQ(all.size(), messages);
  for (std::size_t i = 0; i < messages; ++i) ASSERT_TRUE(all[i] == text_of(i)) << i;
}

/// A row as of an account's history, which shrinks to a twentieth and less: a piece inflates to more than the buffer of
/// libwebsockets, which goes on with it when the others have had their turn.
std::string history_of(std::size_t rows, std::size_t first) {
  std::string x;
  for (std::size_t i = 0; i < rows; ++i)
    x += R"({"subaccount_id":91234,"order_type":"limit","instrument_name":"ETH-PERP","liquidity_role":"taker",)"
         R"("transaction_status":"settled","is_transfer":false,"realized_pnl":"0","trade_id":")" +
         std::to_string(first + i) + R"(","index_price":"3000.5","trade_fee":"0.1","quote_id":null},)";
  return x;
}

TEST_F(web_socket_test, inflates_on_several_sockets_at_once) {
  constexpr std::size_t messages = 20;
  const auto text_of = [](std::size_t socket, std::size_t i) { return history_of(2'000, 1'000'000 * socket + i); };
  const auto serve = [&](std::size_t which) {
    return [which, &text_of](peer& on) {
      ws::accept(on, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
      ws::deflater kept;
      for (std::size_t i = 0; i < messages; ++i) write_in_fragments(on, kept.message(text_of(which, i)), 3'000);
      on.wait_for_end();
    };
  };
  tls_server first{serve(0), localhost}, second{serve(1), localhost}, third{serve(2), localhost};
  const auto all = std::array{open(first), open(second), open(third)};
  run_until([&] {
    return std::all_of(all.begin(), all.end(), [](const auto& x) { return x->texts.size() >= messages || x->end; });
  });
  for (std::size_t socket = 0; socket < all.size(); ++socket) {
    const auto& x = all[socket];
    ASSERT_FALSE(x->end);
    for (std::size_t i = 0; i < messages; ++i) ASSERT_TRUE(x->texts[i] == text_of(socket, i)) << socket << " " << i;
  }
}

TEST_F(web_socket_test, does_not_offer_to_deflate_when_told_not_to) {
  std::promise<std::string> head;
  tls_server server{[&](peer& on) {
                      head.set_value(ws::accept(on));
                      on.wait_for_end();
                    },
                    localhost};
  const auto x = open({.url = "wss://" + server.authority(), .deflate = false});
  run_until([&] { return x->is_open; });
  EXPECT_EQ(ws::header_of(head.get_future().get(), "Sec-WebSocket-Extensions"), "");
}

TEST_F(web_socket_test, says_goodbye_after_what_was_sent) {
  std::promise<std::string> text;
  std::promise<ws::received> goodbye;
  tls_server server{[&](peer& on) {
                      ws::accept(on);
                      text.set_value(ws::read_frame(on).payload);
                      goodbye.set_value(ws::read_frame(on));
                      on.write(ws::close_frame(1000, ""));
                    },
                    localhost};
  const auto x = open(server);
  run_until([&] { return x->is_open; });
  ASSERT_TRUE(x->socket->send("last words"));
  x->socket->close(1000, "done");
  EXPECT_EQ(x->socket->send("too late").error().code, ec::session_down);
  EXPECT_FALSE(x->end); // never from within a method
  const auto report = end_of(*x);
  EXPECT_EQ(report.code, 1000);
  EXPECT_EQ(text.get_future().get(), "last words");
  const auto got = goodbye.get_future().get();
  EXPECT_EQ(got.kind(), ws::close);
  EXPECT_EQ(got.payload, std::string("\x03\xe8", 2) + "done");
}

TEST_F(web_socket_test, reports_the_servers_code_and_reason_and_answers) {
  std::promise<ws::received> answer;
  tls_server server{[&](peer& on) {
                      ws::accept(on);
                      on.write(ws::frame("last") + ws::close_frame(1001, "restart at noon"));
                      answer.set_value(ws::read_frame(on));
                    },
                    localhost};
  const auto x = open(server);
  const auto report = end_of(*x);
  EXPECT_EQ(report.code, 1001);
  EXPECT_NE(report.text.find("restart at noon"), std::string::npos) << report.text;
  EXPECT_EQ(x->texts, std::vector<std::string>{"last"});
  const auto frame = await(answer.get_future());
  EXPECT_EQ(frame.kind(), ws::close);
}

TEST_F(web_socket_test, says_goodbye_when_destroyed) {
  std::promise<ws::received> goodbye;
  tls_server server{[&](peer& on) {
                      ws::accept(on);
                      goodbye.set_value(ws::read_frame(on));
                    },
                    localhost};
  auto x = open(server);
  run_until([&] { return x->is_open; });
  x->socket.reset();
  const auto frame = await(goodbye.get_future());
  EXPECT_EQ(frame.kind(), ws::close);
  EXPECT_FALSE(x->end);
}

TEST_F(web_socket_test, may_be_destroyed_in_each_of_its_calls) {
  tls_server server{[](peer& on) {
                      ws::accept(on);
                      on.write(ws::frame("text") + ws::frame("more") + ws::close_frame(1000, ""));
                      on.wait_for_end();
                    },
                    localhost};
  for (const std::string which : {"open", "text", "close"}) {
    std::unique_ptr<net::socket> socket;
    bool was_killed = false;
    int calls_after = 0;
    const auto kill_in = [&](std::string_view call) {
      calls_after += was_killed;
      if (call != which) return;
      was_killed = true;
      socket.reset();
    };
    auto x = loop->open_socket({.url = "wss://" + server.authority()},
                               {.on_open = [&, guard = std::make_shared<int>()] { kill_in("open"); },
                                .on_text = [&, guard = std::make_shared<int>()](auto) { kill_in("text"); },
                                .on_close = [&, guard = std::make_shared<int>()](const auto&) { kill_in("close"); }});
    ASSERT_TRUE(x);
    socket = std::move(*x);
    run_until([&] { return was_killed; });
    for (int i = 0; i < 20; ++i) loop->round(steady_ns() + 1'000'000);
    EXPECT_EQ(calls_after, 0) << which;
  }
}

TEST_F(web_socket_test, may_be_destroyed_before_it_opens) {
  tls_server server{[](peer& on) { on.wait_for_end(); }, localhost};
  auto x = open(server);
  x->socket.reset();
  auto y = open(server);
  loop->round(steady_ns());
  y->socket.reset();
  auto z = open(server);
  z->socket->close(1000, "changed my mind");
  EXPECT_FALSE(z->end);
  EXPECT_EQ(end_of(*z).code, 1000);
  EXPECT_FALSE(x->end);
  EXPECT_FALSE(y->end);
}

TEST_F(web_socket_test, pings_after_silence_and_lives_as_long_as_pongs_come) {
  std::promise<void> third;
  tls_server server{[&](peer& on) {
                      ws::accept(on);
                      for (int i = 0; i < 3; ++i) {
                        const auto ping = ws::read_frame(on);
                        if (ping.kind() != ws::ping) return;
                        on.write(ws::frame(ping.payload, ws::pong));
                      }
                      third.set_value();
                      on.wait_for_end(); // answers no more
                    },
                    localhost};
  const auto x = open({.url = "wss://" + server.authority(), .ping_every = 20ms, .dead_after = 400ms});
  const auto report = end_of(*x);
  EXPECT_EQ(third.get_future().wait_for(0s), std::future_status::ready) << "pings: " << report.text;
  EXPECT_EQ(report.code, 1006);
  EXPECT_NE(report.text.find("taken for dead"), std::string::npos) << report.text;
}

TEST_F(web_socket_test, two_loops_serve_at_once) {
  const auto echo = [](peer& on) {
    ws::accept(on);
    for (ws::received x; (x = ws::read_frame(on)).kind() == ws::text;) on.write(ws::frame(x.payload));
  };
  tls_server server{echo, localhost};
  std::thread other{[&] {
    auto second = net::loop::open({.ca_file = ca.file(), .on_warning = {}});
    for (int round = 0; round < 20; ++round) {
      bool is_done = false;
      std::unique_ptr<net::socket> socket;
      auto x = (*second)->open_socket({.url = "wss://" + server.authority(), .deflate = false},
                                      {.on_open = [&] { ASSERT_TRUE(socket->send("from the other")); },
                                       .on_text = [&](auto text) { is_done = text == "from the other"; },
                                       .on_close = [](const auto& r) { ADD_FAILURE() << r.text; }});
      socket = std::move(*x);
      while (!is_done) (*second)->round(steady_ns() + 20'000'000'000);
    }
  }};
  for (int round = 0; round < 20; ++round) {
    const auto x = open({.url = "wss://" + server.authority(), .deflate = false});
    run_until([&] { return x->is_open; });
    ASSERT_TRUE(x->socket->send("from this one"));
    run_until([&] { return !x->texts.empty(); });
    EXPECT_EQ(x->texts[0], "from this one");
  }
  other.join();
}

} // namespace
