// tracer.h -- watches the passes of a request: events for a trace, curves for the report.
//
// A segment that is remembered is simulated once more, with its units telling of their work, and then stands at each of
// its places in time. Passes between the sampled KV lengths were never simulated: they are spans without units below.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/run/passes.h"
#include "sim/run/recorder.h"
#include "sim/run/segment_power.h"
#include "sim/run/trace_options.h"

namespace presil::run {

class Timeline;

class Tracer : public PassObserver {
 public:
  Tracer(Machine& machine, const TraceOptions& options);

  void pass(const PassRun& pass) override;
  void between(const PassesBetween& passes) override;
  kernel::Trace* listen(double start_s) override;
  void heard(const PassRun& pass, const workload::Segment& segment, const Totals& totals, double start_s) override;

  /// `timeline` of the result document (docs/result.md); null without curves.
  nlohmann::ordered_json timeline() const;

 private:
  struct Known {
    std::unique_ptr<SegmentRecorder> recorder;
    SegmentPower power;
    double time_s;
  };
  bool wanted(double from, double to) const { return options_.sink && !done_ && options_.window.meets(from, to); }
  const Known& known(const PassRun& pass, const workload::Segment& segment, Window window);
  void launch(const PassRun& pass);
  void segments(const PassRun& pass, Timeline* curves);
  void emit(const workload::Segment& segment, const Totals& totals, const Known& known, double start_s);
  void emit_operators(const workload::Segment& segment, const Totals& totals, double start_s);
  void emit_units(const workload::Segment& segment, const Known& known, double start_s);
  void emit_curves(const Known& known, double from, double to, double start_s);
  void span(std::uint32_t track, std::string_view name, double begin, double end, double amount = 0, const char* unit = "B");
  void stop(double at_s);
  void add_point(const PassRun& pass);

  Machine& machine_;
  const TraceOptions options_;
  bool done_{false};
  std::map<std::string, Known> known_;
  std::unique_ptr<SegmentRecorder> live_;
  std::uint32_t passes_{}, segments_{}, operators_{};
  nlohmann::ordered_json points_ = nlohmann::ordered_json::array(), details_ = nlohmann::ordered_json::array();
  std::set<std::string> detailed_;
};

}  // namespace presil::run
