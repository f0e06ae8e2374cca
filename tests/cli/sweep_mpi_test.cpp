// sweep_mpi_test.cpp -- `presil sweep --launcher mpi` under mpirun, ranks and workers killed.
#include <signal.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/command.h"
#include "tests/support/files.h"
#include "tests/support/temporary_directory.h"

namespace presil::test {

using testing::HasSubstr;

namespace {

bool has_mpi() {
  return std::filesystem::exists(std::filesystem::path(PRESIL_BINARY).parent_path() / "presil_mpi.so") &&
         run_command({"sh", "-c", "command -v mpirun"}).status == 0;
}

constexpr const char* kSweep = R"(bench: gemm
set: {device: tpu_v4, dtype: bf16}
grid:
  m: {range: [100, 1900], step: 100}
  n: [256, 300]
  k: [512]
)";

class MpiSweep : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_mpi()) GTEST_SKIP() << "built without MPI, or no mpirun";
    folder_.write("s.yaml", kSweep);
  }

  CommandResult shell(const std::string& line) {
    CommandOptions options;
    options.directory = folder_.path();
    options.limit = std::chrono::seconds(110);
    options.environment = {{"OMPI_ALLOW_RUN_AS_ROOT", "1"}, {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"}, {"PRESIL_HOME", source_directory().string()},
                           {"OMPI_MCA_btl_base_warn_component_unused", "0"}, {"TMPDIR", "/tmp"}};
    return run_command({"bash", "-c", "presil() { \"" PRESIL_BINARY "\" \"$@\"; }; mpi() { mpirun --oversubscribe \"$@\"; }; " + line}, options);
  }
  std::string mpi(int ranks, const std::string& arguments) {
    return "mpi -n " + std::to_string(ranks) + " " PRESIL_BINARY " sweep s.yaml --launcher mpi " + arguments;
  }
  std::string file(const char* name) { return read_text(folder_ / name); }

  struct Process {
    pid_t pid;
    bool worker;  ///< a child of a rank
    int rank;
  };
  /// Those of this test's presil.
  std::vector<Process> processes() {
    std::vector<Process> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      const std::string pid = entry.path().filename();
      std::error_code gone;
      if (!std::isdigit(static_cast<unsigned char>(pid.front())) || !is_presil(entry.path())) continue;
      if (std::filesystem::read_symlink(entry.path() / "cwd", gone) != std::filesystem::canonical(folder_.path())) continue;
      std::ifstream status(entry.path() / "stat");
      std::string stat, environment;
      std::getline(status, stat);
      std::istringstream fields(stat.substr(stat.rfind(')') + 2));
      std::string state, parent;
      fields >> state >> parent;
      std::ifstream environ(entry.path() / "environ");
      int rank = -1;
      for (std::string variable; std::getline(environ, variable, '\0');)
        if (variable.starts_with("OMPI_COMM_WORLD_RANK=")) rank = std::stoi(variable.substr(21));
      found.push_back({static_cast<pid_t>(std::stol(pid)), is_presil("/proc/" + parent), rank});
    }
    return found;
  }
  static bool is_presil(const std::filesystem::path& process) {
    std::error_code gone;
    return std::filesystem::read_symlink(process / "exe", gone) == std::filesystem::path(PRESIL_BINARY);
  }

  /// The number that a query of x.db gives; -1 while there is none.
  long rows(const std::string& sql) {
    sqlite3* database = nullptr;
    long number = -1;
    if (std::filesystem::exists(folder_ / "x.db") && sqlite3_open_v2((folder_ / "x.db").c_str(), &database, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK) {
      sqlite3_busy_timeout(database, 1000);
      sqlite3_exec(database, sql.c_str(), [](void* to, int, char** values, char**) { return *static_cast<long*>(to) = std::atol(values[0]), 0; }, &number, nullptr);
    }
    sqlite3_close(database);
    return number;
  }

  TemporaryDirectory folder_;
};

TEST_F(MpiSweep, RanksGiveTheSameTable) {
  ASSERT_EQ(shell("presil sweep s.yaml --out one.csv --jobs 1").status, 0);
  for (const int ranks : {1, 2, 4}) {
    const CommandResult run = shell(mpi(ranks, "--out many.csv --restart"));
    ASSERT_EQ(run.status, 0) << run;
    EXPECT_EQ(file("many.csv"), file("one.csv")) << ranks;
  }
}

TEST_F(MpiSweep, ASearchRunsOnRanks) {
  folder_.write("s.yaml", std::string(kSweep) + "objectives: {latency_us: min, utilisation: max}\nexplore: {population: 6, generations: 3, seed: 2}\n");
  ASSERT_EQ(shell("presil sweep s.yaml --out one.csv --jobs 1").status, 0);
  ASSERT_EQ(shell(mpi(3, "--out many.csv")).status, 0);
  EXPECT_EQ(file("many.csv"), file("one.csv"));
}

TEST_F(MpiSweep, WrongInputIsSaidOnce) {
  folder_.write("s.yaml", "bench: gemm\nset: {device: tpu_v4, n: 64, k: 64}\ngrid: {m: [64], colour: [1, 2]}\n");
  const CommandResult run = shell(mpi(3, "--out x.csv"));
  EXPECT_EQ(run.status, 3) << run;
  const std::size_t first = run.err.find("colour");
  ASSERT_NE(first, std::string::npos) << run.err;
  EXPECT_EQ(run.err.find("presil: error", run.err.find("presil: error") + 1), std::string::npos) << run.err;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "x.db"));
}

/// A point whose process dies is one failed row; the ranks go on.
TEST_F(MpiSweep, AWorkersDeathIsARow) {
  folder_.write("s.yaml", "bench: gemm\nset: {device: tpu_v4, dtype: bf16, n: 24000, k: 24000}\ngrid: {m: [64, 20000, 128, 192]}\n");
  CommandResult run;
  std::thread sweep([&] { run = shell(mpi(2, "--out x.csv")); });
  bool killed = false;
  for (int i = 0; i < 20000 && !killed; ++i) {
    // The first point runs in a child of rank 0, the others in children of the other rank: one of those.
    if (rows("select count(*) from points") > 0)
      for (const Process& p : processes())
        if (p.worker && !killed) killed = kill(p.pid, SIGKILL) == 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  sweep.join();
  ASSERT_TRUE(killed);
  EXPECT_EQ(run.status, 1) << run;
  const std::string table = file("x.csv");
  EXPECT_THAT(table, HasSubstr("worker ended by signal 9"));
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 5) << table;
}

/// Open MPI ends all ranks when one dies; what was there stays, and going on repeats none of it.
TEST_F(MpiSweep, AfterARanksDeathResumeRepeatsNothing) {
  ASSERT_EQ(shell("presil sweep s.yaml --out one.csv --jobs 1").status, 0);
  CommandResult run;
  std::thread sweep([&] { run = shell(mpi(3, "--out x.csv")); });
  bool killed = false;
  for (int i = 0; i < 20000 && !killed; ++i) {
    if (rows("select count(*) from points") >= 3)
      for (const Process& p : processes())
        if (!p.worker && p.rank != 0 && !killed) killed = kill(p.pid, SIGKILL) == 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  sweep.join();
  ASSERT_TRUE(killed);
  EXPECT_NE(run.status, 0) << run;
  const long there = rows("select count(*) from points");
  ASSERT_GE(there, 3);
  ASSERT_LT(there, 38);
  rows("update points set config_hash = 'kept'");
  const CommandResult resumed = shell(mpi(3, "--out x.csv --resume"));
  ASSERT_EQ(resumed.status, 0) << resumed;
  EXPECT_EQ(rows("select count(*) from points"), 38);
  EXPECT_EQ(rows("select count(*) from points where config_hash = 'kept'"), there);
}

TEST_F(MpiSweep, OutsideMpirunItSaysHow) {
  const CommandResult run = shell("presil sweep s.yaml --launcher mpi");
  EXPECT_EQ(run.status, 2) << run;
  EXPECT_THAT(run.err, HasSubstr("mpirun -n"));
  EXPECT_EQ(shell("presil sweep s.yaml --launcher mpi --shard 1/2 --db x.db").status, 2);
}

}  // namespace
}  // namespace presil::test
