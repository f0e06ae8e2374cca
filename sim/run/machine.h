// machine.h -- the one elaboration of a process: a chip and its memory, the fabric between such chips, and what has been
// simulated on them.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "sim/run/chip.h"
#include "sim/run/governor.h"
#include "sim/run/totals.h"

namespace presil::fabric {
class ExchangeTimes;
}

namespace presil::run {

/// Runs segments. A process can hold one Machine: SystemC elaborates once.
class Machine {
 public:
  /// `fabric`: with one to simulate exchanges on.
  explicit Machine(const Chip& chip, bool fabric = false);
  ~Machine();

  /// Totals of one execution of a segment. Canonical: from the idle machine, and remembered under a key of all that
  /// changes it (shapes, formats, mapping options; the machine is fixed), so an equal segment costs nothing again.
  /// Not canonical: simulated now, from the state the last one left. Both at the clock that the power limit leaves the
  /// segment when it is repeated.
  /// `trace`: who listens; a segment that is remembered is simulated once more for it, and takes the same time.
  const Totals& run(const workload::Graph& graph, const workload::Segment& segment, const mapping::MappingOptions& options,
                    bool canonical, kernel::Trace* trace = nullptr);

  const Chip& chip() const { return chip_; }
  /// Null: exchanges take their closed forms.
  fabric::ExchangeTimes* exchanges() const { return exchanges_.get(); }
  const Peaks& peaks() const { return peaks_; }
  /// Commands and machine time simulated so far, remembered segments not counted again: what the host's time went into.
  double commands_simulated() const { return commands_; }
  double seconds_simulated() const { return seconds_; }

 private:
  struct Known { Totals totals; double speed{1}; };
  Totals simulate(const workload::Graph& graph, const workload::Segment& segment, const mapping::MappingOptions& options, bool canonical,
                  double speed, kernel::Trace* trace = nullptr);
  const Known& canonical(const workload::Graph& graph, const workload::Segment& segment, const mapping::MappingOptions& options);
  void simulate_again(const workload::Graph& graph, const workload::Segment& segment, const mapping::MappingOptions& options,
                      const Known& known, kernel::Trace& trace);

  const Chip chip_;
  const Peaks peaks_;
  std::unique_ptr<Elaborated> elaborated_;
  std::unique_ptr<fabric::ExchangeTimes> exchanges_;
  const Governor governor_;
  std::map<std::string, Known> known_;
  Totals last_;
  double commands_{0}, seconds_{0};
};

/// The key of a segment: everything its simulation depends on beside the machine.
std::string segment_key(const workload::Graph& graph, const workload::Segment& segment, const mapping::MappingOptions& options);

}  // namespace presil::run
