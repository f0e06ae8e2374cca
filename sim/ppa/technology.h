// technology.h -- what one event costs at a technology node.
#pragma once

#include <array>
#include <string>

#include "sim/base/formats.h"
#include "sim/base/units.h"
#include "sim/config/visitor.h"

namespace presil::ppa {

/// Energy per event, as published for a node; nothing is scaled between nodes here.
struct Technology {
  std::string name;
  std::array<double, kFormatNames.size()> mac_pj{};
  double vector_op_pj{};
  JoulesPerBit sram{};
  JoulesPerBit wire_per_mm{};

  void describe(config::Visitor& v) {
    v.text("name", name, config::required, "Name of the node, e.g. 7nm.");
    v.table("mac_pj", mac_pj, config::required, kFormatNames, config::non_negative,
            "Energy of one multiply-add in pJ, multiplier and adder without registers or control, by format.");
    v.real("vector_op_pj", vector_op_pj, config::required, config::non_negative,
           "Energy of one 32-bit floating-point vector operation in pJ.");
    v.quantity("sram", sram, config::required, config::non_negative, "Energy per bit of a read or write of a 1 MiB SRAM.");
    v.quantity("wire_per_mm", wire_per_mm, config::required, config::non_negative,
               "Energy of moving one bit over 1 mm of on-chip wire.");
  }
};

}  // namespace presil::ppa
