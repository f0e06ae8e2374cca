// waves.cpp -- implementation of waves.h, on the run's side.
#include "sim/report/waves.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/report/wave_player.h"

namespace presil::report {

namespace {

constexpr std::size_t kBuffer = 1 << 16;

[[noreturn]] void fail_waves(const std::string& file, const std::string& what) {
  throw Error(ExitStatus::run_failed, fmt::format("{}: {}", file, what));
}

long long femtoseconds(double s) { return std::llround(s * 1e15); }

}  // namespace

Waves::Waves(std::string file, std::size_t most) : file_(std::move(file)), most_(most) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail_waves(file_, std::strerror(errno));
  child_ = fork();
  if (child_ < 0) fail_waves(file_, std::strerror(errno));
  if (child_ == 0) {
    close(ends[1]);
    _exit(play_waves(ends[0], file_));
  }
  close(ends[0]);
  pipe_ = ends[1];
}

Waves::~Waves() {
  if (pipe_ >= 0) close(pipe_);  // an unfinished story: the child writes nothing
  if (child_ > 0) waitpid(child_, nullptr, 0);
}

void Waves::send(const std::string& line) {
  buffer_ += line;
  if (buffer_.size() < kBuffer && line != kLastWave) return;
  for (std::size_t at = 0; at < buffer_.size();) {
    const ssize_t n = write(pipe_, buffer_.data() + at, buffer_.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail_waves(file_, "the process that writes the waves has ended");
    at += static_cast<std::size_t>(n);
  }
  buffer_.clear();
}

std::uint32_t Waves::number(std::map<std::string, std::uint32_t>& of, const std::string& name, char kind) {
  const auto [found, fresh] = of.try_emplace(name, static_cast<std::uint32_t>(of.size() + 1));
  if (fresh) send(fmt::format("{} {} {}\n", kind, found->second, name));
  return found->second;
}

std::uint32_t Waves::track(const std::string& group, const std::string& name, bool overlapping) {
  return number(signals_, group + "." + name, overlapping ? 'C' : 'U');
}

void Waves::span(const run::TraceSpan& s) {
  const std::uint32_t op = number(operators_, std::string(s.name), 'N');
  ++events_;
  send(fmt::format("S {} {} {} {}\n", s.track, op, femtoseconds(s.begin_s), femtoseconds(s.end_s)));
}

void Waves::value(const std::string& group, const std::string& name, double at_s, double value) {
  const std::uint32_t signal = number(signals_, group + "." + name, 'R');
  ++events_;
  send(fmt::format("V {} {} {}\n", signal, femtoseconds(at_s), value));
}

void Waves::finish() {
  send(kLastWave);
  close(pipe_);
  pipe_ = -1;
  int status = 0;
  while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {}
  child_ = -1;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) fail_waves(file_, "the waves could not be written");
}

}  // namespace presil::report
