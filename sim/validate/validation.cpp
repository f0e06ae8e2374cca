// validation.cpp -- implementation of validation.h.
#include "sim/validate/validation.h"

#include "sim/validate/predict.h"
#include "sim/validate/registry.h"

namespace presil::validate {

Validation validate(const std::vector<std::string>& files, std::size_t jobs,
                    const std::function<void(std::size_t, std::size_t)>& progress) {
  Validation v;
  for (const std::string& file : files) v.tables.push_back(read_table(file));
  for (std::size_t t = 0; t < v.tables.size(); ++t)
    for (Sample& sample : samples_of(v.tables[t], t)) v.samples.push_back(std::move(sample));
  Devices devices(registry());
  v.predictions = predict_all(registry(), devices, v.samples, jobs, progress);
  for (const Sample& sample : v.samples) v.devices.push_back(devices.of(common(sample.data)).name);
  v.summary = summarise(v.samples, v.predictions, devices);
  return v;
}

}  // namespace presil::validate
