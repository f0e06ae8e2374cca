// attention_emitter.h -- the commands of fused attention.
#pragma once

#include <array>
#include <vector>

#include "sim/mapping/emitter.h"

namespace presil::mapping {

/// Units (see attention_plan.h) are dealt to all arrays of the chip in waves. In a wave every core walks over the
/// tiles of keys its units can see; the scores of the next tile are computed before the softmax of the current
/// one, so that arrays and vector unit work side by side. Units of one head on one core share its keys and values.
/// The gradient (attention_gradient.cpp) walks the same way: scores again, then what they and the arriving gradient give.
class AttentionEmitter : public Emitter {
 public:
  AttentionEmitter(const KernelWork& work, api::CommandId barrier);
  bool step(Batch& batch) override;

 private:
  struct Unit {
    std::uint64_t pair, block, rows, row_offset;
    KeyRange keys;
    std::uint8_t array;
    bool first;                        ///< of its keys: nothing has been added to their gradient yet
    api::CommandId query{};
    std::uint64_t query_bytes{};
    std::uint64_t score_bytes[2]{};    ///< of the tile being applied and of the one ahead
    api::CommandId scored[2]{};
  };
  /// Keys and values of one tile, shared by the units of one head and block on a core.
  struct KeyTile {
    std::uint64_t pair, block;
    api::CommandId keys, values;
    std::uint64_t key_bytes, value_bytes;
    std::size_t sharers;
    bool keys_loaded, values_loaded;
  };
  struct CoreWave {
    std::vector<Unit> units;
    std::vector<KeyTile> tiles[2];  ///< by parity of the tile index
  };

  void begin_wave();
  Unit make_unit(std::uint64_t index) const;
  KeyRange tile_of(const Unit& unit, std::uint64_t tile) const;
  void load_queries(Batch& batch, std::uint16_t core);
  void load_tiles(Batch& batch, std::uint16_t core, std::uint64_t tile);
  void score(Batch& batch, std::uint16_t core, std::uint64_t tile);
  void apply(Batch& batch, std::uint16_t core, std::uint64_t tile);
  api::CommandId weigh(Batch& batch, std::uint16_t core, Unit& unit, std::uint64_t tile, double converted);
  void apply_gradient(Batch& batch, std::uint16_t core, Unit& unit, const KeyTile& shared, std::uint64_t tile, std::uint64_t released);
  api::CommandId product(Batch& batch, std::uint16_t core, const Unit& unit, std::array<std::uint64_t, 3> mnk, api::CommandId after);
  bool biased() const;
  std::uint64_t result_dim() const { return shape_.backward ? shape_.qk_dim : shape_.v_dim; }
  void finish(Batch& batch, std::uint16_t core);
  const KeyTile& shared_tile(const CoreWave& wave, const Unit& unit, std::uint64_t tile) const;
  api::Command unit_command(api::CommandKind kind, std::uint16_t core, const Unit& unit) const;

  const KernelWork& work_;
  const api::CommandId barrier_;
  const workload::Attention& shape_;
  const AttentionPlan& plan_;
  TileTail tail_;
  const double value_bytes_;     ///< of queries and results
  const double kv_value_bytes_;  ///< of keys and values, as stored
  const std::uint64_t group_, blocks_, units_, arrays_;
  std::uint64_t next_unit_{0};
  std::uint64_t tile_{0}, tiles_{0};
  bool in_wave_{false};
  std::vector<CoreWave> cores_;
  double done_{0};
};

}  // namespace presil::mapping
