// remembered_memory.h -- banked_memory.h, exact, with streams by steps worked out before (channel_steps.h).
//
// A channel is in one of two forms, between which it changes without loss:
//   bursts   short transactions
//   stream   transactions whose rows put several bursts into every channel: a ChannelState that goes from
//   chunk to chunk.
//            Channels in the same state are one. It stands where its FIFO became empty; what still waits
//            there completes as if nothing else came, until something does
// Both give the same completions and the same commands (banked_handover_test.cpp): the second one remembers
// the first. queue_wait_s: until the channels of a stream had taken what came before.
#pragma once

#include "models/memory/banked_memory.h"
#include "models/memory/channel_steps.h"

namespace presil::memory {

class RememberedMemory : public BankedMemory {
 public:
  RememberedMemory(sc_core::sc_module_name name, const MemoryConfig& config);
  DramCounters commands() const override;
  void reset() override;

 private:
  static constexpr std::size_t kMostStates = 1 << 15;  ///< of steps_, a few KiB each
  struct Shared {
    ChannelState state;
    std::uint32_t channels{0};
  };
  struct Group {
    std::uint32_t state, channels;  ///< before, then behind it
    const Chunk* chunk;
  };

  bool stream(std::uint64_t slot, const Run& run, bool write) override;
  void leave_stream(std::uint32_t channel) override;
  void streamed_completed() override { watch_at(now()); }
  void take(const RunPieces::Placed& placed, std::uint64_t slot);
  void group(const RunPieces::Piece& piece);
  void advance(Group& group, std::uint32_t row, std::uint64_t slot);
  void to_stream(Channel& channel);
  std::uint32_t new_state(ChannelState state, std::uint32_t channels);
  void leave_state(std::uint32_t state, std::uint32_t channels);
  void watch_at(Tick t);
  void watch(std::uint64_t);
  void expect(Tick now, Tick& next);

  mutable ChannelSteps steps_;  ///< remembers
  std::vector<Shared> states_;
  ChannelState first_;  ///< after reset()
  std::vector<std::uint32_t> free_states_;
  std::vector<Group> groups_;            ///< scratch of take()
  std::vector<std::uint32_t> group_of_;  ///< scratch: by channel
  StepResult result_;                    ///< scratch
  Tick watching_{kNever};                ///< tick of the next call of watch()
};

}  // namespace presil::memory
