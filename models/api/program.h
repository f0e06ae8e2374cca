// program.h -- what a software-managed device executes: a stream of commands with dependencies.
#pragma once

#include <array>
#include <cstdint>

#include <boost/container/small_vector.hpp>

#include "sim/base/formats.h"

namespace presil::api {

/// Commands are numbered from 0 in program order.
using CommandId = std::uint64_t;

/// Where data lives outside a core's own scratchpad.
enum class Level : std::uint8_t {
  memory,  ///< DRAM
  shared,  ///< on-chip SRAM that all cores reach over the network
  host,    ///< across the host link
};
inline constexpr std::size_t kLevels = 3;

enum class CommandKind : std::uint8_t {
  load,    ///< outside -> scratchpad, on the core's DMA engine
  store,   ///< scratchpad -> outside, on the core's DMA engine
  matmul,  ///< on one systolic array of the core
  vector,  ///< on the core's vector unit
  in_memory,  ///< a product on the core's in-memory-compute macros, whose cells hold the weights
  program,    ///< weights into cells of those macros
};

/// rows x row_bytes at `address`, rows `stride` apart.
struct Transfer {
  Level level{};
  std::uint64_t address{};
  std::uint64_t rows{1};
  std::uint64_t row_bytes{};
  std::uint64_t stride{};
  double bytes() const { return static_cast<double>(rows) * static_cast<double>(row_bytes); }
};

/// C(m x n) += A(m x k) B(k x n), operands and result in the scratchpad (or accumulators).
struct ArrayWork {
  std::uint64_t m{}, n{}, k{};
  std::uint64_t repeat{1};  ///< this many independent products of this shape, one behind the other
  Format format{};
  std::uint8_t array{};     ///< which array of the core
};

/// On in-memory-compute macros, in blocks of weights: the rows of an array that are active at once, every column.
struct MacroWork {
  std::uint64_t vectors{};   ///< of inputs, one behind the other
  std::uint64_t turns{1};    ///< blocks of one array that a vector meets one after another
  std::uint64_t blocks{};    ///< that a vector meets in all; of `program`: that are written
};

/// Passes over `elements` values.
struct LaneWork {
  double simple_ops{};   ///< additions, multiplications, comparisons, conversions: one a lane and cycle
  double special_ops{};  ///< exp, rsqrt, reciprocal...: as many cycles as the vector unit says
  double scratchpad_bytes{};  ///< read and written
};

/// On-chip buffers whose space a program manages. Chips without a separate weight buffer put weights in `scratchpad`;
/// `cells` counts blocks of macros (MacroWork) that are written while a program runs.
enum class Pool : std::uint8_t { scratchpad, weights, cells };
inline constexpr std::size_t kPools = 3;

struct Command {
  CommandKind kind{};
  std::uint16_t core{};
  std::uint32_t op{};        ///< operator it belongs to: index for attribution
  Transfer transfer;
  ArrayWork array;
  MacroWork macro;           ///< beside `array`, of in_memory
  LaneWork lanes;
  std::array<std::uint64_t, kPools> reserve{};  ///< bytes (blocks) of each pool of the core taken at dispatch
  std::array<std::uint64_t, kPools> release{};  ///< bytes given back at completion
  boost::container::small_vector<CommandId, 6> after;  ///< earlier commands that must have completed
  CommandId barrier{};      ///< every command numbered below this must have completed
  bool ahead{false};        ///< a load that waits for nothing: goes through the fetch engine, past waiting loads
};

/// A lazily generated program. Contract: executing the commands one by one in order never needs more scratchpad
/// than a core has; `after` and `barrier` name earlier commands only; barriers never decrease; every byte reserved
/// is released by the end.
class ProgramSource {
 public:
  virtual ~ProgramSource() = default;
  /// Fills in the next command; false at the end. `command` arrives default-constructed.
  virtual bool next(Command& command) = 0;
  /// Scratchpad bytes of every core that the program holds from its beginning to its end.
  virtual std::uint64_t resident_bytes() const { return 0; }
};

}  // namespace presil::api
