// static_power.h -- what a chip draws whether it works or not.
//
//   leakage     (logic W/mm2 x area + SRAM pW x bits) x relative_leakage(supply, temperature)     technology.leakage
//   clock tree  kClockTree x area of cores, cache and network x clock x (V / 0.75 V)^2
//   links       lanes x kLaneRate x kLaneEnergy                                                     serial lanes send idle patterns
//   memory      kMemoryAtRest of the power of memory at its full rate                               banks open, refresh, clocks
//   regulators  kConversion of all of these
// The whole is held against published idle powers (docs/models/ppa.md). Not modelled: clock gating at rest, which GPUs have:
// their idle power is what their files say, and what they draw awake is in models/gpu/silicon.h.
#pragma once

#include "sim/ppa/area.h"
#include "sim/ppa/energy.h"
#include "sim/ppa/technology.h"

namespace presil::ppa {

/// Joules of clock wires, buffers and flip-flops per mm2 and cycle. [fit] idle powers of TPU v1, v2, v3 and v4i (28, 53, 84 and 55 W:
/// Jouppi et al., ISCA 2017 and 2021), which do not gate their clocks.
inline constexpr double kClockTree = 0.077e-9;
/// Bits a second on a serial lane that is up, and joules for each. [assumed] 50 Gb/s; [paper] 5 to 8 pJ/bit for long-reach SerDes.
inline constexpr double kLaneRate = 50e9, kLaneEnergy = 5e-12;
/// Energy of a bit to another device: nothing more where the computed power at rest has its lanes up all the time; where the
/// published one is taken, links are held to sleep at rest. [assumed]
inline JoulesPerBit link_energy(Watts published_idle) { return {published_idle.value > 0 ? kLaneEnergy : 0}; }
/// Active stand-by and refresh over reads at the full rate: (IDD3N + (IDD5 - IDD3N) tRFC / tREFI) / IDD4R = (55 + 195 x 0.09) / 390
/// of HBM2 [datasheet, as in DRAMsim3/configs/HBM2_8Gb_x128.ini].
inline constexpr double kMemoryAtRest = 0.19;
/// [assumed] voltage regulators lose a tenth.
inline constexpr double kConversion = 0.1;
/// Degrees Celsius of a die at rest. [assumed]
inline constexpr double kRestCelsius = 40;

struct StaticPower {
  Watts leakage{};       ///< of it `cores` by the units themselves
  Watts cores{};
  Watts clock{};
  Watts links{}, memory{}, regulators{};
  Watts total() const { return leakage + clock + links + memory + regulators; }
};

struct StaticConditions {
  Hertz clock{};
  Volts supply{};              ///< 0: nominal
  double celsius{kRestCelsius};
  std::uint32_t link_lanes{};
  Watts memory_at_full_rate{};
};

StaticPower static_power(const Technology& technology, const ChipArea& area, double sram_bits, const StaticConditions& conditions);

/// Names what the part "idle" is made of: `leakage` and `clock` as computed, `idle` what is left of it, and adds to
/// leakage what a hotter die loses. `busy`: share of time in which units multiply; the rest of the time `gating` of the cores'
/// leakage is off. Leakage and clock are lowered in proportion where they exceed the idle power. The sum is the board's idle
/// power times time plus the difference of leakage between load and rest.
struct LoadConditions { double busy{1}, gating{0}; };
void split_idle(std::vector<EnergyPart>& parts, Watts idle, const StaticPower& rest, const StaticPower& load, LoadConditions conditions, Seconds time);

/// Adds what a device draws beside the board's idle power while its clocks are up to the parts that name it.
void add_awake(std::vector<EnergyPart>& parts, Joules clock, Joules leakage, Joules memory);

/// Multiplies what on-chip events cost; memory and idle stay.
void scale_on_chip(std::vector<EnergyPart>& parts, double factor);

/// Moves energy from one part to another: at most `amount`, at most half of what is there.
void move_part(std::vector<EnergyPart>& parts, const std::string& from, const std::string& to, Joules amount);

/// Names what memory draws at rest, `memory_background` and `memory_refresh`, out of what is left of "idle". Less of them in
/// proportion where that is less. Nothing where the memory's energies are not known by command.
void split_memory_at_rest(std::vector<EnergyPart>& parts, const MemoryEnergy& memory, Seconds time);

}  // namespace presil::ppa
