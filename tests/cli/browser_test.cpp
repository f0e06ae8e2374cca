// browser_test.cpp -- pages in headless Chromium: drawn, no complaint on the console, nothing fetched.
#include <chrono>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/command.h"
#include "tests/support/files.h"
#include "tests/support/temporary_directory.h"

namespace presil::test {

using testing::HasSubstr;
using testing::Not;

namespace {

struct Seen {
  std::string dom;                     ///< behind its scripts
  std::string console;
  std::vector<std::string> requests;   ///< that the page made of any host
};

class Browser : public testing::Test {
 protected:
  void SetUp() override {
    if (run_command({"sh", "-c", "command -v chromium"}).status != 0) GTEST_SKIP() << "no chromium here";
  }

  Seen open(const std::string& page) {
    const std::string file = folder_.write("page.html", page).string(), log = (folder_ / "net.json").string();
    CommandOptions options;
    options.limit = std::chrono::seconds(100);
    // No host can be reached: what the browser itself asks for stays here as well.
    const CommandResult run = run_command({"chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
                                           "--host-resolver-rules=MAP * 127.0.0.1:9", "--user-data-dir=" + (folder_ / "profile").string(),
                                           "--window-size=500,3000", "--virtual-time-budget=1000", "--dump-dom", "--enable-logging=stderr", "--log-net-log=" + log,
                                           "file://" + file}, options);
    EXPECT_EQ(run.status, 0) << run;
    Seen seen{run.out, "", {}};
    std::istringstream lines(run.err);
    for (std::string line; std::getline(lines, line);)
      if (line.find("CONSOLE") != std::string::npos) seen.console += line + "\n";
    const nlohmann::json net = nlohmann::json::parse(read_text(log));
    for (const auto& event : net.at("events")) {
      const auto params = event.value("params", nlohmann::json::object());
      const std::string url = params.value("url", ""), initiator = params.value("initiator", "not an origin");
      if (url.starts_with("http") && initiator != "not an origin") seen.requests.push_back(url);
    }
    return seen;
  }

  TemporaryDirectory folder_;
};

std::string page_of(std::vector<std::string> arguments) {
  const CommandResult run = run_presil(arguments);
  EXPECT_EQ(run.status, 0) << run.err;
  return run.out;
}

TEST_F(Browser, ThisTestSeesRequestsAndComplaints) {
  const Seen seen = open("<html><body><img src='http://example.org/x.png'><script>console.error('so there')</script></body></html>");
  EXPECT_THAT(seen.requests, testing::Contains(testing::HasSubstr("example.org")));
  EXPECT_THAT(seen.console, HasSubstr("so there"));
}

TEST_F(Browser, TheReportIsDrawnAndFetchesNothing) {
  for (const char* name : {"gpt2_on_tpu_v4.yaml", "gpt3_175b_training_on_64_a100.yaml"}) {
    SCOPED_TRACE(name);
    const std::string page = page_of({"run", (source_directory() / "configs/experiments" / name).string(), "--format", "html"});
    EXPECT_LT(page.size(), 2'000'000u);
    const Seen seen = open(page);
    EXPECT_EQ(seen.console, "");
    EXPECT_THAT(seen.requests, testing::IsEmpty());
    const bool training = std::string(name).find("training") != std::string::npos;
    std::vector<std::string> charts{"Roofline", "Memory bandwidth over the run", "Floorplan"};
    charts.push_back(training ? "Pipeline" : "One pass: prefill");
    for (const std::string& chart : charts) EXPECT_THAT(seen.dom, HasSubstr("aria-label=\"" + chart));
    EXPECT_THAT(seen.dom, Not(HasSubstr("nan")));
  }
}

TEST_F(Browser, AComparisonIsDrawnAndFetchesNothing) {
  const auto out = [&](const char* name) { return (folder_ / name).string(); };
  const std::string experiment = (source_directory() / "configs/experiments/gpt2_on_tpu_v4.yaml").string();
  page_of({"run", experiment, "--out", out("a")});
  page_of({"run", experiment, "--set", "chip=tpu_v6e", "--out", out("b")});
  page_of({"compare", out("a"), out("b"), "--out", out("c.html")});
  const Seen seen = open(read_text(folder_ / "c.html"));
  EXPECT_EQ(seen.console, "");
  EXPECT_THAT(seen.requests, testing::IsEmpty());
  for (const std::string chart : {"Radar", "Waterfall"}) EXPECT_THAT(seen.dom, HasSubstr("aria-label=\"" + chart));
}

}  // namespace
}  // namespace presil::test
