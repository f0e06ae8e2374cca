// reference_specs.h -- three DRAM configurations described exactly in public simulators, for comparison with them:
//   A  DRAMsim3 (commit 2981759), configs/HBM2_8Gb_x128.ini [Li et al., IEEE CAL 2020]
//   B  Ramulator 2.1 (commit c5b1c3a), presets HBM2_8Gb and HBM2_2000Mbps, 8 channels, MOP4CLXOR [Luo et al., CAL 2023]
//   C  the same, HBM3_16Gb_8hi and HBM3_6400Mbps, 16 channels; ticks of half a clock
#pragma once

#include "models/memory/address_bits.h"
#include "models/memory/dram_feed.h"

namespace presil::memory {

struct Reference {
  DramSpec spec;
  AddressBits map;
  std::uint32_t channels;
  std::uint32_t per_tick;
};

inline Reference reference_a() {
  DramSpec s;
  s.tick_s = 1e-9;
  s.geometry = {1, 1, 4, 4};
  s.timing = {.burst = 2, .cl = 14, .cwl = 4, .rcd_read = 14, .rcd_write = 14, .rp = 14, .ras = 34, .rc = 48, .rrd_s = 4,
              .rrd_l = 6, .faw = 30, .ccd_s = 1, .ccd_l = 2, .ccd_r = 0, .wtr_s = 6, .wtr_l = 8, .rtw = 14, .wr = 16,
              .rtp = 5, .ppd = 0, .rfc = 260, .rfc_pb = 0, .refi = 3900};
  s.policy.queueing = Queueing::per_bank;
  s.policy.read_queue = s.policy.write_queue = 32;
  s.policy.hit_cap = 4;
  return {s, AddressBits({"13:11", "", "", "17:16", "15:14", "10:6", "18+"}, {8, 1, 1, 4, 4, 32, 32768}, 64), 8, 1};
}

inline Reference reference_b() {
  DramSpec s;
  s.tick_s = 1e-9;
  s.geometry = {2, 1, 4, 4};
  s.timing = {.burst = 2, .cl = 14, .cwl = 5, .rcd_read = 14, .rcd_write = 12, .rp = 14, .ras = 34, .rc = 48, .rrd_s = 4,
              .rrd_l = 4, .faw = 15, .ccd_s = 2, .ccd_l = 4, .ccd_r = 0, .wtr_s = 6, .wtr_l = 8, .rtw = 0, .wr = 16,
              .rtp = 5, .ppd = 0, .rfc = 350, .rfc_pb = 160, .refi = 3900, .activate_ticks = 2};
  return {s, AddressBits({"8:6", "10^5", "", "12^15,11^9", "14^17,13^16", "17:15,9,5", "18+"}, {8, 2, 1, 4, 4, 32, 65536}, 32), 8, 2};
}

inline Reference reference_c() {
  DramSpec s;
  s.tick_s = 0.3125e-9;
  s.geometry = {2, 2, 4, 4};
  s.timing = {.burst = 4, .cl = 40, .cwl = 20, .rcd_read = 62, .rcd_write = 30, .rp = 52, .ras = 90, .rc = 144, .rrd_s = 8,
              .rrd_l = 10, .faw = 48, .ccd_s = 4, .ccd_l = 8, .ccd_r = 6, .wtr_s = 14, .wtr_l = 20, .rtw = 40, .wr = 66,
              .rtp = 18, .ppd = 4, .rfc = 1120, .rfc_pb = 640, .refi = 12480, .activate_ticks = 3, .column_ticks = 2, .edge = 2};
  return {s, AddressBits({"9:6", "11^5", "12^10", "14^18,13^17", "16,15^19", "19:17,10,5", "20+"}, {16, 2, 2, 4, 4, 32, 16384}, 32), 16, 2};
}

inline RequestSource sequential(std::uint64_t n) {
  return [n, i = std::uint64_t{0}]() mutable -> std::optional<TraceRequest> {
    if (i == n) return {};
    return TraceRequest{64 * i++, false};
  };
}
/// Uniform over 2^24 lines; splitmix64, so that it is the same everywhere.
inline RequestSource uniform(std::uint64_t n, std::uint64_t seed = 1) {
  return [n, x = seed]() mutable -> std::optional<TraceRequest> {
    if (n == 0) return {};
    --n;
    std::uint64_t z = (x += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return TraceRequest{((z ^ (z >> 31)) >> 40) * 64, false};
  };
}
/// Read 64 i, read 256 MiB + 64 i, write 512 MiB + 64 i.
inline RequestSource two_reads_one_write(std::uint64_t n) {
  return [n, i = std::uint64_t{0}]() mutable -> std::optional<TraceRequest> {
    if (i == n) return {};
    const std::uint64_t part = i % 3, line = i / 3;
    ++i;
    return TraceRequest{part * (std::uint64_t{256} << 20) + 64 * line, part == 2};
  };
}

}  // namespace presil::memory
