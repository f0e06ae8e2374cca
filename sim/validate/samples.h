// samples.h -- tables as rows of their kind.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/validate/rows.h"
#include "sim/validate/table.h"

namespace presil::validate {

struct Kind {
  std::string name;
  std::vector<std::string> columns;
};

/// Every kind of table, in the order of AnyRow.
const std::vector<Kind>& kinds();

/// A row of a table and what is to be predicted.
struct Sample {
  std::size_t table{}, row{};  ///< both from 0
  AnyRow data;
  std::string fault;  ///< why its cells cannot be used; empty when they can
  std::string place;  ///< file:line, or file:line:column of the faulty cell
  /// Odd data lines of a table (the first, the third, ...) are those that constants are fitted on; the even
  /// ones are held out.
  bool fitted_on() const { return row % 2 == 0; }
};

/// The kind whose columns the header has; of several the one with most columns. Throws InputError with
/// file:line, the nearest kind and the columns it lacks when there is none.
const Kind& recognise(const Table& table);

/// All rows of a table, faulty ones included.
std::vector<Sample> samples_of(const Table& table, std::size_t table_number);

}  // namespace presil::validate
