// cli_test.cpp -- the program from outside: statuses, messages, formats.
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/support/command.h"
#include "tests/support/files.h"
#include "tests/support/temporary_directory.h"

namespace presil::test {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

namespace {

std::string experiment() { return (source_directory() / "configs/experiments/gpt2_on_tpu_v4.yaml").string(); }

void expect_cli_refusal(const std::vector<std::string>& arguments, int status, const std::string& message) {
  const CommandResult result = run_presil(arguments);
  EXPECT_EQ(result.status, status) << result;
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err, StartsWith("presil: error: "));
  EXPECT_THAT(result.err, HasSubstr(message));
}

std::string shell_word(const std::string& word) { return "'" + word + "'"; }

}  // namespace

TEST(Cli, HelpExplainsEveryCommand) {
  for (const std::vector<std::string>& command : {std::vector<std::string>{},
                                                  {"run"},
                                                  {"bench"},
                                                  {"bench", "gemm"},
                                                  {"bench", "attention"},
                                                  {"bench", "vector"},
                                                  {"sweep"},
                                                  {"sweep", "merge"},
                                                  {"claims"},
                                                  {"validate"},
                                                  {"compare"},
                                                  {"describe"},
                                                  {"list"},
                                                  {"schema"},
                                                  {"init"},
                                                  {"version"}}) {
    std::vector<std::string> arguments = command;
    arguments.push_back("--help");
    const CommandResult result = run_presil(arguments);
    EXPECT_EQ(result.status, 0) << result;
    EXPECT_THAT(result.out, HasSubstr("Usage: presil"));
    EXPECT_THAT(result.err, IsEmpty());
  }
}

TEST(Cli, Version) {
  EXPECT_THAT(run_presil("version").out, StartsWith("presil "));
  EXPECT_EQ(run_presil("--version").out, run_presil("version").out);
}

TEST(Cli, WrongCommandLinesAreStatus2) {
  expect_cli_refusal({}, 2, "no command given");
  expect_cli_refusal({"rnu"}, 2, "did you mean 'run'?");
  expect_cli_refusal({"run"}, 2, "EXPERIMENT is required");
  expect_cli_refusal({"run", experiment(), "--formt", "json"}, 2,
                 "unknown option '--formt' (did you mean '--format'?)");
  expect_cli_refusal({"run", experiment(), "--format", "jsn"}, 2, "did you mean 'json'?");
  expect_cli_refusal({"run", experiment(), "stray"}, 2, "unexpected argument 'stray'");
  expect_cli_refusal({"run", experiment(), "--explain", "--format", "csv"}, 2, "--explain");
  expect_cli_refusal({"list", "chip"}, 2, "did you mean 'chips'?");
  expect_cli_refusal({"bench", "gem"}, 2, "did you mean 'gemm'?");
  expect_cli_refusal({"compare", "a", "--fail-over", "-1"}, 2, "--fail-over");
}

TEST(Cli, BenchRefusesWhatItWouldIgnore) {
  const std::vector<std::string> shape{"bench", "gemm", "--m", "4", "--n", "4", "--k", "4"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), shape.begin(), shape.end());
    return more;
  };
  expect_cli_refusal(shape, 2, "needs --device NAME or --array");
  expect_cli_refusal(with({"--array", "8"}), 2, "ROWSxCOLUMNS");
  expect_cli_refusal(with({"--array", "8x8x8"}), 2, "ROWSxCOLUMNS");
  expect_cli_refusal(with({"--array", "8x8", "--dtype", "bf16"}), 2, "--dtype does not go with --array");
  expect_cli_refusal(with({"--device", "tpu_v4", "--dataflow", "os"}), 2, "--dataflow does not go with --device");
  expect_cli_refusal({"bench", "gemm", "--device", "x", "--m", "0", "--n", "4", "--k", "4"}, 2,
                 "--m: '0' is not a whole number");
}

TEST(Cli, WrongFilesAreStatus3) {
  const TemporaryDirectory folder;
  expect_cli_refusal({"run", (folder / "none.yaml").string()}, 3, "none.yaml");
  expect_cli_refusal({"sweep", (folder / "none.yaml").string()}, 3, "none.yaml");
  expect_cli_refusal({"compare", (folder / "none.json").string()}, 3, "none.json");
  expect_cli_refusal({"describe", (folder / "none.yaml").string()}, 3, "none.yaml");
  expect_cli_refusal({"run", experiment(), "--set", "workload.batchh=2"}, 3, "did you mean");
}

TEST(Cli, ListsGenerationsAndQuotesAFormatTheChipHas) {
  const CommandResult generations = run_presil("list", "architectures", "--format", "json");
  ASSERT_EQ(generations.status, 0) << generations;
  EXPECT_THAT(generations.out, HasSubstr("\"hopper\""));
  const CommandResult hopper = run_presil("describe", "hopper");
  ASSERT_EQ(hopper.status, 0) << hopper;
  EXPECT_THAT(hopper.out, StartsWith("hopper (architecture)"));
  EXPECT_THAT(hopper.out, HasSubstr("[fit]"));
  for (const auto& row : nlohmann::json::parse(run_presil("list", "chips", "--format", "json").out)) {
    if (row["name"] == "t4") {  // its tensor cores have no bf16
      EXPECT_THAT(row["summary"].get<std::string>(), HasSubstr("TFLOPS fp16"));
    }
  }
}

TEST(Cli, InitDoesNotOverwrite) {
  const TemporaryDirectory folder;
  const std::string file = (folder / "mine.yaml").string();
  EXPECT_EQ(run_presil("init", file).status, 0);
  EXPECT_EQ(read_text(file), run_presil("init").out);
  expect_cli_refusal({"init", file}, 2, "exists already");
}

TEST(Cli, RunPrintsTheSameTwiceAndPlain) {
  const TemporaryDirectory folder;
  const CommandResult first = run_presil("run", experiment(), "--out", (folder / "a/b").string());
  const CommandResult second = run_presil("run", experiment(), "--out", (folder / "c").string());
  ASSERT_EQ(first.status, 0) << first;
  EXPECT_EQ(first.out, second.out);
  EXPECT_EQ(read_text(folder / "a/b/result.json"), read_text(folder / "c/result.json"));
  EXPECT_THAT(first.out, Not(HasSubstr("\033")));
  EXPECT_THAT(first.err, HasSubstr(" of machine time in "));
}

TEST(Cli, JsonIsTheDocumentOfOut) {
  const TemporaryDirectory folder;
  const CommandResult result =
      run_presil("run", experiment(), "--format", "json", "--out", folder.path().string());
  ASSERT_EQ(result.status, 0) << result;
  EXPECT_EQ(result.out, read_text(folder / "result.json"));
  EXPECT_EQ(nlohmann::json::parse(result.out).at("schema_version"), 1);
  EXPECT_THAT(result.err, IsEmpty());
}

TEST(Cli, OtherFormatsOfRun) {
  EXPECT_THAT(run_presil("run", experiment(), "--format", "csv").out, StartsWith("name,phase,count,time_s,"));
  EXPECT_THAT(run_presil("run", experiment(), "--format", "csv", "--table", "metrics").out,
              HasSubstr("latency_s"));
  EXPECT_THAT(run_presil("run", experiment(), "--format", "html").out, StartsWith("<!DOCTYPE html>"));
  EXPECT_THAT(run_presil("run", experiment(), "--explain").out, HasSubstr("mapping"));
}

TEST(Cli, ABrowserShowsTheReportWithoutComplaintOrRequest) {
  const TemporaryDirectory folder;
  if (run_command({"sh", "-c", "command -v chromium"}).status != 0) GTEST_SKIP() << "there is no chromium";
  const auto page = folder.write("r.html", run_presil("run", experiment(), "--format", "html").out);
  CommandOptions patient;
  patient.limit = std::chrono::seconds(110);  // a browser starts slowly on a busy machine
  // The page forbids every request (its Content-Security-Policy), so one would be an error on the console.
  const CommandResult shown = run_command({"chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
                                           "--user-data-dir=" + (folder / "profile").string(), "--dump-dom", "file://" + page.string()},
                                          patient);
  ASSERT_EQ(shown.status, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("aria-label=\"Roofline\""));
  EXPECT_THAT(shown.err, Not(HasSubstr("CONSOLE")));
}

TEST(Cli, ThePythonModuleHandsBackWhatTheCommandSays) {
  if (run_command({"sh", "-c", "command -v python3"}).status != 0) GTEST_SKIP() << "there is no python3";
  CommandOptions options;
  options.environment = {{"PRESIL", PRESIL_BINARY}, {"PRESIL_HOME", source_directory().string()}, {"PYTHONPATH", (source_directory() / "sim/python").string()}, {"PYTHONDONTWRITEBYTECODE", "1"}};
  const std::string program = R"(
import presil, sys
result = presil.run(sys.argv[1], workload__batch=2)
rows = presil.sweep({"experiment": sys.argv[1], "grid": {"workload.batch": [1, 2]}}, rows=True)
assert rows[1]["latency_s"] == result.metrics["latency_s"] and len(result.ops) > 3
assert presil.bench("gemm", device="tpu_v4", m=64, n=64, k=64)["latency_us"] > 0
try:
    presil.run(sys.argv[1], {"workload.btch": 1})
except presil.PresilError as error:
    assert error.status == 3 and "did you mean 'batch'?" in str(error), error
    print("refused")
)";
  const CommandResult result = run_command({"python3", "-c", program, experiment()}, options);
  EXPECT_EQ(result.out, "refused\n") << result;
}

TEST(Cli, AFailedWriteSaysWhichPathAndWhy) {
  const TemporaryDirectory folder;
  const auto file = folder.write("file", "");
  const CommandResult result = run_presil("run", experiment(), "--out", file.string());
  EXPECT_EQ(result.status, 1) << result;
  EXPECT_THAT(result.err, HasSubstr(file.string()));
}

TEST(Cli, OutputThatCannotBeWrittenIsAFailureButAnEarlyReaderIsNot) {
  const std::string list = shell_word(PRESIL_BINARY) + " list chips";
  CommandOptions options;
  options.environment["PRESIL_HOME"] = source_directory().string();
  EXPECT_EQ(run_command({"sh", "-c", list + " > /dev/full"}, options).status, 1);
  EXPECT_EQ(run_command({"sh", "-c", list + " >&-"}, options).status, 1);
  EXPECT_EQ(run_command({"bash", "-c", "set -o pipefail; " + list + " | true"}, options).status, 0);
}

TEST(Cli, CompareGatesOnTimes) {
  const TemporaryDirectory folder;
  const auto document = [](double latency) {
    return R"({"schema_version": 1, "metrics": {"latency_s": )" + std::to_string(latency) + "}}";
  };
  const std::string base = folder.write("base.json", document(1)).string();
  const std::string slow = folder.write("slow.json", document(1.05)).string();
  EXPECT_EQ(run_presil("compare", base, slow).status, 0);
  EXPECT_EQ(run_presil("compare", base, slow, "--fail-over", "10").status, 0);
  const CommandResult gate = run_presil("compare", base, slow, "--fail-over", "2");
  EXPECT_EQ(gate.status, 4) << gate;
  EXPECT_THAT(gate.err, HasSubstr("slow.json: latency_s is 5.00% worse"));
  EXPECT_THAT(gate.out, HasSubstr("1.050"));
  const std::string page = (folder / "page.html").string();
  EXPECT_EQ(run_presil("compare", base, slow, "--out", page).status, 0);
  EXPECT_THAT(read_text(page), StartsWith("<!DOCTYPE html>"));
  const std::string other = folder.write("other.json", R"({"schema_version": 2, "metrics": {}})").string();
  expect_cli_refusal({"compare", base, other}, 3,
                 "the file has schema_version 2; this presil reads schema_version 1");
}

TEST(Cli, SweepIsTheSameOnAnyNumberOfJobs) {
  const TemporaryDirectory folder;
  const std::string sweep =
      folder.write("s.yaml", "experiment: " + experiment() + "\ngrid:\n  workload.batch: [1, 2, 4]\n")
          .string();
  const CommandResult one = run_presil("sweep", sweep, "--jobs", "1");
  ASSERT_EQ(one.status, 0) << one;
  EXPECT_EQ(one.out, run_presil("sweep", sweep, "--jobs", "3").out);
  EXPECT_THAT(one.err, IsEmpty());
  const std::string file = (folder / "rows.csv").string();
  EXPECT_EQ(run_presil("sweep", sweep, "--out", file).status, 0);
  const auto new_folder = folder / "new" / "folder" / "r.csv";
  EXPECT_EQ(run_presil("sweep", sweep, "--out", new_folder.string()).status, 0);
  EXPECT_TRUE(std::filesystem::exists(new_folder));
  EXPECT_EQ(read_text(file), one.out);
  const std::string typo =
      folder.write("t.yaml", "experiment: " + experiment() + "\ngrid:\n  workload.btch: [1, 2]\n").string();
  expect_cli_refusal({"sweep", typo}, 3, "did you mean 'batch'?");
  expect_cli_refusal({"sweep", sweep, "--resume"}, 2, "--resume needs --out");
}

TEST(Cli, AKilledSweepGoesOnWhereItWas) {
  const TemporaryDirectory folder;
  const std::string sweep =
      folder.write("s.yaml", "bench: gemm\nset: {device: h100_sxm, k: 512}\ngrid: {m: {range: [1, 60]}, n: [256, 512]}\n").string();
  const std::string whole = run_presil("sweep", sweep).out;
  CommandOptions options;
  options.directory = folder.path();
  options.environment["PRESIL_HOME"] = source_directory().string();
  // Killed once the database holds something.
  const std::string start = std::string(PRESIL_BINARY) + " sweep s.yaml --jobs 2 --out r.csv & p=$!; " +
                            "for i in $(seq 500); do sleep 0.02; [ -s r.db-wal ] && break; done; sleep 0.1; kill -9 $p; wait $p; true";
  ASSERT_EQ(run_command({"bash", "-c", start}, options).status, 0);
  const auto lines = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };
  const CommandResult part = run_presil({"sweep", "merge", "r.db"}, options);
  EXPECT_LE(lines(part.out), lines(whole));
  EXPECT_THAT(whole, HasSubstr(part.out.substr(0, part.out.find('\n'))));
  EXPECT_EQ(run_presil({"sweep", sweep, "--db", (folder / "r.db").string(), "--out", (folder / "r.csv").string(), "--resume", "--jobs", "3"}).status, 0);
  EXPECT_EQ(read_text(folder / "r.csv"), whole);
}

TEST(Cli, PartsOfASweepMakeTheWhole) {
  const TemporaryDirectory folder;
  const std::string sweep =
      folder.write("s.yaml", "bench: gemm\nset: {device: tpu_v4, k: 512}\ngrid: {m: [64, 128, 256], n: [256, 512]}\n").string();
  const std::string out = (folder / "r.csv").string(), page = (folder / "r.html").string();
  for (const char* part : {"1/2", "2/2"}) EXPECT_EQ(run_presil("sweep", sweep, "--out", out, "--shard", part).status, 0);
  CommandOptions rank;
  rank.environment = {{"OMPI_COMM_WORLD_RANK", "1"}, {"OMPI_COMM_WORLD_SIZE", "2"}};
  const std::string mpi = (folder / "mpi.csv").string();
  EXPECT_EQ(run_presil({"sweep", sweep, "--out", mpi, "--shard", "auto"}, rank).status, 0);
  const std::string first = (folder / "r.1-of-2.db").string(), second = (folder / "mpi.2-of-2.db").string();
  EXPECT_EQ(run_presil("sweep", "merge", first).status, 1);  // half of it is missing
  const CommandResult merged = run_presil("sweep", "merge", first, second, (folder / "r.2-of-2.db").string());
  EXPECT_EQ(merged.status, 0) << merged;
  EXPECT_EQ(merged.out, run_presil("sweep", sweep).out);
  EXPECT_EQ(run_presil("sweep", "merge", first, second, "--out", page).status, 0);
  EXPECT_THAT(read_text(page), HasSubstr("Sensitivity"));
}

TEST(Cli, ClaimsAreJudgedByTheirRules) {
  const TemporaryDirectory folder;
  folder.write("large.yaml", R"(id: large
document: Z
claim: A larger product takes longer.
simulated: Two products.
runs:
  on: {bench: gemm, set: {device: tpu_v4, n: 512, k: 512}, over: {m: [64, 4096]}}
figures:
  ratio: {is: on.4096.latency_us / on.64.latency_us, text: ratio of times}
verdicts:
  - {when: ratio > 1, verdict: holds, because: "by {ratio}"}
  - {verdict: refuted, because: no}
)");
  folder.write("other.yaml", "id: other\ndocument: Z\nclaim: Something.\nopen: no model of it\n");
  const std::string page = (folder / "claims.md").string();
  const CommandResult result = run_presil("claims", folder.path().string(), "--out", page);
  ASSERT_EQ(result.status, 0) << result;
  EXPECT_THAT(read_text(page), HasSubstr("1 holds, 0 holds when, 0 refuted, 0 cannot be decided, 1 open."));
  EXPECT_THAT(read_text(page), HasSubstr("**holds**: by "));
  EXPECT_THAT(read_text(page), HasSubstr("**open**: no model of it"));
  folder.write("wrong.yaml", "id: wrong\ndocument: Z\nclaim: C\nsimulated: S\nfigures: {a: {is: b, text: t}}\nverdicts: [{verdict: holds, because: x}]\n");
  expect_cli_refusal({"claims", folder.path().string(), "--out", page}, 3, "wrong.yaml:5:11: 'b': there is no 'b'");
  expect_cli_refusal({"claims", "--only", "tpu-pods"}, 2, "there is no claim 'tpu-pods' (did you mean 'tpu-pod'?)");
}

}  // namespace presil::test
