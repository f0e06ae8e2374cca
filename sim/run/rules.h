// rules.h -- what a model and a machine ask of a workload: its lengths and its formats.
#pragma once

#include "sim/run/experiment.h"

namespace presil::run {

/// Lengths that the model fixes are put in: in_len of models of pictures and recordings, out_len 0 of models that
/// generate nothing. Throws InputError with the place when the experiment gives others, when a sequence is longer
/// than the table of learned positions, and when the chip computes in none of the formats.
void apply_rules(LoadedExperiment& loaded, const std::filesystem::path& file);

/// For a batch of more tokens than shapes may have: throws CapacityError with the sum when it does not fit in memory
/// either, else InputError. Call before graphs of the batch are made.
void check_tokens(LoadedExperiment& loaded, const std::filesystem::path& file);

}  // namespace presil::run
