// hbm_pim.cpp -- implementation of hbm_pim.h.
#include "models/pim/hbm_pim.h"

#include "sim/base/error.h"

namespace presil::pim {

namespace {

std::uint64_t tiles(std::uint64_t amount, std::uint64_t tile) { return (amount + tile - 1) / tile; }

constexpr std::uint32_t kEven = 0, kOdd = 1;  // sets of banks
// Rows that hold no data. Any will do that differ from each other and from the data's.
constexpr std::uint32_t kParkRow = UINT32_MAX - 1, kModeRow = UINT32_MAX - 2, kLeaveRow = UINT32_MAX - 3, kConfigurationRow = UINT32_MAX - 4;

class Kernel {
 public:
  Kernel(const ChannelSpec& spec, const HbmPimShape& shape) : spec_(spec), shape_(shape), channel_(spec) {}

  void enter() {
    std::vector<Access> park;
    for (std::uint32_t bank = 0; bank < spec_.geometry.banks; ++bank)
      for (std::uint32_t group = 0; group < spec_.geometry.bank_groups; ++group)
        park.push_back({false, group * spec_.geometry.banks + bank, kParkRow, false});
    park.back().barrier = true;
    channel_.run(park, false);
    const std::uint32_t upper = spec_.geometry.all_banks() / 2;  // one register for each half of the banks
    channel_.run({{true, 0, kModeRow, false}, {true, 1, kModeRow, false}, {true, upper, kModeRow, false}, {true, upper + 1, kModeRow, true}}, false);
    channel_.lock_step(true);
    run(true, kOdd, kConfigurationRow, 0, 1);  // the CRF: no kernel here has more than eight instructions
  }
  void leave() {
    channel_.run({{true, kEven, kLeaveRow, false}, {true, kOdd, kLeaveRow, true}}, false);
    channel_.lock_step(false);
    channel_.run({{false, 0, kParkRow, false}, {false, 1, kParkRow, true}}, false);
  }
  void start_or_stop() { run(true, kEven, kConfigurationRow, 0, 1); }

  void gemv(std::uint64_t out, std::uint64_t in) {
    const std::uint32_t r = shape_.registers;
    const std::uint64_t outputs = tiles(out, std::uint64_t{r} * shape_.units * shape_.channels);
    const std::uint64_t inputs = tiles(in, std::uint64_t{r} * shape_.lanes), of_a_set = (inputs + 1) / 2;
    const std::uint64_t results = outputs * of_a_set * r * r;  // the first column behind the weights
    for (std::uint64_t o = 0; o < outputs; ++o) {
      start_or_stop();
      for (const std::uint32_t set : {kEven, kOdd})
        for (std::uint64_t i = set; i < inputs; i += 2) {
          run(true, kOdd, kConfigurationRow, 0, r);
          for (std::uint32_t group = 0; group < r; ++group) run_columns(false, set, 0, ((o * of_a_set + i / 2) * r + group) * r);
        }
      run_columns(true, kOdd, 0, results + o * r);
      start_or_stop();
    }
  }

  void elementwise(std::uint64_t values, std::uint32_t operands) {
    const std::uint64_t per_tile = std::uint64_t{shape_.lanes} * spec_.geometry.all_banks() * shape_.channels * shape_.registers;
    const std::uint64_t count = tiles(values, per_tile);
    const auto rows = static_cast<std::uint32_t>(tiles(count * shape_.registers, shape_.columns));
    start_or_stop();
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t column = i * shape_.registers;
      for (const std::uint32_t set : {kEven, kOdd}) {
        for (std::uint32_t operand = 0; operand < operands; ++operand) run_columns(false, set, operand * rows, column);
        run_columns(true, set, operands * rows, column);
      }
      run(true, kOdd, operands * rows, column + shape_.registers - 1, 1);
    }
    start_or_stop();
  }

  const CommandChannel& channel() const { return channel_; }

 private:
  void run_columns(bool write, std::uint32_t set, std::uint32_t first_row, std::uint64_t column) {
    run(write, set, first_row, column, shape_.registers);
  }
  /// `count` column commands from `column` of the rows behind `first_row` on, the last one a barrier.
  void run(bool write, std::uint32_t set, std::uint32_t first_row, std::uint64_t column, std::uint32_t count) {
    accesses_.clear();
    for (std::uint64_t c = column; c < column + count; ++c)
      accesses_.push_back({write, set, first_row + static_cast<std::uint32_t>(c / shape_.columns), c + 1 == column + count});
    channel_.run(accesses_);
  }

  const ChannelSpec& spec_;
  const HbmPimShape& shape_;
  CommandChannel channel_;
  std::vector<Access> accesses_;
};

}  // namespace

KernelTime hbm_pim_time(const ChannelSpec& spec, const HbmPimShape& shape, const PimWork& work) {
  if (spec.geometry.all_banks() < 4) throw InputError("units between pairs of banks need four banks in a channel, for the mode registers of both halves");
  Kernel kernel(spec, shape);
  kernel.enter();
  if (work.op == PimOp::gemv) kernel.gemv(work.out, work.in);
  else kernel.elementwise(work.out, work.op == PimOp::relu ? 1 : 2);
  kernel.leave();
  return kernel_time(kernel.channel());
}

}  // namespace presil::pim
