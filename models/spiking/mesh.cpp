// mesh.cpp -- implementation of mesh.h.
#include "models/spiking/mesh.h"

#include <algorithm>

#include "sim/base/integers.h"

namespace presil::spiking {

MeshLoad::MeshLoad(const MeshConfig& config, std::uint32_t chips) : config_(config) {
  const std::uint64_t columns = std::uint64_t{config.columns} * chips, tiles = columns * config.rows;
  const auto lines = [](std::uint64_t count, std::uint64_t places) {
    return Lines{places, std::vector<double>(count * places, 0)};
  };
  right_ = left_ = lines(config.rows, columns);
  down_ = up_ = lines(columns, config.rows);
  next_ = back_ = lines(1, chips);
  in_.assign(tiles, 0);
  out_.assign(tiles, 0);
}

/// The links from the lower of two places to the higher.
void MeshLoad::Lines::add(std::uint64_t line, std::uint64_t from, std::uint64_t to, double spikes) {
  change[line * places + std::min(from, to)] += spikes;
  change[line * places + std::max(from, to)] -= spikes;
}

double MeshLoad::Lines::most() const {
  double most = 0, load = 0;
  for (std::size_t i = 0; i < change.size(); ++i) {
    load = (i % places == 0 ? 0 : load) + change[i];
    most = std::max(most, load);
  }
  return most;
}

MeshLoad::Place MeshLoad::place(std::uint64_t tile) const {
  const std::uint64_t of_chip = std::uint64_t{config_.columns} * config_.rows;
  const std::uint64_t chip = tile / of_chip, inside = tile % of_chip;
  return {chip * config_.columns + inside % config_.columns, inside / config_.columns};
}

void MeshLoad::send(std::uint64_t from, std::uint64_t to, double spikes) {
  const Place a = place(from), b = place(to);
  const std::uint64_t chip = a.column / config_.columns, other = b.column / config_.columns;
  const auto distance = [](std::uint64_t x, std::uint64_t y) {
    return static_cast<double>(std::max(x, y) - std::min(x, y));
  };
  const double x = distance(a.column, b.column), y = distance(a.row, b.row), crossed = distance(chip, other);
  (b.column > a.column ? right_ : left_).add(a.row, a.column, b.column, spikes);
  (b.row > a.row ? down_ : up_).add(b.column, a.row, b.row, spikes);
  (other > chip ? next_ : back_).add(0, chip, other, spikes);
  out_[a.column * config_.rows + a.row] += spikes;
  in_[b.column * config_.rows + b.row] += spikes;
  events_.spikes += spikes;
  events_.hops_x += x * spikes;
  events_.hops_y += y * spikes;
  events_.crossings += crossed * spikes;
  const Seconds route =
      config_.local.time + config_.x.time * x + config_.y.time * y + config_.crossing.time * crossed;
  if (spikes > 0) longest_ = std::max(longest_, route);
}

Seconds MeshLoad::busiest() const {
  const double ports =
      std::max(*std::max_element(in_.begin(), in_.end()), *std::max_element(out_.begin(), out_.end()));
  const double links = std::max({ports, right_.most(), left_.most(), down_.most(), up_.most()});
  const double crossings = std::max(next_.most(), back_.most());
  const double between = crossings > 0 ? crossings / config_.crossing_spikes_per_s : 0;
  return {std::max(links / config_.spikes_per_s, between)};
}

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
