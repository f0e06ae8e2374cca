// bad_input_test.cpp -- runs the tables of wrong input, and the wrong input that no table can hold.
#include <gmock/gmock.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "tests/cli/bad_input_case.h"
#include "tests/support/command.h"
#include "tests/support/files.h"
#include "tests/support/temporary_directory.h"

namespace presil::test {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

std::string repeat(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

std::string nested(int levels) {
  std::string result;
  for (int i = 0; i < levels; ++i) result += repeat("  ", i) + "a:\n";
  return result;
}

std::string sixty() {
  std::string result = "[1";
  for (int i = 2; i <= 60; ++i) result += ", " + std::to_string(i);
  return result + "]";
}

namespace {

std::string with_home(std::string text) {
  const std::string home = source_directory().string();
  for (std::size_t at = text.find("@HOME"); at != std::string::npos;
       at = text.find("@HOME", at + home.size()))
    text.replace(at, 5, home);
  return text;
}

CommandResult run_in(const TemporaryDirectory& folder, const std::vector<std::string>& command) {
  CommandOptions options;
  options.directory = folder.path();
  options.limit = std::chrono::seconds(30);
  return run_presil(command, options);
}

void expect_told(const CommandResult& result, int status, const std::vector<std::string>& says) {
  EXPECT_EQ(result.status, status) << result;
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err, StartsWith("presil: error: "));
  EXPECT_THAT(result.err, Not(HasSubstr("internal error")));
  EXPECT_THAT(result.err, Not(HasSubstr("\033")));
  EXPECT_LT(result.err.size(), 4000u);
  for (const std::string& text : says) EXPECT_THAT(result.err, HasSubstr(with_home(text)));
}

}  // namespace

TEST_P(BadInput, IsToldKindly) {
  const BadInputCase& c = GetParam();
  const TemporaryDirectory folder;
  for (const auto& [name, text] : c.files) folder.write(name, text.starts_with('\n') ? text.substr(1) : text);
  expect_told(run_in(folder, c.command), c.status, c.says);
}

TEST(BadInputFile, TooLargeIsRefusedAtOnce) {
  const TemporaryDirectory folder;
  for (const char* name : {"e.yaml", "e.json"}) {
    folder.write(name, "");
    std::filesystem::resize_file(folder / name, 20 << 20);
    expect_told(run_in(folder, {"run", name}), 3,
                {std::string(name) + ": larger than 16 MiB; is this the right file?"});
  }
  expect_told(run_in(folder, {"run", "/dev/zero"}), 3, {"/dev/zero: larger than 16 MiB"});
}

TEST(BadInputFile, UnreadableSaysWhy) {
  if (geteuid() == 0) GTEST_SKIP() << "root reads every file";
  const TemporaryDirectory folder;
  std::filesystem::permissions(folder.write("e.yaml", kExperiment), std::filesystem::perms::none);
  expect_told(run_in(folder, {"run", "e.yaml"}), 3, {"e.yaml: cannot be read: Permission denied"});
}

TEST(BadInputFile, ManyMistakesAreListedUpToALimit) {
  const TemporaryDirectory folder;
  std::string text = kExperiment;
  for (int i = 0; i < 40; ++i) text += "k" + std::to_string(i) + ": 1\n";
  folder.write("e.yaml", text);
  const CommandResult result = run_in(folder, {"run", "e.yaml"});
  expect_told(result, 3, {"e.yaml:4:1: unknown key 'k0'", "e.yaml:23:1: unknown key 'k19'"});
  EXPECT_THAT(result.err, Not(HasSubstr("'k20'")));
}

/// What the rules on lengths must let pass.
TEST(BadInputFile, TheLastLearnedPositionIsUsable) {
  const TemporaryDirectory folder;
  folder.write("e.yaml", "chip: tpu_v4\nmodel: gpt2\nworkload: {in_len: 1000, out_len: 25}\n");
  EXPECT_EQ(run_in(folder, {"run", "e.yaml"}).status, 0);
  EXPECT_EQ(run_in(folder, {"run", "e.yaml", "--set", "workload.out_len=26"}).status, 3);
  folder.write("e.yaml", "chip: tpu_v4\nmodel: vit_b16\nworkload: {in_len: 197, out_len: 0}\n");
  EXPECT_EQ(run_in(folder, {"run", "e.yaml"}).status, 0);
}

}  // namespace presil::test
