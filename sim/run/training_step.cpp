// training_step.cpp -- implementation of training_step.h.
#include "sim/run/training_step.h"

#include "sim/parallel/slowest.h"

#include <algorithm>
#include <numeric>

#include "sim/run/chip_power.h"
#include "sim/run/result.h"

namespace presil::run {

using workload::CollectiveKind;
using workload::Parameters;

namespace {

/// SMs that a collective library's kernels hold while an exchange runs: a thread block on each for every channel. [assumed] 16:
/// NCCL takes 16 to 32 channels between nodes of eight GPUs.
constexpr double kExchangeUnits = 16;

using Cut = std::vector<std::vector<PieceOfModel>>;

class Step {
 public:
  Step(Machine& machine, const TrainingPlan& plan, const TrainingModel& model, const ModelCost& cost, TrainingStory* story)
      : machine_(machine), plan_(plan), model_(model), cost_(cost), story_(story),
        cut_(cut_layers(*plan.model, plan.cut.pipeline, plan.cut.virtual_stages)),
        slowest_(1 + plan.config.device_spread * parallel::expected_largest(plan.cut.devices())), sends_(sends()) {}

  TrainingStep run() {
    const parallel::PipelineTimes times = pass_times();
    const parallel::PipelineResult pipe = parallel::replay_pipeline(plan_.pipeline(), times, story_ ? &story_->passes : nullptr);
    TrainingStep step;
    step.pipeline_s = pipe.span;
    double end = 0;
    for (std::uint32_t s = 0; s < cut_.size(); ++s) end = std::max(end, gradients_end(s, pipe, times));
    const double exposed = parameters_exposed() + (end - pipe.span) + tied_s() + norm_s();
    const double after = exposed + crowding_s(exposed);
    add_passes(step.totals);
    const double busy = std::accumulate(pipe.busy.begin(), pipe.busy.end(), 0.0) / static_cast<double>(pipe.busy.size());
    step.bubble_s = pipe.span - busy;
    step.exchange_s = after + std::max(0.0, busy - step.totals.time_s());  // passes wait for some themselves
    Totals update = update_totals();
    for (PhaseTotals& phase : update.phases) phase.passes = 1;
    step.update_s = update.time_s() * slowest_;
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

  double bytes_g() const { return bytes_per_value(plan_.config.gradients); }
  double bytes_w() const { return bytes_per_value(plan_.formats.weights); }
  double micro_batches() const { return static_cast<double>(plan_.micro_batches()); }

  /// An exchange of so many bytes a parameter between the devices that hold the same ones.
  double exchange(const Parameters& p, CollectiveKind kind, double bytes) const {
    const parallel::Degrees d = plan_.degrees();
    return parallel::exchange_time_beside(plan_.cluster, parallel::replicas(d), kind, {p.shared * bytes}, sends_).value +
           parallel::exchange_time_beside(plan_.cluster, parallel::expert_replicas(d), kind, {p.experts * bytes}, sends_).value;
  }
  double reduce_s(const Parameters& p) const {
    return exchange(p, plan_.cut.zero == 0 ? CollectiveKind::all_reduce : CollectiveKind::reduce_scatter, bytes_g());
  }
  double gather_s(const Parameters& p) const { return plan_.cut.zero == 0 ? 0 : exchange(p, CollectiveKind::all_gather, bytes_w()); }

  /// What a pass of `own` seconds does not hide of `exchanges`.
  double exposed(double exchanges, double own) const { return plan_.config.overlap_gradients ? std::max(0.0, exchanges - own) : exchanges; }

  double forward_s(const TrainingSegment& t, const SegmentCost& c) const {
    return c.forward_s() + (plan_.cut.zero >= 3 ? exposed(gather_s(t.parameters), c.forward_s()) : 0);
  }
  double backward_s(const TrainingSegment& t, const SegmentCost& c) const {
    double exchanges = plan_.cut.zero >= 3 ? gather_s(t.parameters) : 0;
    if (plan_.cut.zero >= 2) exchanges += reduce_s(t.parameters) / static_cast<double>(plan_.passes_per_scatter());
    return c.backward_s() + (exchanges > 0 ? exposed(exchanges, c.backward_s()) : 0);
  }

  parallel::PipelineTimes pass_times() const {
    parallel::PipelineTimes times;
    for (const auto& stage : cut_) {
      times.forward.emplace_back();
      times.backward.emplace_back();
      for (const PieceOfModel& piece : stage) {
        double f = 0, b = 0;
        const auto segments = model_.segments(piece);
        const auto costs = cost_.segments(piece);
        for (std::size_t i = 0; i < segments.size(); ++i) {
          f += forward_s(*segments[i], *costs[i]);
          b += backward_s(*segments[i], *costs[i]);
        }
        times.forward.back().push_back(f * slowest_);
        times.backward.back().push_back(b * slowest_);
      }
    }
    times.transfer = parallel::send_time(plan_.cluster, parallel::pipeline_group(plan_.degrees()), sent()).value;
    times.blocking = !plan_.config.overlap_pipeline;
    return times;
  }

  /// What the pipeline sends beside exchanges of gradients: a message both ways for every pass forward and back of a piece.
  parallel::Sends sends() const {
    if (!plan_.config.overlap_gradients || plan_.cut.pipeline == 1) return {};
    double time = 0, pieces = 0;
    for (const auto& stage : cut_)
      for (const PieceOfModel& piece : stage) {
        for (const SegmentCost* cost : cost_.segments(piece)) time += cost->forward_s() + cost->backward_s();
        ++pieces;
      }
    return {parallel::pipeline_group(plan_.degrees()), sent(), {time * slowest_ / pieces}};
  }

  /// Hidden state of a device for its peer in the next stage. Without sequence parallelism every device of the tensor group
  /// holds all of it; each sends its part, and links inside the node join the parts again [arXiv:2104.04473, section 4.1].
  Bytes sent() const {
    return {plan_.cut.sequence_parallel ? model_.boundary_bytes : model_.boundary_bytes / plan_.cut.tensor};
  }

  /// End of a stage's exchange of gradients: layers from the last to the first, each when its last way back is done.
  double gradients_end(std::uint32_t s, const parallel::PipelineResult& pipe, const parallel::PipelineTimes& times) const {
    if (plan_.cut.zero >= 2) return told(s, pipe.ends[s], pipe.ends[s] + last_layer_s(s));
    if (!plan_.config.overlap_gradients) return told(s, pipe.ends[s], pipe.ends[s] + reduce_s(model_.parameters(cut_[s])));
    double done = 0;
    for (std::size_t c = cut_[s].size(); c-- > 0;) {
      const auto segments = model_.segments(cut_[s][c]);
      const double each = segments.empty() ? 0 : times.backward[s][c] / static_cast<double>(segments.size());
      for (std::size_t i = segments.size(); i-- > 0;) {
        const double ready = pipe.last_backward[s][c] - each * static_cast<double>(i);
        const double begin = std::max(done, ready);
        done = told(s, begin, begin + reduce_s(segments[i]->parameters));
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
    return segments.empty() ? 0 : reduce_s(segments.front()->parameters);
  }

  /// Gathering parameters before the first passes of the first stage; the others wait for it anyway.
  double parameters_exposed() const {
    if (plan_.cut.zero == 0 || plan_.cut.zero >= 3) return 0;
    if (!plan_.config.overlap_gradients) {
      double most = 0;
      for (const auto& stage : cut_) most = std::max(most, gather_s(model_.parameters(stage)));
      return most;
    }
    double gathered = 0, run = 0, late = 0;
    const auto segments = model_.segments(cut_.front().front());
    const auto costs = cost_.segments(cut_.front().front());
    for (std::size_t i = 0; i < segments.size(); ++i) {
      gathered += gather_s(segments[i]->parameters);
      late = std::max(late, gathered - run);
      run += costs[i]->forward_s();
    }
    return late;
  }

  /// What passes lose to exchanges that run beside them on their own units.
  double crowding_s(double exposed) const {
    const Units units = machine_.chip()->units();
    if (!plan_.config.overlap_gradients || !machine_.chip()->exchanges_on_units()) return 0;
    double all = 0;
    for (const auto& stage : cut_) all += reduce_s(model_.parameters(stage)) + gather_s(model_.parameters(stage));
    return std::max(0.0, all / static_cast<double>(cut_.size()) - exposed) * kExchangeUnits / static_cast<double>(units.count);
  }

  double tied_s() const {
    if (plan_.cut.pipeline == 1 || model_.tied_parameters == 0) return 0;
    const parallel::GroupShape pipeline = parallel::pipeline_group(plan_.degrees());
    return parallel::exchange_time(plan_.cluster, {2, pipeline.stride * (pipeline.ranks - 1)}, CollectiveKind::all_reduce, {model_.tied_parameters * bytes_g()}).value;
  }

  double norm_s() const { return parallel::exchange_time(plan_.cluster, {plan_.cut.devices(), 1}, CollectiveKind::all_reduce, {4}).value; }

  Totals update_totals() {
    Parameters most;
    for (const auto& stage : cut_)
      if (const Parameters p = model_.parameters(stage); p.total() > most.total()) most = p;
    const parallel::Degrees d = plan_.degrees();
    const double shared = plan_.cut.zero >= 1 ? static_cast<double>(parallel::replicas(d).ranks) : 1;
    const double experts = plan_.cut.zero >= 1 ? static_cast<double>(parallel::expert_replicas(d).ranks) : 1;
    const double updated = most.shared / shared + most.experts / experts;
    const double gradients = plan_.cut.zero >= 2 ? updated : most.total();
    const workload::Graph graph = workload::update_pass(plan_.config.optimizer, gradients, updated, plan_.options());
    return priced(machine_, plan_, graph, graph.segments.front());
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

  double mean_exchanged() const {
    double bytes = 0;
    const parallel::GroupShape all = parallel::replicas(plan_.degrees());
    for (const auto& stage : cut_) {
      const double p = model_.parameters(stage).total();
      bytes += plan_.cut.zero == 0 ? parallel::exchange_bytes(all, CollectiveKind::all_reduce, {p * bytes_g()}).value
                                   : parallel::exchange_bytes(all, CollectiveKind::reduce_scatter, {p * bytes_g()}).value * (plan_.cut.zero >= 2 ? micro_batches() / static_cast<double>(plan_.passes_per_scatter()) : 1) +
                                         parallel::exchange_bytes(all, CollectiveKind::all_gather, {p * bytes_w()}).value * (plan_.cut.zero >= 3 ? 2 * micro_batches() : 1);
    }
    return bytes / static_cast<double>(cut_.size());
  }

  void finish(TrainingStep& step) const {
    for (const OpTotals& op : step.totals.ops) {
      if (op.phase == "forward" || op.phase == "backward") step.model_flops += op.flops;
      step.hardware_flops += op.flops;
    }
    add_row(step.totals, "gradient_exchange", "exchange", step.exchange_s, mean_exchanged());
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
  const double slowest_;  ///< time of the slowest device over the mean one's
  const parallel::Sends sends_;
};

}  // namespace

TrainingStep training_step(Machine& machine, const TrainingPlan& plan, const TrainingModel& model, const ModelCost& cost, TrainingStory* story) {
  return Step(machine, plan, model, cost, story).run();
}

}  // namespace presil::run
