// macro_config.h -- one in-memory-compute macro: cells, what adds them up, what reads the sums.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/imc/circuit.h"
#include "sim/base/units.h"
#include "sim/config/visitor.h"

namespace presil::imc {

enum class Compute {
  charge,      ///< analog: charge shared on a line, cells reset in every step
  current,     ///< analog: currents of conducting cells add on a line
  adder_tree,  ///< digital: one tree over the active rows for each bit column group
  bit_serial,  ///< digital: a full adder in every cell; sums ripple down a column and along the bits
};
inline constexpr std::array<std::string_view, 4> kComputeNames{"charge", "current", "adder_tree", "bit_serial"};

enum class CellKind { sram, reram, pcm, fefet };
inline constexpr std::array<std::string_view, 4> kCellNames{"sram", "reram", "pcm", "fefet"};

/// How a value of several bits enters.
enum class InputCode {
  serial,  ///< dac_bits of it in each step
  pulses,  ///< sign and bit planes, plane i as 2^i pulses; the converter runs once at the end of a phase
};
inline constexpr std::array<std::string_view, 2> kInputCodeNames{"serial", "pulses"};

/// Storage elements.
struct CellConfig {
  CellKind kind{CellKind::sram};
  std::uint32_t bits{1};
  std::uint32_t transistors{6};
  double capacitance_ff{0};   ///< of its compute capacitor
  double r_on{0}, r_off{0};   ///< ohm
  Volts read_voltage{0.2};
  Seconds read_time{10e-9};
  Seconds write_time{0};      ///< of a row
  Joules write_energy{0};     ///< of a cell; 0 with SRAM: the lines' charge
  double endurance{0};        ///< writes; 0: without limit
  void describe(config::Visitor& v);
};

struct AdcConfig {
  AdcKind kind{AdcKind::sar};
  std::uint32_t bits{8};
  std::uint32_t columns{1};  ///< that share one
  double activity{1};        ///< share of its conversions that cost
  Seconds integrate{0};      ///< of one pulse
  Seconds step{0};           ///< of a bit; 0 of others than integrating ones: adc_delay
  void describe(config::Visitor& v);
};

/// How often operand bits are one, and how often they change from one step to the next.
struct OperandStatistics {
  double input_density{0.5};
  double weight_density{0.5};
  double input_toggle{0.5};
  void describe(config::Visitor& v);
};

/// What keeps sums from being exact (crossbar.h).
struct NoiseConfig {
  double programming{0};      ///< deviation of a cell, as a share of its value
  double read{0};             ///< deviation of a read-out, as a share of full scale
  double full_scale{1};       ///< of the converter, as a share of the largest sum
  double drift_exponent{0};
  Seconds drift_time{1};      ///< since programming
  double ir_drop{0};          ///< share lost by the farthest row
  void describe(config::Visitor& v);
};

struct MacroConfig {
  std::string name;
  std::vector<std::string> aliases;
  Compute compute{Compute::adder_tree};
  Millimetres node{28e-6};
  Volts vdd{0.9};
  std::uint32_t rows{}, columns{};
  std::uint32_t macros{1};
  std::uint32_t rows_active{0};  ///< 0: all
  CellConfig cell;
  AdcConfig adc;
  std::uint32_t input_bits{8}, weight_bits{8};
  std::uint32_t dac_bits{1};
  std::uint32_t output_bits{24};
  InputCode input_code{InputCode::serial};
  std::uint32_t phases{1};            ///< of input_code pulses
  std::uint32_t column_registers{1};  ///< of compute bit_serial: pipeline stages of a column
  bool differential{false};
  bool slices_in_analog{false};
  bool booth{false};
  bool custom_layout{false};
  OperandStatistics operands;
  NoiseConfig noise;

  void describe(config::Visitor& v);

  Process process() const { return {node.value * 1e6, vdd.value}; }
  bool analog() const { return compute == Compute::charge || compute == Compute::current; }
  bool volatile_cells() const { return cell.kind == CellKind::sram; }
  std::uint32_t active_rows() const { return rows_active == 0 ? rows : rows_active; }
  /// Cells of one weight side by side, cell.bits of it each.
  std::uint32_t weight_slices() const { return (weight_bits + cell.bits - 1) / cell.bits; }
  /// Weights side by side in one row; with compute bit_serial each needs weight_bits + log2 rows columns for its sum.
  std::uint32_t outputs() const;
  /// Resistances that the on/off ratio tells apart: r_off / r_on.
  double levels() const;
};

}  // namespace presil::imc
