// pe_grid.cpp -- controller of the PE grid (see pe_grid.h).
#include "models/systolic/pe_grid.h"

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
bool is_safe(const Machine& machine, Issue issue) {
  Machine trial = machine;
  try {
    issue(trial);
    for (std::size_t i = 0; i < trial.horizon(); ++i) trial.step();
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
      if (time < now) throw std::invalid_argument{"pe_grid: the starts of a schedule must increase"};
      if (time > now) return;
    } else if (!is_safe(machine_, issue)) {
      return;
    }
    issue(machine_);
    starts.push_back(now);
  }

  Machine& machine_;
  const Schedule* dictated_;
  Schedule done_;
};

/// Steps the machine until all its words have left, adding them up in an m x n product.
template <typename Machine>
GridResult drive(Machine machine, std::size_t m, std::size_t n, const Schedule* dictated) {
  Controller<Machine> controller(machine, dictated);
  const std::size_t outputs = machine.outputs();
  GridResult result;
  result.product.resize(m * n);
  std::vector<bool> written(m * n);
  while (result.output_writes < outputs) {
    controller.issue(result.cycles);
    machine.step();
    ++result.cycles;
    for (const grid::Exit& exit : machine.exits()) {
      const std::size_t at = exit.row * n + exit.column;
      result.product[at] += exit.value;
      if (written[at]) ++result.output_reads;
      written[at] = true;
      ++result.output_writes;
    }
  }
  machine.count(result);
  result.schedule = controller.schedule();
  return result;
}

GridResult run(const Matrix& a, const Matrix& b, ArrayShape array, Dataflow dataflow,
               const Schedule* dictated) {
  if (a.columns != b.rows) throw std::invalid_argument{"pe_grid: inner extents differ"};
  for (const std::size_t extent :
       {a.rows, a.columns, b.columns, std::size_t{array.rows}, std::size_t{array.columns}}) {
    if (extent == 0) throw std::invalid_argument{"pe_grid: extents must be >= 1"};
  }
  if (dataflow == Dataflow::os) {
    return drive(grid::OutputGrid(a, b, array), a.rows, b.columns, dictated);
  }
  if (dataflow == Dataflow::ws) {
    return drive(grid::StationaryGrid(a, b, array), a.rows, b.columns, dictated);
  }
  const Matrix left = b.transposed(), right = a.transposed();
  GridResult result = drive(grid::StationaryGrid(left, right, array), left.rows, right.columns, dictated);
  result.product = transpose(result.product, left.rows, right.columns);
  return result;
}

}  // namespace

Matrix Matrix::transposed() const { return {columns, rows, transpose(data, rows, columns)}; }

GridResult run_grid(const Matrix& a, const Matrix& b, ArrayShape array, Dataflow dataflow) {
  return run(a, b, array, dataflow, nullptr);
}

GridResult run_grid(const Matrix& a, const Matrix& b, ArrayShape array, Dataflow dataflow,
                    const Schedule& schedule) {
  return run(a, b, array, dataflow, &schedule);
}

}  // namespace presil::systolic
