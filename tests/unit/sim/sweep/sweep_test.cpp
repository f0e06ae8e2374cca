// sweep_test.cpp -- spaces, workers, the database they fill, searches.
#include "sim/sweep/sweep.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/sweep/database.h"
#include "sim/sweep/merge.h"
#include "sim/sweep/page.h"
#include "sim/sweep/pareto.h"
#include "sim/sweep/sample.h"
#include "sim/sweep/sensitivity.h"
#include "tests/support/files.h"
#include "tests/support/temporary_directory.h"

namespace presil::sweep {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace {

class Sweep : public testing::Test {
 protected:
  Spec spec(const std::string& text, std::uint64_t most = kMostPoints) {
    folder_.write("e.yaml", "name: x\n");
    return read_spec(folder_.write("s.yaml", "experiment: e.yaml\n" + text), most);
  }
  std::string refusal(const std::string& text) {
    try {
      spec(text);
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  }
  static std::vector<std::string> first_cells(const Spec& s) {
    std::vector<std::string> all;
    for (const Choice& point : s.points) all.push_back(s.cells(point)[0]);
    return all;
  }
  // latency_s is the product of the values, "sum" their sum; "bad" fails, "crash" ends the process.
  static nlohmann::ordered_json run(const Spec&, const std::vector<std::string>& overrides) {
    double product = 1, sum = 0;
    for (const std::string& text : overrides) {
      const std::string value = text.substr(text.find('=') + 1);
      if (text.starts_with("typo")) throw InputError("--set " + text + ": unknown key 'typo' (did you mean 'type'?)");
      if (value == "bad") throw CapacityError("does not fit:\nneeds more");
      if (value == "crash") raise(SIGKILL);
      product *= std::stod(value);
      sum += std::stod(value);
    }
    usleep(static_cast<useconds_t>(std::min(20000., 20000 / product)));  // early points end late
    return {{"config_hash", "h"}, {"metrics", {{"latency_s", product}, {"sum", sum}}}};
  }
  static std::vector<Record> results(const Spec& s, std::size_t jobs, std::vector<Record> known = {}, std::size_t* new_ones = nullptr, Shard shard = {}) {
    Job job;
    job.jobs = jobs;
    job.run = run;
    job.known = std::move(known);
    job.shard = shard;
    if (new_ones) job.save = [=](const Record&) { ++*new_ones; };
    return run_sweep(s, job);
  }
  static std::string text(const std::vector<Record>& records) {
    std::string all;
    for (const Record& record : records) all += std::to_string(record.point) + ":" + row(record, {"latency_s", "sum"});
    return all;
  }
  static Title title(const std::string& fingerprint = "f", std::size_t points = 4) { return {fingerprint, "s.yaml", points, {"a"}, {"latency_s", "sum"}, {}}; }

  test::TemporaryDirectory folder_;
};

}  // namespace

TEST_F(Sweep, TheLastPathVariesFastest) {
  const Spec s = spec("grid:\n  a: [1, 2]\n  b.c: [3, \"x, y\", [4, 5]]\n");
  ASSERT_EQ(s.points.size(), 6u);
  EXPECT_THAT(s.overrides(s.points[1]), ElementsAre("a=1", "b.c=\"x, y\""));
  EXPECT_THAT(s.overrides(s.points[5]), ElementsAre("a=2", "b.c=[4, 5]"));
  EXPECT_THAT(s.cells(s.points[4]), ElementsAre("2", "x, y"));
}

TEST_F(Sweep, ValuesComeAsRangesDoublingsZipsAndSamples) {
  EXPECT_THAT(first_cells(spec("grid: {a: {range: [2, 9], step: 3}}\n")), ElementsAre("2", "5", "8"));
  EXPECT_THAT(first_cells(spec("grid: {a: {range: [0.1, 0.4], step: 0.1}}\n")), ElementsAre("0.1", "0.2", "0.3", "0.4"));
  EXPECT_THAT(first_cells(spec("grid: {a: {log2: [2 MiB, 17 MiB]}}\n")), ElementsAre("2 MiB", "4 MiB", "8 MiB", "16 MiB"));
  const Spec zip = spec("set: {c: 7}\nzip: {a: [1, 2, 1], b: [x, y, z]}\n");
  ASSERT_EQ(zip.points.size(), 3u);
  EXPECT_THAT(zip.overrides(zip.points[2]), ElementsAre("c=7", "a=1", "b=z"));
  for (const char* method : {"sobol", "random"}) {
    const Spec s = spec(std::string("sample: {points: 50, seed: 3, method: ") + method + ", of: {a: {uniform: [1 GHz, 2.0 GHz]}, b: {log: [1, 64]}}}\n");
    ASSERT_GT(s.points.size(), 40u);
    double mean = 0;
    for (const Choice& point : s.points) {
      const double a = std::stod(s.cells(point)[0]), b = std::stod(s.cells(point)[1]);
      EXPECT_TRUE(a >= 1 && a < 2 && b >= 1 && b <= 64 && b == std::floor(b)) << a << " " << b;
      mean += a / static_cast<double>(s.points.size());
    }
    EXPECT_NEAR(mean, 1.5, method[0] == 's' ? 0.02 : 0.15);
  }
}

TEST(Sample, SobolFillsEveryPartEqually) {
  // The first 2^k points of the sequence (its first point, the origin, left out) have one in every interval of 2^-k, but one.
  std::vector<int> hits(16, 0);
  for (const auto& point : sample(SampleMethod::sobol, 15, 3, 0)) ++hits[static_cast<std::size_t>(point[2] * 16)];
  EXPECT_EQ(hits[0], 0);
  for (std::size_t i = 1; i < 16; ++i) EXPECT_EQ(hits[i], 1);
}

TEST_F(Sweep, ConstraintsLeavePointsOut) {
  EXPECT_THAT(first_cells(spec("grid: {a: [1, 2, 3], b: [1, 2, 3]}\nconstraints: [a * b == 3]\n")), ElementsAre("1", "3"));
  EXPECT_THAT(first_cells(spec("grid: {a: [1 MiB, 2 MiB]}\nconstraints: [a > 1048576]\n")), ElementsAre("2 MiB"));
  EXPECT_THAT(refusal("grid: {bat: [1]}\nconstraints: [bta > 1]\n"), HasSubstr("s.yaml:3:15: 'bta' is not a path of this sweep (did you mean 'bat'?)"));
  EXPECT_THAT(refusal("grid: {a: [1]}\nconstraints: [a > 1]\n"), HasSubstr("no point keeps the constraints"));
  EXPECT_THAT(refusal("grid: {a: [1]}\nconstraints: [a >]\n"), HasSubstr("expected a value at character 4"));
}

TEST_F(Sweep, RefusesWhatIsNotASweep) {
  EXPECT_THAT(refusal("grid: {}\n"), HasSubstr("'grid' is empty"));
  EXPECT_THAT(refusal("grid: {a: []}\n"), HasSubstr("'a' has no values"));
  EXPECT_THAT(refusal("grid: {a: 3}\n"), HasSubstr("must be a list of values"));
  EXPECT_THAT(refusal("grid: {a: [1, 1]}\n"), HasSubstr("twice"));
  EXPECT_THAT(refusal("grid: {a: {rnge: [1, 2]}}\n"), HasSubstr("did you mean 'range'?"));
  EXPECT_THAT(refusal("grid: {a: {range: [2, 1]}}\n"), HasSubstr("the second end is below the first"));
  EXPECT_THAT(refusal("grid: {a: {range: [1, 2], step: 0}}\n"), HasSubstr("the step must be above 0"));
  EXPECT_THAT(refusal("grid: {a: {range: [1, 1e15]}}\n"), HasSubstr("--allow"));
  EXPECT_THAT(refusal("grid: {a: {log2: [1 MiB, 1 GiB]}}\n"), HasSubstr("in one unit"));
  EXPECT_THAT(refusal("grid: {a: [1]}\nzip: {a: [1]}\n"), HasSubstr("'a' is in two places"));
  EXPECT_THAT(refusal("zip: {a: [1, 2], b: [1]}\n"), HasSubstr("of one length"));
  EXPECT_THAT(refusal("grid: {a: [1]}\nexplore: {}\n"), HasSubstr("'explore' needs 'objectives'"));
  EXPECT_THAT(refusal("grid: {a: [1]}\nobjectives: {x: most}\n"), HasSubstr("'x' must be min or max"));
  EXPECT_THAT(refusal("bench: gemm\ngrid: {a: [1]}\n"), HasSubstr("not both"));
}

TEST_F(Sweep, TooManyPointsNeedLeave) {
  EXPECT_THROW(spec("grid: {a: [1, 2, 3], b: [1, 2]}\n", 5), InputError);
  EXPECT_EQ(spec("grid: {a: [1, 2, 3], b: [1, 2]}\n", 6).points.size(), 6u);
}

TEST_F(Sweep, ResultsAreTheSameOnAnyNumberOfJobs) {
  const Spec s = spec("grid: {a: [1, 2, 3], b: [1, 10]}\n");
  const std::string one = text(results(s, 1));
  EXPECT_EQ(one, text(results(s, 4)));
  EXPECT_THAT(one, HasSubstr("5:3,10,0,,h,30,13\n"));
}

TEST_F(Sweep, AFailingPointIsARecordAndTheSweepGoesOn) {
  const std::vector<Record> all = results(spec("grid: {a: [1, bad, crash, 4]}\n"), 2);
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[1].status, ExitStatus::does_not_fit);
  EXPECT_EQ(all[1].error, "does not fit: needs more");
  EXPECT_THAT(all[2].error, HasSubstr("signal 9"));
  EXPECT_TRUE(all[3].ok());
}

TEST_F(Sweep, AMisspeltPathIsRefusedBeforeAnythingIsSaved) {
  std::size_t saved = 0;
  try {
    results(spec("grid:\n  typo: [1, 2]\n"), 1, {}, &saved);
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("s.yaml:3:3: --set typo=1: unknown key 'typo' (did you mean 'type'?)"));
  }
  EXPECT_EQ(saved, 0u);
}

TEST_F(Sweep, KnownResultsAreNotRunAgain) {
  const Spec s = spec("grid: {a: [1, bad, 3, 4]}\n");
  const std::vector<Record> whole = results(s, 2);
  std::size_t again = 0;
  EXPECT_EQ(text(results(s, 2, {whole[1], whole[3]}, &again)), text(whole));
  EXPECT_EQ(again, 2u);
}

TEST_F(Sweep, ShardsMakeUpTheWhole) {
  const Spec s = spec("grid: {a: [1, 2, 3, 4, 5]}\n");
  const std::vector<Record> odd = results(s, 1, {}, nullptr, {1, 2}), even = results(s, 1, {}, nullptr, {0, 2});
  EXPECT_EQ(odd.size(), 2u);
  EXPECT_EQ(most_points(s, {0, 2}), even.size());
  for (const auto& [name, part] : {std::pair{"x.db", odd}, {"y.db", even}}) {
    Database database = Database::create(folder_ / name, title("f", 5), false);
    for (const Record& record : part) database.add(record);
  }
  const Merged merged = merge({(folder_ / "x.db").string(), (folder_ / "y.db").string()});
  EXPECT_EQ(text(merged.records), text(results(s, 1)));
  EXPECT_EQ(merged.missing(), 0u);
}

TEST_F(Sweep, TheDatabaseKeepsWhatWasAdded) {
  const std::vector<Record> all = results(spec("grid: {a: [1, bad, 0.1, 4]}\n"), 1);
  const auto path = folder_ / "r.db";
  {
    Database database = Database::create(path, title(), false);
    for (std::size_t i : {2, 0, 1}) database.add(all[i]);
    EXPECT_THROW(Database::open(path), Error);  // one writer
  }
  EXPECT_EQ(text(Database::open(path).records()), text({all[0], all[1], all[2]}));
  EXPECT_FALSE(Database::resume(path, title()).finished());
  EXPECT_THROW(Database::create(path, title(), false), UsageError);  // unfinished: not thrown away unasked
  EXPECT_THROW(Database::resume(path, title("other")), InputError);
  EXPECT_TRUE(Database::create(path, title(), true).records().empty());
}

// A process that was killed while it made one leaves a half beside it, never in its place.
TEST_F(Sweep, ADatabaseIsThereWholeOrNotAtAll) {
  const auto path = folder_ / "r.db";
  folder_.write("r.db.new", "half a database");
  { Database::create(path, title(), false).add(results(spec("grid: {a: [1, 2]}\n"), 1)[0]); }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "r.db.new"));
  EXPECT_EQ(Database::resume(path, title()).records().size(), 1u);
}

// A sweep that is refused touches nothing.
TEST_F(Sweep, CheckingReplacesNothing) {
  const auto path = folder_ / "r.db";
  {
    Database database = Database::create(path, title(), false);
    database.add(results(spec("grid: {a: [1, 2]}\n"), 1)[0]);
    EXPECT_THROW(Database::check_replaceable(path, false), Error);  // being written
    database.finish();
  }
  const std::string bytes = test::read_text(path);
  Database::check_replaceable(path, false);
  Database::check_replaceable(folder_ / "none.db", false);
  EXPECT_EQ(test::read_text(path), bytes);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "none.db"));
}

TEST_F(Sweep, WhatIsNoDatabaseIsLeftAlone) {
  const auto path = folder_.write("notes.db", "my notes\n");
  EXPECT_THROW(Database::create(path, title(), true), InputError);
  EXPECT_THROW(Database::resume(path, title()), InputError);
  EXPECT_EQ(test::read_text(path), "my notes\n");
  { Database::create(folder_ / "r.db", title(), false).add(Record{}); }
  std::string bytes = test::read_text(folder_ / "r.db");
  for (std::size_t i = 4096; i < bytes.size(); ++i) bytes[i] = 'x';
  test::write_text(folder_ / "r.db", bytes);
  EXPECT_THROW(Database::open(folder_ / "r.db"), InputError);
}

TEST_F(Sweep, AnInterruptKeepsTheResultsSoFar) {
  std::size_t saved = 0;
  Job job;
  job.run = run;
  job.save = [&](const Record&) {
    if (++saved == 2) raise(SIGINT);
  };
  try {
    run_sweep(spec("grid: {a: [1, 2, 3, 4, 5]}\n"), job);
    FAIL() << "went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.status(), ExitStatus::interrupted);
  }
  EXPECT_EQ(saved, 2u);
}

TEST_F(Sweep, ASearchFindsTheFrontAndIsTheSameAgain) {
  // Small products want small sums: the front is the corner, and (sum max, product min) a line along a = 1.
  const Spec s = spec("grid: {a: {range: [1, 20]}, b: {range: [1, 20]}}\nobjectives: {latency_s: min, sum: max}\n"
                      "explore: {population: 16, generations: 6, seed: 5}\n");
  const std::vector<Record> all = results(s, 2);
  EXPECT_LE(all.size(), 96u);
  EXPECT_EQ(text(all), text(results(s, 1)));
  EXPECT_EQ(text(all), text(results(s, 3, {all[0], all[7], all[40]})));
  bool corner = false;
  for (const Record& record : all) corner = corner || (record.cells[0] == "1" && record.cells[1] == "20") || (record.cells[0] == "20" && record.cells[1] == "1");
  EXPECT_TRUE(corner);
}

TEST(Pareto, FrontsAreNested) {
  EXPECT_THAT(fronts({{1, 5}, {2, 2}, {5, 1}, {3, 3}, {2, 2}, {}, {4, 4}}), ElementsAre(0, 0, 0, 1, 0, 3, 2));
  EXPECT_THAT(fronts({{1, 1, 2}, {1, 2, 1}, {2, 2, 2}}), ElementsAre(0, 0, 1));
  EXPECT_FALSE(dominates({1, 2}, {1, 2}));
}

TEST(Sensitivity, SharesOfAnAdditiveOutcomeSumToOne) {
  const std::vector<std::string> a{"1", "1", "2", "2"}, b{"x", "y", "x", "y"};
  const std::vector<double> y{0, 1, 3, 4};
  EXPECT_NEAR(effect_of("a", a, y).share, 0.9, 1e-12);
  EXPECT_NEAR(effect_of("a", a, y).share + effect_of("b", b, y).share, 1, 1e-12);
}

TEST_F(Sweep, ThePageHoldsItsChartsAndHostileNames) {
  Spec s = spec("grid: {a: [1, 2, 3], b: [1, 10, bad]}\n");
  Title t = title();
  t.paths = {"a", "<script>b"};
  t.objectives = {{"latency_s", false}, {"sum", true}};
  const std::string page = html_page(t, results(s, 1));
  for (const char* what : {"Pareto plot", "Heat map", "Parallel coordinates", "Sensitivity", "Failed points"}) EXPECT_THAT(page, HasSubstr(what));
  EXPECT_THAT(page, Not(HasSubstr("<script>b")));
  EXPECT_THAT(page, Not(HasSubstr("nan")));
}

}  // namespace presil::sweep
