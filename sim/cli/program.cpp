// program.cpp -- implementation of program.h.
#include "sim/cli/program.h"

#include <CLI/CLI.hpp>
#include <exception>
#include <new>

#include "sim/base/error.h"
#include "sim/cli/commands.h"
#include "sim/cli/parse.h"
#include "sim/cli/terminal.h"

namespace presil::cli {

namespace {

constexpr const char* kAbout =
    "presil simulates AI accelerators before silicon: how long a transformer takes on a machine,\n"
    "what limits it and what it costs.";

constexpr const char* kFooter = R"(
Start here:
  presil init > mine.yaml                  a commented experiment to edit
  presil run mine.yaml                     how long it takes, and why
  presil run mine.yaml --set workload.batch=8  the same with one value changed
  presil list chips                        what there is to choose from

`presil COMMAND --help` explains a command.
Exit status: 0 ok, 1 the run failed, 2 wrong command line, 3 wrong input file, 4 outside a stated
tolerance, 5 does not fit in memory, 130 interrupted.)";

void add_commands(CLI::App& app, Action& action) {
  add_run(app, action);
  add_bench(app, action);
  add_sweep(app, action);
  add_validate(app, action);
  add_compare(app, action);
  add_claims(app, action);
  add_describe(app, action);
  add_list(app, action);
  add_schema(app, action);
  add_init(app, action);
  add_completion(app, action);
  add_man(app, action);
  add_version(app, action);
}

int report_failure(ExitStatus status, const std::string& message) {
  print_error(message);
  return static_cast<int>(status);
}

ExitStatus run(int argc, char** argv) {
  Action action;
  CLI::App app(kAbout, "presil");
  app.footer(kFooter);
  app.set_version_flag("--version", version_text(), "Print the version");
  app.get_formatter()->column_width(28);
  app.get_formatter()->label("TEXT", "");
  app.get_formatter()->label("REQUIRED", "(required)");
  app.require_subcommand(1);
  add_commands(app, action);
  if (!parse(app, argc, argv)) return ExitStatus::ok;  // --help or --version: printed
  return action();
}

}  // namespace

int run_program(int argc, char** argv) {
  try {
    prepare_process();
    return static_cast<int>(run(argc, argv));
  } catch (const BrokenPipe&) {
    return static_cast<int>(ExitStatus::ok);  // the reader has seen enough (`presil list chips | head -1`)
  } catch (const Error& error) {
    return report_failure(error.status(), error.what());
  } catch (const std::bad_alloc&) {
    return report_failure(ExitStatus::run_failed, "out of memory");
  } catch (const std::exception& error) {
    return report_failure(ExitStatus::run_failed, std::string("internal error: ") + error.what());
  }
}

}  // namespace presil::cli
