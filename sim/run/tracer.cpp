// tracer.cpp -- implementation of tracer.h.
#include "sim/run/tracer.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "sim/run/chip_power.h"
#include "sim/run/timeline.h"

namespace presil::run {

using kernel::Resource;
using nlohmann::ordered_json;

namespace {

/// Steps of a curve in the trace, over one segment.
constexpr int kCurveSteps = 128;

/// Resources whose bytes per second are worth a curve.
constexpr std::pair<Resource, const char*> kRates[] = {{Resource::memory, "memory bandwidth (GB/s)"}, {Resource::shared, "shared bandwidth (GB/s)"},
                                                       {Resource::network, "network bandwidth, all links (GB/s)"}, {Resource::host, "host bandwidth (GB/s)"},
                                                       {Resource::link, "link bandwidth (GB/s)"}};

std::string pass_name(const PassRun& pass) {
  return pass.kv_len > 0 ? fmt::format("{}, {} keys", pass.graph->phase, pass.kv_len) : pass.graph->phase;
}

}  // namespace

Tracer::Tracer(Machine& machine, const TraceOptions& options) : machine_(machine), options_(options) {
  if (!options_.sink) return;
  passes_ = options_.sink->track("request", "passes", false);
  segments_ = options_.sink->track("request", "segments", false);
  operators_ = options_.sink->track("request", "operators", false);
}

void Tracer::stop(double at_s) {
  if (!done_) options_.sink->cut(at_s);
  done_ = true;
}

void Tracer::span(std::uint32_t track, std::string_view name, double begin, double end, double amount, const char* unit) {
  if (!wanted(begin, end)) return;
  if (options_.sink->full()) return stop(begin);
  options_.sink->span({track, name, std::max(begin, options_.window.begin), std::min(end, options_.window.end), amount, unit});
}

// --- passes -----------------------------------------------------------------------------------------------------

void Tracer::launch(const PassRun& pass) {
  const double begin = pass.start_s, ready = begin + pass.waits_s;
  if (pass.waits_s <= 0 || !wanted(begin, ready)) return;
  span(segments_, "launch", begin, ready);
  const double shown = std::max(begin, options_.window.begin);
  options_.sink->value("device", "power (W)", shown, waiting_power(machine_.chip()).value);
  options_.sink->value("device", kRates[0].second, shown, 0);
}

void Tracer::pass(const PassRun& pass) {
  add_point(pass);
  if (options_.sink) span(passes_, pass_name(pass), pass.start_s, pass.start_s + pass.time_s);
  if (live_) return live_.reset();  // exact: its segments have been told of
  launch(pass);
  const bool detail = options_.curves && detailed_.insert(pass.graph->phase).second;
  Timeline curves(machine_.chip(), pass.time_s);
  segments(pass, detail ? &curves : nullptr);
  if (detail) details_.push_back(curves.document(pass.graph->phase, pass.kv_len, pass.start_s));
  known_.clear();  // passes share few segments, and a recording is large
}

void Tracer::segments(const PassRun& pass, Timeline* curves) {
  double start = pass.start_s + pass.waits_s;
  if (curves) curves->wait(pass.waits_s);
  for (const workload::Segment& segment : pass.graph->segments) {
    const Totals& totals = machine_.run(*pass.graph, segment, *pass.mapping, true);
    const double time = totals.time_s(), end = start + time * static_cast<double>(segment.count);
    const bool shown = wanted(start, end);
    if (shown || curves) {
      const Window& w = options_.window;
      // What any of its repetitions needs of it.
      const Window part = segment.count > 1 ? Window{} : Window{w.begin - start, w.end - start};
      const Known& heard = known(pass, segment, shown ? part : Window{0, 0});
      if (curves) curves->add(heard.recorder->tracks(), heard.recorder->profile(), heard.power, time, segment.count);
      for (std::uint64_t i = 0; shown && i < segment.count && !done_; ++i) {
        const double at = start + time * static_cast<double>(i);
        if (wanted(at, at + time)) emit(segment, totals, heard, at);
      }
    }
    start = end;
  }
}

const Tracer::Known& Tracer::known(const PassRun& pass, const workload::Segment& segment, Window window) {
  const std::string key = segment_key(*pass.graph, segment, *pass.mapping);
  const auto found = known_.find(key);
  if (found != known_.end()) {
    const Window& has = found->second.recorder->window();
    if (has.begin <= window.begin && window.end <= has.end) return found->second;
    known_.erase(found);
  }
  auto recorder = std::make_unique<SegmentRecorder>(window, options_.sink && window.end > window.begin ? options_.most : 0);
  const Totals& totals = machine_.run(*pass.graph, segment, *pass.mapping, true, recorder.get());
  recorder->sort();
  SegmentPower power(machine_.chip(), totals, recorder->profile());
  return known_.emplace(key, Known{std::move(recorder), power, totals.time_s()}).first->second;
}

void Tracer::between(const PassesBetween& passes) {
  const double step = passes.count > 1 ? (passes.last_s - passes.first_s) / static_cast<double>(passes.count - 1) : 0;
  double start = passes.start_s;
  for (std::uint64_t i = 0; i < passes.count; ++i) {
    const double time = passes.first_s + step * static_cast<double>(i);
    span(passes_, fmt::format("{}, {} keys (interpolated)", passes.phase, passes.first_kv + i), start, start + time);
    start += time;
  }
}

// --- exact passes: heard as they run ------------------------------------------------------------------------------

kernel::Trace* Tracer::listen(double start_s) {
  const Window& w = options_.window;
  const bool open = options_.sink && !done_ && w.end > start_s;
  live_ = std::make_unique<SegmentRecorder>(Window{w.begin - start_s, w.end - start_s}, open ? options_.most : 0);
  return live_.get();
}

void Tracer::heard(const PassRun& pass, const workload::Segment& segment, const Totals& totals, double start_s) {
  if (start_s <= pass.start_s + pass.waits_s) launch(pass);
  live_->sort();
  const double time = totals.time_s();
  if (!wanted(start_s, start_s + time)) return;
  const SegmentPower power(machine_.chip(), totals, live_->profile());
  Known heard{std::move(live_), power, time};
  emit(segment, totals, heard, start_s);
  live_ = std::move(heard.recorder);
}

// --- one segment --------------------------------------------------------------------------------------------------

void Tracer::emit(const workload::Segment& segment, const Totals& totals, const Known& known, double start_s) {
  span(segments_, segment.name, start_s, start_s + known.time_s);
  emit_operators(segment, totals, start_s);
  emit_units(segment, known, start_s);
  // Passes and segments are one event each: what was cut tells itself by the units.
  if (known.recorder->cut()) stop(start_s + known.recorder->cut_at());
}

/// What each added to the latest completion so far: one behind the other.
void Tracer::emit_operators(const workload::Segment&, const Totals& totals, double start_s) {
  double at = start_s;
  for (const OpTotals& op : totals.ops) {
    if (op.time_s > 0) span(operators_, op.name, at, at + op.time_s);
    at += op.time_s;
  }
}

void Tracer::emit_units(const workload::Segment& segment, const Known& known, double start_s) {
  const SegmentRecorder& r = *known.recorder;
  std::vector<bool> used(r.tracks().size());  // some only have depths or count in curves
  for (const RecordedSpan& s : r.spans()) used[s.track] = true;
  std::vector<std::uint32_t> tracks(used.size());
  for (std::size_t i = 0; i < used.size(); ++i)
    if (const kernel::Track& t = r.tracks()[i]; used[i]) tracks[i] = options_.sink->track(t.group, t.name, t.resource == Resource::transfers);
  std::map<std::uint64_t, std::pair<std::uint32_t, double>> sent;  // by flow: track and beginning
  std::size_t depth = 0;
  double told = 0;  // curves, up to here
  for (const RecordedSpan& s : r.spans()) {
    if (done_) return;
    const double begin = start_s + s.begin_s;
    for (; depth < r.depths().size() && r.depths()[depth].at_s <= s.begin_s; ++depth) {
      const RecordedDepth& d = r.depths()[depth];
      if (wanted(start_s + d.at_s, start_s + d.at_s + 1e-15))
        options_.sink->value(r.tracks()[d.track].group, r.tracks()[d.track].name + " (entries)", start_s + d.at_s, d.entries);
    }
    if (s.begin_s >= told) {
      const double until = std::min(known.time_s, told + known.time_s / kCurveSteps);
      emit_curves(known, told, until, start_s);
      told = until;
    }
    const Resource resource = r.tracks()[s.track].resource;
    const std::string_view name = s.op < segment.ops.size() ? std::string_view(segment.ops[s.op].name) : s.label;
    span(tracks[s.track], name, begin, start_s + s.end_s, s.amount, kernel::amount_unit(resource));
    if (s.part == kernel::Flow::begins) sent[s.flow] = {tracks[s.track], begin};
    const auto from = s.part == kernel::Flow::ends && !done_ ? sent.find(s.flow) : sent.end();
    if (from != sent.end() && from->second.second >= options_.window.begin && begin < options_.window.end)
      options_.sink->flow(name, from->second.first, from->second.second, tracks[s.track], begin);
    if (from != sent.end()) sent.erase(from);
  }
  while (!done_ && told < known.time_s * (1 - 1e-9)) {
    const double until = std::min(known.time_s, told + known.time_s / kCurveSteps);
    emit_curves(known, told, until, start_s);
    told = until;
  }
}

void Tracer::emit_curves(const Known& known, double from, double to, double start_s) {
  if (to <= from || !wanted(start_s + from, start_s + to)) return;
  if (options_.sink->full()) return stop(start_s + from);
  const double at = std::max(start_s + from, options_.window.begin);
  const Profile& profile = known.recorder->profile();
  for (const auto& [resource, name] : kRates)
    if (profile.total(resource) > 0) options_.sink->value("device", name, at, profile.amount(resource, from, to) / (to - from) * 1e-9);
  options_.sink->value("device", "power (W)", at, known.power.joules(from, to) / (to - from));
}

// --- the report's curves --------------------------------------------------------------------------------------------

void Tracer::add_point(const PassRun& pass) {
  if (!options_.curves) return;
  points_.push_back(Timeline::point(machine_.chip(), *pass.totals, pass.graph->phase, pass.start_s, pass.time_s));
}

ordered_json Tracer::timeline() const {
  if (!options_.curves) return nullptr;
  return {{"passes", points_}, {"details", details_}};
}

}  // namespace presil::run
