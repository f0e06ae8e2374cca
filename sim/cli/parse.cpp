// parse.cpp -- implementation of parse.h.
#include "sim/cli/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "sim/base/names.h"
#include "sim/cli/terminal.h"

namespace presil::cli {

namespace {

// The innermost command that was named.
CLI::App& chosen(CLI::App& app) {
  CLI::App* command = &app;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  return *command;
}

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(sub->get_name());
  return names;
}

std::vector<std::string> options_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

std::string command_path(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return (parent ? command_path(*parent) + " " : "") + command.get_name();
}

// A word that no option took: a misspelt command, a misspelt option or one argument too many.
std::string stray_message(const CLI::App& command, const std::string& word) {
  const std::vector<std::string> names = commands_of(command);
  if (word.starts_with('-')) {
    const std::string option = word.substr(0, word.find('='));
    return fmt::format("unknown option '{}'{}", option, did_you_mean(option, options_of(command)));
  }
  if (!names.empty() && command.get_require_subcommand_min() > 0)
    return fmt::format("unknown command '{}'{}; commands: {}", word, did_you_mean(word, names), join(names));
  return fmt::format("unexpected argument '{}'", word);
}

[[noreturn]] void refuse(CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& command = chosen(app);
  const std::string see = "; see `" + command_path(command) + " --help`";
  std::vector<std::string> stray = command.remaining();
  std::stable_partition(stray.begin(), stray.end(),
                        [](const std::string& word) { return word.starts_with('-'); });
  if (!stray.empty() && stray.front() != "--") throw UsageError(stray_message(command, stray.front()) + see);
  const std::vector<std::string> names = commands_of(command);
  if (!names.empty() && command.get_require_subcommand_min() > 0 && command.get_subcommands().empty())
    throw UsageError("no command given; commands: " + join(names) + see);
  throw UsageError(error.what() + see);
}

}  // namespace

bool parse(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
    return true;
  } catch (const CLI::CallForHelp&) {
    print(chosen(app).help(chosen(app).get_parent() ? command_path(*chosen(app).get_parent()) : ""));
  } catch (const CLI::CallForVersion&) {
    print(version_text() + "\n");
  } catch (const CLI::ParseError& error) {
    refuse(app, error);
  }
  return false;
}

CLI::Validator one_of(const std::vector<std::string>& words) {
  std::string name = kWordsMark;
  for (const std::string& word : words) name += " " + word;
  return CLI::Validator(
      [words](std::string& word) {
        if (std::find(words.begin(), words.end(), word) != words.end()) return std::string();
        return fmt::format("'{}' is not one of {}{}", word, join(words), did_you_mean(word, words));
      },
      "", name);
}

CLI::Validator positive_integer(std::uint64_t most) {
  return CLI::Validator(
      [most](std::string& text) {
        std::uint64_t value = 0;
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (problem == std::errc() && end == text.data() + text.size() && value >= 1 && value <= most)
          return std::string();
        return fmt::format("'{}' is not a whole number from 1 to {}", text, most);
      },
      "");
}

CLI::Validator percentage() {
  return CLI::Validator(
      [](std::string& text) {
        const std::string digits = text.ends_with('%') ? text.substr(0, text.size() - 1) : text;
        double value = 0;
        const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (problem != std::errc() || end != digits.data() + digits.size() || !std::isfinite(value) || value < 0)
          return fmt::format("'{}' is not a percentage of at least 0, such as 5 or 5%", text);
        text = digits;
        return std::string();
      },
      "");
}

void add_format(CLI::App& command, std::string& format, const std::vector<std::string>& formats) {
  format = formats.front();
  command
      .add_option("--format", format,
                  "How to print the answer: " + join(formats) + " (default " + format + ")")
      ->check(one_of(formats))
      ->type_name("FORMAT");
}

void add_overrides(CLI::App& command, std::vector<std::string>& overrides) {
  command.add_option("--set", overrides, "Change one value: --set PATH=VALUE, as in chip.memory.stacks=6 (a chip's own command: memory.stacks=6); may be repeated")
      ->allow_extra_args(false)
      ->type_name("PATH=VALUE");
}

}  // namespace presil::cli
