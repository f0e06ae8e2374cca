// die.h -- what a die holds beside what its chip uses: units switched off, interfaces not connected, and the dies of a package.
#pragma once

#include <cstdint>
#include <string>

#include "sim/ppa/technology.h"

namespace presil::ppa {

/// A die, or the equal dies a chip is made of. What is left at 0 is as much as the chip's own fields say.
struct DieConfig {
  std::string name;
  std::uint32_t units{0};                ///< SMs, or cores of an NPU, in silicon
  Bytes cache{};                         ///< L2, or shared SRAM, in silicon
  Bytes network_per_clock{};             ///< bytes a clock between units and cache in silicon
  std::uint32_t memory_interfaces{0};    ///< HBM stacks or memory devices the die has PHYs for
  SquareMillimetres memory_phy{};        ///< of one interface; 0: by the memory's standard (area.h)
  std::uint32_t link_lanes{16};          ///< serial lanes in one direction: host and chip-to-chip links
  double fp64_lanes{0};                  ///< double-precision multiply-adds a clock and unit, outside the tensor cores
  double fp64_tensor{0};                 ///< the same inside them
  Bytes l1{};                            ///< L1 and shared memory of one unit in silicon
  std::uint32_t chiplets{1};             ///< equal dies that carry the units
  std::uint32_t io_dies{0};              ///< dies that carry all else; 0: it is on the chiplets
  Technology io_technology;              ///< of the io dies
  BytesPerSecond die_to_die{};           ///< both ways, of each die to the others
  bool stacked{false};                   ///< the chiplets lie on the io dies, bonded face to face

  void describe(config::Visitor& v);
  std::uint32_t dies() const { return chiplets + io_dies; }
};

}  // namespace presil::ppa
