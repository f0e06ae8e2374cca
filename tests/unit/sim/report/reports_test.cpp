// reports_test.cpp -- text, CSV and HTML reports of one document.
#include <gmock/gmock.h>

#include <sstream>

#include "sim/base/error.h"
#include "sim/report/csv.h"
#include "sim/report/format.h"
#include "sim/report/html.h"
#include "sim/report/metrics.h"
#include "sim/report/table.h"
#include "sim/report/text.h"
#include "tests/support/files.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/sim/report/sample.h"

namespace presil::report {

using testing::HasSubstr;
using testing::Not;

namespace {

Result sample() { return read_result(sample_document(), "sample"); }

std::string refusal(const nlohmann::ordered_json& document) {
  try {
    read_result(document, "r.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST(Reports, TimeOfWhateverMultiplies) {
  EXPECT_THAT(text_report(sample(), {}), HasSubstr("array time"));
  nlohmann::ordered_json document = sample_document();
  document["sm_time"] = document["array_time"];
  document.erase("array_time");
  const Result result = read_result(document, "sample");
  EXPECT_EQ(result.unit, "sm");
  EXPECT_THAT(text_report(result, {}), HasSubstr("SM time"));
  EXPECT_THAT(html_report(result), HasSubstr("Where SM time went"));
  document["sm_time"] = 1;
  EXPECT_EQ(refusal(document), "r.json: sm_time: expected a mapping");
}

TEST(TextReport, SaysTheAnswerFirst) {
  const std::string text = text_report(sample(), {});
  EXPECT_EQ(text.substr(0, text.find(':')), "llama on tpu_v4");
  for (const char* part : {"200.0 ms  TTFT", "14.00 ms  TPOT", "2.000 s  latency", "20 of 275 TFLOPS",
                           "75.0% of peak", "16.00 GiB weights", "75.0% waiting for memory", "66.7% HBM",
                           "2 values are fitted or assumed (1 fitted)"})
    EXPECT_THAT(text, HasSubstr(part));
}

TEST(TextReport, SortsOperatorsByTime) {
  const std::string text = text_report(sample(), {});
  EXPECT_LT(text.find("mlp, gate"), text.find("mlp       "));
  EXPECT_THAT(text, HasSubstr("1.500 s  memory    memory"));  // 1.5 of 1.8 s
}

TEST(TextReport, StaysOnThePageAndPlain) {
  nlohmann::ordered_json document = sample_document();
  document["ops"][0]["name"] = std::string(300, 'x') + "\033[31m";
  document["experiment"]["model"] = std::string(80, 'm');
  std::istringstream lines(text_report(read_result(document, "sample"), {}));
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(display_width(line), kPageWidth) << line;
    EXPECT_THAT(line, Not(HasSubstr("\033")));
    EXPECT_TRUE(
        std::all_of(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 128; }));
  }
}

TEST(TextReport, ColourAndBlocksOnlyWhenAskedFor) {
  const std::string text = text_report(sample(), {.colour = true, .unicode = true});
  EXPECT_THAT(text, HasSubstr("\033[1m"));
  EXPECT_THAT(text, HasSubstr("█"));
}

TEST(TextReport, ABareDocumentIsEnough) {
  const auto document =
      nlohmann::ordered_json::parse(R"({"schema_version": 1, "metrics": {"latency_s": 1}})");
  EXPECT_THAT(text_report(read_result(document, "r"), {}), HasSubstr("1.000 s"));
  EXPECT_THAT(html_report(read_result(document, "r")), HasSubstr("</html>"));
}

TEST(TextReport, MappingIsExplained) {
  EXPECT_THAT(mapping_table(sample(), {}), HasSubstr("512 x 1024 x 512, weights held"));
}

TEST(CsvReport, QuotesAndRoundTrips) {
  const CsvFile file = parse_csv(ops_csv(sample_document()));
  ASSERT_EQ(file.records.size(), 3u);
  EXPECT_EQ(file.records[0][0], "name");
  EXPECT_EQ(file.records[2][0], "mlp, gate \"x\"");
  EXPECT_EQ(file.records[2].size(), file.records[0].size());
  EXPECT_EQ(csv_field("a\nb"), "\"a\nb\"");
  EXPECT_EQ(csv_value(0.1), "0.1");
  EXPECT_EQ(csv_value(2.0), "2");
}

TEST(CsvReport, MetricsAreOneRow) {
  const CsvFile file = parse_csv(metrics_csv(sample_document()));
  ASSERT_EQ(file.records.size(), 2u);
  EXPECT_EQ(file.records[0][0], "latency_s");
  EXPECT_EQ(file.records[1][3], "512");
}

TEST(CsvReport, AnUnfinishedRecordDoesNotCount) {
  const CsvFile file = parse_csv("a,b\n1,2\n3");
  EXPECT_EQ(file.records.size(), 2u);
  EXPECT_EQ(file.complete_bytes, 8u);
  EXPECT_EQ(parse_csv("a\n\"x\n").records.size(), 1u);
}

TEST(HtmlReport, IsSelfContainedAndEscaped) {
  nlohmann::ordered_json document = sample_document();
  document["ops"][0]["name"] = "<script>alert(1)</script>";
  const std::string page = html_report(read_result(document, "sample"));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, Not(HasSubstr("src=")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("://")));
  EXPECT_THAT(page, HasSubstr("aria-label=\"Roofline\""));
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme: dark"));
  EXPECT_THAT(page, Not(HasSubstr("nan")));
}

TEST(ReadResult, NamesWhatIsWrong) {
  nlohmann::ordered_json document = sample_document();
  document["ops"][1]["time_s"] = "slow";
  EXPECT_EQ(refusal(document), "r.json: ops[1].time_s: expected a number");
  document = sample_document();
  document["levels"] = 3;
  EXPECT_EQ(refusal(document), "r.json: levels: expected a list");
  document["schema_version"] = 7;
  EXPECT_EQ(refusal(document), "r.json: the file has schema_version 7; this presil reads schema_version 1");
  EXPECT_EQ(refusal(nlohmann::ordered_json::array()), "r.json: expected a result document (a mapping)");
}

TEST(ReadResult, DamagedJsonHasItsPlace) {
  const test::TemporaryDirectory folder;
  const auto file = folder.write("result.json", "{\n  \"metrics\": {\"a\": 1,}\n}\n");
  try {
    load_document(folder.path());
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::StartsWith(file.string() + ":2:22: not JSON: "));
  }
}

TEST(Metrics, EveryDocumentedMetricIsKnown) {
  const std::string text = test::read_text(test::source_directory() / "docs/result.md");
  for (const Metric& metric : metrics()) EXPECT_THAT(text, HasSubstr(std::string(metric.name)));
  const std::size_t start = text.find("## metrics");
  ASSERT_NE(start, std::string::npos);
  std::string names = text.substr(start + 10, text.find(". `ach", start) - start - 10);
  for (char& c : names)
    if (c == ',') c = ' ';
  std::istringstream words(names);
  for (std::string name; words >> name;) EXPECT_NE(find_metric(name), nullptr) << name;
}

}  // namespace presil::report
