// completion_scripts.h -- scripts by which a shell completes presil's command line, written from the command tree.
#pragma once

#include <string>
#include <vector>

#include "sim/cli/command_tree.h"

namespace presil::cli {

/// Also complete names out of the catalogue: `kinds` as `presil list` has them; --device takes chips, --link links.
std::string bash_completion(const CommandInfo& root, const std::vector<std::string>& kinds);
std::string zsh_completion(const CommandInfo& root, const std::vector<std::string>& kinds);
std::string fish_completion(const CommandInfo& root, const std::vector<std::string>& kinds);

}  // namespace presil::cli
