// mesh.h -- spikes of one step on the mesh of tiles: the load of every link; pure.
//
// Spikes go along the row first, then along the column, one copy to each destination. Chips of a row are
// joined at the last and first column of each row; all rows of a chip share the link to the next chip. With
// the spikes s_l that cross link l in a step and its rate r_l,
//
//   drain = max over links s_l / r_l + the longest route's time        routers forward a spike as soon as its
//   link is free
//
// The first term bounds any schedule from below and so covers the bisection. Rows and columns are uneven only
// where the traffic is. Not modelled: order of arrival, finite buffers (tests hold the drain to the
// event-driven network of models/noc).
#pragma once

#include <cstdint>
#include <vector>

#include "models/spiking/chip_config.h"
#include "sim/ppa/spikes.h"

namespace presil::spiking {

class MeshLoad {
 public:
  /// `chips` in a row.
  MeshLoad(const MeshConfig& config, std::uint32_t chips);

  /// `spikes` from one tile to another; tiles are numbered along rows of a chip, chip by chip.
  void send(std::uint64_t from, std::uint64_t to, double spikes);
  Seconds drain() const { return busiest() + longest_; }
  /// Occupancy of the busiest link.
  Seconds busiest() const;
  /// Spikes, hops and crossings so far.
  const ppa::SpikeEvents& events() const { return events_; }

 private:
  /// Links of equal lines side by side, as differences: what goes from one place of a line to another is
  /// entered at both.
  struct Lines {
    std::uint64_t places{};
    std::vector<double> change;
    void add(std::uint64_t line, std::uint64_t from, std::uint64_t to, double spikes);
    double most() const;
  };
  struct Place {
    std::uint64_t column, row;
  };
  Place place(std::uint64_t tile) const;

  const MeshConfig config_;
  Lines right_, left_, down_, up_;  ///< of each row; of each column
  Lines next_, back_;               ///< between chips
  std::vector<double> in_, out_;    ///< by tile
  Seconds longest_{};
  ppa::SpikeEvents events_;
};

/// Barrier at the end of a step over the first `tiles` tiles: from `barrier` of one to `full_barrier` of a
/// chip's, in proportion to the most hops between two of them; each further chip adds a crossing and a row's
/// hops there and back.
Seconds barrier(const MeshConfig& mesh, std::uint64_t tiles);

}  // namespace presil::spiking
