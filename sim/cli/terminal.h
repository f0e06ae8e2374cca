// terminal.h -- standard output and error: plain writes, colour when it is welcome, honest about failures.
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "sim/report/style.h"

namespace presil::cli {

/// The reader of standard output has gone: stop without a word.
struct BrokenPipe : std::exception {};

/// Before anything else: makes the standard descriptors exist, turns SIGPIPE into an error and SIGINT into
/// status 130.
void prepare_process();

/// Writes to standard output at once. Throws BrokenPipe, or Error(run_failed) when it cannot be written.
void print(std::string_view text);

/// A line on standard error; trouble with standard error is ignored.
void note(std::string_view line);
/// "presil: error: MESSAGE" on standard error, in red on a terminal.
void print_error(std::string_view message);

/// A line on standard error that the next one overwrites; nothing unless that is a terminal.
void show_progress(std::string_view line);
void clear_progress();

/// Is standard error one?
bool is_terminal();

/// What standard output can show.
report::Style output_style();

}  // namespace presil::cli
