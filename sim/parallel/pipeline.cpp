// pipeline.cpp -- implementation of pipeline.h.
#include "sim/parallel/pipeline.h"

#include <algorithm>

namespace presil::parallel {

namespace {

/// The k-th forward (or backward) pass of a stage: micro-batches in groups of `stages`, chunks in turn.
PipelineSlot slot(const PipelineShape& p, std::uint64_t k, bool forward) {
  if (p.chunks == 1) return {forward, 0, k};
  const std::uint64_t group = std::uint64_t{p.stages} * p.chunks;
  const auto chunk = static_cast<std::uint32_t>(k % group / p.stages);
  return {forward, forward ? chunk : p.chunks - 1 - chunk, k / group * p.stages + k % p.stages};
}

std::uint64_t warm_up(const PipelineShape& p, std::uint32_t stage) {
  const std::uint64_t all = p.micro_batches * p.chunks, behind = p.stages - stage - 1;
  return std::min(all, p.chunks == 1 ? behind : 2 * behind + std::uint64_t{p.chunks - 1} * p.stages);
}

/// Replays all stages; `end` of a pass is below 0 until it has run.
class Replay {
 public:
  Replay(const PipelineShape& shape, const PipelineTimes& times, std::vector<PlayedPass>* played) : p_(shape), t_(times), played_(played) {
    const std::size_t passes = std::size_t{p_.stages} * p_.chunks * p_.micro_batches;
    end_[0].assign(passes, -1);
    end_[1].assign(passes, -1);
    for (std::uint32_t s = 0; s < p_.stages; ++s) orders_.push_back(pipeline_order(p_, s));
  }

  PipelineResult run() {
    PipelineResult result;
    result.busy.assign(p_.stages, 0);
    result.ends.assign(p_.stages, 0);
    result.last_backward.assign(p_.stages, std::vector<double>(p_.chunks, 0));
    std::vector<std::size_t> next(p_.stages, 0);
    for (bool moved = true; moved;) {
      moved = false;
      for (std::uint32_t s = 0; s < p_.stages; ++s)
        while (next[s] < orders_[s].size() && step(s, orders_[s][next[s]], result)) ++next[s], moved = true;
    }
    result.span = *std::max_element(result.ends.begin(), result.ends.end());
    return result;
  }

 private:
  double& end(bool forward, std::uint32_t stage, std::uint32_t chunk, std::uint64_t micro) {
    return end_[forward ? 0 : 1][(std::size_t{stage} * p_.chunks + chunk) * p_.micro_batches + micro];
  }

  /// When the operand of a pass is there; below 0: not yet known.
  double arrival(std::uint32_t s, const PipelineSlot& slot) {
    if (slot.forward && s == 0 && slot.chunk == 0) return 0;
    const std::uint32_t from = source(s, slot);
    double made = 0;
    if (slot.forward) made = s > 0 ? end(true, from, slot.chunk, slot.micro_batch) : end(true, from, slot.chunk - 1, slot.micro_batch);
    else if (last_piece(s, slot)) made = end(true, s, slot.chunk, slot.micro_batch);
    else made = s + 1 < p_.stages ? end(false, from, slot.chunk, slot.micro_batch) : end(false, from, slot.chunk + 1, slot.micro_batch);
    return made < 0 || from == s ? made : made + t_.transfer;
  }

  bool last_piece(std::uint32_t s, const PipelineSlot& slot) const { return s + 1 == p_.stages && slot.chunk + 1 == p_.chunks; }

  /// The stage that makes what a pass needs; the first pass needs nothing and names its own.
  std::uint32_t source(std::uint32_t s, const PipelineSlot& slot) const {
    if (slot.forward) return s > 0 ? s - 1 : slot.chunk > 0 ? p_.stages - 1 : s;
    return last_piece(s, slot) ? s : (s + 1) % p_.stages;
  }

  bool sends(std::uint32_t s, const PipelineSlot& slot) const {
    if (p_.stages == 1) return false;
    return slot.forward ? !(s + 1 == p_.stages && slot.chunk + 1 == p_.chunks) : !(s == 0 && slot.chunk == 0);
  }

  bool step(std::uint32_t s, const PipelineSlot& slot, PipelineResult& result) {
    const double there = arrival(s, slot);
    if (there < 0) return false;
    const double work = slot.forward ? t_.forward[s][slot.chunk] : t_.backward[s][slot.chunk];
    const double done = std::max(result.ends[s], there) + work;
    end(slot.forward, s, slot.chunk, slot.micro_batch) = done;
    const std::uint32_t from = source(s, slot);
    if (played_) played_->push_back({s, slot, done - work, done, from, from == s ? -1 : there - t_.transfer});
    result.busy[s] += work;
    result.ends[s] = done + (t_.blocking && sends(s, slot) ? t_.transfer : 0);
    if (!slot.forward) result.last_backward[s][slot.chunk] = std::max(result.last_backward[s][slot.chunk], done);
    return true;
  }

  const PipelineShape& p_;
  const PipelineTimes& t_;
  std::vector<PlayedPass>* played_;
  std::vector<std::vector<PipelineSlot>> orders_;
  std::vector<double> end_[2];
};

}  // namespace

const char* pipeline_obstacle(const PipelineShape& p) {
  if (p.chunks > 1 && p.stages == 1) return "virtual stages need more than one stage";
  if (p.chunks > 1 && p.micro_batches % p.stages != 0) return "virtual stages need a number of micro-batches that the stages divide";
  return "";
}

std::vector<PipelineSlot> pipeline_order(const PipelineShape& p, std::uint32_t stage) {
  const std::uint64_t all = p.micro_batches * p.chunks, warm = warm_up(p, stage);
  std::vector<PipelineSlot> order;
  order.reserve(2 * all);
  for (std::uint64_t k = 0; k < warm; ++k) order.push_back(slot(p, k, true));
  for (std::uint64_t k = warm; k < all; ++k) {
    order.push_back(slot(p, k, true));
    order.push_back(slot(p, k - warm, false));
  }
  for (std::uint64_t k = all - warm; k < all; ++k) order.push_back(slot(p, k, false));
  return order;
}

double most_held(const std::vector<PipelineSlot>& order, const std::vector<double>& held) {
  double now = 0, most = 0;
  for (const PipelineSlot& slot : order) {
    now += slot.forward ? held[slot.chunk] : -held[slot.chunk];
    most = std::max(most, now);
  }
  return most;
}

PipelineResult replay_pipeline(const PipelineShape& shape, const PipelineTimes& times, std::vector<PlayedPass>* played) {
  return Replay(shape, times, played).run();
}

}  // namespace presil::parallel
