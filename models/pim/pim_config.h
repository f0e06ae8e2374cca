// pim_config.h -- the units that compute in a memory, by kind.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "sim/base/units.h"
#include "sim/config/visitor.h"

namespace presil::pim {

enum class PimKind : std::uint8_t {
  bank_pairs,  ///< HBM-PIM: a SIMD unit between two banks, driven by column commands (hbm_pim.h)
  banks,       ///< AiM: a multiply-accumulate tree at every bank (aim.h)
  processors,  ///< UPMEM: a processor at every bank (dpu.h)
};
inline constexpr std::array<std::string_view, 3> kPimKindNames{"bank_pairs", "banks", "processors"};

struct PimConfig {
  PimKind kind{PimKind::bank_pairs};
  // bank_pairs
  std::uint32_t registers{8};  ///< of each general register file, in bursts
  // banks
  Bytes buffer{2048};          ///< of inputs, of a channel
  Seconds mac_interval{};      ///< between multiply-accumulates of a bank
  // processors
  std::uint32_t processors{};
  Hertz clock{};
  std::uint32_t tasklets{16};
  double add_instructions{}, mul_instructions{}, gemv_instructions{};  ///< of one element
  double dma_cycles{}, dma_cycles_per_byte{};
  Bytes dma_transfer{2048};

  /// The keys of one kind.
  void describe(config::Visitor& v, PimKind of);
};

}  // namespace presil::pim
