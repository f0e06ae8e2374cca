// pe_grid.cpp -- controller of the PE grid (see pe_grid.h).
#include "models/systolic/pe_grid.h"

#include <algorithm>

#include "models/systolic/pe_grid_output.h"
#include "models/systolic/pe_grid_stationary.h"

namespace presil::systolic {

namespace {

template <typename T>
std::vector<T> transpose(const std::vector<T>& data, std::size_t rows, std::size_t columns) {
  std::vector<T> out(data.size());
  for (std::size_t i = 0; i < data.size(); ++i) out[i % columns * rows + i / columns] = data[i];
  return out;
}

/// Whether `issue` can be done now: tried on a copy, until all it started has come to rest.
template <typename Machine, typename Issue>
bool is_safe(const Machine& machine, std::size_t horizon, Issue issue) {
  Machine trial = machine;
  try {
    issue(trial);
    for (std::size_t i = 0; i < horizon; ++i) trial.step();
  } catch (const Hazard&) {
    return false;
  }
  return true;
}

/// Starts the folds of one machine, as dictated or else as early as is safe.
template <typename Machine>
class Controller {
 public:
  Controller(Machine& machine, const Schedule* dictated) : machine_(machine), dictated_(dictated) {}

  /// At most one start of each kind; `now` is the coming step.
  void issue(std::uint64_t now) {
    const bool loading = !Machine::kPreloads || done_.stream.size() < done_.preload.size();
    if (loading || dictated_) start(&Machine::stream, &Schedule::stream, now);
    // After the stream of its predecessor: it may begin in the same cycle.
    if (Machine::kPreloads) start(&Machine::preload, &Schedule::preload, now);
  }
  const Schedule& schedule() const { return done_; }

 private:
  void start(void (Machine::*method)(std::size_t), std::vector<std::uint64_t> Schedule::*kind,
             std::uint64_t now) {
    std::vector<std::uint64_t>& starts = done_.*kind;
    const std::size_t fold = starts.size();  // the next one
    if (fold == machine_.folds().size()) return;
    const auto issue = [&](Machine& machine) { (machine.*method)(fold); };
    if (dictated_) {
      const std::uint64_t time = (dictated_->*kind).at(fold);
      if (time < now) throw Hazard{"two folds start in one cycle"};
      if (time > now) return;
    } else if (!is_safe(machine_, machine_.horizon(fold), issue)) {
      return;
    }
    issue(machine_);
    starts.push_back(now);
  }

  Machine& machine_;
  const Schedule* dictated_;
  Schedule done_;
};

/// Steps the machine until all its words have left, adding them up in `elements` of product.
template <typename Machine>
GridResult drive(Machine machine, std::size_t elements, const Schedule* dictated) {
  Controller<Machine> controller(machine, dictated);
  const std::size_t outputs = machine.outputs();
  GridResult result;
  result.product.resize(elements);
  std::vector<bool> written(elements);
  while (result.output_writes < outputs) {
    controller.issue(result.cycles);
    machine.step();
    ++result.cycles;
    for (const grid::Exit& exit : machine.exits()) {
      result.product[exit.at] += exit.value;
      if (written[exit.at]) ++result.output_reads;
      written[exit.at] = true;
      ++result.output_writes;
    }
  }
  machine.count(result);
  result.schedule = controller.schedule();
  return result;
}

/// Checks the arguments; returns the number of elements in all products.
std::size_t check(const std::vector<Operands>& gemms, ArrayShape array) {
  std::size_t elements = 0;
  bool empty = array.rows == 0 || array.columns == 0;
  for (const auto& [a, b] : gemms) {
    if (a.columns != b.rows) throw std::invalid_argument{"pe_grid: inner extents differ"};
    empty = empty || a.rows == 0 || a.columns == 0 || b.columns == 0;
    elements += a.rows * b.columns;
  }
  if (empty) throw std::invalid_argument{"pe_grid: extents must be >= 1"};
  return elements;
}

/// is: ws on C^T = B^T A^T.
GridResult run_transposed(const std::vector<Operands>& gemms, ArrayShape array, std::size_t elements,
                          const Schedule* schedule) {
  std::vector<Operands> swapped;
  for (const auto& [a, b] : gemms) swapped.push_back({b.transposed(), a.transposed()});
  GridResult result = drive(grid::StationaryGrid(swapped, array), elements, schedule);
  auto product = result.product.begin();
  for (const auto& [a, b] : gemms) {
    const auto end = product + std::ptrdiff_t(a.rows * b.columns);
    std::ranges::copy(transpose(std::vector(product, end), b.columns, a.rows), product);
    product = end;
  }
  return result;
}

}  // namespace

Matrix Matrix::transposed() const { return {columns, rows, transpose(data, rows, columns)}; }

GridResult run_grid(const std::vector<Operands>& gemms, ArrayShape array, Dataflow dataflow,
                    const Schedule* schedule) {
  const std::size_t elements = check(gemms, array);
  switch (dataflow) {
    case Dataflow::ws: return drive(grid::StationaryGrid(gemms, array), elements, schedule);
    case Dataflow::os: return drive(grid::OutputGrid(gemms, array), elements, schedule);
    case Dataflow::is: return run_transposed(gemms, array, elements, schedule);
  }
  throw std::invalid_argument{"pe_grid: unknown dataflow"};
}

GridResult run_grid(const Matrix& a, const Matrix& b, ArrayShape array, Dataflow dataflow,
                    const Schedule* schedule) {
  return run_grid({{a, b}}, array, dataflow, schedule);
}

}  // namespace presil::systolic
