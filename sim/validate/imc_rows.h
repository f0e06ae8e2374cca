// imc_rows.h -- predictions of in-memory-compute macros, in closed form (models/imc/macro.h).
#pragma once

#include "models/imc/macro_config.h"
#include "sim/validate/registry.h"

namespace presil::validate {

/// The macro of a row at the row's operating point: `shipped` is the file of its name, or nothing, and then type, cell,
/// node, rows, cols and banks of the row describe it. Supply, bits and what the notes say of operands (rows active,
/// toggle, sparsity, registers per column, phases) are the row's where it has them. Throws InputError.
imc::MacroConfig macro_of(const ImcMacroRow& row, const imc::MacroConfig* shipped);

/// What the model says of the row's metric, in the row's unit; a fault where it says nothing.
Prediction predict_macro(const imc::MacroConfig& macro, const ImcMacroRow& row);

void add_macros(Registry& registry);

}  // namespace presil::validate
