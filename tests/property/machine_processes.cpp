// machine_processes.cpp -- two processes that run one experiment write the same result, byte for byte.
#include <gtest/gtest.h>

#include "tests/support/command.h"
#include "tests/support/files.h"
#include "tests/support/temporary_directory.h"

namespace presil::test {
namespace {

TEST(MachineProcesses, WriteTheSameResult) {
  const TemporaryDirectory folder;
  const std::string experiment = (source_directory() / "configs" / "experiments" / "gpt2_on_tpu_v4.yaml").string();
  for (const char* exact : {"simulation.exact=false", "simulation.exact=true"}) {
    std::string first;
    for (const char* name : {"a", "b"}) {
      const CommandResult run = run_presil("run", experiment, "--set", exact, "--set", "workload.out_len=3", "--out", (folder / name).string());
      ASSERT_EQ(run.status, 0) << run;
      const std::string result = read_text(folder / name / "result.json");
      if (first.empty()) first = result;
      EXPECT_EQ(first, result);
    }
  }
}

}  // namespace
}  // namespace presil::test
