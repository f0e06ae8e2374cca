// command.cpp -- implementation of command.h.
#include "tests/support/command.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "tests/support/files.h"

namespace presil::test {

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

struct Pipe {
  int read_end = -1;
  int write_end = -1;

  Pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe2");
    read_end = ends[0];
    write_end = ends[1];
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_end(read_end);
    close_end(write_end);
  }
  static void close_end(int& end) {
    if (end >= 0) close(end);
    end = -1;
  }
};

// Between fork and exec: only async-signal-safe calls, so everything is prepared by the parent.
[[noreturn]] void become(char* const* argv, char* const* environment, const char* directory, const Pipe& in,
                         const Pipe& out, const Pipe& err) {
  setpgid(0, 0);
  dup2(in.read_end, STDIN_FILENO);
  dup2(out.write_end, STDOUT_FILENO);
  dup2(err.write_end, STDERR_FILENO);
  const char* what = directory;
  if (*directory == '\0' || chdir(directory) == 0) {
    execvpe(argv[0], argv, environment);
    what = argv[0];
  }
  for (const char* word : {what, ": ", strerrordesc_np(errno), "\n"}) {
    if (write(STDERR_FILENO, word, strlen(word)) < 0) break;
  }
  _exit(127);
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!changes.contains(std::string(text.substr(0, text.find('='))))) merged.emplace_back(text);
  }
  for (const auto& [name, value] : changes) merged.push_back(name + "=" + value);
  return merged;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (auto& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

// Takes what is there; closes `end` at the end of the file.
void drain(int& end, std::string& into) {
  std::array<char, 65536> buffer;
  const ssize_t count = read(end, buffer.data(), buffer.size());
  if (count > 0) into.append(buffer.data(), static_cast<std::size_t>(count));
  if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) Pipe::close_end(end);
}

// Hands over what fits; closes `end` when nothing is left or nobody reads it.
void feed(int& end, std::string_view& left) {
  const ssize_t count = write(end, left.data(), left.size());
  if (count > 0) left.remove_prefix(static_cast<std::size_t>(count));
  if (left.empty() || (count < 0 && errno != EINTR && errno != EAGAIN)) Pipe::close_end(end);
}

// True when every pipe reached its end before the deadline.
bool converse(Pipe& in, Pipe& out, Pipe& err, std::string_view input, CommandResult& result,
              Clock::time_point deadline) {
  fcntl(in.write_end, F_SETFL, O_NONBLOCK);
  if (input.empty()) Pipe::close_end(in.write_end);
  while (out.read_end >= 0 || err.read_end >= 0) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    // poll() skips the closed ends, whose descriptor is -1.
    std::array<pollfd, 3> ends{
        {{out.read_end, POLLIN, 0}, {err.read_end, POLLIN, 0}, {in.write_end, POLLOUT, 0}}};
    if (poll(ends.data(), ends.size(), static_cast<int>(left.count())) < 0 && errno != EINTR) fail("poll");
    if (ends[0].revents != 0) drain(out.read_end, result.out);
    if (ends[1].revents != 0) drain(err.read_end, result.err);
    if (ends[2].revents != 0) feed(in.write_end, input);
  }
  return true;
}

// waitpid with the deadline: a program may close its output and go on.
bool wait_until(pid_t child, int& state, Clock::time_point deadline) {
  while (true) {
    const pid_t ended = waitpid(child, &state, WNOHANG);
    if (ended == child) return true;
    if (ended < 0 && errno != EINTR) fail("waitpid");
    if (Clock::now() >= deadline) return false;
    usleep(1000);
  }
}

}  // namespace

CommandResult run_command(const std::vector<std::string>& argv, const CommandOptions& options) {
  if (argv.empty()) throw std::invalid_argument("run_command: no program named");
  std::vector<std::string> words = argv;
  std::vector<std::string> environment = merged_environment(options.environment);
  const std::vector<char*> word_pointers = pointers(words);
  const std::vector<char*> environment_pointers = pointers(environment);
  const std::string directory = options.directory.string();

  // A program that does not read its input must not end the test.
  signal(SIGPIPE, SIG_IGN);
  Pipe in, out, err;
  const auto deadline = Clock::now() + options.limit;
  const pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    signal(SIGPIPE, SIG_DFL);
    become(word_pointers.data(), environment_pointers.data(), directory.c_str(), in, out, err);
  }
  setpgid(child, child);  // here too: whichever of the two runs first
  Pipe::close_end(in.read_end);
  Pipe::close_end(out.write_end);
  Pipe::close_end(err.write_end);

  CommandResult result;
  int state = 0;
  const bool ended =
      converse(in, out, err, options.input, result, deadline) && wait_until(child, state, deadline);
  if (!ended) {
    result.timed_out = true;
    kill(-child, SIGKILL);
    while (waitpid(child, &state, 0) < 0 && errno == EINTR) {
    }
  }
  result.status = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
  return result;
}

CommandResult run_presil(const std::vector<std::string>& arguments, CommandOptions options) {
#ifdef PRESIL_BINARY
  std::vector<std::string> argv{PRESIL_BINARY};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  options.environment.try_emplace("PRESIL_HOME", source_directory().string());
  return run_command(argv, options);
#else
  (void)arguments;
  (void)options;
  throw std::logic_error("run_presil: this build has no target presil");
#endif
}

std::ostream& operator<<(std::ostream& stream, const CommandResult& result) {
  stream << "status " << result.status << (result.timed_out ? " (killed at the time limit)" : "");
  return stream << "\n--- stdout\n" << result.out << "\n--- stderr\n" << result.err;
}

}  // namespace presil::test
