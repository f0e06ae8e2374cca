// registry.cpp -- implementation of registry.h, and the list of kinds of chips.
#include "sim/validate/registry.h"

#include "sim/validate/chip_rows.h"
#include "sim/validate/gpu_rows.h"
#include "sim/validate/imc_rows.h"

namespace presil::validate {

const Registry& registry() {
  static const Registry all = [] {
    Registry r;
    add_chips(r);
    add_gpu(r);  // a kind with predictors of its own
    add_macros(r);
    return r;
  }();
  return all;
}

bool Registry::predicts(const std::string& chip_kind, const std::string& row_kind) const {
  const auto found = chips_.find(chip_kind);
  return found != chips_.end() && found->second.predictors.count(row_kind) > 0;
}

std::vector<std::string> Registry::chip_kinds() const {
  std::vector<std::string> names;
  for (const auto& [name, unused] : chips_) names.push_back(name);
  return names;
}

Roofs Registry::roofs(const std::string& chip_kind, const config::Node& document) const {
  return chips_.at(chip_kind).roofs(document);
}

Registry::Chip Registry::open(const std::string& chip_kind, const config::Node& document) const {
  const ChipKind& kind = chips_.at(chip_kind);
  Chip chip;
  chip.chip_ = kind.open(document);
  chip.predictors_ = &kind.predictors;
  return chip;
}

Prediction Registry::Chip::predict(const AnyRow& row) const {
  return predictors_->at(kind_of(row))(chip_.get(), row);
}

}  // namespace presil::validate
