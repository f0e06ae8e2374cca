// sweep_test.cpp -- grids, workers and the table they fill.
#include "sim/sweep/sweep.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/report/csv.h"
#include "tests/support/files.h"
#include "tests/support/temporary_directory.h"

namespace presil::sweep {

using testing::ElementsAre;
using testing::HasSubstr;

namespace {

class Sweep : public testing::Test {
 protected:
  Spec spec(const std::string& grid, std::uint64_t most = kMostPoints) {
    folder_.write("e.yaml", "name: x\n");
    return read_spec(folder_.write("s.yaml", "experiment: e.yaml\ngrid:\n" + grid), most);
  }
  std::string refusal(const std::string& text) {
    folder_.write("e.yaml", "name: x\n");
    try {
      read_spec(folder_.write("s.yaml", text));
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  }
  // latency_s is the product of the values; "bad" fails, "crash" ends the process.
  static nlohmann::ordered_json run(const std::filesystem::path&, const std::vector<std::string>& overrides) {
    double product = 1;
    for (const std::string& text : overrides) {
      const std::string value = text.substr(text.find('=') + 1);
      if (text.starts_with("typo"))
        throw InputError("--set " + text + ": unknown key 'typo' (did you mean 'type'?)");
      if (value == "bad") throw CapacityError("does not fit:\nneeds more");
      if (value == "crash") raise(SIGKILL);
      product *= std::stod(value);
    }
    usleep(static_cast<useconds_t>(20000 / product));  // early points end late
    return {{"config_hash", "h"}, {"metrics", {{"latency_s", product}}}};
  }
  static std::string table(const Spec& s, std::size_t jobs, Progress* end = nullptr) {
    std::string text;
    Job job;
    job.jobs = jobs;
    job.run = run;
    job.write = [&](std::string_view rows) { text += rows; };
    const Progress progress = run_sweep(s, job);
    if (end) *end = progress;
    return text;
  }

  test::TemporaryDirectory folder_;
};

}  // namespace

TEST_F(Sweep, TheLastPathVariesFastest) {
  const Spec s = spec("  a: [1, 2]\n  b.c: [3, \"x, y\", [4, 5]]\n");
  ASSERT_EQ(s.points(), 6u);
  EXPECT_THAT(s.overrides(1), ElementsAre("a=1", "b.c=\"x, y\""));
  EXPECT_THAT(s.overrides(5), ElementsAre("a=2", "b.c=[4, 5]"));
  EXPECT_THAT(s.cells(4), ElementsAre("2", "x, y"));
}

TEST_F(Sweep, RefusesWhatIsNotASweep) {
  EXPECT_THAT(refusal("experiment: e.yaml\ngird: {a: [1]}\n"), HasSubstr("s.yaml:2:1: unknown key 'gird'"));
  EXPECT_THAT(refusal("experiment: e.yaml\ngird: {a: [1]}\n"), HasSubstr("did you mean 'grid'?"));
  EXPECT_THAT(refusal("experiment: e.yaml\ngrid: {}\n"), HasSubstr("'grid' is empty"));
  EXPECT_THAT(refusal("experiment: e.yaml\ngrid: {a: []}\n"), HasSubstr("'a' has no values"));
  EXPECT_THAT(refusal("experiment: e.yaml\ngrid: {a: 3}\n"), HasSubstr("must be a list of values"));
  EXPECT_THAT(refusal("experiment: e.yaml\ngrid: {a: [1, 1]}\n"), HasSubstr("twice"));
  EXPECT_THAT(refusal("experiment: f.yaml\ngrid: {a: [1]}\n"), HasSubstr("there is no file"));
  EXPECT_THAT(refusal("grid: {a: [1]}\n"), HasSubstr("needs the key 'experiment'"));
}

TEST_F(Sweep, TooManyPointsNeedLeave) {
  EXPECT_THROW(spec("  a: [1, 2, 3]\n  b: [1, 2]\n", 5), InputError);
  EXPECT_EQ(spec("  a: [1, 2, 3]\n  b: [1, 2]\n", 6).points(), 6u);
}

TEST_F(Sweep, RowsAreInGridOrderOnAnyNumberOfJobs) {
  const Spec s = spec("  a: [1, 2, 3]\n  b: [1, 10]\n");
  const std::string one = table(s, 1);
  EXPECT_EQ(one, table(s, 4));
  const report::CsvFile file = report::parse_csv(one);
  ASSERT_EQ(file.records.size(), 7u);
  EXPECT_EQ(file.records[0], columns(s));
  for (std::size_t point = 0; point < 6; ++point) EXPECT_EQ(file.records[point + 1][0], s.cells(point)[0]);
  EXPECT_EQ(file.records[6][5], "30");  // a, b, status, error, config_hash, latency_s
}

TEST_F(Sweep, AFailingPointIsARowAndTheSweepGoesOn) {
  Progress end;
  const report::CsvFile file = report::parse_csv(table(spec("  a: [1, bad, crash, 4]\n"), 2, &end));
  EXPECT_EQ(end.failed, 2u);
  ASSERT_EQ(file.records.size(), 5u);
  EXPECT_EQ(file.records[2][1], "5");
  EXPECT_EQ(file.records[2][2], "does not fit: needs more");
  EXPECT_EQ(file.records[3][1], "1");
  EXPECT_THAT(file.records[3][2], HasSubstr("signal 9"));
  EXPECT_EQ(file.records[4][1], "0");
}

TEST_F(Sweep, AMisspeltPathIsRefusedBeforeAnythingIsWritten) {
  std::string text;
  Job job;
  job.run = run;
  job.write = [&](std::string_view rows) { text += rows; };
  try {
    run_sweep(spec("  typo: [1, 2]\n"), job);
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("s.yaml:3:3: --set typo=1: unknown key 'typo' (did you mean 'type'?)"));
  }
  EXPECT_EQ(text, "");
}

TEST_F(Sweep, ResumesAfterTheLastWholeRow) {
  const Spec s = spec("  a: [1, bad, 3, 4]\n");
  const std::string whole = table(s, 1);
  const report::CsvFile rows = report::parse_csv(whole);
  std::string start;
  for (std::size_t i = 0; i < 3; ++i) start += report::csv_record(rows.records[i]);
  const auto path = folder_.write("out.csv", start + "3,0,,h");
  {
    OutputFile file(path);
    Job job;
    job.existing = file.resume(s);
    EXPECT_EQ(job.existing.rows, 2u);
    EXPECT_EQ(job.existing.failed, 1u);
    job.run = run;
    job.write = [&](std::string_view text) { file.write(text); };
    EXPECT_EQ(run_sweep(s, job).failed, 1u);
  }
  EXPECT_EQ(test::read_text(path), whole);
}

TEST_F(Sweep, DoesNotResumeAnotherSweep) {
  const auto path = folder_.write("out.csv", table(spec("  a: [1, 2]\n"), 1));
  EXPECT_THROW(OutputFile(path).resume(spec("  b: [1, 2]\n")), InputError);
  EXPECT_THROW(OutputFile(path).resume(spec("  a: [2, 1]\n")), InputError);
  EXPECT_THROW(OutputFile(path).resume(spec("  a: [1]\n")), InputError);
  EXPECT_EQ(OutputFile(path).resume(spec("  a: [1, 2, 3]\n")).rows, 2u);
}

TEST_F(Sweep, AnInterruptKeepsTheRowsSoFar) {
  std::string text;
  Job job;
  job.run = run;
  job.write = [&](std::string_view rows) {
    text += rows;
    if (text.find("\n2,") != std::string::npos) raise(SIGINT);
  };
  try {
    run_sweep(spec("  a: [1, 2, 3, 4, 5]\n"), job);
    FAIL() << "went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.status(), ExitStatus::interrupted);
  }
  EXPECT_EQ(report::parse_csv(text).records.size(), 3u);
}

}  // namespace presil::sweep
