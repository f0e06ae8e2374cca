// run_trace.cpp -- implementation of run_trace.h.
#include "sim/cli/run_trace.h"

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/cli/files.h"
#include "sim/cli/terminal.h"
#include "sim/config/quantities.h"
#include "sim/report/format.h"

namespace presil::cli {

namespace {

/// Bytes of one event in the JSON file, about; so many events the waves take for the same limit.
constexpr std::size_t kEventBytes = 80;

double time_of(const std::string& text, const std::string& window) try {
  return text == "0" ? 0 : config::parse_quantity(text, config::Measure::time);
} catch (const InputError& error) {
  throw UsageError(fmt::format("--trace-window {}: {}; expected START:END, such as 0:2ms or 1.5ms:", window, error.what()));
}

run::Window window_of(const std::string& text) {
  run::Window window;
  if (text.empty()) return window;
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) throw UsageError(fmt::format("--trace-window {}: expected START:END, such as 0:2ms or 1.5ms:", text));
  if (colon > 0) window.begin = time_of(text.substr(0, colon), text);
  if (colon + 1 < text.size()) window.end = time_of(text.substr(colon + 1), text);
  if (window.end <= window.begin) throw UsageError(fmt::format("--trace-window {}: the window ends before it begins", text));
  return window;
}

std::size_t limit_of(const std::string& text) try {
  const double bytes = config::parse_quantity(text, config::Measure::data);
  if (bytes < 1000) throw UsageError(fmt::format("--trace-limit {}: at least 1 kB", text));
  return static_cast<std::size_t>(bytes);
} catch (const InputError& error) {
  throw UsageError(fmt::format("--trace-limit {}: {}", text, error.what()));
}

}  // namespace

void declare_trace(CLI::App& command, TraceArguments& a) {
  command.add_option("--trace", a.json, "Write what every unit and link did as Chrome trace events, for ui.perfetto.dev")->type_name("FILE");
  command.add_option("--vcd", a.vcd, "Write the same as waves")->type_name("FILE");
  command.add_option("--trace-window", a.window, "Only of this time: START:END, such as 0:2ms; either may be missing")->type_name("A:B");
  command.add_option("--trace-limit", a.limit, "Stop the files at about this size (default 64 MiB)")->type_name("SIZE");
}

TraceFiles::TraceFiles(const TraceArguments& arguments) : arguments_(arguments), window_(window_of(arguments.window)), limit_(limit_of(arguments.limit)) {
  if (!arguments.window.empty() && arguments.json.empty() && arguments.vcd.empty()) throw UsageError("--trace-window is of the file that --trace or --vcd writes");
  if (!arguments.json.empty()) json_ = std::make_unique<report::TraceJson>(limit_);
  if (!arguments.vcd.empty()) vcd_ = std::make_unique<report::Waves>(arguments.vcd, limit_ / kEventBytes);
  if (json_ && vcd_) both_ = std::make_unique<run::TwoSinks>(*json_, *vcd_);
}

run::TraceOptions TraceFiles::options() {
  run::TraceOptions options;
  options.window = window_;
  options.most = limit_ / kEventBytes;
  if (both_) options.sink = both_.get();
  else if (json_) options.sink = json_.get();
  else if (vcd_) options.sink = vcd_.get();
  return options;
}

void TraceFiles::finish(const std::string& title) {
  const char* more = "; --trace-limit allows more, --trace-window shows another part";
  if (vcd_) {
    vcd_->finish();
    if (vcd_->cut_at()) note(fmt::format("{} was cut at {} of the run{}", arguments_.vcd, report::time(*vcd_->cut_at()), more));
  }
  if (!json_) return;
  write_atomically(arguments_.json, json_->document(title));
  if (json_->cut_at()) note(fmt::format("{} was cut at {} of the run{}", arguments_.json, report::time(*json_->cut_at()), more));
}

}  // namespace presil::cli
