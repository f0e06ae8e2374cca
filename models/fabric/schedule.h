// schedule.h -- a collective as a DAG of sends, sums and copies, apart from any network.
//
// The payload is cut into blocks. A step moves a run of blocks:
//   send       rank -> peer; the peer keeps them, or adds them to its own (`add`)
//   reduce     every member of the group -> rank, added up by switches
//   multicast  rank -> every member of the group, copied by switches
//   join       moves nothing: one step to wait for instead of many
// and starts when the steps it names (`after`) have arrived. A receive is the arrival of a send; what it computes is
// part of the library's step time.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "sim/base/units.h"

namespace presil::fabric {

using StepId = std::uint32_t;

enum class StepKind : std::uint8_t { send, reduce, multicast, join };

struct Step {
  StepKind kind{};
  bool add{false};
  std::uint32_t rank{}, peer{};        ///< peer: of a send; else the group
  std::uint32_t block{}, blocks{};
  std::uint32_t first_after{}, after{};
};

/// A run of blocks.
struct Range {
  std::uint32_t block{}, blocks{};
};

class Schedule {
 public:
  std::uint32_t ranks{0};
  std::vector<double> block_bytes;     ///< B
  std::vector<Step> steps;
  std::vector<StepId> after;           ///< steps[i].after of them from steps[i].first_after on
  std::vector<std::vector<std::uint32_t>> groups;

  // What the library adds, charged where it arises.
  Seconds setup{};                     ///< before the first step
  Seconds near_step{}, far_step{};     ///< of every step within and between nodes, the way of the first byte included
  double expansion{1};                 ///< bytes on the wire for one of payload and framing

  StepId send(std::uint32_t rank, std::uint32_t peer, Range range, bool add, const std::vector<StepId>& wait, StepId also = kNoStep);
  StepId reduce(std::uint32_t group, std::uint32_t rank, Range range, const std::vector<StepId>& wait);
  StepId multicast(std::uint32_t rank, std::uint32_t group, Range range, const std::vector<StepId>& wait);
  StepId join(std::uint32_t rank, const std::vector<StepId>& wait);
  double bytes(const Step& step) const;
  /// Adds the steps of `other`, whose rank i is device first + i x stride here. What the library adds stays.
  void append(const Schedule& other, std::uint32_t first, std::uint32_t stride);

  static constexpr StepId kNoStep = 0xffffffff;

 private:
  StepId add(Step step, const std::vector<StepId>& wait, StepId also);
};

/// Bytes that each rank puts on its links, sums and copies by switches counted once.
std::vector<double> bytes_sent_by_rank(const Schedule& schedule);

}  // namespace presil::fabric
