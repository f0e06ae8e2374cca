// man_page.cpp -- implementation of man_page.h.
#include "sim/cli/man_page.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace presil::cli {

namespace {

/// Text that roff prints as it is: no escapes, no requests, hyphens that can be copied.
std::string roff(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\\') safe += "\\e";
    else if (c == '-') safe += "\\-";
    else if ((c == '.' || c == '\'') && (safe.empty() || safe.back() == '\n')) safe += std::string("\\&") + c;
    else safe += c;
  }
  return safe;
}

std::string verbatim(const std::string& text) {
  const std::size_t first = text.find_first_not_of('\n');
  return first == std::string::npos ? "" : ".PP\n.nf\n" + roff(text.substr(first)) + "\n.fi\n";
}

std::string option_entry(const OptionInfo& option) {
  std::string names;
  for (const std::string& name : option.names) names += (names.empty() ? "" : ", ") + fmt::format("\\fB{}\\fR", roff(name));
  if (!option.type.empty() && !option.positional) names += fmt::format(" \\fI{}\\fR", roff(option.type));
  return ".TP\n" + names + "\n" + (option.about.empty() ? "\\&" : roff(option.about)) + (option.required ? " (required)" : "") + "\n";
}

std::string synopsis(const CommandInfo& command) {
  std::string text = fmt::format(".B {}\n", roff(command.path));
  if (!command.commands.empty()) return text + ".I COMMAND\n[\\fIOPTIONS\\fR]\n";
  for (const OptionInfo& option : command.options)
    if (option.positional) text += option.required ? fmt::format(".I {}\n", roff(option.names.front())) : fmt::format("[\\fI{}\\fR]\n", roff(option.names.front()));
  return text + "[\\fIOPTIONS\\fR]\n";
}

std::string command_section(const CommandInfo& command) {
  std::string text = fmt::format(".SS {}\n", roff(command.path)) + synopsis(command) + ".PP\n" + roff(command.about) + "\n";
  for (const OptionInfo& option : command.options)
    if (option.names.front() != "--help" && option.names.front() != "-h") text += option_entry(option);
  return text + verbatim(command.footer);
}

}  // namespace

std::string man_page(const CommandInfo& root, const std::string& version) {
  std::string text = fmt::format(".TH PRESIL 1 \"\" \"{}\" \"User Commands\"\n", version);
  text += ".SH NAME\npresil \\- simulates AI accelerators before silicon\n";
  text += ".SH SYNOPSIS\n" + synopsis(root);
  text += ".SH DESCRIPTION\n" + roff(root.about) + "\n" + verbatim(root.footer);
  text += ".SH OPTIONS\n";
  for (const OptionInfo& option : root.options) text += option_entry(option);
  text += ".SH COMMANDS\n";
  for (const CommandInfo* command : all_commands(root))
    if (command != &root) text += command_section(*command);
  text += ".SH ENVIRONMENT\n.TP\n\\fBPRESIL_HOME\\fR\nThe folder that holds configs and workloads; by default the one presil was built from.\n";
  text += ".TP\n\\fBNO_COLOR\\fR\nNo colours when it is set.\n";
  return text;
}

}  // namespace presil::cli
