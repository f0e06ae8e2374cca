// board.h -- what a chip of any kind says of itself and of the board it sits on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/units.h"
#include "sim/config/visitor.h"
#include "sim/ppa/cooling.h"
#include "sim/ppa/die.h"
#include "sim/ppa/technology.h"

namespace presil::api {

struct HostConfig {
  BytesPerSecond bandwidth{};
  Seconds latency{};
  Seconds launch{};
  void describe(config::Visitor& v);
};

/// What the board draws beside the energy of events.
struct PowerConfig {
  Watts idle{0};                ///< 0: computed (sim/ppa/static_power.h)
  Watts tdp{0};
  Watts cap{0};                 ///< what a governor holds by lowering the clock; 0: see power_limit
  Volts supply{0};              ///< 0: the node's nominal
  double temperature_c{65};     ///< of the die under load
  double gating{0};             ///< share of the cores' leakage that is switched off while their arrays wait
  void describe(config::Visitor& v);
};

/// Base of the configuration of every kind of chip, which declares these keys beside its own. DRAM is missing because
/// models/memory lies above this folder: a kind adds its `memory` itself.
struct BoardConfig {
  std::string name;
  std::vector<std::string> aliases;
  std::string vendor;
  std::uint32_t year{2020};
  ppa::Technology technology;
  ppa::DieConfig die;
  HostConfig host;
  PowerConfig power;
  ppa::CoolingConfig cooling;
  SquareMillimetres die_area{0};

  void describe_identity(config::Visitor& v);  ///< name, aliases, vendor, year, technology: a kind's first keys
  void describe_board(config::Visitor& v);     ///< host, power, die, die_area: its last
};

/// Power that the board may draw on average: the lower of the governor's cap and of what the heat sink takes away without end.
/// `own`: the cap of a board whose file gives none; 0: not capped. 0 when nothing limits it.
Watts power_limit(const BoardConfig& board, Watts own);

}  // namespace presil::api
