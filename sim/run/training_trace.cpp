// training_trace.cpp -- implementation of training_trace.h.
#include "sim/run/training_trace.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace presil::run {

namespace {

/// Passes that a chart can show.
constexpr std::size_t kMostDrawn = 4000;

class StepTrace {
 public:
  StepTrace(const TraceOptions& options, const TrainingStory& story) : o_(options), sink_(*options.sink), story_(story) {}

  void emit() {
    frame();
    for (std::size_t s = 0; s < story_.forward.size(); ++s) {
      stages_.push_back(sink_.track("pipeline", fmt::format("stage {}", s), false));
      gradients_.push_back(sink_.track("exchanges", fmt::format("stage {} gradients", s), false));
      sends_.push_back(sink_.track("links", fmt::format("from stage {}", s), true));
    }
    std::vector<parallel::PlayedPass> passes = story_.passes;
    std::stable_sort(passes.begin(), passes.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
    auto exchanges = story_.exchanges;
    std::stable_sort(exchanges.begin(), exchanges.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
    auto exchange = exchanges.begin();
    for (const parallel::PlayedPass& pass : passes) {
      for (; exchange != exchanges.end() && exchange->begin <= pass.begin; ++exchange) emit(*exchange);
      emit(pass);
    }
    for (; exchange != exchanges.end(); ++exchange) emit(*exchange);
  }

 private:
  double start() const { return story_.parameters_s; }

  /// Is there any of it to show, and room for it?
  bool open(double begin, double end) {
    if (done_ || !o_.window.meets(begin, end)) return false;
    if (sink_.full()) {
      sink_.cut(begin);
      done_ = true;
    }
    return !done_;
  }

  void span(std::uint32_t track, std::string_view name, double begin, double end) {
    if (end > begin && open(begin, end)) sink_.span({track, name, std::max(begin, o_.window.begin), std::min(end, o_.window.end)});
  }

  void frame() {
    const std::uint32_t track = sink_.track("step", "parts", false);
    double at = 0;
    for (const auto& [name, time] : {std::pair{"gather parameters", story_.parameters_s}, {"passes", story_.pipeline_s},
                                     {"exchanges left", story_.exchanges_s}, {"update", story_.update_s}}) {
      span(track, name, at, at + time);
      at += time;
    }
  }

  void emit(const TrainingStory::Exchange& e) { span(gradients_[e.stage], "gradients", start() + e.begin, start() + e.end); }

  void emit(const parallel::PlayedPass& p) {
    const double begin = start() + p.begin, end = start() + p.end;
    const std::string name = fmt::format("{} {}{}", p.slot.forward ? "forward" : "backward", p.slot.micro_batch,
                                         story_.forward[p.stage].size() > 1 ? fmt::format(" of piece {}", p.slot.chunk) : "");
    if (!open(begin, end)) return;
    span(stages_[p.stage], name, begin, end);
    const TrainingStory::Rates& rates = (p.slot.forward ? story_.forward : story_.backward)[p.stage][p.slot.chunk];
    const double shown = std::max(begin, o_.window.begin);
    sink_.value("pipeline", fmt::format("stage {} power (W)", p.stage), shown, rates.power_w);
    sink_.value("pipeline", fmt::format("stage {} memory bandwidth (GB/s)", p.stage), shown, rates.memory_gb_per_s);
    if (p.sent < 0) return;
    const double sent = start() + p.sent;
    span(sends_[p.from], name, sent, sent + story_.transfer_s);
    // An arrow starts inside the pass that sends.
    if (sent > o_.window.begin && begin < o_.window.end) sink_.flow(name, stages_[p.from], sent - 1e-12, stages_[p.stage], begin);
  }

  const TraceOptions& o_;
  TraceSink& sink_;
  const TrainingStory& story_;
  std::vector<std::uint32_t> stages_, gradients_, sends_;
  bool done_{false};
};

}  // namespace

nlohmann::ordered_json pipeline_rows(const TrainingStory& story) {
  if (story.passes.size() > kMostDrawn) return nullptr;
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const parallel::PlayedPass& pass : story.passes)
    rows.push_back({{"stage", pass.stage}, {"forward", pass.slot.forward ? 1 : 0}, {"micro_batch", pass.slot.micro_batch},
                    {"start_s", story.parameters_s + pass.begin}, {"time_s", pass.end - pass.begin}});
  return rows;
}

void trace_step(const TraceOptions& options, const TrainingStory& story) { StepTrace(options, story).emit(); }

}  // namespace presil::run
