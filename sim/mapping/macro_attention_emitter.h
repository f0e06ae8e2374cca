// macro_attention_emitter.h -- the commands of attention on in-memory-compute macros.
#pragma once

#include "sim/mapping/emitter.h"

namespace presil::mapping {

/// Heads of keys and values are dealt to the cores. For each: the keys and values that are not in cells yet (of the new
/// tokens; of all, where the cache does not stay, see WeightPlacement) are loaded and written, a block at least of either,
/// keys as columns, values as rows; every query of the head's group is multiplied with all keys, softmax on the vector unit,
/// the product with the values. Masked pairs are computed too. Queries go through in tiles that the scratchpad holds.
/// Not modelled: cells of a block that are rewritten because a token joins it.
class MacroAttentionEmitter : public Emitter {
 public:
  MacroAttentionEmitter(const KernelWork& work, api::CommandId barrier);
  bool step(Batch& batch) override;

 private:
  api::CommandId write_cache(Batch& batch, std::uint16_t core);
  api::Command product(std::uint16_t core, std::uint64_t rows, std::uint64_t columns, std::uint64_t depth, std::uint64_t blocks) const;
  void attend(Batch& batch, std::uint16_t core, std::uint64_t rows, api::CommandId written);

  const KernelWork& work_;
  const api::CommandId barrier_;
  const workload::Attention& shape_;
  TileTail tail_;
  const double value_bytes_;
  const std::uint64_t pairs_, rows_, tile_;
  std::uint64_t pair_{0}, done_{0};
};

}  // namespace presil::mapping
