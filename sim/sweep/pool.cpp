// pool.cpp -- implementation of pool.h.
#include "sim/sweep/pool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "sim/base/error.h"

namespace presil::sweep {

namespace {

volatile sig_atomic_t interrupted = 0;

// SIGINT is held back while children are looked after and let in only while the parent waits (ppoll), so none
// is lost between the look at the flag and the wait.
class InterruptGuard {
 public:
  InterruptGuard() {
    interrupted = 0;
    struct sigaction action {};
    action.sa_handler = [](int) { interrupted = 1; };
    sigaction(SIGINT, nullptr, &old_action_);
    if (!ignored()) sigaction(SIGINT, &action, nullptr);
    sigset_t block;
    sigemptyset(&block);
    sigaddset(&block, SIGINT);
    sigprocmask(SIG_BLOCK, &block, &waiting_);
    before_ = waiting_;
    sigdelset(&waiting_, SIGINT);
  }
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard() {
    // The one that was asked for has been answered: it must not strike again now.
    signal(SIGINT, SIG_IGN);
    sigaction(SIGINT, &old_action_, nullptr);
    sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  const sigset_t* waiting() const { return &waiting_; }
  // ppoll leaves a signal pending when a pipe is ready too.
  static bool asked() {
    sigset_t pending;
    sigpending(&pending);
    return interrupted || sigismember(&pending, SIGINT) == 1;
  }
  void undo_in_child() const {
    if (!ignored()) signal(SIGINT, SIG_DFL);
    sigprocmask(SIG_SETMASK, &waiting_, nullptr);
  }

 private:
  // A shell does that to what it runs in the background.
  bool ignored() const { return old_action_.sa_handler == SIG_IGN; }

  struct sigaction old_action_ {};
  sigset_t before_{}, waiting_{};
};

struct Child {
  pid_t pid{};
  int pipe{-1};
  std::size_t index{};
  Reply reply;
};

[[noreturn]] void fail(const char* what) {
  throw Error(ExitStatus::run_failed, fmt::format("{}: {}", what, std::strerror(errno)));
}

bool write_all(int end, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t count = write(end, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

class Pool {
 public:
  explicit Pool(const std::function<std::string(std::size_t)>& work) : work_(work) {}
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() {
    for (const Child& child : children_) kill(child.pid, SIGKILL);
    for (Child& child : children_) reap(child);
  }

  std::size_t size() const { return children_.size(); }
  void start(std::size_t index);
  /// Waits until something came and hands over the children that have ended.
  std::vector<Child> wait();

 private:
  [[noreturn]] void become_worker(std::size_t index, int pipe_end, pid_t parent) const;
  static void reap(Child& child);

  const std::function<std::string(std::size_t)>& work_;
  InterruptGuard guard_;
  std::vector<Child> children_;
};

void Pool::become_worker(std::size_t index, int pipe_end, pid_t parent) const {
  guard_.undo_in_child();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  for (const Child& other : children_) close(other.pipe);
  const bool whole = write_all(pipe_end, work_(index));
  // Not exit(): what the parent had buffered is the parent's to write.
  _exit(whole ? 0 : 1);
}

void Pool::start(std::size_t index) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("cannot make a pipe to a worker");
  std::fflush(nullptr);
  const pid_t parent = getpid(), pid = fork();
  if (pid < 0) {
    close(ends[0]);
    close(ends[1]);
    fail("cannot start a worker");
  }
  if (pid == 0) {
    close(ends[0]);
    become_worker(index, ends[1], parent);
  }
  close(ends[1]);
  children_.push_back({pid, ends[0], index, {}});
}

void Pool::reap(Child& child) {
  close(child.pipe);
  int state = 0;
  while (waitpid(child.pid, &state, 0) < 0 && errno == EINTR) {
  }
  child.reply.signal = WIFSIGNALED(state) ? WTERMSIG(state) : 0;
  child.reply.status = WIFEXITED(state) ? WEXITSTATUS(state) : 1;
}

std::vector<Child> Pool::wait() {
  std::vector<pollfd> ends;
  for (const Child& child : children_) ends.push_back({child.pipe, POLLIN, 0});
  const int ready = ppoll(ends.data(), ends.size(), nullptr, guard_.waiting());
  if (InterruptGuard::asked()) throw Error(ExitStatus::interrupted, "interrupted");
  if (ready < 0 && errno != EINTR) fail("cannot wait for workers");
  std::vector<Child> ended;
  for (std::size_t i = children_.size(); ready > 0 && i-- > 0;) {
    if (ends[i].revents == 0) continue;
    std::array<char, 65536> buffer;
    const ssize_t count = read(children_[i].pipe, buffer.data(), buffer.size());
    if (count > 0) children_[i].reply.text.append(buffer.data(), static_cast<std::size_t>(count));
    if (count > 0 || (count < 0 && errno == EINTR)) continue;
    reap(children_[i]);
    ended.push_back(std::move(children_[i]));
    children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return ended;
}

}  // namespace

void run_pool(std::size_t first, std::size_t last, std::size_t jobs,
              const std::function<std::string(std::size_t)>& work,
              const std::function<void(std::size_t, const Reply&)>& done) {
  Pool pool(work);
  for (std::size_t next = first; next < last || pool.size() > 0;) {
    while (next < last && pool.size() < std::max<std::size_t>(jobs, 1)) pool.start(next++);
    for (const Child& child : pool.wait()) done(child.index, child.reply);
  }
}

}  // namespace presil::sweep
