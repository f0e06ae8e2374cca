// completion_scripts.cpp -- implementation of completion_scripts.h.
#include "sim/cli/completion_scripts.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/names.h"

namespace presil::cli {

namespace {

std::string spaced(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<std::string> option_words(const CommandInfo& command) {
  std::vector<std::string> words;
  for (const OptionInfo& option : command.options)
    if (!option.positional) words.insert(words.end(), option.names.begin(), option.names.end());
  return words;
}

std::vector<std::string> command_words(const CommandInfo& command) {
  std::vector<std::string> words;
  for (const CommandInfo& sub : command.commands) words.push_back(sub.name());
  return words;
}

/// Words for the arguments without names, and whether files may stand there.
std::vector<std::string> argument_words(const CommandInfo& command) {
  std::vector<std::string> words = command_words(command);
  for (const OptionInfo& option : command.options)
    if (option.positional) words.insert(words.end(), option.words.begin(), option.words.end());
  return words;
}
bool takes_files(const CommandInfo& command) {
  return std::any_of(command.options.begin(), command.options.end(), [](const OptionInfo& o) { return o.positional && o.words.empty(); });
}

/// The kind of the catalogue that an option names something of; empty: none.
std::string kind_of(const OptionInfo& option, const std::vector<std::string>& kinds) {
  for (const std::string& name : option.names) {
    const std::string kind = name == "--device" ? "chips" : name.substr(std::min<std::size_t>(2, name.size())) + "s";
    if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) return kind;
  }
  return "";
}
bool is_file(const OptionInfo& option) { return option.type == "FILE" || option.type == "DIR"; }

std::string single_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string patterns(const CommandInfo& command, const OptionInfo& option) {
  std::string text;
  for (const std::string& name : option.names) text += (text.empty() ? "" : "|") + single_quoted(command.path + " " + name);
  return text;
}

constexpr const char* kNames = "presil list %s --format csv 2> /dev/null | tail -n +2 | cut -d, -f1";

std::string names_of(const std::string& kind) {
  std::string text = kNames;
  return text.replace(text.find("%s"), 2, kind);
}

}  // namespace

std::string bash_completion(const CommandInfo& root, const std::vector<std::string>& kinds) {
  std::string known, values, lists;
  for (const CommandInfo* command : all_commands(root)) {
    if (command != &root) known += (known.empty() ? "" : "|") + single_quoted(command->path);
    for (const OptionInfo& option : command->options) {
      if (option.positional || option.type.empty()) continue;
      const std::string kind = kind_of(option, kinds);
      std::string reply = "COMPREPLY=()";
      if (!option.words.empty()) reply = fmt::format("COMPREPLY=($(compgen -W {} -- \"$cur\"))", single_quoted(spaced(option.words)));
      else if (!kind.empty()) reply = fmt::format("COMPREPLY=($(compgen -W \"$({})\" -- \"$cur\"))", names_of(kind));
      else if (is_file(option)) reply = fmt::format("compopt -o filenames 2> /dev/null; COMPREPLY=($(compgen -{} -- \"$cur\"))", option.type == "DIR" ? "d" : "f");
      values += fmt::format("    {}) {}; return ;;\n", patterns(*command, option), reply);
    }
    lists += fmt::format("    {}) options={}; words={}; files={} ;;\n", single_quoted(command->path), single_quoted(spaced(option_words(*command))),
                         single_quoted(spaced(argument_words(*command))), takes_files(*command) ? 1 : 0);
  }
  return fmt::format(R"(# bash completion of presil; written by `presil completion bash`.
_presil() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} path=presil options= words= files=0 i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case "$path ${{COMP_WORDS[i]}}" in
    {}) path="$path ${{COMP_WORDS[i]}}" ;;
    esac
  done
  case "$path ${{COMP_WORDS[COMP_CWORD - 1]}}" in
{}  esac
  case "$path" in
{}  esac
  if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$cur")); return; fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  if ((files)); then compopt -o filenames 2> /dev/null; COMPREPLY+=($(compgen -f -- "$cur")); fi
}}
complete -F _presil presil
)", known, values, lists);
}

std::string zsh_completion(const CommandInfo& root, const std::vector<std::string>& kinds) {
  std::string known, values, lists;
  const auto described = [](const std::string& name, const std::string& about) {
    std::string safe = name;
    for (std::size_t at = 0; (at = safe.find(':', at)) != std::string::npos; at += 2) safe.insert(at, "\\");
    return " " + single_quoted(safe + ":" + about.substr(0, about.find('\n')));
  };
  for (const CommandInfo* command : all_commands(root)) {
    if (command != &root) known += (known.empty() ? "" : "|") + single_quoted(command->path);
    std::string options, words;
    for (const OptionInfo& option : command->options) {
      if (option.positional) {
        for (const std::string& word : option.words) words += described(word, "");
        continue;
      }
      for (const std::string& name : option.names) options += described(name, option.about);
      if (option.type.empty()) continue;
      const std::string kind = kind_of(option, kinds);
      std::string reply = "true";
      if (!option.words.empty()) reply = "compadd -- " + spaced(option.words);
      else if (!kind.empty()) reply = fmt::format("compadd -- ${{(f)\"$({})\"}}", names_of(kind));
      else if (is_file(option)) reply = option.type == "DIR" ? "_files -/" : "_files";
      values += fmt::format("    ({}) {}; return ;;\n", patterns(*command, option), reply);
    }
    for (const CommandInfo& sub : command->commands) words += described(sub.name(), sub.about);
    lists += fmt::format("    ({}) options=({} ); list=({} ); files={} ;;\n", single_quoted(command->path), options, words, takes_files(*command) ? 1 : 0);
  }
  return fmt::format(R"(#compdef presil
# zsh completion of presil; written by `presil completion zsh`.
_presil() {{
  local at=presil files=0 i
  local -a options list
  for ((i = 2; i < CURRENT; ++i)); do
    case "$at ${{words[i]}}" in
    ({}) at="$at ${{words[i]}}" ;;
    esac
  done
  case "$at ${{words[CURRENT - 1]}}" in
{}  esac
  case "$at" in
{}  esac
  if [[ ${{words[CURRENT]}} == -* ]]; then _describe option options; return; fi
  (( ${{#list}} )) && _describe argument list
  (( files )) && _files
  return 0
}}
if [[ ${{funcstack[1]}} == _presil ]]; then _presil "$@"; else compdef _presil presil; fi
)", known, values, lists);
}

std::string fish_completion(const CommandInfo& root, const std::vector<std::string>& kinds) {
  std::string paths, rules;
  for (const CommandInfo* command : all_commands(root)) {
    paths += " " + single_quoted(command->path);
    const std::string rule = fmt::format("complete -c presil -n {} ", single_quoted(fmt::format("__presil_at \"{}\"", command->path)));
    for (const CommandInfo& sub : command->commands)
      rules += rule + fmt::format("-f -a {} -d {}\n", single_quoted(sub.name()), single_quoted(sub.about.substr(0, sub.about.find('\n'))));
    for (const OptionInfo& option : command->options) {
      if (option.positional) {
        if (!option.words.empty()) rules += rule + fmt::format("-f -a {}\n", single_quoted(spaced(option.words)));
        continue;
      }
      std::string names;
      for (const std::string& name : option.names) names += (name.starts_with("--") ? "-l " + name.substr(2) : "-s " + name.substr(1)) + " ";
      const std::string kind = kind_of(option, kinds);
      std::string value;
      if (!option.words.empty()) value = "-x -a " + single_quoted(spaced(option.words)) + " ";
      else if (!kind.empty() && !option.type.empty()) value = "-x -a " + single_quoted("(" + names_of(kind) + ")") + " ";
      else if (!option.type.empty()) value = is_file(option) ? "-r -F " : "-x ";
      rules += rule + names + value + "-d " + single_quoted(option.about) + "\n";
    }
  }
  return fmt::format(R"(# fish completion of presil; written by `presil completion fish`.
function __presil_at
    set -l at presil
    for word in (commandline -opc)[2..-1]
        contains -- "$at $word" {}; and set at "$at $word"
    end
    test "$at" = "$argv[1]"
end
{})", paths, rules);
}

}  // namespace presil::cli
