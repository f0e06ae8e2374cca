// sequencer.h -- dispatches a program's commands to units and keeps their order.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "models/api/program.h"
#include "models/npu/scratchpad.h"

namespace presil::npu {

/// What kept a command from starting: the kind of the dependency that was met last.
enum class WaitReason : std::uint8_t { none, memory, transfer, other };

/// Receives commands whose dependencies are met, per unit in program order.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual std::size_t units() const = 0;
  virtual std::size_t unit_of(const api::Command& command) const = 0;
  /// Starts a command; the executor calls Sequencer::complete(id) when it is done.
  virtual void start(api::CommandId id, const api::Command& command, WaitReason reason) = 0;
};

/// In-order dispatch, out-of-order completion. A command is dispatched when the scratchpad has room for what it
/// reserves and fewer than `window` commands are in flight; it starts when it heads its unit's queue and every
/// command it names in `after` has completed. Since space is taken in program order, and a program run one
/// command at a time fits by contract, this never deadlocks: the head of the window can always run.
class Sequencer {
 public:
  static constexpr std::size_t kWindow = 4096;  ///< commands in flight [assumed]; DMA run-ahead is limited by space

  Sequencer(Executor& executor, std::vector<Scratchpad*> scratchpads);

  void begin(api::ProgramSource& program);
  void complete(api::CommandId id);
  bool finished() const { return source_ == nullptr && window_.empty(); }

  std::uint64_t commands() const { return next_id_; }
  sc_core::sc_time dispatch_stall() const { return dispatch_stall_; }

 private:
  struct Entry {
    api::Command command;
    std::uint32_t unmet{};
    bool done{false};
    WaitReason last_met{WaitReason::none};
    boost::container::small_vector<api::CommandId, 4> waiters;
  };
  Entry& entry(api::CommandId id) { return window_[static_cast<std::size_t>(id - first_)]; }
  void dispatch();
  bool fetch();
  void enqueue();
  void poke(std::size_t unit);
  void met(api::CommandId id, WaitReason reason);
  void pass_barriers();

  Executor& executor_;
  const std::vector<Scratchpad*> scratchpads_;
  api::ProgramSource* source_{nullptr};
  std::deque<Entry> window_;
  api::CommandId first_{0}, next_id_{0};
  std::vector<std::deque<api::CommandId>> queues_;  ///< per unit
  std::deque<api::CommandId> barriers_;             ///< commands waiting at a barrier, in program order
  std::optional<api::Command> held_;                ///< fetched, waiting for space
  bool stalled_{false};
  sc_core::sc_time stalled_since_, dispatch_stall_;
};

}  // namespace presil::npu
