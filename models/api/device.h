// device.h -- the compute side: a device accepts a program and reports counters.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/api/memory.h"
#include "models/api/network.h"
#include "models/api/program.h"
#include "sim/ppa/spikes.h"

namespace presil::api {

/// What in-memory-compute macros did, in blocks of weights (MacroWork).
struct MacroCounters {
  double macs{};      ///< as executed by them; part of an operator's
  double passes{};    ///< of a vector through a block
  double programmed{};  ///< blocks written
  MacroCounters& add(const MacroCounters& other, double times) {
    macs += times * other.macs;
    passes += times * other.passes;
    programmed += times * other.programmed;
    return *this;
  }
};

/// Totals of one program on one device. Times are seconds of simulated time; sums over units are named so.
struct OpCounters {
  double started_s{-1};                      ///< start of the operator's first command, from program start
  double finished_s{};                       ///< completion of its last command
  double macs{};
  double array_busy_s{};                     ///< streaming operands, summed over arrays
  double array_preload_s{};                  ///< shifting in stationary operands with nothing to stream, likewise
  double vector_busy_s{};                    ///< summed over vector units
  double simple_ops{}, special_ops{};
  std::array<double, kLevels> bytes_read{};
  std::array<double, kLevels> bytes_written{};
  double scratchpad_bytes{};
  double register_bytes{};                   ///< taken by pipeline registers of processing elements
  double fabric_bytes{};                     ///< sent to other devices, one way
  MacroCounters macro;
  ppa::SpikeEvents spikes;
};

/// Why arrays were not multiplying, summed over arrays, in seconds.
struct ArrayTime {
  double active{};          ///< streaming operands
  double preload{};         ///< shifting in a stationary operand with nothing to stream
  double wait_memory{};     ///< oldest unmet dependency is a load from DRAM
  double wait_transfer{};   ///< ... a load from shared memory or the host
  double wait_other{};      ///< ... vector work, another array, or there was no command

  ArrayTime& add(const ArrayTime& more, double times = 1) {
    active += times * more.active;
    preload += times * more.preload;
    wait_memory += times * more.wait_memory;
    wait_transfer += times * more.wait_transfer;
    wait_other += times * more.wait_other;
    return *this;
  }
};

/// Joules beside DRAM and the board at rest, at the voltages they were spent at.
struct OnChipEnergy {
  double arithmetic_j{}, vector_j{}, shared_j{};
  double bare_j{};      ///< of arithmetic_j: the multiply-adds alone
  double register_j{};  ///< of the first two: register files
  double clock_j{}, leakage_j{};  ///< beside the board's idle power, over `awake_s`
  double awake_s{};     ///< seconds that the two are of

  OnChipEnergy& add(const OnChipEnergy& more, double times = 1) {
    arithmetic_j += times * more.arithmetic_j;
    vector_j += times * more.vector_j;
    shared_j += times * more.shared_j;
    bare_j += times * more.bare_j;
    register_j += times * more.register_j;
    clock_j += times * more.clock_j;
    leakage_j += times * more.leakage_j;
    awake_s += times * more.awake_s;
    return *this;
  }
};

struct DeviceCounters {
  double elapsed_s{};
  double share{1};                           ///< of elapsed_s that the program adds to a pass where repetitions overlap
  double cycles{};                           ///< clocks that passed; 0: the device keeps its nominal clock
  OnChipEnergy on_chip;                      ///< of devices that charge it themselves; else 0
  std::vector<OpCounters> ops;
  ArrayTime array_time;
  double vector_busy_s{};
  double scratchpad_bytes{};
  std::uint64_t scratchpad_peak_bytes{};     ///< largest reservation of any core
  double dispatch_stall_s{};                 ///< sequencer waited for scratchpad space
  std::uint64_t commands{};
  MemoryCounters memory;                     ///< of this program alone
  NetworkCounters network;                   ///< of this program alone
};

/// Contract: `run` simulates the program to its end and returns what happened; the caller owns the SystemC kernel
/// loop only through this call. With `canonical` the device starts idle with memory at refresh phase 0, so equal
/// programs give equal counters bit for bit; without, it carries on from the state the last program left.
class Device {
 public:
  virtual ~Device() = default;
  virtual DeviceCounters run(ProgramSource& program, bool canonical) = 0;
};

}  // namespace presil::api
