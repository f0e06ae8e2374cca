// commands.h -- the subcommands. Each lives in a file of its own and is added by one call in program.cpp.
#pragma once

#include <functional>
#include <string>

#include "sim/base/error.h"

namespace CLI {
class App;
}

namespace presil::cli {

/// What the chosen subcommand does, once the whole command line has been understood.
using Action = std::function<ExitStatus()>;

void add_run(CLI::App& app, Action& action);
void add_bench(CLI::App& app, Action& action);
void add_sweep(CLI::App& app, Action& action);
void add_validate(CLI::App& app, Action& action);
void add_claims(CLI::App& app, Action& action);
void add_compare(CLI::App& app, Action& action);
void add_describe(CLI::App& app, Action& action);
void add_list(CLI::App& app, Action& action);
void add_schema(CLI::App& app, Action& action);
void add_init(CLI::App& app, Action& action);
void add_completion(CLI::App& app, Action& action);
void add_man(CLI::App& app, Action& action);
void add_version(CLI::App& app, Action& action);

/// "presil 0.1.0".
std::string version_text();

}  // namespace presil::cli
