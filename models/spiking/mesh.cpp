// mesh.cpp -- implementation of mesh.h.
#include "models/spiking/mesh.h"

#include <algorithm>

#include "sim/base/integers.h"

namespace presil::spiking {

MeshLoad::MeshLoad(const MeshConfig& config, std::uint32_t chips)
    : config_(config), columns_(std::uint64_t{config.columns} * chips) {
  const std::size_t tiles = columns_ * config.rows;
  for (auto* links : {&right_, &left_, &down_, &up_, &in_, &out_}) links->assign(tiles, 0);
  next_.assign(chips, 0);
  back_.assign(chips, 0);
}

MeshLoad::Place MeshLoad::place(std::uint64_t tile) const {
  const std::uint64_t chip = tile / tiles_of_chip(), inside = tile % tiles_of_chip();
  return {chip * config_.columns + inside % config_.columns, inside / config_.columns};
}

void MeshLoad::add(std::vector<double>& links, std::uint64_t link, double spikes, double rate) {
  links[link] += spikes / rate;
  busiest_s_ = std::max(busiest_s_, links[link]);
}

double MeshLoad::along_row(Place from, std::uint64_t column, double spikes) {
  double time = 0;
  for (std::uint64_t at = from.column; at != column;) {
    const bool forward = column > at;
    const std::uint64_t edge = forward ? at + 1 : at;  // column whose left side the spikes cross
    add(forward ? right_ : left_, at * config_.rows + from.row, spikes, config_.spikes_per_s);
    if (edge % config_.columns == 0) {
      add(forward ? next_ : back_, edge / config_.columns - 1, spikes, config_.crossing_spikes_per_s);
      events_.crossings += spikes;
      time += config_.crossing.time.value;
    }
    events_.hops_x += spikes;
    time += config_.x.time.value;
    at = forward ? at + 1 : at - 1;
  }
  return time;
}

double MeshLoad::along_column(std::uint64_t column, std::uint64_t from, std::uint64_t to, double spikes) {
  double time = 0;
  for (std::uint64_t at = from; at != to;) {
    const bool forward = to > at;
    add(forward ? down_ : up_, column * config_.rows + at, spikes, config_.spikes_per_s);
    events_.hops_y += spikes;
    time += config_.y.time.value;
    at = forward ? at + 1 : at - 1;
  }
  return time;
}

void MeshLoad::send(std::uint64_t from, std::uint64_t to, double spikes) {
  const Place a = place(from), b = place(to);
  add(out_, a.column * config_.rows + a.row, spikes, config_.spikes_per_s);
  add(in_, b.column * config_.rows + b.row, spikes, config_.spikes_per_s);
  events_.spikes += spikes;
  const double time = config_.local.time.value + along_row(a, b.column, spikes) +
                      along_column(b.column, a.row, b.row, spikes);
  if (spikes > 0) longest_s_ = std::max(longest_s_, time);
}

Seconds MeshLoad::drain() const { return {busiest_s_ + longest_s_}; }

Seconds barrier(const MeshConfig& mesh, std::uint64_t tiles) {
  const std::uint64_t of_chip = std::uint64_t{mesh.columns} * mesh.rows;
  const std::uint64_t used = std::max<std::uint64_t>(1, std::min(tiles, of_chip));
  const std::uint64_t rows = ceil_div(used, std::uint64_t{mesh.columns}),
                      columns = std::min<std::uint64_t>(used, mesh.columns);
  const double full = static_cast<double>(mesh.columns + mesh.rows - 2);
  const double share = full > 0 ? static_cast<double>(rows + columns - 2) / full : 0;
  const double further = static_cast<double>(ceil_div(std::max<std::uint64_t>(1, tiles), of_chip) - 1);
  const Seconds crossing =
      (mesh.crossing.time + mesh.x.time * static_cast<double>(mesh.columns)) * (2 * further);
  return mesh.barrier + (mesh.full_barrier - mesh.barrier) * share + crossing;
}

}  // namespace presil::spiking
