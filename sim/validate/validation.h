// validation.h -- tables of measurements against predictions: everything between the files and the reports.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "sim/validate/samples.h"
#include "sim/validate/summary.h"
#include "sim/validate/table.h"

namespace presil::validate {

struct Validation {
  std::vector<Table> tables;
  std::vector<Sample> samples;          ///< of all tables, in order
  std::vector<Prediction> predictions;  ///< one for each sample
  std::vector<std::string> devices;     ///< the chip's name of each sample
  Summary summary;
};

/// Reads and predicts. Throws InputError when a table cannot be read or is of no kind; a row that cannot be
/// predicted is in the summary. The same on any number of jobs.
Validation validate(const std::vector<std::string>& files, std::size_t jobs,
                    const std::function<void(std::size_t done, std::size_t rows)>& progress);

}  // namespace presil::validate
