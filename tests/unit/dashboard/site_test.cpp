#include "dashboard/site.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

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
  site pages;
  strategy_board board;

  page_reply get(std::string path, std::string none_match = "", std::string encoding = "", std::string method = "GET") {
    return pages.answer({.method = std::move(method),
                         .path = std::move(path),
                         .host = "localhost:8080",
                         .if_none_match = std::move(none_match),
                         .accept_encoding = std::move(encoding)},
                        board, 0);
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
  const auto texts = *get("/").body + *get("/app.js").body + *get("/widgets.js").body + *get("/chart.js").body;
  std::size_t count = 0;
  for (const std::string opening : {"src=\"/", "href=\"/", "from './"})
    for (auto at = texts.find(opening); at != std::string::npos; at = texts.find(opening, at + 1)) {
      const auto start = at + opening.size();
      const auto name = texts.substr(start, texts.find_first_of("\"'", start) - start);
      EXPECT_EQ(get("/" + name).status, 200U) << name;
      ++count;
    }
  EXPECT_GT(count, 10U);
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
  board.take({"gamma", 1, 1, 0, R"({"a":1})", R"([{"widget":"divider"}])"}, 0);
  board.take({"odd name%41<b>", 1, 1, 0, R"({"b":1})", {}}, 0);
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
  for (const auto* path : {"", "/index.htm", "/api", "/api/strategiesx", "/api/strategies/", "/api/strategies/nobody",
                           "/api/strategies/nobody/schema", "/../etc/passwd", "/ws"}) {
    EXPECT_EQ(get(path).status, 404U) << path;
    EXPECT_THAT(*get(path).body, StartsWith(R"({"error":")"));
  }
  EXPECT_EQ(get("/", "", "", "other").status, 405U);
  EXPECT_EQ(get("/", "", "", "HEAD").status, 200U);
}

TEST_F(site_test, answers_only_by_a_loopback_name) {
  const auto status = [&](std::string path, std::string host) {
    return pages.answer({.method = "GET", .path = std::move(path), .host = std::move(host)}, board, 0).status;
  };
  EXPECT_EQ(status("/api/strategies", "evil.example:8080"), 403U);
  EXPECT_EQ(status("/", ""), 403U);
  EXPECT_EQ(status("/", "127.0.0.1:1"), 200U);
  EXPECT_EQ(status("/healthz", "pod-7"), 200U);
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
