// command.h -- runs a program the way a shell would, and keeps what it said.
#pragma once

#include <chrono>
#include <concepts>
#include <filesystem>
#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace presil::test {

struct CommandResult {
  /// The exit status; 128 + N when signal N ended the program.
  int status = -1;
  std::string out;
  std::string err;
  /// The program was still running at the limit, and was killed.
  bool timed_out = false;
};

struct CommandOptions {
  /// Working folder; empty: the test's own.
  std::filesystem::path directory;
  /// Set in the program's environment on top of the test's.
  std::map<std::string, std::string> environment;
  /// Given to the program on its standard input.
  std::string input;
  std::chrono::milliseconds limit = std::chrono::seconds(60);
};

/// Runs argv[0] (searched in PATH unless it holds a '/') and waits for it. A program that cannot be
/// started gives status 127 and the reason in `err`; std::system_error is for the test's own machine
/// (no pipes, no processes). When the limit passes, the program and its children are killed.
CommandResult run_command(const std::vector<std::string>& argv, const CommandOptions& options = {});

/// Runs the presil of this build with these arguments; it finds configs/ and workloads/ in this source tree.
CommandResult run_presil(const std::vector<std::string>& arguments, CommandOptions options = {});

template <typename... Words>
requires(std::convertible_to<Words, std::string>&&...) CommandResult run_presil(const Words&... words) {
  return run_presil(std::vector<std::string>{std::string(words)...});
}

/// What a failing assertion shows.
std::ostream& operator<<(std::ostream& stream, const CommandResult& result);

}  // namespace presil::test
