// area.h -- silicon area of a chip by block, from what its configuration says it holds.
//
//   logic        transistors / density                          density: technology.density.logic
//   datapath     kDatapath x bare arithmetic                    multipliers and adders of the published table below
//   SRAM         kSramOverhead x bits x cell / macro efficiency
//   cache        SRAM x kCacheBits + kCacheLogic per MiB        tags, error correction; queues, atomics, compression
//   network      8 x bytes per clock x wire pitch x kNetworkRun
//   memory       PHY per interface (no scaling) + controller logic per GB/s
//   links        kLinkLane per lane (no scaling)
//   other        kOther of all that x analog(node): pads, clocks, sensors, fuses, what no floorplan names
//
// Bare arithmetic, um2 at 45 nm [paper: Horowitz, ISSCC 2014, and its tutorial tables]: multiplier int8 282, int32 3495, fp16
// 1640, fp32 7700; adder int8 36, int16 67, int32 137, fp16 1360, fp32 4184; in transistors at 4 million per mm2. Between formats
// a multiplier goes with significand^2, a floating adder with width^1.44 (through fp16 and fp32).
//
// Constants marked [fit] are solved on two dies alone, GA100 (block areas read off its photograph, LLMCompass, die_area.csv)
// and TPU v3 (648 mm2); everything else follows from these and the technology's records. docs/models/ppa.md has the sums.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/formats.h"
#include "sim/ppa/die.h"
#include "sim/ppa/technology.h"

namespace presil::ppa {

/// Pipeline registers, operand delivery, control and wiring around bare arithmetic. [fit] one SM of GA100: 476.25 / 128 mm2.
inline constexpr double kDatapath = 6.99;
/// 32-bit integer multiply-adds a clock and SM, where it has as many lanes. [datasheet] CUDA C++ Programming Guide: 64.
inline constexpr std::uint32_t kIntegerLanes = 64;
/// fp32 multiply-adds that interpolate a transcendental function. [paper] Oberman and Siu, ARITH 2005: quadratic, three.
inline constexpr double kSpecialMultiplyAdds = 3;
/// Million transistors that fetch, schedule, address and load in one SM, whatever its arithmetic. [assumed] a fifth of GA100's.
inline constexpr double kFrontEnd = 73;
/// Error correction, redundancy, banks smaller than the macro the node's efficiency is quoted for, ports. [assumed] 2.2.
inline constexpr double kSramOverhead = 2.2;
/// Tags and error correction of a cache. [assumed] a 128-byte line carries 16 bytes of check bits and 4 of tag and state.
inline constexpr double kCacheBits = 1.156;
/// Million transistors of a cache per MiB. [fit] GA100: 119.31 mm2 of global buffer, 48 MiB.
inline constexpr double kCacheLogic = 191.6;
/// Millimetres of minimum-pitch wire per bit of on-chip network. [fit] GA100: 76.44 mm2 of interconnect, 3300 bytes a clock.
inline constexpr double kNetworkRun = 72.4;
/// mm2 of one HBM stack's PHY. [fit] GA100: 58.0 mm2 for six.
inline constexpr double kHbmPhy = 9.667;
/// Million transistors of memory controller per GB/s. [fit] GA100: 31.77 mm2 for six stacks of 407.8 GB/s.
inline constexpr double kMemoryController = 1.184;
/// mm2 of one serial lane's PHY. [fit] GA100: 20.95 mm2 of off-chip PHY, 48 lanes of NVLink 3 and 16 of PCIe.
inline constexpr double kLinkLane = 0.3273;
/// Share of the rest that no block names. [fit] GA100: 40 of 782.7 mm2.
inline constexpr double kOther = 0.0511;
/// Million transistors of one vector lane of an NPU beside its arithmetic: registers, permutation, load and store. [fit] TPU v3: 648 mm2.
inline constexpr double kLane = 0.295;
/// mm2 per TB/s between dies. [paper] UCIe 1.0 white paper, 2022: 1350 GB/s per mm2 for advanced packages at 45 um.
inline constexpr double kDieToDie = 0.74;

/// The same of dies bonded face to face. [paper] UCIe 2.0 specification, 2024: 4000 GB/s per mm2 at a pitch of 9 um.
inline constexpr double kStackedDieToDie = 0.25;

/// A rectangle's worth of the die. `group`: cores, cache, network, memory, links or other.
struct Block {
  std::string name, group;
  SquareMillimetres area;
};

/// What the blocks add up to, and on how many dies they lie.
struct ChipArea {
  std::vector<Block> blocks;
  SquareMillimetres total() const;
  SquareMillimetres group(std::string_view name) const;
  std::vector<SquareMillimetres> dies;  ///< area of each die of the package, chiplets first; sums to the total
  std::uint32_t units{0}, used{0};      ///< SMs or cores in silicon, and of them at work
  double sram_bits{};
};

/// Million transistors of one bare multiply-add. `dot`: products are summed at their own width, as in a tensor core;
/// otherwise the sum is carried in fp32, or int32.
double multiply_add_mtr(Format format, bool dot);
/// The same of double precision.
double fp64_multiply_add_mtr();
/// Density of SRAM macros, in MiBit.
inline double sram_mib_per_mm2(const Technology& t) { return t.density.sram_efficiency / t.density.sram_cell.value / (1 << 20); }
/// PHY of one memory interface by the standard's name: HBM a stack [fit]; GDDR a 32-bit device, 5 mm2 [assumed]; LPDDR and DDR a
/// channel of 16 and 64 bits, at 1.45 mm2 per 32 bits [paper: LLMCompass, ISCA 2024, cost model]. Throws InputError for another.
SquareMillimetres memory_phy(std::string_view standard);

/// What area.cpp needs to know of a chip; a kind of chip fills it in.
struct Inventory {
  struct Unit {                        ///< SM or core
    double datapath_mtr{};             ///< bare arithmetic
    double lane_mtr{};                 ///< registers, permutation of vector lanes
    double front_end_mtr{};
    Bytes registers{}, l1{};           ///< SRAM; an NPU's scratchpad is `l1`
  } unit;
  const char* datapath_name{"datapath"};
  const char* l1_name{"l1"};
  std::uint32_t units{1}, used{1};     ///< in silicon, at work
  Bytes cache{}, sram{};               ///< with tags; without
  double network_bytes_per_clock{};
  std::uint32_t interfaces{};
  SquareMillimetres interface_phy{};
  BytesPerSecond memory{};             ///< of all interfaces
};

ChipArea chip_area(const Technology& technology, const DieConfig& die, const Inventory& inventory);

/// Largest field a scanner exposes: 26 x 33 mm. [datasheet] ASML, all EUV and immersion scanners.
inline constexpr SquareMillimetres kReticle{858};
/// Largest error of a computed area that is known (docs/models/ppa.md): computed areas are refused beyond it only.
inline constexpr double kAreaError = 0.12;
/// Throws InputError with the numbers when a die is over the reticle: as published (0: not), or as computed by more than
/// kAreaError.
void check_reticle(const ChipArea& area, SquareMillimetres published, const std::string& chip);
/// Throws InputError with the numbers when stacked chiplets are larger, by more than kAreaError, than the dies below them.
void check_stack(const ChipArea& area, const DieConfig& die, const std::string& chip);

}  // namespace presil::ppa
