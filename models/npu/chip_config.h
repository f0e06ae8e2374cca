// chip_config.h -- a software-managed accelerator (TPU, NPU) as a user describes it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "models/api/board.h"
#include "models/imc/macro_group.h"
#include "models/memory/memory_config.h"
#include "models/noc/network_config.h"
#include "models/systolic/systolic_config.h"
#include "models/vector/vector_config.h"
#include "sim/base/units.h"
#include "sim/config/visitor.h"

namespace presil::npu {

/// On-chip SRAM next to the arrays: `banks` of `bank_width` bytes a cycle, interleaved, one access a cycle each.
struct ScratchpadConfig {
  Bytes capacity;
  std::uint32_t banks{16};
  Bytes bank_width{256};
  double bytes_per_cycle() const { return static_cast<double>(banks) * bank_width.value; }
  void describe(config::Visitor& v);
};

struct DmaConfig {
  Bytes chunk{64 * 1024};
  std::uint32_t outstanding{32};
  void describe(config::Visitor& v);
};

/// What multiplies by weights on a core with macros.
enum class Products : std::uint8_t {
  macros,   ///< they do
  fastest,  ///< arrays or macros, whichever is predicted to take less time
};
inline constexpr std::array<std::string_view, 2> kProductsNames{"macros", "fastest"};

/// What multiplies by keys and values on a core with macros.
enum class AttentionUnit : std::uint8_t {
  arrays,  ///< they do, keys and values from DRAM
  macros,  ///< they do, keys and values written into their cells (sim/mapping/macro_attention_emitter.h)
};
inline constexpr std::array<std::string_view, 2> kAttentionUnitNames{"arrays", "macros"};

struct CoreConfig {
  imc::MacroGroup macros;  ///< in-memory-compute ones beside the arrays; chips of kind imc have them
  std::array<double, kFormatNames.size()> macro_formats{};  ///< above 0: their operands may be of it
  Products products{Products::macros};
  AttentionUnit attention{AttentionUnit::arrays};
  std::uint32_t arrays{1};
  systolic::SystolicConfig array;
  vector::VectorConfig vector;
  ScratchpadConfig scratchpad;
  Bytes weight_buffer{0};
  DmaConfig dma;
  void describe(config::Visitor& v);
};

/// SRAM that all cores reach over the network; capacity 0: the chip has none.
struct SharedConfig {
  Bytes capacity{0};
  BytesPerSecond bandwidth{0};
  Seconds latency{0};
  bool present() const { return capacity.value > 0; }
  void describe(config::Visitor& v);
};

/// Equal chips on a board that hold the layers of a model one after another, and what joins each to the next.
struct ChainConfig {
  std::uint32_t chips{1};
  BytesPerSecond bandwidth{};
  Seconds latency{};
  void describe(config::Visitor& v);
};

struct ChipConfig : api::BoardConfig {
  Hertz clock{};
  std::uint32_t cores{1};
  std::uint32_t memory_ports{1};
  CoreConfig core;
  SharedConfig shared;
  ChainConfig chain;  ///< of kind imc; everything else here is one chip's
  noc::NetworkConfig network;
  memory::MemoryConfig memory;

  void describe(config::Visitor& v);  ///< every key of a chip file but `kind`

  /// On the on-chip network: cores, memory ports, shared SRAM and host link.
  std::uint32_t nodes() const { return cores + memory_ports + 2; }
  std::uint32_t arrays() const { return cores * core.arrays; }
  /// Dense multiply-adds a second, times 2.
  double peak_ops_per_s(Format f) const;
  /// Vector operations a second, one of them counted as 1.
  double peak_vector_ops_per_s() const;
  double scratchpad_bytes_per_s() const;  ///< of all cores
};

}  // namespace presil::npu
