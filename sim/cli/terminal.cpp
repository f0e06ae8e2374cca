// terminal.cpp -- implementation of terminal.h.
#include "sim/cli/terminal.h"

#include <fcntl.h>
#include <langinfo.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <cstdlib>
#include <cstring>

#include "sim/base/error.h"

namespace presil::cli {

namespace {

// Returns 0, or the reason (errno).
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

bool colour_on(int descriptor) {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return isatty(descriptor) && !(no_colour && *no_colour) && terminal && std::strcmp(terminal, "dumb") != 0;
}

extern "C" void end_on_interrupt(int) {
  // Everything printed was written at once, so nothing is left to flush.
  const char message[] = "presil: interrupted\n";
  if (write(STDERR_FILENO, message, sizeof message - 1) < 0) {
  }
  _exit(static_cast<int>(ExitStatus::interrupted));
}

}  // namespace

void prepare_process() {
  // A descriptor that the caller closed would be handed to the next file opened. Standard output is replaced
  // by something that cannot be written, so that lost output is still reported.
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(descriptor, F_GETFD) >= 0) continue;
    if (open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY) < 0) _exit(1);
  }
  signal(SIGPIPE, SIG_IGN);
  struct sigaction old {};
  sigaction(SIGINT, nullptr, &old);
  if (old.sa_handler != SIG_IGN) signal(SIGINT, end_on_interrupt);  // ignored means: run in the background
  std::setlocale(LC_CTYPE, "");
}

void print(std::string_view text) {
  const int reason = write_all(STDOUT_FILENO, text);
  if (reason == EPIPE) throw BrokenPipe();
  if (reason != 0)
    throw Error(ExitStatus::run_failed,
                std::string("standard output cannot be written: ") + std::strerror(reason));
}

void note(std::string_view line) { write_all(STDERR_FILENO, std::string(line) + "\n"); }

void print_error(std::string_view message) {
  clear_progress();
  const char* red = colour_on(STDERR_FILENO) ? "\033[31m" : "";
  const char* plain = colour_on(STDERR_FILENO) ? "\033[0m" : "";
  note("presil: " + (red + std::string("error:")) + plain + " " + std::string(message));
}

void show_progress(std::string_view line) {
  if (is_terminal()) write_all(STDERR_FILENO, "\r" + std::string(line) + "\033[K");
}

bool is_terminal() { return isatty(STDERR_FILENO) == 1; }

void clear_progress() { show_progress(""); }

report::Style output_style() {
  return {colour_on(STDOUT_FILENO), std::strcmp(nl_langinfo(CODESET), "UTF-8") == 0};
}

}  // namespace presil::cli
