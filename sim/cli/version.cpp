// version.cpp -- `presil version` and `presil --version`.
#include "sim/cli/commands.h"
#include "sim/cli/parse.h"
#include "sim/cli/terminal.h"

namespace presil::cli {

namespace {

struct Options {};

void declare(CLI::App&, Options&) {}

ExitStatus perform(const Options&) {
  print(version_text() + "\n");
  return ExitStatus::ok;
}

}  // namespace

std::string version_text() { return "presil " PRESIL_VERSION; }

void add_version(CLI::App& app, Action& action) {
  add_command<Options>(app, "version", "Print the version", "", action, declare, perform);
}

}  // namespace presil::cli
