// chip.h -- a configured chip of any kind, and all that sim/run asks of it.
//
// Adding a kind: its units in a folder under models/, a ChipModel for it here (npu_chip.h is the example), and one line
// in chip_kinds.cpp. Reader, schema, field tables, `run`, `bench`, `describe` and `list` follow from these.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "models/api/board.h"
#include "models/api/device.h"
#include "models/imc/macro_config.h"
#include "models/memory/memory_config.h"
#include "models/noc/network_config.h"
#include "sim/config/visitor.h"
#include "sim/mapping/options.h"
#include "sim/ppa/area.h"
#include "sim/ppa/energy.h"
#include "sim/run/totals.h"
#include "workloads/graph/graph.h"

namespace presil::run {

/// The units that multiply, whose time reports divide (`array_time`): their name, as in "array", and how many.
struct Units {
  const char* name;
  std::uint64_t count;
};

/// Storage on the chip, as `levels` and `<name>_bytes` of the result and `presil describe` name it.
struct OnChipLevel {
  const char* name;
  Bytes capacity;             ///< of the whole chip; 0: this chip has none
  BytesPerSecond bandwidth;   ///< likewise, reads and writes together
  const char* note;           ///< for `presil describe`; may be empty
  std::optional<api::Level> counter;  ///< what its traffic is counted as; none: as scratchpad_bytes
};

/// How long a part of the chip was at work for an operator, averaged over its units.
struct Busy {
  const char* name;  ///< "array", "memory": what `bottleneck` calls it
  double seconds;
};

/// One kernel of a mapping, for --explain.
struct MappingLine {
  std::string operators, plan, homes;
};

/// A chip in SystemC, its memory included; what ChipModel::elaborate made it from must outlive it.
class Elaborated {
 public:
  virtual ~Elaborated() = default;
  /// Simulates one execution of a segment to its end; `canonical` as in api::Device::run. The counters' `ops` are
  /// indexed as the segment's operators. Throws CapacityError when the segment cannot be mapped.
  virtual api::DeviceCounters run(const workload::Graph& graph, const workload::Segment& segment,
                                  const mapping::MappingOptions& options, bool canonical) = 0;
  /// From the next run on, units that multiply at a share of the chip's clock. Nothing where the chip governs itself.
  virtual void set_speed(double) {}
  /// Has units tell `trace` of their work; null: nobody. Kinds whose units have nothing to say need not override it.
  virtual void attach(kernel::Trace*) {}
  /// What beside the segment its counters depend on: the rest of its pass, on chips whose layers share it. Part of the key
  /// under which they are remembered.
  virtual std::string surroundings(const workload::Graph&, const mapping::MappingOptions&) const { return ""; }
};

/// What a multiply-add goes into, at the supply of the highest clock, operands from beyond the units apart.
struct MultiplyAddEnergy { Joules arithmetic, registers, control; };

/// A chip that multiplies large square matrices without end, all its units busy.
struct Saturated {
  Watts uncapped, capped;  ///< at the highest clock, and at the one that the design power allows
  Hertz clock;             ///< that one
  double ops_per_s;        ///< at it, a multiply-add counted as 2
};
/// Side of its matrices.
inline constexpr std::uint64_t kSaturatedExtent = 8192;

/// One kind of chip with its configuration. What depends on the kind is asked through this interface alone.
class ChipModel {
 public:
  virtual ~ChipModel() = default;
  virtual std::unique_ptr<ChipModel> clone() const = 0;
  virtual std::string_view kind() const = 0;
  virtual void describe(config::Visitor& v) = 0;  ///< every key of a chip file but `kind`

  virtual const api::BoardConfig& board() const = 0;
  virtual const memory::MemoryConfig& memory() const = 0;
  virtual Hertz clock() const = 0;  ///< of the units that multiply
  virtual Units units() const = 0;
  virtual Peaks peaks() const = 0;
  /// DRAM that no model may use, a driver's for example.
  virtual Bytes reserved_memory() const { return {0}; }

  virtual std::string peak_formula(Format format) const = 0;  ///< "2 cores x 4 arrays x ...", for `presil describe`
  virtual std::vector<OnChipLevel> on_chip() const = 0;       ///< from the DRAM inwards; the same names for every chip of the kind
  virtual std::vector<Busy> busy(const OpTotals& op) const = 0;
  virtual ppa::ChipArea area() const = 0;
  virtual std::vector<ppa::EnergyPart> energy(const ppa::Activity& activity) const = 0;

  /// Several dies that act as one chip while they exchange at `needed` or more, both ways together.
  struct Dies { std::uint32_t count; BytesPerSecond rate, needed; };
  virtual std::optional<Dies> dies() const { return std::nullopt; }
  /// What a board draws beside its published idle power as long as its clocks are up, at the highest of them. `gated_clock`: of the
  /// clock tree what runs only where units work; it is in the energy of events. `measured`: the sum of clock and
  /// memory was. Devices that have this count what clock and leakage take while they run (api::OnChipEnergy).
  struct Awake { Watts clock, leakage, memory, gated_clock; bool measured{false}; };
  virtual std::optional<Awake> awake() const { return std::nullopt; }
  /// Cap of boards whose file gives none (api::power_limit). 0: none.
  virtual Watts own_power_limit() const { return {}; }
  /// Whether exchanges between devices run as kernels on the units that multiply; else engines of their own move the data.
  virtual bool exchanges_on_units() const { return false; }
  /// Whether the device sets its clock by its power limit itself; of others Governor does.
  virtual bool governs_itself() const { return false; }
  /// Of chips whose weights lie in macros: how much of the model stays there, and what writing costs. Else null.
  virtual nlohmann::ordered_json macros(const std::vector<workload::Graph>& passes, const Totals& totals) const;

  /// The macro of such a chip, or none; and operands as they were, for its energy.
  virtual const imc::MacroConfig* macro() const { return nullptr; }
  virtual void use_operands(const imc::OperandStatistics&) {}
  virtual std::optional<Saturated> saturated(Format) const { return std::nullopt; }
  /// None where the units do not multiply in the format itself, or not multiply-add by multiply-add.
  virtual std::optional<MultiplyAddEnergy> multiply_add_energy(Format) const { return std::nullopt; }

  virtual std::vector<MappingLine> explain(const workload::Graph& graph, const workload::Segment& segment,
                                           const mapping::MappingOptions& options) const = 0;
  /// The chip's SystemC modules and its memory's: once a process, before simulation starts.
  virtual std::unique_ptr<Elaborated> elaborate() const = 0;

  double peak_ops_per_s(Format f) const { return peaks().ops_per_s[static_cast<std::size_t>(f)]; }
  bool supports(Format f) const { return peak_ops_per_s(f) > 0; }
  /// Whether its units multiply in the format itself, without a conversion.
  virtual bool native(Format f) const { return supports(f); }
  std::vector<std::string> supported_formats() const;
};

/// A network with its wires: where its file gives none, a hop is as long as the floorplan says (from the cores to the memory
/// interfaces in a crossbar, from neighbour to neighbour in other networks) and takes two clocks and that wire's delay.
noc::NetworkConfig with_wires(noc::NetworkConfig network, const ppa::ChipArea& area, std::uint32_t nodes, Hertz clock);

/// A chip as a value: copying it copies the configuration. Made without arguments it is of the first kind, with the
/// defaults of its fields.
class Chip {
 public:
  Chip();
  explicit Chip(std::unique_ptr<ChipModel> model) : model_(std::move(model)) {}
  Chip(const Chip& other) : model_(other.model_->clone()) {}
  Chip(Chip&&) noexcept = default;
  Chip& operator=(Chip other) noexcept {
    model_ = std::move(other.model_);
    return *this;
  }

  const ChipModel& operator*() const { return *model_; }
  const ChipModel* operator->() const { return model_.get(); }
  ChipModel& model() { return *model_; }
  /// `kind` and the keys of that kind.
  void describe(config::Visitor& v);

 private:
  std::unique_ptr<ChipModel> model_;
};

}  // namespace presil::run
