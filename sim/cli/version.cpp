// version.cpp -- `presil version` and `presil --version`.
#include "sim/cli/commands.h"
#include "sim/cli/parse.h"
#include "sim/cli/terminal.h"

namespace presil::cli {

namespace {

struct VersionOptions {};

void declare_version(CLI::App&, VersionOptions&) {}

ExitStatus perform_version(const VersionOptions&) {
  print(version_text() + "\n");
  return ExitStatus::ok;
}

}  // namespace

std::string version_text() { return "presil " PRESIL_VERSION; }

void add_version(CLI::App& app, Action& action) {
  add_command<VersionOptions>(app, "version", "Print the version", "", action, declare_version, perform_version);
}

}  // namespace presil::cli
