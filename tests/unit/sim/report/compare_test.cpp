// compare_test.cpp -- results beside each other.
#include "sim/report/compare.h"

#include <gmock/gmock.h>

#include "sim/base/error.h"
#include "tests/unit/sim/report/sample.h"

namespace presil::report {

using testing::HasSubstr;
using testing::Not;

namespace {

Named named(const std::string& name, const std::string& metric, double value) {
  nlohmann::ordered_json document = sample_document();
  document["metrics"][metric] = value;
  return {name, read_result(document, name)};
}

std::string line_of(const std::string& text, const std::string& start) {
  const std::size_t at = text.find("  " + start);
  return at == std::string::npos ? "" : text.substr(at, text.find('\n', at) - at);
}

}  // namespace

TEST(Compare, ShowsDifferenceAndRatioAndTheWinner) {
  const std::string text = compare_text({named("a", "latency_s", 2), named("b", "latency_s", 1.5)}, {});
  const std::string line = line_of(text, "latency ");
  EXPECT_THAT(line, HasSubstr("1.500 s*"));
  EXPECT_THAT(line, HasSubstr("-500.0 ms  0.750"));
  EXPECT_THAT(line_of(text, "output rate"), Not(HasSubstr("*")));  // a tie
  EXPECT_THAT(line_of(text, "peak compute"), Not(HasSubstr("*")));
}

TEST(Compare, HigherIsBetterForRates) {
  const std::string text =
      compare_text({named("a", "tokens_per_s", 100), named("b", "tokens_per_s", 90)}, {});
  EXPECT_THAT(line_of(text, "output rate"), HasSubstr("100 tokens/s*"));
}

TEST(Compare, AMetricOfOneResultOnly) {
  const std::string text = compare_text({named("a", "latency_s", 2), named("b", "extra_s", 1)}, {});
  EXPECT_THAT(line_of(text, "extra"), HasSubstr("1.000 s"));
}

TEST(Compare, AnyNumberOfResults) {
  std::vector<Named> results;
  for (int i = 0; i < 7; ++i) results.push_back(named("r" + std::to_string(i), "latency_s", 1.0 + i));
  const std::string text = compare_text(results, {});
  EXPECT_THAT(text, HasSubstr("G / A"));
  EXPECT_THAT(compare_html(results), HasSubstr("G / A"));
  EXPECT_THAT(compare_html(results), HasSubstr("Side by side"));
  EXPECT_THAT(compare_csv(results), HasSubstr("latency_s,r6,7,6,7\n"));
}

TEST(Compare, ThePageNamesWinnersAndDrawsAllAtOnce) {
  auto better = named("b", "latency_s", 1);
  better.result.metrics.push_back({"die_area_mm2", 400});
  auto worse = named("a", "latency_s", 2);
  worse.result.metrics.push_back({"die_area_mm2", 100});
  for (auto* both : {&better, &worse}) {
    both->result.metrics.push_back({"cost_usd", both == &better ? 3 : 2});
  }
  const std::string page = compare_html({worse, better});
  EXPECT_THAT(page, HasSubstr("Winners"));
  EXPECT_THAT(page, HasSubstr("<td>latency</td><td>B"));
  EXPECT_THAT(page, HasSubstr("2 x"));
  EXPECT_THAT(page, HasSubstr("aria-label=\"Radar\""));
  EXPECT_THAT(compare_html({worse, worse}), Not(HasSubstr("Radar")));  // nothing differs
}

TEST(FailOver, JudgesTimesOnly) {
  EXPECT_THAT(worse_than_first({named("a", "latency_s", 2), named("b", "latency_s", 2.05)}, 2),
              testing::SizeIs(1));
  EXPECT_THAT(worse_than_first({named("a", "latency_s", 2), named("b", "latency_s", 2.03)}, 2),
              testing::IsEmpty());
  EXPECT_THAT(worse_than_first({named("a", "latency_s", 2), named("b", "latency_s", 1)}, 0),
              testing::IsEmpty());
  EXPECT_THAT(worse_than_first({named("a", "energy_j", 1), named("b", "energy_j", 9)}, 2),
              testing::IsEmpty());
}

TEST(FailOver, NothingInCommonIsAnError) {
  nlohmann::ordered_json document = sample_document();
  document["metrics"] = {{"mfu", 0.5}};
  EXPECT_THROW(worse_than_first({named("a", "latency_s", 2), {"b", read_result(document, "b")}}, 2),
               InputError);
}

}  // namespace presil::report
