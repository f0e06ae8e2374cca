// registry.h -- the seam to the models: which kind of chip predicts which kind of row.
//
// A kind of chip (`kind:` of its file, "npu" when there is none) is a class that is made from the chip's
// document in a worker process, one object in a process, so it may elaborate SystemC. To predict another kind
// of row:
//
//     Prediction predict_vector(Npu& chip, const VectorRow& row) { ... return {microseconds}; }
//     ...
//     registry.add("npu", predict_vector);           // in add_npu()
//
// To add a kind of chip:
//
//     void add_gpu(Registry& registry) {             // gpu_rows.cpp, and one line in registry.cpp
//       registry.add_chip<Gpu>("gpu", roofs_of_gpu); // Gpu(const config::Node& document)
//       registry.add("gpu", predict_gemm);           // Prediction predict_gemm(Gpu&, const GemmRow&)
//     }
//
// A prediction is in the unit of the row's measured column. What cannot be predicted returns its reason in
// `fault`, or throws an Error; RunError is a defect of presil and makes the command fail after everything is
// printed.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/formats.h"
#include "sim/config/node.h"
#include "sim/validate/rows.h"

namespace presil::validate {

struct Prediction {
  double value{};
  std::string fault{};  ///< why there is no value; empty: there is one
  bool defect{false};   ///< the fault is presil's own
};

/// What the baseline knows of a chip.
struct Roofs {
  std::array<double, kFormatNames.size()> ops_per_s{};  ///< dense peak by format; 0: not supported
  double vector_ops_per_s{};
  double bytes_per_s{};
};

class Registry {
 public:
  template <class Chip>
  void add_chip(const std::string& kind, Roofs (*find_roofs)(const config::Node&)) {
    chips_[kind] = {
        find_roofs, [](const config::Node& document) { return std::make_shared<Chip>(document); }, {}};
  }
  template <class Chip, class RowType>
  void add(const std::string& kind, Prediction (*predict)(Chip&, const RowType&)) {
    chips_.at(kind).predictors[RowType::kKind] = [predict](void* chip, const AnyRow& row) {
      return predict(*static_cast<Chip*>(chip), std::get<RowType>(row));
    };
  }

  bool knows(const std::string& chip_kind) const { return chips_.count(chip_kind) > 0; }
  bool predicts(const std::string& chip_kind, const std::string& row_kind) const;
  std::vector<std::string> chip_kinds() const;
  Roofs roofs(const std::string& chip_kind, const config::Node& document) const;

  /// A chip in this process.
  class Chip {
   public:
    Prediction predict(const AnyRow& row) const;

   private:
    friend class Registry;
    std::shared_ptr<void> chip_;
    const std::map<std::string, std::function<Prediction(void*, const AnyRow&)>>* predictors_{};
  };
  Chip open(const std::string& chip_kind, const config::Node& document) const;

 private:
  struct ChipKind {
    Roofs (*roofs)(const config::Node&){};
    std::function<std::shared_ptr<void>(const config::Node&)> open;
    std::map<std::string, std::function<Prediction(void*, const AnyRow&)>> predictors;
  };
  std::map<std::string, ChipKind> chips_;
};

/// Every kind of chip that presil has.
const Registry& registry();

}  // namespace presil::validate
