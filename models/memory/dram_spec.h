// dram_spec.h -- one channel of DRAM and its controller, resolved to clock ticks; and the timing rules that follow.
//
// Rules (len: ticks a command occupies its bus; between commands of unequal length a latency shifts by
// len(preceding) - len(following), because latencies count from last tick to last tick):
//   bank           ACT-RD tRCDRD, ACT-WR tRCDWR, ACT-PRE tRAS, ACT-ACT tRC, PRE-ACT tRP, RD-PRE tRTP,
//                  WR-PRE CWL + BL + tWR
//   bank group     RD-RD, WR-WR tCCD_L, WR-RD CWL + BL + tWTR_L, ACT-ACT tRRD_L
//   stack id       RD-RD, WR-WR tCCD_R in the other stack ids of the pseudo-channel
//   pseudo-channel RD-RD, WR-WR max(BL, tCCD_S), RD-WR tRTW, WR-RD CWL + BL + tWTR_S, ACT-ACT tRRD_S,
//                  four ACT in tFAW, PRE-PRE tPPD, ACT-REF tRC, PRE-REF tRP, REF-ACT tRFC
//   REFpb          of the bank as REF, then tRFCpb; of other banks REFpb-REFpb and REFpb-ACT tRREFD, ACT-REFpb tRRD
//   channel        row-command and column-command bus: len(ACT), len(RD)
// [JEDEC JESD235 and JESD238; the shift as in Ramulator 2.1, Luo et al., IEEE CAL 2023]. tRTW, where it is not given,
// is CL + BL + 2 - CWL.
#pragma once

#include <cstdint>
#include <vector>

#include "models/api/dram_timing.h"

namespace presil::memory {

using api::dram::Command;
using api::dram::Constraint;
using api::dram::Geometry;
using api::dram::kNever;
using api::dram::Level;
using api::dram::Tick;

/// In ticks of the command clock (where row commands take both edges, of half the clock).
struct DramTiming {
  Tick burst{}, cl{}, cwl{}, rcd_read{}, rcd_write{}, rp{}, ras{}, rc{};
  Tick rrd_s{}, rrd_l{}, faw{}, ccd_s{}, ccd_l{}, ccd_r{}, wtr_s{}, wtr_l{}, rtw{}, wr{}, rtp{}, ppd{};
  Tick rfc{}, rfc_pb{}, rrefd{}, refi{};
  Tick activate_ticks{1};  ///< len(ACT)
  Tick column_ticks{1};    ///< len(RD), len(WR)
  Tick edge{1};            ///< 2: all but PRE issue on odd ticks only
};

enum class Queueing : std::uint8_t { shared, per_bank };
enum class PagePolicy : std::uint8_t { open, closed, timeout };
enum class RefreshPolicy : std::uint8_t { all_bank, per_bank, none };

struct ControllerPolicy {
  Queueing queueing{Queueing::shared};
  PagePolicy page{PagePolicy::open};
  RefreshPolicy refresh{RefreshPolicy::all_bank};
  bool posted_writes{false};               ///< shared: a write completes when it is accepted, not with its WR
  std::uint32_t read_queue{64}, write_queue{64};
  std::uint32_t bank_queue{8};             ///< per_bank: entries behind each bank
  double drain_high{0.8}, drain_low{0.2};  ///< shared: write mode above, until below, these shares of write_queue
  std::uint32_t drain_idle{8};             ///< per_bank: drain more than this many writes when nothing else waits
  std::uint32_t hit_cap{0};                ///< column commands an open row serves before an older miss wins; 0: no cap
  Tick timeout{0};                         ///< PagePolicy::timeout: from the last column command
};

/// From one REFpb of a pseudo-channel to the next.
inline Tick bank_refresh_interval(const DramTiming& t, const Geometry& g) {
  return std::max<Tick>(1, t.refi / g.banks_per_pc());
}

struct DramSpec {
  double tick_s{};
  Geometry geometry;
  DramTiming timing;
  ControllerPolicy policy;
};

std::vector<Constraint> constraints(const DramTiming& timing);

}  // namespace presil::memory
