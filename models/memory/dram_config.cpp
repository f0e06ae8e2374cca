// dram_config.cpp -- the fields of DramConfig and the rules between them (see dram_config.h).
#include "models/memory/dram_config.h"

#include <algorithm>

#include <fmt/format.h>

namespace presil::memory {

using config::non_negative;
using config::optional;
using config::positive;
using config::required;

namespace {
constexpr std::int64_t kLong = 1 << 24;
}

void DramTimingConfig::describe(config::Visitor& v) {
  const auto ticks = [&v](const char* key, Tick& value, config::Presence presence, std::int64_t min, const char* doc) {
    v.integer(key, value, presence, min, kLong, doc);
  };
  ticks("BL", burst, required, 1, "Ticks one burst occupies the data bus.");
  ticks("CL", cl, required, 1, "RD to first data.");
  ticks("CWL", cwl, required, 0, "WR to first data.");
  ticks("tRCDRD", rcd_read, required, 1, "ACT to RD.");
  ticks("tRCDWR", rcd_write, required, 1, "ACT to WR.");
  ticks("tRP", rp, required, 1, "PRE to ACT.");
  ticks("tRAS", ras, required, 1, "ACT to PRE.");
  ticks("tRC", rc, optional, 0, "ACT to ACT of one bank; 0 is tRAS + tRP.");
  ticks("tRRD_S", rrd_s, required, 0, "ACT to ACT in another bank group.");
  ticks("tRRD_L", rrd_l, required, 0, "ACT to ACT in the same bank group.");
  ticks("tFAW", faw, required, 0, "Window that holds at most four ACT.");
  ticks("tCCD_S", ccd_s, required, 1, "Column command to the next in another bank group.");
  ticks("tCCD_L", ccd_l, required, 1, "Column command to the next in the same bank group.");
  ticks("tCCD_R", ccd_r, optional, 0, "Column command to the next in another stack id or rank; 0: as any other.");
  ticks("tWTR_S", wtr_s, required, 0, "Last written data to RD in another bank group.");
  ticks("tWTR_L", wtr_l, required, 0, "Last written data to RD in the same bank group.");
  ticks("tRTW", rtw, optional, 0, "RD to WR; 0 is CL + BL + 2 - CWL.");
  ticks("tWR", wr, required, 0, "Last written data to PRE.");
  ticks("tRTP", rtp, required, 0, "RD to PRE.");
  ticks("tPPD", ppd, optional, 0, "PRE to PRE of one pseudo-channel.");
  ticks("tRFC", rfc, required, 0, "REF of all banks to the next ACT.");
  ticks("tRFCpb", rfc_pb, optional, 0, "REF of one bank to its next ACT.");
  ticks("tRREFD", rrefd, optional, 0, "REF of one bank to REF or ACT of another; 0: they are refreshed one after another, tRFCpb each.");
  ticks("tREFI", refi, required, 1, "Average time between REF of all banks.");
  ticks("activate_ticks", activate_ticks, optional, 1, "Ticks ACT occupies the row-command bus.");
  ticks("column_ticks", column_ticks, optional, 1, "Ticks RD or WR occupies the column-command bus.");
  ticks("edge", edge, optional, 1, "2: commands other than PRE start on every second tick (tick is half a clock).");
  const std::string fault = timing_fault(*this);
  const std::size_t colon = fault.find(':');
  static const std::array<const char*, 5> keys{"tRAS", "tRFC", "tRFCpb", "edge", "tCCD_L"};
  const char* key = "tRAS";
  for (const char* candidate : keys)
    if (fault.substr(0, colon) == candidate) key = candidate;
  v.check(fault.empty(), key, fault.empty() ? "" : fault.substr(colon + 2));
}

std::string timing_fault(const DramTiming& t) {
  if (t.ras < std::min(t.rcd_read, t.rcd_write))
    return fmt::format("tRAS: tRAS ({}) is shorter than tRCD ({}): a row would close before it can be read", t.ras,
                       std::min(t.rcd_read, t.rcd_write));
  if (t.ras < t.rcd_read) return fmt::format("tRAS: tRAS ({}) is shorter than tRCDRD ({})", t.ras, t.rcd_read);
  if (t.rfc >= t.refi) return fmt::format("tRFC: tRFC ({}) must be shorter than tREFI ({})", t.rfc, t.refi);
  if (t.rfc_pb >= t.refi) return fmt::format("tRFCpb: tRFCpb ({}) must be shorter than tREFI ({})", t.rfc_pb, t.refi);
  if (t.edge > 2) return "edge: edge is 1 or 2";
  if (t.ccd_l < t.ccd_s) return fmt::format("tCCD_L: tCCD_L ({}) is shorter than tCCD_S ({})", t.ccd_l, t.ccd_s);
  return "";
}

std::vector<std::string> timing_warnings(const DramTiming& t) {
  std::vector<std::string> result;
  if (t.rc > 0 && t.rc < t.ras + t.rp)
    result.push_back(fmt::format("tRC ({}) is less than tRAS + tRP ({}): rounding of a published table?", t.rc, t.ras + t.rp));
  if (t.faw > 0 && t.faw < 4 * t.rrd_s)
    result.push_back(fmt::format("tFAW ({}) is less than 4 tRRD_S ({}) and never limits", t.faw, 4 * t.rrd_s));
  if (t.rrd_l < t.rrd_s) result.push_back(fmt::format("tRRD_L ({}) is less than tRRD_S ({})", t.rrd_l, t.rrd_s));
  if (t.wtr_l < t.wtr_s) result.push_back(fmt::format("tWTR_L ({}) is less than tWTR_S ({})", t.wtr_l, t.wtr_s));
  return result;
}

double refresh_rate(double temperature_c) { return temperature_c <= 85 ? 1 : temperature_c <= 95 ? 2 : 4; }

void ControllerConfig::describe(config::Visitor& v) {
  v.choice("queueing", queueing, optional, kQueueingNames, "One read and one write queue, or a queue per bank behind them.");
  v.choice("page", page, optional, kPagePolicyNames, "When an unused row is closed.");
  v.choice("refresh", refresh, optional, kRefreshPolicyNames, "All banks at once, one after another, or never.");
  v.integer("read_queue", read_queue, optional, 1, 4096, "Reads a channel holds.");
  v.integer("write_queue", write_queue, optional, 1, 4096, "Writes a channel holds.");
  v.integer("bank_queue", bank_queue, optional, 1, 4096, "per_bank: entries behind each bank.");
  v.real("drain_high", drain_high, optional, config::fraction, "shared: share of write_queue above which writes drain.");
  v.real("drain_low", drain_low, optional, config::fraction, "shared: share of write_queue below which they stop.");
  v.integer("drain_idle", drain_idle, optional, 0, 4096, "per_bank: writes that drain when nothing else waits.");
  v.integer("hit_cap", hit_cap, optional, 0, 1 << 20, "Column commands a row serves before an older miss wins; 0: no cap.");
  v.integer("timeout", timeout, optional, 0, kLong, "page timeout: ticks after the last column command.");
  v.integer("offers_per_tick", offers_per_tick, optional, 1, 64, "Transactions a channel may take in one tick.");
  v.check(drain_low <= drain_high, "drain_low", "drain_low must not exceed drain_high");
}

void AddressMapConfig::describe(config::Visitor& v) {
  static constexpr std::array<const char*, kAddressFields> docs{
      "Address bits of the channel, most significant first: '13:11' or '9,12^15'.", "Address bits of the pseudo-channel.",
      "Address bits of the stack id or rank.", "Address bits of the bank group.", "Address bits of the bank in its group.",
      "Address bits of the burst in its row.", "Address bits of the row; '18+' is all from 18 up."};
  for (std::size_t f = 0; f < kAddressFields; ++f) v.text(kAddressFieldNames[f].data(), fields[f], optional, docs[f]);
}

void CurrentsConfig::describe(config::Visitor& v) {
  v.quantity("vdd", vdd, optional, non_negative, "Core supply; 0: currents are not published.");
  v.real("idd0", idd0, optional, non_negative, "mA, one bank activated and closed every tRC.");
  v.real("idd2n", idd2n, optional, non_negative, "mA, all banks closed.");
  v.real("idd3n", idd3n, optional, non_negative, "mA, banks open.");
  v.real("idd4r", idd4r, optional, non_negative, "mA, reading without gaps.");
  v.real("idd4w", idd4w, optional, non_negative, "mA, writing without gaps.");
  v.real("idd5ab", idd5ab, optional, non_negative, "mA, refreshing all banks without gaps.");
  v.real("devices", devices, optional, positive, "Devices that form one channel, pseudo-channels together; currents are of one.");
  v.check(vdd.value == 0 || (idd0 > 0 && idd3n > 0 && idd4r >= idd3n && idd4w >= idd3n && idd5ab >= idd3n && idd3n >= idd2n), "vdd",
          "currents must satisfy idd2n <= idd3n <= idd4r, idd4w, idd5ab");
}

void DramConfig::describe(config::Visitor& v) {
  v.quantity("tick", tick, required, positive, "tCK, or half of it where row commands take both edges.");
  v.integer("channels", channels, required, 1, 1024, "Channels of a stack: command buses.");
  v.integer("pseudo_channels", geometry.pseudo_channels, optional, 1, 16, "Pseudo-channels behind one command bus.");
  v.integer("stack_ids", geometry.stack_ids, optional, 1, 64, "Stack ids or ranks of a channel.");
  v.integer("bank_groups", geometry.bank_groups, required, 1, 64, "Bank groups of a stack id.");
  v.integer("banks", geometry.banks, required, 1, 64, "Banks of a group.");
  v.integer("rows", rows, optional, 0, std::int64_t{1} << 30, "Rows of a bank; 0: from capacity_per_stack.");
  v.integer("columns", columns, required, 1, 1 << 16, "Bursts of a row.");
  v.real("temperature_c", temperature_c, optional, {-40, 125, false}, "Case temperature: refresh doubles above 85, again above 95.");
  v.object("timing", timing, required, "Timings, in ticks.");
  v.object("map", map, required, "Address map, by bits of the byte address within a stack.");
  v.object("controller", controller, optional, "Queues and policies.");
  v.object("currents", currents, optional, "Supply currents, for energy per command.");
  const auto rc = static_cast<double>(timing.rc > 0 ? timing.rc : timing.ras + timing.rp), ras = static_cast<double>(timing.ras);
  v.check(!currents.published() || currents.idd0 * rc >= currents.idd3n * ras + currents.idd2n * (rc - ras), "currents",
          "idd0 tRC must not be less than idd3n tRAS + idd2n (tRC - tRAS): an ACT would cost less than nothing");
  v.check(timing.rfc * static_cast<Tick>(refresh_rate(temperature_c)) < timing.refi, "temperature_c",
          "at this temperature tRFC is not shorter than the interval between refreshes");
  v.check(controller.queueing != Queueing::per_bank ||
              (geometry.pseudo_channels == 1 && controller.page == PagePolicy::open && controller.refresh != RefreshPolicy::per_bank),
          "controller", "queueing per_bank knows one pseudo-channel, open pages and all-bank refresh");
  v.check(controller.refresh != RefreshPolicy::per_bank || timing.rfc_pb > 0, "controller", "refresh per_bank needs tRFCpb");
  const Tick apart = timing.rrefd > 0 ? timing.rrefd : timing.rfc_pb;
  const Tick due = timing.refi / static_cast<Tick>(geometry.banks_per_pc() * refresh_rate(temperature_c));
  v.check(controller.refresh != RefreshPolicy::per_bank || apart < due, "controller",
          fmt::format("refresh per_bank: one of {} banks is due every {} ticks, but they are {} apart (tRREFD, without it tRFCpb)",
                      geometry.banks_per_pc(), due, apart));
}

}  // namespace presil::memory
