// command_tree.h -- the commands as data, read from the parser: what completion and the man page are made from.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace presil::cli {

struct OptionInfo {
  std::vector<std::string> names;  ///< "--out", "-h"; of an argument without a name its place holder, "CONFIG"
  std::string about;
  std::string type;                ///< "FILE"; empty for flags
  std::vector<std::string> words;  ///< all that it takes, where these are few
  bool positional{false}, required{false};
};

struct CommandInfo {
  std::string path;  ///< "presil bench gemm"
  std::string about, footer;
  std::vector<OptionInfo> options;
  std::vector<CommandInfo> commands;
  std::string name() const { return path.substr(path.rfind(' ') + 1); }
};

CommandInfo command_tree(const CLI::App& app);
/// The command itself and all below it, each before those below it.
std::vector<const CommandInfo*> all_commands(const CommandInfo& root);

}  // namespace presil::cli
