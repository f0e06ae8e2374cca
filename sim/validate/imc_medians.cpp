// imc_medians.cpp -- implementation of imc_medians.h.
#include "sim/validate/imc_medians.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace presil::validate {

namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace

std::vector<MacroMedian> macro_medians(const std::vector<Sample>& samples, const std::vector<Prediction>& predictions) {
  std::vector<std::string> groups;
  std::map<std::string, std::map<std::string, std::vector<double>>> errors;  // by group, macro
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Row& row = common(samples[i].data);
    if (!row.is_macro || !predictions[i].fault.empty()) continue;
    if (std::find(groups.begin(), groups.end(), row.group) == groups.end()) groups.push_back(row.group);
    errors[row.group][row.device].push_back(std::fabs(predictions[i].value / row.measured - 1));
  }
  std::vector<MacroMedian> medians;
  for (const std::string& group : groups) {
    std::vector<double> each;
    for (const auto& [macro, values] : errors[group]) each.push_back(median(values));
    medians.push_back({group, each.size(), median(each)});
  }
  return medians;
}

}  // namespace presil::validate
