// area.cpp -- implementation of area.h.
#include "sim/ppa/area.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::ppa {

namespace {

constexpr double kMtrPerUm2 = 4e-6;  ///< of the 45 nm table

double floating_adder(double width) { return 4184 * std::pow(width / 24, 1.44); }
double floating_multiplier(double significand) { return 13.3 * significand * significand; }

/// Bits of the significand, the hidden one included.
double significand(Format format) {
  switch (format) {
    case Format::fp32: return 24;
    case Format::tf32: case Format::fp16: return 11;
    case Format::bf16: return 8;
    case Format::fp8: return 4;
    default: return 2;
  }
}

SquareMillimetres logic(const Technology& t, double mtr) { return {mtr / t.density.logic}; }

SquareMillimetres sram(const Technology& t, double bytes) {
  return t.density.sram_cell * (kSramOverhead * 8 * bytes / t.density.sram_efficiency);
}

SquareMillimetres cache(const Technology& t, double bytes) {
  const double macros = 8 * bytes * kCacheBits / t.density.sram_efficiency;
  return t.density.sram_cell * macros + logic(t, kCacheLogic * bytes / (1 << 20));
}

SquareMillimetres network(const Technology& t, double bytes_per_clock) {
  return {8 * bytes_per_clock * t.density.wire_pitch.value * kNetworkRun};
}

/// Equal dies: the units on the chiplets, the rest on the io dies if there are any.
std::vector<SquareMillimetres> split(const ChipArea& area, const DieConfig& die) {
  const double all = area.total().value, units = die.io_dies > 0 ? area.group("cores").value : all;
  std::vector<SquareMillimetres> dies(die.chiplets, SquareMillimetres{units / die.chiplets});
  dies.insert(dies.end(), die.io_dies, SquareMillimetres{die.io_dies > 0 ? (all - units) / die.io_dies : 0});
  return dies;
}

}  // namespace

SquareMillimetres ChipArea::total() const {
  SquareMillimetres sum{};
  for (const Block& block : blocks) sum += block.area;
  return sum;
}

SquareMillimetres ChipArea::group(std::string_view name) const {
  SquareMillimetres sum{};
  for (const Block& block : blocks)
    if (block.group == name) sum += block.area;
  return sum;
}

double multiply_add_mtr(Format format, bool dot) {
  switch (format) {
    case Format::int32: return (3495 + 137) * kMtrPerUm2;
    case Format::int8: return (282 + 137) * kMtrPerUm2;
    case Format::int4: return (282.0 / 4 + 137) * kMtrPerUm2;
    default: break;
  }
  const double bits = significand(format);
  return (floating_multiplier(bits) + floating_adder(dot ? std::min(2 * bits, 24.0) : 24)) * kMtrPerUm2;
}

double fp64_multiply_add_mtr() { return (floating_multiplier(53) + 4184 * 53.0 / 24) * kMtrPerUm2; }

SquareMillimetres memory_phy(std::string_view standard) {
  if (standard.starts_with("HBM")) return {kHbmPhy};
  if (standard.starts_with("GDDR")) return {5};
  if (standard.starts_with("LPDDR")) return {1.45 / 2};
  if (standard.starts_with("DDR")) return {1.45 * 2};
  throw InputError(fmt::format("no PHY area is known of memory standard '{}'; expected HBM..., GDDR..., LPDDR... or DDR..., or die.memory_phy", standard));
}

ChipArea chip_area(const Technology& t, const DieConfig& die, const Inventory& has) {
  const Technology& io = die.io_technology.density.logic > 0 ? die.io_technology : t;
  ChipArea area;
  const auto add = [&](const char* name, const char* group, SquareMillimetres each, double count = 1) {
    if (each.value * count > 0) area.blocks.push_back({name, group, each * count});
  };
  add(has.datapath_name, "cores", logic(t, kDatapath * has.unit.datapath_mtr), has.units);
  add("vector lanes", "cores", logic(t, has.unit.lane_mtr), has.units);
  add("front end", "cores", logic(t, has.unit.front_end_mtr), has.units);
  add("registers", "cores", sram(t, has.unit.registers.value), has.units);
  add(has.l1_name, "cores", sram(t, has.unit.l1.value), has.units);
  add("l2", "cache", cache(io, has.cache.value));
  add("shared", "cache", sram(io, has.sram.value));
  add("network", "network", network(io, has.network_bytes_per_clock));
  add("memory phy", "memory", has.interface_phy, has.interfaces);
  add("memory controller", "memory", logic(io, kMemoryController * has.memory.value / 1e9));
  add("links", "links", {kLinkLane}, die.link_lanes);
  add("die to die", "links", {(die.stacked ? kStackedDieToDie : kDieToDie) * die.die_to_die.value / 1e12}, die.dies());
  const double named = area.total().value;
  const double apart = die.io_dies > 0 ? area.group("cores").value : 0;  // what lies on dies of its own
  add("other of the cores", "cores", {kOther * t.density.analog * apart});
  add("other", "other", {kOther * (apart > 0 ? io : t).density.analog * (named - apart)});
  area.dies = split(area, die);
  area.units = has.units;
  area.used = has.used;
  area.sram_bits = 8 * (has.units * (has.unit.registers.value + has.unit.l1.value) + has.cache.value + has.sram.value);
  return area;
}

void check_reticle(const ChipArea& area, SquareMillimetres published, const std::string& chip) {
  const double dies = static_cast<double>(area.dies.size());
  const SquareMillimetres computed = *std::max_element(area.dies.begin(), area.dies.end());
  const bool over = computed.value > kReticle.value * (1 + kAreaError);
  if (!over && published / dies <= kReticle) return;
  const SquareMillimetres die = over ? computed : published / dies, all = over ? area.total() : published;
  throw InputError(fmt::format("a die of {:.0f} mm2 of {} is over the reticle limit of {:.0f} mm2 (26 x 33 mm); expected die.chiplets of at least {}",
                               die.value, chip, kReticle.value, static_cast<int>(std::ceil(all / kReticle))));
}

void check_stack(const ChipArea& area, const DieConfig& die, const std::string& chip) {
  if (!die.stacked) return;
  SquareMillimetres upper{}, lower{};
  for (std::size_t i = 0; i < area.dies.size(); ++i) (i < die.chiplets ? upper : lower) += area.dies[i];
  if (upper <= lower * (1 + kAreaError)) return;
  throw InputError(fmt::format("{} chiplets of {} take {:.0f} mm2 and are stacked on io dies of {:.0f} mm2; expected room for them", die.chiplets, chip,
                               upper.value, lower.value));
}

}  // namespace presil::ppa
