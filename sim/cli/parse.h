// parse.h -- CLI11 with presil's manners: exit status 2, one line that says what is wrong, and the nearest
// name.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/cli/commands.h"

namespace presil::cli {

/// Parses. False when --help or --version was asked for, which is then printed. Throws UsageError.
bool parse(CLI::App& app, int argc, char** argv);

/// The name of a validator made by one_of() is this mark and its words, for completion.
inline constexpr const char* kWordsMark = "words:";
/// Accepts exactly these words; names the nearest one otherwise.
CLI::Validator one_of(const std::vector<std::string>& words);
/// A whole number from 1 to `most`, 2^24 unless told.
CLI::Validator positive_integer(std::uint64_t most = std::uint64_t{1} << 24);
/// A percentage of at least 0, "5" or "5%"; for transform(), which leaves the number.
CLI::Validator percentage();

/// A subcommand with its own options; `perform` runs after parsing, with the options filled in.
template <class Options>
CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& about,
                      const std::string& examples, Action& action, void (*declare)(CLI::App&, Options&),
                      ExitStatus (*perform)(const Options&)) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(name, about);
  command->footer(examples);
  declare(*command, *options);
  command->callback(
      [&action, options, perform] { action = [options, perform] { return perform(*options); }; });
  return command;
}

/// --format with these choices, the first of them the default.
void add_format(CLI::App& command, std::string& format, const std::vector<std::string>& formats);
/// --set PATH=VALUE, repeatable.
void add_overrides(CLI::App& command, std::vector<std::string>& overrides);

}  // namespace presil::cli
