// axis.h -- the values that a path takes, in the ways a sweep file can write them.
//
//   workload.batch: [1, 8, 64]                                    a list
//   workload.in_len: {range: [512, 4096], step: 512}              both ends included
//   chip.core.scratchpad.capacity: {log2: [2 MiB, 64 MiB]}        each twice the one before
//   chip.clock: {uniform: [0.8 GHz, 1.6 GHz]}                     only in a sample
//   workload.batch: {log: [1, 256]}                               only in a sample: evenly spread logarithm
//
// Ends that are written as whole numbers give whole numbers. A unit is written at both ends, the same one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/expression.h"
#include "sim/config/node.h"

namespace presil::sweep {

/// One value: as on the right of --set PATH=VALUE (YAML), and as in a table (text without its quotes).
struct Setting {
  std::string value, cell;
  bool operator==(const Setting&) const = default;
};

/// The values of a list, a range or a log2 range. Throws InputError with the place: no values, a value twice, ends in the
/// wrong order, more than `most` values.
std::vector<Setting> read_values(const std::string& path, const config::Node& node, std::uint64_t most);

/// A path of a sample: a number of [0, 1) chooses its value.
class Range {
 public:
  Range(const std::string& path, const config::Node& node, std::uint64_t most);
  Setting at(double share) const;

 private:
  std::vector<Setting> values_;  ///< or, when empty:
  double from_{}, to_{};
  bool log_{false}, whole_{false};
  std::string unit_;
};

/// A cell as a constraint sees it: a number, in SI units (bytes, bytes/s, seconds, hertz ...) when it carries a unit; else text.
ExpressionValue expression_value(const std::string& cell);

}  // namespace presil::sweep
