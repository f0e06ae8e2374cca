// command_tree.cpp -- implementation of command_tree.h.
#include "sim/cli/command_tree.h"

#include <CLI/CLI.hpp>
#include <sstream>

#include "sim/cli/parse.h"

namespace presil::cli {

namespace {

std::vector<std::string> words_of(CLI::Option& option) {
  std::vector<std::string> words;
  try {
    std::istringstream in(option.get_validator(0)->get_name());
    std::string mark;
    if (in >> mark && mark == kWordsMark)
      for (std::string word; in >> word;) words.push_back(word);
  } catch (const CLI::OptionNotFound&) {  // it has none
  }
  return words;
}

OptionInfo option_info(const CLI::Option& option) {
  OptionInfo info;
  info.positional = option.get_positional();
  info.required = option.get_required();
  info.about = option.get_description();
  if (info.positional) info.names.push_back(option.get_name(true));
  for (const std::string& name : option.get_lnames()) info.names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) info.names.push_back("-" + name);
  if (option.get_expected_max() > 0 && option.get_type_size_max() > 0) info.type = option.get_type_name();
  info.words = words_of(const_cast<CLI::Option&>(option));  // CLI11 hands out validators to change only
  return info;
}

CommandInfo command_info(const CLI::App& app, const std::string& above) {
  CommandInfo info;
  info.path = above.empty() ? app.get_name() : above + " " + app.get_name();
  info.about = app.get_description();
  info.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options()) info.options.push_back(option_info(*option));
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) info.commands.push_back(command_info(*sub, info.path));
  return info;
}

void collect(const CommandInfo& root, std::vector<const CommandInfo*>& all) {
  all.push_back(&root);
  for (const CommandInfo& sub : root.commands) collect(sub, all);
}

}  // namespace

CommandInfo command_tree(const CLI::App& app) { return command_info(app, ""); }

std::vector<const CommandInfo*> all_commands(const CommandInfo& root) {
  std::vector<const CommandInfo*> all;
  collect(root, all);
  return all;
}

}  // namespace presil::cli
