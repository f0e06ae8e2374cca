// init.cpp -- `presil init`: a commented experiment to start from.
#include <nlohmann/json.hpp>

#include "sim/cli/commands.h"
#include "sim/cli/files.h"
#include "sim/cli/parse.h"
#include "sim/cli/starter.h"
#include "sim/cli/terminal.h"
#include "sim/run/run.h"

namespace presil::cli {

namespace {

struct InitOptions {
  std::string file;
};

void declare_init(CLI::App& command, InitOptions& o) {
  command.add_option("FILE", o.file, "Where to write it; never overwrites (default: standard output)");
}

ExitStatus perform_init(const InitOptions& o) {
  const std::string text = starter_text(run::schema("experiment"), run::catalogue);
  if (o.file.empty())
    print(text);
  else
    write_new(o.file, text);
  return ExitStatus::ok;
}

}  // namespace

void add_init(CLI::App& app, Action& action) {
  add_command<InitOptions>(app, "init", "Write a commented experiment to start from",
                       "\nExamples:\n  presil init mine.yaml\n  presil run mine.yaml", action, declare_init,
                       perform_init);
}

}  // namespace presil::cli
