// man_page.h -- the manual as roff, from the command tree.
#pragma once

#include <string>

#include "sim/cli/command_tree.h"

namespace presil::cli {

/// For section 1 of the manual: every command with its arguments, options and examples.
std::string man_page(const CommandInfo& root, const std::string& version);

}  // namespace presil::cli
