// files.cpp -- implementation of files.h.
#include "sim/cli/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "sim/base/error.h"

namespace presil::cli {

namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& reason) {
  throw Error(ExitStatus::run_failed, fmt::format("{}: cannot be written: {}", path.string(), reason));
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem) fail(folder, problem.message());
  if (!std::filesystem::is_directory(folder)) fail(folder, "it is not a folder");
}

// Returns 0, or the reason (errno).
int fill(int file, std::string_view text) {
  int reason = 0;
  while (!text.empty() && reason == 0) {
    const ssize_t count = write(file, text.data(), text.size());
    if (count >= 0)
      text.remove_prefix(static_cast<std::size_t>(count));
    else if (errno != EINTR)
      reason = errno;
  }
  if (close(file) != 0 && reason == 0) reason = errno;
  return reason;
}

}  // namespace

void write_atomically(const std::filesystem::path& path, std::string_view text) {
  if (path.has_parent_path()) make_folder(path.parent_path());
  const std::filesystem::path temporary =
      path.parent_path() / fmt::format(".{}.{}", path.filename().string(), getpid());
  const int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) fail(path, std::strerror(errno));
  int reason = fill(file, text);
  if (reason == 0 && std::rename(temporary.c_str(), path.c_str()) != 0) reason = errno;
  if (reason == 0) return;
  unlink(temporary.c_str());
  fail(path, std::strerror(reason));
}

void write_new(const std::filesystem::path& path, std::string_view text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0 && errno == EEXIST)
    throw UsageError(path.string() + ": exists already; presil does not overwrite it");
  if (file < 0) fail(path, std::strerror(errno));
  if (const int reason = fill(file, text)) fail(path, std::strerror(reason));
}

}  // namespace presil::cli
