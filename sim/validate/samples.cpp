// samples.cpp -- implementation of samples.h.
#include "sim/validate/samples.h"

#include <fmt/format.h>

#include <utility>

#include "sim/base/error.h"
#include "sim/base/names.h"

namespace presil::validate {

namespace {

template <class RowType>
Kind make_kind() {
  RowType row;
  ColumnNames columns;
  row.describe(columns);
  return {RowType::kKind, columns.names};
}

template <std::size_t... I>
std::vector<Kind> make_kinds(std::index_sequence<I...>) {
  return {make_kind<std::variant_alternative_t<I, AnyRow>>()...};
}

template <class RowType>
Sample read_row(const Table& table, std::size_t number, std::size_t row) {
  RowType data;
  CellReader reader(table, row);
  data.describe(reader);
  data.settle();
  if (reader.fault().empty()) return {number, row, data, data.check(), table.place(row)};
  return {number, row, data, reader.fault(),
          fmt::format("{}:{}:{}", table.file, reader.fault_line(), reader.fault_column())};
}

template <std::size_t... I>
Sample read_row(const Table& table, std::size_t number, std::size_t row, std::size_t kind,
                std::index_sequence<I...>) {
  Sample sample;
  ((kind == I ? (void)(sample = read_row<std::variant_alternative_t<I, AnyRow>>(table, number, row))
              : void()),
   ...);
  return sample;
}

using AllKinds = std::make_index_sequence<std::variant_size_v<AnyRow>>;

std::vector<std::string> lacking(const Kind& kind, const Table& table) {
  std::vector<std::string> names;
  for (const std::string& column : kind.columns)
    if (table.find(column) < 0) names.push_back(column);
  return names;
}

[[noreturn]] void refuse(const Table& table) {
  // The nearest kind has the greatest share of its columns there.
  const Kind* nearest = &kinds().front();
  double best = -1;
  std::vector<std::string> names;
  for (const Kind& kind : kinds()) {
    names.push_back(kind.name);
    const double share =
        1 - static_cast<double>(lacking(kind, table).size()) / static_cast<double>(kind.columns.size());
    if (share > best) best = share, nearest = &kind;
  }
  const std::string place =
      fmt::format("{}:{}: the header is of no kind of table", table.file, table.header.line);
  if (best <= 0) throw InputError(fmt::format("{}; there are {}", place, join(names)));
  std::string hints;
  for (const std::string& column : lacking(*nearest, table)) {
    const std::string near = nearest_name(column, table.columns());
    hints += fmt::format("{}{}{}", hints.empty() ? "" : ", ", column,
                         near.empty() ? "" : fmt::format(" (there is '{}')", near));
  }
  throw InputError(fmt::format("{}; the nearest, {}, also needs {}", place, nearest->name, hints));
}

}  // namespace

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = make_kinds(AllKinds());
  return all;
}

const Kind& recognise(const Table& table) {
  const Kind* found = nullptr;
  for (const Kind& kind : kinds())
    if (lacking(kind, table).empty() && (!found || kind.columns.size() > found->columns.size()))
      found = &kind;
  if (!found) refuse(table);
  return *found;
}

std::vector<Sample> samples_of(const Table& table, std::size_t table_number) {
  const std::size_t kind = static_cast<std::size_t>(&recognise(table) - kinds().data());
  std::vector<Sample> samples;
  for (std::size_t row = 0; row < table.rows.size(); ++row)
    samples.push_back(read_row(table, table_number, row, kind, AllKinds()));
  return samples;
}

}  // namespace presil::validate
