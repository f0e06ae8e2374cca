// program.h -- from a command line to an exit status.
#pragma once

namespace presil::cli {

/// Parses the command line, does what it asks and reports every failure on standard error as "presil: error:
/// ...". Returns an exit status of sim/base/error.h. Call it once per process.
int run_program(int argc, char** argv);

}  // namespace presil::cli
