// run_trace.h -- --trace, --vcd and their window and limit: what a command does to have a run told over time.
#pragma once

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "sim/report/trace_json.h"
#include "sim/report/waves.h"
#include "sim/run/trace_options.h"

namespace presil::cli {

struct TraceArguments {
  std::string json, vcd, window, limit{"64 MiB"};
};
void declare_trace(CLI::App& command, TraceArguments& arguments);

/// Make it before the run, which it is given to by options(); finish() writes the files.
class TraceFiles {
 public:
  /// Throws UsageError.
  explicit TraceFiles(const TraceArguments& arguments);
  run::TraceOptions options();
  /// Says on standard error where a file was cut.
  void finish(const std::string& title);

 private:
  const TraceArguments& arguments_;
  run::Window window_;
  std::size_t limit_;
  std::unique_ptr<report::TraceJson> json_;
  std::unique_ptr<report::Waves> vcd_;
  std::unique_ptr<run::TwoSinks> both_;
};

}  // namespace presil::cli
