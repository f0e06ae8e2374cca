// output.cpp -- implementation of output.h.
#include "sim/sweep/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/report/csv.h"
#include "sim/report/metrics.h"

namespace presil::sweep {

namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* what) {
  throw Error(ExitStatus::run_failed, fmt::format("{}: {}: {}", path.string(), what, std::strerror(errno)));
}

}  // namespace

std::vector<std::string> columns(const Spec& spec) {
  std::vector<std::string> names;
  for (const Axis& axis : spec.grid) names.push_back(axis.path);
  names.insert(names.end(), {"status", "error", "config_hash"});
  for (const report::Metric& metric : report::metrics()) names.emplace_back(metric.name);
  return names;
}

OutputFile::OutputFile(const std::filesystem::path& path) : path_(path) {
  file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file_ < 0) fail(path_, "cannot be written");
  if (flock(file_, LOCK_EX | LOCK_NB) == 0) return;
  const int reason = errno;
  close(file_);
  errno = reason;
  if (reason == EWOULDBLOCK)
    throw Error(ExitStatus::run_failed, path.string() + ": another sweep is writing this file");
  fail(path_, "cannot be locked");
}

OutputFile::~OutputFile() { close(file_); }

std::string OutputFile::contents() const {
  std::ifstream in(path_, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Existing OutputFile::resume(const Spec& spec) {
  const report::CsvFile file = report::parse_csv(contents());
  keep_ = file.complete_bytes;
  if (file.records.empty()) return {};
  const std::vector<std::string> expected = columns(spec);
  if (file.records.front() != expected)
    throw InputError(fmt::format("{}:1: the columns are not this sweep's, so it cannot be resumed: found {}",
                                 path_.string(), join(file.records.front())));
  const std::size_t rows = file.records.size() - 1;
  Existing existing{true, rows, 0};
  if (rows > spec.points())
    throw InputError(
        fmt::format("{}: {} rows, but the grid has {} points", path_.string(), rows, spec.points()));
  for (std::size_t point = 0; point < rows; ++point) {
    const std::vector<std::string>& row = file.records[point + 1];
    const std::vector<std::string> cells = spec.cells(point);
    if (row.size() != expected.size() || !std::equal(cells.begin(), cells.end(), row.begin()))
      throw InputError(fmt::format("{}: row {} is not of the point ({}) of this sweep", path_.string(),
                                   point + 1, join(spec.overrides(point))));
    if (row[cells.size()] != "0") ++existing.failed;
  }
  return existing;
}

void OutputFile::write(std::string_view text) {
  if (!started_) {
    if (ftruncate(file_, static_cast<off_t>(keep_)) != 0 && errno != EINVAL) fail(path_, "cannot be written");
    lseek(file_, static_cast<off_t>(keep_), SEEK_SET);
    started_ = true;
  }
  while (!text.empty()) {
    const ssize_t count = ::write(file_, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path_, "cannot be written");
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace presil::sweep
