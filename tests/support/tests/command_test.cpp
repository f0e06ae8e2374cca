// The helpers that other tests trust.
#include "tests/support/command.h"

#include <chrono>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/files.h"
#include "tests/support/temporary_directory.h"

namespace presil::test {
namespace {

TEST(RunCommand, KeepsOutputErrorAndStatusApart) {
  const CommandResult result = run_command({"sh", "-c", "echo to out; echo to err >&2; exit 7"});
  EXPECT_EQ(result.status, 7);
  EXPECT_EQ(result.out, "to out\n");
  EXPECT_EQ(result.err, "to err\n");
  EXPECT_FALSE(result.timed_out);
}

TEST(RunCommand, TakesMoreOutputThanAPipeHoldsOnBothStreams) {
  const CommandResult result =
      run_command({"sh", "-c", "head -c 1000000 /dev/zero >&2; head -c 1000000 /dev/zero"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out.size(), 1000000u);
  EXPECT_EQ(result.err.size(), 1000000u);
}

TEST(RunCommand, GivesInputAndAnEmptyOneByDefault) {
  const std::string text(500000, 'x');
  CommandOptions options;
  options.input = text;
  EXPECT_EQ(run_command({"cat"}, options).out, text);
  EXPECT_EQ(run_command({"cat"}).out, "");
  EXPECT_EQ(run_command({"true"}, options).status, 0);  // reads none of it
}

TEST(RunCommand, KillsTheProgramAndItsChildrenAtTheLimit) {
  CommandOptions options;
  options.limit = std::chrono::milliseconds(200);
  const auto start = std::chrono::steady_clock::now();
  const CommandResult result = run_command({"sh", "-c", "sleep 100 & echo started; wait"}, options);
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.status, 128 + 9);
  EXPECT_EQ(result.out, "started\n");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(50));
}

TEST(RunCommand, ReportsSignalsAndProgramsThatDoNotExist) {
  EXPECT_EQ(run_command({"sh", "-c", "kill -TERM $$"}).status, 128 + 15);
  const CommandResult missing = run_command({"/no/such/program"});
  EXPECT_EQ(missing.status, 127);
  EXPECT_EQ(missing.err, "/no/such/program: No such file or directory\n");
}

TEST(RunCommand, RunsInTheFolderAndEnvironmentAsked) {
  const TemporaryDirectory directory;
  CommandOptions options;
  options.directory = directory.path();
  options.environment["PRESIL_TEST_WORD"] = "hello";
  const CommandResult result = run_command({"sh", "-c", "pwd -P; echo $PRESIL_TEST_WORD"}, options);
  EXPECT_EQ(result.out, std::filesystem::canonical(directory.path()).string() + "\nhello\n");
}

TEST(TemporaryDirectory, HoldsFilesAndVanishes) {
  std::filesystem::path kept;
  {
    const TemporaryDirectory directory;
    kept = directory.path();
    const auto file = directory.write("a/b.txt", "two\nlines\n");
    EXPECT_EQ(read_text(file), "two\nlines\n");
    EXPECT_TRUE(std::filesystem::exists(directory / "a"));
  }
  EXPECT_FALSE(std::filesystem::exists(kept));
  EXPECT_THROW(read_text(kept / "a/b.txt"), std::runtime_error);
}

}  // namespace
}  // namespace presil::test
