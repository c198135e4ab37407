// `strike live --sandbox` and `strike doctor`: the whole system in one process, against venues that it serves itself.
#include "journal/reader.hpp"
#include "kit/bus_kit.hpp"
#include "kit/tcp_client.hpp"
#include "kit/test_ca.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

using namespace strike;
using testing::HasSubstr;

namespace {

std::string text_of(const std::string& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

struct live_command : testing::Test {
  temp_folder folder;
  strike::test::test_ca stranger; ///< an authority that nobody here was certified by
  std::string ports[4];

  live_command() {
    for (auto& x : ports) {
      x = bus_kit::free_endpoint();
      x = x.substr(x.rfind(':') + 1);
    }
    std::filesystem::create_directory((folder / "out").string());
  }
  std::string config(const std::string& ca = "tls/ca.pem") const {
    const auto at = [&](int i) { return "127.0.0.1:" + ports[i]; };
    return folder.write(
        "strike.toml",
        fmt::format(
            "[[strategy]]\ntype = \"momentum\"\ninstruments = [\"deribit:BTC-PERPETUAL\", \"derive:ETH-PERP\", "
            "\"polymarket:*\"]\nthreshold = 0.000001\nlookback_ticks = 1\n"
            "[strategies]\ncontrol = \"tcp://127.0.0.1:0\"\n[exec]\ncontrol = \"tcp://127.0.0.1:0\"\n"
            "[recorder]\nmin_free_mb = 0\nflush = \"100ms\"\nfolder = \"recordings\"\n"
            "[sandbox]\nfolder = \"tls\"\ncontrol = \"{3}\"\n[sandbox.deribit]\nlisten = \"{0}\"\n[sandbox.derive]\n"
            "listen = \"{1}\"\n[sandbox.polymarket]\nlisten = \"{2}\"\n"
            "[gateway.deribit]\ntestnet = true\nurl = \"wss://{0}/ws/api/v2\"\nrest = \"https://{0}/api/v2\"\n"
            "ca_file = \"{4}\"\n"
            "[gateway.derive]\nws_url = \"wss://{1}/v3/ws\"\nrest_url = \"https://{1}/v3\"\nca_file = \"{4}\"\n"
            "[gateway.polymarket]\nurl = \"wss://{2}/ws/market\"\nclob = \"https://{2}\"\ngamma = \"https://{2}\"\n"
            "ca_file = \"{4}\"\nlist = \"open\"\n",
            at(0), at(1), at(2), at(3), ca));
  }
  process_result doctor(const std::string& with) const {
    std::filesystem::create_directories((folder / "doctor").string());
    return process{{STRIKE_BINARY, "doctor", "--config", with}, (folder / "doctor").string()}.wait();
  }
};

TEST_F(live_command, trades_on_paper_on_three_venues_and_records_them) {
  const auto toml = config();
  process live{{STRIKE_BINARY, "live", "--sandbox", "--config", toml, "--status", "1", "--dashboard", "0"},
               (folder / "out").string()};
  const auto printed = [&] { return text_of((folder / "out/stdout").string()); };
  const auto all_flow = [&] {
    const auto text = printed();
    for (const auto* at : {"deribit  ", "derive   ", "polymarket"}) {
      const auto last = text.rfind(at);
      if (last == std::string::npos || text.substr(last, text.find('\n', last) - last).find("events/s") == text.npos)
        return false;
    }
    return true;
  };
  ASSERT_TRUE(bus_kit::eventually(all_flow)) << printed() << live.err();
  ASSERT_TRUE(live.wait_for_err("signal strategy=momentum")) << live.err();
  EXPECT_THAT(printed(), HasSubstr("orders: deribit paper, derive paper, polymarket paper"));
  EXPECT_THAT(printed(), HasSubstr("recording to: "));

  const auto printed_url = printed().find("dashboard: http://") + 18;
  const auto address = printed().substr(printed_url, printed().find('/', printed_url) - printed_url);
  const auto shown = [&](const std::string& path, const std::vector<std::string>& parts) {
    const auto text = http_get(address, path).body;
    return std::ranges::all_of(parts, [&](const auto& x) { return text.find(x) != std::string::npos; });
  };
  EXPECT_TRUE(bus_kit::eventually([&] {
    return shown("/api/overview",
                 {R"("service":"exec")", R"("service":"gateway-deribit")", R"("service":"gateway-polymarket")",
                  R"("service":"strategies")", R"("venue":"derive","events")", R"("venue":"polymarket","events")"});
  })) << http_get(address, "/api/overview").body;
  EXPECT_TRUE(bus_kit::eventually([&] { return shown("/api/orders", {R"("strategy":"momentum")", R"("side":")"}); }));
  EXPECT_TRUE(bus_kit::eventually([&] {
    return shown("/api/risk", {R"("is_current":true)", "max_open_orders"});
  })) << http_get(address, "/api/risk").body;
  EXPECT_TRUE(bus_kit::eventually([&] {
    return shown("/api/market?instrument=deribit:ETH-PERPETUAL", {R"("bids":[[)"});
  })) << "nobody but the dashboard asks for this book";

  const auto well = doctor(toml);
  EXPECT_EQ(well.exit_code, 0) << well.out;
  for (const auto* line : {"ok       deribit clock", "ok       derive clock", "ok       polymarket clock",
                           "ok       deribit socket", "ok       derive socket", "ok       polymarket socket"})
    EXPECT_THAT(well.out, HasSubstr(line));
  const auto fault = doctor(folder.write("other.toml", text_of(config(stranger.file()))));
  EXPECT_EQ(fault.exit_code, 1);
  EXPECT_THAT(fault.out, HasSubstr("FAILED   deribit https"));
  EXPECT_THAT(fault.out, HasSubstr("certificate"));

  live.signal(SIGINT);
  const auto end = live.wait();
  EXPECT_EQ(end.exit_code, 0) << end.err;
  std::set<std::string> venues;
  for (const auto& file : std::filesystem::directory_iterator{(folder / "recordings").string()}) {
    if (file.path().extension() != ".zst") continue;
    instrument_registry names;
    auto recording = journal::reader::open({file.path()}, {}, names);
    ASSERT_TRUE(recording) << recording.error().text;
    for (auto batch = (*recording)->next(); batch && *batch; batch = (*recording)->next())
      for (const auto& x : (*batch)->events) venues.insert(std::string{to_text(names.at(x.instrument).at)});
  }
  EXPECT_EQ(venues, (std::set<std::string>{"deribit", "derive", "polymarket"}));
}

TEST_F(live_command, doctor_says_what_to_mend_when_no_venue_is_there) {
  const auto sick = doctor(config(stranger.file()));
  EXPECT_EQ(sick.exit_code, 1);
  EXPECT_THAT(sick.out, HasSubstr("ok       configuration"));
  EXPECT_THAT(sick.out, HasSubstr("FAILED   derive https"));
  EXPECT_THAT(sick.out, HasSubstr("check the firewall"));
}

} // namespace
