#include "dashboard/site.hpp"

#include "dashboard/scripts.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <random>

namespace strike::dashboard {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string unzipped(const std::string& bytes) {
  std::string out(4 << 20, '\0');
  z_stream z{};
  inflateInit2(&z, 15 + 16);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  inflateEnd(&z);
  return out;
}

struct site_test : testing::Test {
  shared_boards boards;
  guard who{process::secret_text{}, false};
  std::vector<std::string> watched;
  site pages{site_parts{.boards = boards,
                        .who = who,
                        .metrics = [] { return std::string{"strike_up 1\n"}; },
                        .catalog = {},
                        .watch = [this](const std::string& prefix) { watched.push_back(prefix); },
                        .now_ns = [] { return std::int64_t{0}; }}};

  page_reply ask(page_request what) {
    if (what.host.empty()) what.host = "localhost:8080";
    return pages.answer(what, std::chrono::steady_clock::time_point{std::chrono::hours{1}});
  }
  page_reply get(std::string path, std::string none_match = "", std::string encoding = "", std::string method = "GET") {
    return ask({.method = std::move(method),
                .path = std::move(path),
                .if_none_match = std::move(none_match),
                .accept_encoding = std::move(encoding)});
  }
  page_reply query(std::string path, std::map<std::string, std::string, std::less<>> parts) {
    return ask({.method = "GET", .path = std::move(path), .query = std::move(parts)});
  }
  void take(const wire::dashboard_state& x) {
    boards.with([&](dashboard::boards& b) { b.strategies.take(x, 0); });
  }
};

TEST_F(site_test, serves_the_page_without_inline_scripts_or_styles) {
  const auto page = get("/");
  EXPECT_EQ(page.status, 200U);
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(*page.body, StartsWith("<!doctype html>"));
  for (const auto* word : {"<style", "style=", "onclick", "onload", "javascript:"})
    EXPECT_THAT(*page.body, Not(HasSubstr(word)));
}

/// What the page names must be there, and nothing it names may come from another host.
TEST_F(site_test, serves_every_file_that_its_files_name) {
  auto texts = *get("/").body;
  for (const auto& [path, text] : scripts())
    if (path != "/dygraph.min.js") texts += text;
  std::size_t count = 0;
  for (const std::string opening : {"src=\"/", "href=\"/", "from './"})
    for (auto at = texts.find(opening); at != std::string::npos; at = texts.find(opening, at + 1)) {
      const auto start = at + opening.size();
      const auto name = texts.substr(start, texts.find_first_of("\"'", start) - start);
      EXPECT_EQ(get("/" + name).status, 200U) << name;
      ++count;
    }
  EXPECT_GT(count, 40U);
  EXPECT_THAT(texts, Not(HasSubstr("https://")));
  EXPECT_THAT(*get("/dygraph.min.js").body, HasSubstr("dygraphs"));
}

TEST_F(site_test, compresses_for_those_who_can_read_it) {
  const auto plain = get("/app.js"), small = get("/app.js", "", "br, gzip");
  EXPECT_FALSE(plain.is_gzip);
  EXPECT_TRUE(small.is_gzip);
  EXPECT_LT(small.body->size(), plain.body->size() / 2);
  EXPECT_EQ(unzipped(*small.body), *plain.body);
}

TEST_F(site_test, answers_a_known_tag_with_304) {
  const auto tag = get("/style.css").etag;
  EXPECT_NE(tag, get("/app.js").etag);
  EXPECT_EQ(get("/style.css", tag).status, 304U);
  EXPECT_EQ(get("/style.css", "\"x\", W/" + tag).status, 304U);
  EXPECT_EQ(get("/style.css", "\"x\"").status, 200U);
}

TEST_F(site_test, answers_the_api_by_name_even_if_that_ends_like_a_path) {
  take({"gamma", 1, 1, 0, R"({"a":1})", R"([{"widget":"divider"}])"});
  take({"odd name%41<b>", 1, 1, 0, R"({"b":1})", {}});
  EXPECT_EQ(boost::json::parse(*get("/api/strategies").body).at("strategies").as_array().size(), 2U);
  EXPECT_THAT(*get("/api/strategies/gamma").body, HasSubstr(R"("state":{"a":1})"));
  EXPECT_EQ(*get("/api/strategies/gamma/schema").body, R"([{"widget":"divider"}])");
  EXPECT_THAT(*get("/api/strategies/odd name%41<b>").body, HasSubstr(R"("state":{"b":1})"));
  EXPECT_EQ(*get("/api/strategies/odd name%41<b>/schema").body, "[]");
  EXPECT_EQ(get("/api/strategies/gamma").content_type, "application/json");
  EXPECT_EQ(get("/api/strategies/gamma").etag, "");
  EXPECT_EQ(*get("/healthz").body, R"({"status":"ok"})");
}

TEST_F(site_test, says_what_is_not_there) {
  for (const auto* path : {"", "/index.htm", "/api/", "/api/strategiesx", "/api/strategies/", "/api/strategies/nobody",
                           "/api/strategies/nobody/schema", "/../etc/passwd", "/ws"}) {
    EXPECT_EQ(get(path).status, 404U) << path;
    EXPECT_THAT(*get(path).body, StartsWith(R"({"error":")"));
  }
  EXPECT_EQ(get("/", "", "", "other").status, 405U);
  EXPECT_EQ(get("/", "", "", "HEAD").status, 200U);
}

TEST_F(site_test, answers_only_by_a_loopback_name) {
  const auto status = [&](std::string path, std::string host) {
    return pages
        .answer({.method = "GET", .path = std::move(path), .host = std::move(host)},
                std::chrono::steady_clock::time_point{std::chrono::hours{1}})
        .status;
  };
  EXPECT_EQ(status("/api/strategies", "evil.example:8080"), 403U);
  EXPECT_EQ(status("/", ""), 403U);
  EXPECT_EQ(status("/", "127.0.0.1:1"), 200U);
  EXPECT_EQ(status("/healthz", "pod-7"), 200U);
}

TEST_F(site_test, describes_every_path_of_its_api) {
  const auto paths = boost::json::parse(*get("/api").body).at("paths").as_object();
  EXPECT_GT(paths.size(), 15U);
  const std::map<std::string, std::map<std::string, std::string, std::less<>>> queries{
      {"/api/chain", {{"venue", "deribit"}, {"base", "BTC"}, {"expiry_ms", "0"}}}};
  for (const auto& [key, what] : paths) {
    const std::string path{key.data(), key.size()};
    if (path == "/ws" || path.find('{') != std::string::npos || !what.as_object().contains("get")) continue;
    const auto found = queries.find(path);
    const auto reply = query(path, found == queries.end() ? decltype(found->second){} : found->second);
    EXPECT_EQ(reply.status, path == "/api/market" ? 422U : 200U) << path;
  }
}

TEST_F(site_test, answers_what_there_is_to_hold_and_to_earn) {
  boards.with([](dashboard::boards& x) { x.poll(1, 1); });
  for (const auto* path : {"/api/orders", "/api/fills", "/api/positions", "/api/feeds"})
    EXPECT_EQ(*get(path).body, "[]");
  EXPECT_THAT(*get("/api/overview").body, HasSubstr(R"("exposure":[])"));
  EXPECT_EQ(*get("/metrics").body, "strike_up 1\n");
  EXPECT_EQ(*query("/api/quotes", {{"venue", "deribit"}}).body, R"({"total":0,"quotes":[]})");
  EXPECT_EQ(query("/api/quotes", {{"venue", "nyse"}}).status, 422U);
  EXPECT_EQ(query("/api/orders", {{"limit", "many"}}).status, 422U);
  EXPECT_EQ(query("/api/chain", {{"venue", "deribit"}, {"base", "BTC"}, {"expiry_ms", "soon"}}).status, 422U);
}

TEST_F(site_test, asks_for_a_market_that_is_looked_at) {
  EXPECT_EQ(query("/api/market", {{"instrument", "deribit:BTC-PERPETUAL"}}).status, 404U);
  EXPECT_EQ(watched, std::vector<std::string>{"md/deribit/BTC-PERPETUAL/"});
  EXPECT_EQ(query("/api/market", {{"instrument", "deribit:no such thing"}}).status, 422U);
  EXPECT_EQ(watched.size(), 1U);
  EXPECT_EQ(boards.with([](dashboard::boards& x) { return x.names.size(); }), 0U) << "a question is no instrument";
}

TEST_F(site_test, refuses_commands_of_other_pages_of_other_kinds_and_without_a_token) {
  page_request stop{.method = "POST",
                    .path = "/api/control",
                    .origin = "http://localhost:8080",
                    .content_type = "application/json",
                    .body = R"({"action":"stop_strategy","strategy":"gamma"})"};
  EXPECT_EQ(ask(stop).status, 403U);
  auto foreign = stop;
  foreign.origin = "http://evil.example";
  EXPECT_EQ(ask(foreign).status, 403U);
  auto form = stop;
  form.content_type = "text/plain"; // what a form of another page can send
  EXPECT_EQ(ask(form).status, 415U);
  auto odd = stop;
  odd.body = R"({"action":"sell_everything"})";
  EXPECT_EQ(ask(odd).status, 422U);
  auto replay = stop;
  replay.body = R"({"action":"pause_replay"})";
  EXPECT_EQ(ask(replay).status, 503U) << "allowed, but nobody is there";
}

TEST_F(site_test, refuses_those_who_ask_without_end) {
  unsigned last = 200;
  for (int i = 0; i < 1'000 && last == 200; ++i) last = get("/api/strategies").status;
  EXPECT_EQ(last, 429U);
  EXPECT_EQ(ask({.method = "GET", .path = "/api/strategies", .peer = "10.0.0.9"}).status, 200U) << "another peer";
  EXPECT_EQ(ask({.method = "POST",
                 .path = "/api/control",
                 .content_type = "application/json",
                 .body = R"({"action":"kill_trading","reason":"fire"})"})
                .status,
            403U)
      << "a command is not held up by questions";
}

/// Beside the fuzz over sockets, which a limit of requests slows down.
TEST_F(site_test, answers_whatever_it_is_asked_in_json) {
  std::mt19937 random{11};
  const std::string paths[] = {"/api/chain",
                               "/api/chains",
                               "/api/market",
                               "/api/orders",
                               "/api/fills",
                               "/api/quotes",
                               "/api/positions",
                               "/api/catalog/search",
                               "/api/strategies/x/schema",
                               "/api/controls",
                               "/api/overview",
                               "/api/control",
                               "/api/login",
                               "/api/"};
  const std::string keys[] = {"venue",      "text",  "limit", "base",    "expiry_ms",
                              "instrument", "depth", "state", "strategy"};
  const std::string values[] = {"deribit",
                                "polymarket",
                                "BTC",
                                "-1",
                                "99999999999999999999",
                                "deribit:BTC-PERPETUAL",
                                "polymarket:7",
                                "open",
                                "",
                                "1e9",
                                "%00",
                                "\xff\xfe",
                                ":",
                                "deribit:",
                                "0"};
  const auto one_of = [&](const auto& all) { return all[random() % std::size(all)]; };
  const auto mutated = [&](std::string x) {
    for (auto n = random() % 3; n > 0; --n) x.insert(random() % (x.size() + 1), 1, static_cast<char>(random()));
    return x;
  };
  const std::string bodies[] = {R"({"action":"stop_strategy","strategy":"g"})",
                                R"({"action":"seek_replay","to_ms":1e308})",
                                R"({"token":"x"})",
                                "[",
                                "{}",
                                R"({"action":{}})",
                                R"({"action":"halt_trading"})"};
  for (int i = 0; i < 20'000; ++i) {
    page_request what{.method = random() % 4 == 0 ? "POST" : "GET",
                      .path = random() % 8 == 0 ? mutated(one_of(paths)) : one_of(paths),
                      .cookies = mutated("strike_session=abc; x"),
                      .content_type = "application/json",
                      .body = mutated(one_of(bodies)),
                      .peer = std::to_string(i)};
    for (auto n = random() % 5; n > 0; --n) what.query[one_of(keys)] = mutated(one_of(values));
    const auto reply = ask(what);
    boost::system::error_code failed;
    if (reply.content_type == "application/json") boost::json::parse(*reply.body, failed);
    ASSERT_FALSE(failed) << what.path << ": " << *reply.body;
    ASSERT_TRUE(reply.status == 200 || (reply.status >= 400 && reply.status < 504)) << reply.status;
  }
}

struct open_site_test : testing::Test {
  shared_boards boards;
  guard who{process::secret_text{"0123456789abcdef"}, true};
  site pages{site_parts{.boards = boards, .who = who, .metrics = {}, .catalog = {}, .watch = {}, .now_ns = [] {
                          return std::int64_t{0};
                        }}};

  page_reply ask(page_request what) {
    what.host = "dashboard.example";
    return pages.answer(what, std::chrono::steady_clock::time_point{std::chrono::hours{1}});
  }
};

TEST_F(open_site_test, shows_strangers_the_page_and_nothing_else) {
  EXPECT_EQ(ask({.method = "GET", .path = "/"}).status, 200U);
  EXPECT_EQ(ask({.method = "GET", .path = "/api/strategies"}).status, 401U);
  EXPECT_EQ(ask({.method = "GET", .path = "/metrics"}).status, 401U);
  EXPECT_FALSE(pages.may_view({.path = "/ws", .host = "dashboard.example"}));
  EXPECT_EQ(ask({.method = "GET", .path = "/api/strategies", .authorization = "Bearer 0123456789abcdef"}).status, 200U);
  EXPECT_EQ(ask({.method = "GET", .path = "/api/strategies", .authorization = "Bearer 0123456789abcdeg"}).status, 401U);
}

TEST_F(open_site_test, lets_in_who_has_logged_in_until_the_log_out) {
  const auto log_in = [&](std::string body) {
    return ask({.method = "POST", .path = "/api/login", .content_type = "application/json", .body = std::move(body)});
  };
  EXPECT_EQ(log_in(R"({"token":"wrong"})").status, 401U);
  EXPECT_EQ(log_in("0123456789abcdef").status, 422U);
  const auto in = log_in(R"({"token":"0123456789abcdef"})");
  ASSERT_EQ(in.status, 200U);
  EXPECT_THAT(in.set_cookie, HasSubstr("HttpOnly; SameSite=Strict"));
  const auto cookie = in.set_cookie.substr(0, in.set_cookie.find(';'));
  EXPECT_EQ(ask({.method = "GET", .path = "/api/strategies", .cookies = "a=b; " + cookie}).status, 200U);
  EXPECT_TRUE(pages.may_view({.path = "/ws", .host = "x", .cookies = cookie}));
  EXPECT_FALSE(pages.may_view({.path = "/ws", .host = "x", .origin = "http://evil.example", .cookies = cookie}));
  ask({.method = "POST", .path = "/api/logout", .cookies = cookie, .content_type = "application/json"});
  EXPECT_EQ(ask({.method = "GET", .path = "/api/strategies", .cookies = cookie}).status, 401U);
}

TEST_F(open_site_test, lets_no_flood_of_guesses_hold_up_who_may_stop_trading) {
  const auto post = [&](std::string peer, std::string path, std::string body, std::string authorization = {}) {
    return ask({.method = "POST",
                .path = std::move(path),
                .authorization = std::move(authorization),
                .content_type = "application/json",
                .body = std::move(body),
                .peer = std::move(peer)})
        .status;
  };
  const auto guess = [&](const std::string& peer) { return post(peer, "/api/login", R"({"token":"wrong"})"); };
  unsigned last = 401;
  for (int i = 0; i < 100 && last == 401; ++i) last = guess("10.0.0.9");
  ASSERT_EQ(last, 429U);
  EXPECT_EQ(guess("10.0.0.1"), 401U) << "another address has guesses of its own";

  const std::string token = "Bearer 0123456789abcdef", wrong = "Bearer 0123456789abcdeg";
  for (const std::string body : {R"({"action":"kill_trading","reason":"fire"})", R"({"action":"cancel_all_orders"})",
                                 R"({"action":"halt_trading","reason":"fire","reduce_only":true})"}) {
    EXPECT_EQ(post("10.0.0.9", "/api/control", body, token), 503U) << "heard, though nobody is there: " << body;
    EXPECT_EQ(post("10.0.0.9", "/api/control", body, wrong), 429U) << body;
  }
  for (const std::string body : {R"({"action":"resume_trading"})", R"({"action":"stop_strategy","strategy":"a"})"})
    EXPECT_EQ(post("10.0.0.9", "/api/control", body, token), 429U) << body;
}

TEST(site_headers, reads_accept_encoding) {
  for (const auto* x : {"gzip", "br, gzip", "gzip;q=0.5", "*", "deflate,gzip ; q=1"}) EXPECT_TRUE(accepts_gzip(x)) << x;
  for (const auto* x : {"", "br", "gzip;q=0", "gzip; q=0.000", "xgzip"}) EXPECT_FALSE(accepts_gzip(x)) << x;
}

TEST(site_headers, reads_if_none_match) {
  EXPECT_TRUE(matches_etag("\"a\" , \"b\"", "\"b\""));
  EXPECT_TRUE(matches_etag("*", "\"b\""));
  EXPECT_FALSE(matches_etag("", "\"b\""));
  EXPECT_FALSE(matches_etag("b", "\"b\""));
}

} // namespace
} // namespace strike::dashboard
