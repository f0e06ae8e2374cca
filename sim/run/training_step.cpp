// training_step.cpp -- implementation of training_step.h.
#include "sim/run/training_step.h"

#include "sim/parallel/slowest.h"

#include <algorithm>
#include <numeric>

#include "sim/run/chip_power.h"
#include "sim/run/result.h"
#include "sim/run/training_exchanges.h"

namespace presil::run {

using workload::Parameters;

namespace {

class Step {
 public:
  Step(Machine& machine, const TrainingPlan& plan, const TrainingModel& model, const ModelCost& cost, TrainingStory* story)
      : machine_(machine), plan_(plan), model_(model), cost_(cost), story_(story),
        cut_(cut_layers(*plan.model, plan.cut.pipeline, plan.cut.virtual_stages)),
        exchanges_(plan, model, cost, cut_) {}

  TrainingStep run() {
    const parallel::PipelineTimes times = pass_times();
    const parallel::PipelineResult pipe = parallel::replay_pipeline(plan_.pipeline(), times, story_ ? &story_->passes : nullptr);
    TrainingStep step;
    step.pipeline_s = pipe.span;
    double end = 0;
    for (std::uint32_t s = 0; s < cut_.size(); ++s) end = std::max(end, gradients_end(s, pipe, times));
    const double exposed = parameters_exposed() + (end - pipe.span) + exchanges_.tied_s() + exchanges_.norm_s();
    const double after = exposed + crowded_s(exposed);
    add_passes(step.totals);
    const double busy = std::accumulate(pipe.busy.begin(), pipe.busy.end(), 0.0) / static_cast<double>(pipe.busy.size());
    step.bubble_s = pipe.span - busy;
    const double waited = busy - step.totals.time_s();  // passes wait for some themselves
    step.exchange_s = after + (waited > 1e-9 * busy ? waited : 0);
    Totals update = update_totals();
    for (PhaseTotals& phase : update.phases) phase.passes = 1;
    step.update_s = update.time_s();
    step.totals.add(update, 1);
    step.step_s = step.pipeline_s + after + step.update_s;
    if (story_) {
      story_->transfer_s = times.transfer;
      tell(parameters_exposed(), step, after);
    }
    finish(step);
    return step;
  }

 private:
  void tell(double parameters, const TrainingStep& step, double after) const {
    story_->parameters_s = parameters;
    story_->pipeline_s = step.pipeline_s;
    story_->exchanges_s = after - parameters;
    story_->update_s = step.update_s;
    for (const auto& stage : cut_) {
      story_->forward.emplace_back();
      story_->backward.emplace_back();
      for (const PieceOfModel& piece : stage) {
        Totals forward, backward;
        for (const SegmentCost* cost : cost_.segments(piece)) {
          forward.add(cost->forward, 1);
          backward.add(cost->backward, 1);
        }
        story_->forward.back().push_back(rates(forward));
        story_->backward.back().push_back(rates(backward));
      }
    }
  }

  TrainingStory::Rates rates(const Totals& pass) const {
    const double time = pass.time_s();
    if (time <= 0) return {};
    const auto memory = static_cast<std::size_t>(api::Level::memory);
    return {ppa::total(energy_of(machine_.chip(), pass)).value / time, (pass.read[memory] + pass.written[memory]) / time * 1e-9};
  }

  double micro_batches() const { return static_cast<double>(plan_.micro_batches()); }

  /// How far the slowest of so many devices is behind the mean one, of what the clock bounds.
  double lag_of(std::uint64_t devices) const { return plan_.config.device_spread * parallel::expected_largest(devices); }
  /// Of the devices that share a stage's layers. The slowest device of all is in the middle stage of the replica that is last.
  double lag_in(std::size_t stage) const {
    return lag_of(stage == cut_.size() / 2 ? plan_.cut.devices() : std::uint64_t{plan_.cut.tensor} * plan_.cut.context);
  }
  /// Time of a pass that waits for the clock; memory and links are not slower on a slow device.
  double clocked_s(const Totals& pass) const {
    double clocked = 0;
    for (const OpTotals& op : pass.ops)
      if (waits_for_clock(op)) clocked += op.time_s;
    return clocked;
  }
  bool waits_for_clock(const OpTotals& op) const {
    const std::string_view by = bottleneck_of(op, machine_.chip());
    return by != "memory" && by != "link" && by != "host" && by != "latency";
  }

  double forward_s(const TrainingSegment& t, const SegmentCost& c, double lag) const {
    return c.forward_s() + lag * clocked_s(c.forward) + (plan_.cut.zero >= 3 ? exchanges_.exposed(exchanges_.gather_s(t.parameters), c.forward_s()) : 0);
  }
  double backward_s(const TrainingSegment& t, const SegmentCost& c, double lag) const {
    double exchanges = plan_.cut.zero >= 3 ? exchanges_.gather_s(t.parameters) : 0;
    if (plan_.cut.zero >= 2) exchanges += exchanges_.reduce_s(t.parameters) / static_cast<double>(plan_.passes_per_scatter());
    return c.backward_s() + lag * clocked_s(c.backward) + (exchanges > 0 ? exchanges_.exposed(exchanges, c.backward_s()) : 0);
  }

  parallel::PipelineTimes pass_times() const {
    parallel::PipelineTimes times;
    for (std::size_t s = 0; s < cut_.size(); ++s) {
      const double lag = lag_in(s);
      times.forward.emplace_back();
      times.backward.emplace_back();
      for (const PieceOfModel& piece : cut_[s]) {
        double f = 0, b = 0;
        const auto segments = model_.segments(piece);
        const auto costs = cost_.segments(piece);
        for (std::size_t i = 0; i < segments.size(); ++i) {
          f += forward_s(*segments[i], *costs[i], lag);
          b += backward_s(*segments[i], *costs[i], lag);
        }
        times.forward.back().push_back(f);
        times.backward.back().push_back(b);
      }
    }
    times.transfer = parallel::send_time(plan_.cluster, parallel::pipeline_group(plan_.degrees()), exchanges_.sent()).value;
    times.blocking = !plan_.config.overlap_pipeline;
    return times;
  }

  /// End of a stage's exchange of gradients: layers from the last to the first, each when its last way back is done.
  double gradients_end(std::uint32_t s, const parallel::PipelineResult& pipe, const parallel::PipelineTimes& times) const {
    if (plan_.cut.zero >= 2) return told(s, pipe.ends[s], pipe.ends[s] + last_layer_s(s));
    if (!plan_.config.overlap_gradients) return told(s, pipe.ends[s], pipe.ends[s] + exchanges_.reduce_s(model_.parameters(cut_[s])));
    double done = 0;
    for (std::size_t c = cut_[s].size(); c-- > 0;) {
      const auto segments = model_.segments(cut_[s][c]);
      const double each = segments.empty() ? 0 : times.backward[s][c] / static_cast<double>(segments.size());
      for (std::size_t i = segments.size(); i-- > 0;) {
        const double ready = pipe.last_backward[s][c] - each * static_cast<double>(i);
        const double begin = std::max(done, ready);
        done = told(s, begin, begin + exchanges_.reduce_s(segments[i]->parameters));
      }
    }
    return std::max(done, pipe.ends[s]);
  }

  double told(std::uint32_t stage, double begin, double end) const {
    if (story_ && end > begin) story_->exchanges.push_back({stage, begin, end});
    return end;
  }

  double last_layer_s(std::uint32_t s) const {
    const auto segments = model_.segments(cut_[s].front());
    return segments.empty() ? 0 : exchanges_.reduce_s(segments.front()->parameters);
  }

  /// Gathering parameters before the first passes of the first stage; the others wait for it anyway.
  double parameters_exposed() const {
    if (plan_.cut.zero == 0 || plan_.cut.zero >= 3) return 0;
    if (!plan_.config.overlap_gradients) {
      double most = 0;
      for (const auto& stage : cut_) most = std::max(most, exchanges_.gather_s(model_.parameters(stage)));
      return most;
    }
    double gathered = 0, run = 0, late = 0;
    const auto segments = model_.segments(cut_.front().front());
    const auto costs = cost_.segments(cut_.front().front());
    for (std::size_t i = 0; i < segments.size(); ++i) {
      gathered += exchanges_.gather_s(segments[i]->parameters);
      late = std::max(late, gathered - run);
      run += costs[i]->forward_s();
    }
    return late;
  }

  /// What passes lose to exchanges of gradients and parameters that run beside them.
  double crowded_s(double exposed) const {
    if (!plan_.config.overlap_gradients) return 0;
    double all = 0;
    for (const auto& stage : cut_) all += exchanges_.all_of(stage);
    return crowding_s(machine_.chip(), std::max(0.0, all / static_cast<double>(cut_.size()) - exposed));
  }

  Totals update_totals() {
    Parameters most;
    for (const auto& stage : cut_)
      if (const Parameters p = model_.parameters(stage); p.total() > most.total()) most = p;
    const parallel::Degrees d = plan_.degrees();
    const double shared = plan_.cut.zero >= 1 ? static_cast<double>(parallel::replicas(d).ranks) : 1;
    const double experts = plan_.cut.zero >= 1 ? static_cast<double>(parallel::expert_replicas(d).ranks) : 1;
    const double updated = most.shared / shared + most.experts / experts;
    // GPU frameworks divide gradients by a kernel of its own; XLA folds the factor into the loss.
    const bool averages = parallel::replicas(d).ranks > 1 && machine_.chip()->exchanges_on_units();
    const workload::Update update{plan_.cut.zero >= 2 ? updated : most.total(), updated, averages ? most.total() : 0, exchanges_.reductions()};
    const workload::Graph graph = workload::update_pass(plan_.config.optimizer, update, plan_.options());
    Totals all;
    for (const workload::Segment& segment : graph.segments) all.add(priced(machine_, plan_, graph, segment), static_cast<double>(segment.count));
    return all;
  }

  /// Work of the mean device: all stages, over their number.
  void add_passes(Totals& totals) const {
    const double share = micro_batches() / static_cast<double>(cut_.size());
    for (const auto& stage : cut_)
      for (const PieceOfModel& piece : stage)
        for (const SegmentCost* cost : cost_.segments(piece)) {
          totals.add(cost->forward, share);
          totals.add(cost->backward, share);
        }
    for (PhaseTotals& phase : totals.phases) phase.passes = micro_batches();
  }

  void finish(TrainingStep& step) const {
    for (const OpTotals& op : step.totals.ops) {
      if (op.phase == "forward" || op.phase == "backward") step.model_flops += op.flops;
      step.hardware_flops += op.flops;
    }
    add_row(step.totals, "gradient_exchange", "exchange", step.exchange_s, exchanges_.mean_bytes());
    add_row(step.totals, "pipeline_idle", "idle", std::max(0.0, step.step_s - step.totals.time_s()), 0);
  }

  static void add_row(Totals& totals, const char* name, const char* phase, double time, double bytes) {
    OpTotals row;
    row.name = name;
    row.phase = phase;
    row.count = 1;
    row.time_s = row.span_s = time;
    row.fabric_bytes = bytes;
    row.fabric_s = bytes > 0 ? time : 0;
    Totals one;
    one.ops.push_back(row);
    one.phases.push_back({phase, 1, time, {}});
    SegmentTotals segment;
    segment.name = name;
    segment.phase = phase;
    segment.count = 1;
    segment.activity.time = {time};
    segment.activity.fabric_bytes = bytes;
    one.segments.push_back(segment);
    totals.add(one, 1);
  }

  Machine& machine_;
  const TrainingPlan& plan_;
  const TrainingModel& model_;
  const ModelCost& cost_;
  TrainingStory* story_;
  const Cut cut_;
  const ParameterExchanges exchanges_;
};

}  // namespace

TrainingStep training_step(Machine& machine, const TrainingPlan& plan, const TrainingModel& model, const ModelCost& cost, TrainingStory* story) {
  return Step(machine, plan, model, cost, story).run();
}

}  // namespace presil::run
