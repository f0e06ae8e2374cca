// completion_test.cpp -- completion scripts and the man page name what the commands have.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/support/command.h"
#include "tests/support/temporary_directory.h"

namespace presil::test {

using testing::Contains;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

namespace {

/// Of a help text's "Subcommands:" section.
std::vector<std::string> commands_in_help(const std::vector<std::string>& command) {
  std::vector<std::string> words = command;
  words.push_back("--help");
  std::istringstream lines(run_presil(words).out);
  std::vector<std::string> names;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line == "Subcommands:") inside = true;
    else if (inside && line.starts_with("  ") && line.size() > 2 && line[2] != ' ') names.push_back(line.substr(2, line.find(' ', 2) - 2));
    else if (inside && line.empty()) inside = false;
  }
  return names;
}

/// What bash would offer behind these words.
std::vector<std::string> completed(const std::vector<std::string>& words) {
  TemporaryDirectory folder;
  std::string script = run_presil("completion", "bash").out + "\ncompopt() { :; }\nCOMP_WORDS=(presil";
  for (const std::string& word : words) script += " '" + word + "'";
  script += ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_presil\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
  CommandOptions options;
  options.directory = folder.path();
  const CommandResult bash = run_command({"bash", folder.write("try.sh", script).string()}, options);
  EXPECT_EQ(bash.status, 0) << bash.err;
  EXPECT_EQ(bash.err, "");
  std::vector<std::string> offers;
  std::istringstream lines(bash.out);
  for (std::string line; std::getline(lines, line);)
    if (!line.empty()) offers.push_back(line);
  return offers;
}

}  // namespace

TEST(Completion, BashOffersCommandsOptionsAndWords) {
  const auto commands = commands_in_help({});
  ASSERT_GE(commands.size(), 12u);
  EXPECT_THAT(completed({""}), IsSupersetOf(commands));
  EXPECT_THAT(completed({"comple"}), testing::ElementsAre("completion"));
  EXPECT_THAT(completed({"bench", ""}), IsSupersetOf(commands_in_help({"bench"})));
  EXPECT_THAT(completed({"run", "x.yaml", "--tr"}), testing::UnorderedElementsAre("--trace", "--trace-window", "--trace-limit"));
  EXPECT_THAT(completed({"run", "--format", ""}), testing::UnorderedElementsAre("text", "json", "csv", "html"));
  EXPECT_THAT(completed({"list", "chi"}), testing::ElementsAre("chips"));
  EXPECT_THAT(completed({"completion", ""}), testing::UnorderedElementsAre("bash", "zsh", "fish"));
  EXPECT_THAT(completed({"sweep", "--launcher", "m"}), testing::ElementsAre("mpi"));
  EXPECT_THAT(completed({"bench", "gemm", "--f"}), Contains("--format"));
  EXPECT_THAT(completed({"run", "--f"}), Not(Contains("--fail-over")));
}

TEST(Completion, EveryShellKnowsEveryCommand) {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    SCOPED_TRACE(shell);
    const std::string script = run_presil("completion", shell).out;
    for (const std::string& name : commands_in_help({})) EXPECT_THAT(script, HasSubstr("presil " + name));
    for (const std::string& name : commands_in_help({"bench"})) EXPECT_THAT(script, HasSubstr("presil bench " + name));
    EXPECT_THAT(script, HasSubstr(shell == "fish" ? "-l trace-window" : "--trace-window"));
  }
}

TEST(Completion, ShellsThatAreHereAcceptTheirScript) {
  TemporaryDirectory folder;
  int tried = 0;
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    if (run_command({"sh", "-c", "command -v " + shell}).status != 0) continue;
    const CommandResult parsed = run_command({shell, "-n", folder.write(shell + ".txt", run_presil("completion", shell).out).string()});
    EXPECT_EQ(parsed.status, 0) << shell << parsed.err;
    ++tried;
  }
  EXPECT_GE(tried, 1);
}

TEST(Completion, AnUnknownShellIsRefused) {
  const CommandResult run = run_presil("completion", "bsh");
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, HasSubstr("did you mean 'bash'?"));
}

TEST(Man, ListsEveryCommandAndItsOptions) {
  const CommandResult man = run_presil("man");
  ASSERT_EQ(man.status, 0) << man.err;
  EXPECT_TRUE(man.out.starts_with(".TH PRESIL 1"));
  for (const std::string& name : commands_in_help({})) EXPECT_THAT(man.out, HasSubstr(".SS presil " + name));
  for (const std::string& name : commands_in_help({"bench"})) EXPECT_THAT(man.out, HasSubstr(".SS presil bench " + name));
  EXPECT_THAT(man.out, HasSubstr("\\-\\-trace\\-window"));
  EXPECT_THAT(man.out, HasSubstr(".SH ENVIRONMENT"));
}

TEST(Man, IsCleanRoff) {
  if (run_command({"sh", "-c", "command -v groff"}).status != 0) GTEST_SKIP() << "no groff here";
  TemporaryDirectory folder;
  const CommandResult shown = run_command({"groff", "-man", "-Tutf8", "-ww", folder.write("presil.1", run_presil("man").out).string()});
  EXPECT_EQ(shown.status, 0);
  EXPECT_EQ(shown.err, "");
}

}  // namespace presil::test
