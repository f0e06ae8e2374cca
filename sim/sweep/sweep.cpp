// sweep.cpp -- implementation of sweep.h.
#include "sim/sweep/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <new>
#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/report/csv.h"
#include "sim/report/metrics.h"
#include "sim/sweep/output.h"
#include "sim/sweep/pool.h"

namespace presil::sweep {

namespace {

using Json = nlohmann::ordered_json;

// A point's outcome, and how it crosses the pipe: the status, the error, then the cells after it.
struct Outcome {
  ExitStatus status{ExitStatus::ok};
  std::string error;
  std::vector<std::string> values;  // config_hash and metrics
};

std::string packed(const Outcome& outcome) {
  std::vector<std::string> fields{std::to_string(static_cast<int>(outcome.status)), outcome.error};
  fields.insert(fields.end(), outcome.values.begin(), outcome.values.end());
  return report::csv_record(fields);
}

std::vector<std::string> values_of(const Json& result) {
  const Json nothing;
  const auto member = [&](const Json& mapping, std::string_view key) -> const Json& {
    const auto found = mapping.find(std::string(key));
    return found == mapping.end() ? nothing : *found;
  };
  std::vector<std::string> values{report::csv_value(member(result, "config_hash"))};
  const Json& metrics = member(result, "metrics");
  for (const report::Metric& metric : report::metrics())
    values.push_back(report::csv_value(member(metrics, metric.name)));
  return values;
}

Outcome failure(ExitStatus status, const std::string& error) {
  return {status, error, std::vector<std::string>(report::metrics().size() + 1)};
}

std::string run_point(const Spec& spec, const Runner& run, std::size_t point) {
  try {
    return packed({ExitStatus::ok, "", values_of(run(spec.experiment, spec.overrides(point)))});
  } catch (const Error& error) {
    return packed(failure(error.status(), error.what()));
  } catch (const std::bad_alloc&) {
    return packed(failure(ExitStatus::run_failed, "out of memory"));
  } catch (const std::exception& error) {
    return packed(failure(ExitStatus::run_failed, std::string("internal error: ") + error.what()));
  }
}

Outcome unpacked(const Reply& reply) {
  if (reply.signal != 0)
    return failure(ExitStatus::run_failed,
                   fmt::format("worker ended by signal {} ({})", reply.signal, strsignal(reply.signal)));
  const report::CsvFile file = report::parse_csv(reply.text);
  if (reply.status != 0 || file.records.size() != 1 || file.records[0].size() != report::metrics().size() + 3)
    return failure(ExitStatus::run_failed, fmt::format("worker ended early with status {}", reply.status));
  const std::vector<std::string>& fields = file.records[0];
  return {
      static_cast<ExitStatus>(std::atoi(fields[0].c_str())), fields[1], {fields.begin() + 2, fields.end()}};
}

// One line: a message that lists several problems would otherwise break up the table for line-based tools.
std::string one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    if (c != '\n')
      line += c;
    else
      line += line.ends_with(':') ? " " : "; ";
  }
  return line;
}

std::string row(const Spec& spec, std::size_t point, const Outcome& outcome) {
  std::vector<std::string> fields = spec.cells(point);
  fields.push_back(std::to_string(static_cast<int>(outcome.status)));
  fields.push_back(one_line(outcome.error));
  fields.insert(fields.end(), outcome.values.begin(), outcome.values.end());
  return report::csv_record(fields);
}

// Where the user wrote the path that an error speaks of: "sweep.yaml:4:3: ".
std::string place(const Spec& spec, const std::string& error) {
  for (const Axis& axis : spec.grid)
    if (error.find("--set " + axis.path + "=") != std::string::npos) return axis.mark.text() + ": ";
  return "";
}

// Holds rows back until all before them are written.
class Writer {
 public:
  Writer(const Spec& spec, const Job& job)
      : spec_(spec),
        job_(job),
        progress_{job.existing.rows, spec.points(), job.existing.failed},
        next_(job.existing.rows) {}

  void header() {
    if (!job_.existing.header) job_.write(report::csv_record(columns(spec_)));
  }
  void add(std::size_t point, const Outcome& outcome) {
    ++progress_.done;
    if (outcome.status != ExitStatus::ok) ++progress_.failed;
    waiting_[point] = row(spec_, point, outcome);
    for (auto ready = waiting_.find(next_); ready != waiting_.end(); ready = waiting_.find(next_)) {
      job_.write(ready->second);
      waiting_.erase(ready);
      ++next_;
    }
    if (job_.progress) job_.progress(progress_);
  }
  const Progress& progress() const { return progress_; }

 private:
  const Spec& spec_;
  const Job& job_;
  Progress progress_;
  std::size_t next_;
  std::map<std::size_t, std::string> waiting_;
};

Outcome try_first_point(const Spec& spec, const std::function<std::string(std::size_t)>& work) {
  Outcome first;
  run_pool(0, 1, 1, work, [&](std::size_t, const Reply& reply) { first = unpacked(reply); });
  if (first.status == ExitStatus::bad_input || first.status == ExitStatus::usage)
    throw InputError(place(spec, first.error) + first.error);
  return first;
}

}  // namespace

Progress run_sweep(const Spec& spec, const Job& job) {
  const auto work = [&](std::size_t point) { return run_point(spec, job.run, point); };
  Writer writer(spec, job);
  std::size_t first = job.existing.rows;
  if (first == 0) {
    const Outcome outcome = try_first_point(spec, work);
    writer.header();
    writer.add(first++, outcome);
  } else {
    writer.header();
  }
  run_pool(first, spec.points(), job.jobs, work,
           [&](std::size_t point, const Reply& reply) { writer.add(point, unpacked(reply)); });
  return writer.progress();
}

}  // namespace presil::sweep
