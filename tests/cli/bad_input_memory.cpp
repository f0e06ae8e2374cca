// bad_input_memory.cpp -- memories with banks, and traces of requests.
#include "tests/cli/bad_input_case.h"

namespace presil::test {

namespace {

/// A small DRAM that works: 2 channels x 4 x 4 banks x 64 rows x 32 bursts of 64 B = 4 MiB.
std::string dram(const std::string& line, const std::string& instead) {
  std::string text =
      "name: small\n"                                          // 1
      "standard: test\n"                                       // 2
      "channels_per_stack: 2\n"                                // 3
      "channel_bandwidth: 32 GB/s\n"                           // 4
      "capacity_per_stack: 4 MiB\n"                            // 5
      "burst: 64 B\n"                                          // 6
      "read_latency: 48 ns\n"                                  // 7
      "write_latency: 10 ns\n"                                 // 8
      "refresh_interval: 3900 ns\n"                            // 9
      "refresh_time: 260 ns\n"                                 // 10
      "energy: 4 pJ/bit\n"                                     // 11
      "dram:\n"                                                // 12
      "  tick: 1 ns\n"                                         // 13
      "  channels: 2\n"                                        // 14
      "  bank_groups: 4\n"                                     // 15
      "  banks: 4\n"                                           // 16
      "  rows: 64\n"                                           // 17
      "  columns: 32\n"                                        // 18
      "  timing:\n"                                            // 19
      "    BL: 2\n    CL: 14\n    CWL: 4\n"                    // 20-22
      "    tRCDRD: 14\n    tRCDWR: 14\n    tRP: 14\n"          // 23-25
      "    tRAS: 34\n    tRC: 48\n"                            // 26, 27
      "    tRRD_S: 4\n    tRRD_L: 6\n    tFAW: 30\n"           // 28-30
      "    tCCD_S: 1\n    tCCD_L: 2\n"                         // 31, 32
      "    tWTR_S: 6\n    tWTR_L: 8\n    tWR: 16\n    tRTP: 5\n"  // 33-36
      "    tRFC: 260\n    tREFI: 3900\n"                       // 37, 38
      "  map:\n"                                               // 39
      "    channel: '6'\n"                                     // 40
      "    bank_group: '8:7'\n"                                // 41
      "    bank: '10:9'\n"                                     // 42
      "    column: '15:11'\n"                                  // 43
      "    row: '16+'\n"                                       // 44
      "  currents: {vdd: 1.2 V, idd0: 65, idd2n: 40, idd3n: 55, idd4r: 390, idd4w: 500, idd5ab: 250}\n";
  if (!line.empty()) {
    const std::size_t at = text.find(line);
    EXPECT_NE(at, std::string::npos) << line;
    text.replace(at, line.size(), instead);
  }
  return text;
}

std::string without_banks() {
  const std::string text = dram("", "");
  return text.substr(0, text.find("dram:"));
}

const std::vector<std::string> kBench{"bench", "memory", "--config", "m.yaml", "--pattern", "seq", "--requests", "100"};

BadInputCase config(const std::string& name, const std::string& line, const std::string& instead, const std::string& says) {
  return {name, kBench, {{"m.yaml", dram(line, instead)}}, 3, {says}};
}
BadInputCase trace(const std::string& name, const std::string& text, const std::string& says) {
  return {name, {"bench", "memory", "--config", "m.yaml", "--trace", "t"}, {{"m.yaml", dram("", "")}, {"t", text}}, 3, {says}};
}
BadInputCase usage(const std::string& name, const std::vector<std::string>& arguments, const std::string& says) {
  std::vector<std::string> command{"bench", "memory", "--config", "m.yaml"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return {name, command, {{"m.yaml", dram("", "")}}, 2, {says}};
}

const std::vector<BadInputCase> kMemoryCases{
    // Timings that cannot be.
    config("NegativeTiming", "tRAS: 34", "tRAS: -34", "m.yaml:26:11: dram.timing.tRAS: -34 is out of range; expected a whole number from 1"),
    config("ZeroClock", "tick: 1 ns", "tick: 0 ns", "m.yaml:13:9: dram.tick: 0 ns is out of range; expected more than 0 s"),
    config("NegativeClock", "tick: 1 ns", "tick: -1 ns", "m.yaml:13:9: dram.tick: "),
    config("RowClosesBeforeItIsRead", "tRAS: 34", "tRAS: 13", "m.yaml:26:5: dram.timing.tRAS: tRAS (13) is shorter than tRCD (14)"),
    config("RowClosesBeforeItIsReadThoughNotWritten", "tRCDRD: 14", "tRCDRD: 40", "m.yaml:26:5: dram.timing.tRAS: tRAS (34) is shorter than tRCDRD (40)"),
    config("FractionOfATick", "tRP: 14", "tRP: 13.75", "m.yaml:25:10: dram.timing.tRP: "),
    config("RefreshNeverEnds", "tRFC: 260", "tRFC: 3900", "m.yaml:37:5: dram.timing.tRFC: tRFC (3900) must be shorter than tREFI (3900)"),
    config("GroupFasterThanTheRest", "tCCD_S: 1", "tCCD_S: 3", "m.yaml:32:5: dram.timing.tCCD_L: tCCD_L (2) is shorter than tCCD_S (3)"),
    config("TimingMissing", "    tWR: 16\n", "", "m.yaml:20:5: missing key 'dram.timing.tWR'"),
    config("TimingMisspelt", "tRTP: 5", "tRPT: 5", "m.yaml:36:5: unknown key 'dram.timing.tRPT'"),
    config("RefreshDiffersFromTheTiming", "refresh_time: 260 ns", "refresh_time: 350 ns",
           "m.yaml:10:1: refresh_time: refresh_time is 350 ns, but dram.timing has tRFC 260 ticks of 1 ns, 260 ns"),
    config("IntervalDiffersFromTheTiming", "tREFI: 3900", "tREFI: 7800",
           "m.yaml:9:1: refresh_interval: refresh_interval is 3900 ns, but dram.timing has tREFI 7800 ticks of 1 ns, 7800 ns"),
    config("EdgesOfTheClock", "tRTP: 5\n", "tRTP: 5\n    edge: 3\n", "m.yaml:37:5: dram.timing.edge: edge is 1 or 2"),
    // Sizes that do not fit together.
    config("RowsTimesTheRestIsNotTheCapacity", "rows: 64", "rows: 63",
           "m.yaml:17:3: dram.rows: channels x pseudo_channels x stack_ids x bank_groups x banks x rows x columns x burst is 4128768 B, "
           "capacity_per_stack 4194304 B"),
    config("CapacityIsNotTheGeometry", "capacity_per_stack: 4 MiB", "capacity_per_stack: 8 MiB", "m.yaml:17:3: dram.rows: "),
    config("ChannelsDiffer", "channels_per_stack: 2", "channels_per_stack: 4", "m.yaml:14:3: dram.channels: channels x pseudo_channels is 2, channels_per_stack 4"),
    // Address maps.
    config("MapFieldTooNarrow", "column: '15:11'", "column: '14:11'", "m.yaml:43:5: dram.map.column: names 4 address bits; 32 values need 5"),
    config("MapBitTwice", "bank: '10:9'", "bank: '10,8'", "m.yaml:42:5: dram.map.bank: address bit 8 is already part of bank_group"),
    config("MapBitNowhere", "row: '16+'", "row: '17+'", "m.yaml:39:3: dram.map: address bit 16 belongs to no field"),
    config("MapBitInsideABurst", "channel: '6'", "channel: '5'", "m.yaml:40:5: dram.map.channel: address bit 5 lies inside a burst of 64 B"),
    config("MapNotABit", "bank: '10:9'", "bank: '10:x'", "m.yaml:42:5: dram.map.bank: 'x' is not an address bit"),
    config("MapRangeUpsideDown", "bank: '10:9'", "bank: '9:10'", "m.yaml:42:5: dram.map.bank: '9:10': the higher bit comes first"),
    config("MapXorLosesABit", "bank_group: '8:7'", "bank_group: '8^7,7^8'", "m.yaml:39:3: dram.map: the xor terms map two addresses to one place"),
    // Controller and energy.
    config("DrainUpsideDown", "  currents:", "  controller: {drain_low: 0.9}\n  currents:", "dram.controller.drain_low: drain_low must not exceed drain_high"),
    config("PerBankRefreshWithoutItsTime", "  currents:", "  controller: {refresh: per_bank}\n  currents:", "refresh per_bank needs tRFCpb"),
    config("PerBankRefreshFallsBehind", "    tRFC: 260\n    tREFI: 3900\n", "    tRFC: 260\n    tRFCpb: 250\n    tREFI: 3900\n  controller: {refresh: per_bank}\n",
           "one of 16 banks is due every 243 ticks, but they are 250 apart (tRREFD, without it tRFCpb)"),
    config("BankQueuesOnlyOpenPages", "  currents:", "  controller: {queueing: per_bank, page: closed}\n  currents:", "queueing per_bank knows one pseudo-channel"),
    config("ReadingCostsLessThanWaiting", "idd4r: 390", "idd4r: 50", "currents must satisfy idd2n <= idd3n <= idd4r"),
    config("AnActivationCostsLessThanNothing", "idd0: 65", "idd0: 41", "idd0 tRC must not be less than idd3n tRAS + idd2n (tRC - tRAS)"),
    config("PartsAboveTheWhole", "energy: 4 pJ/bit", "energy: 4 pJ/bit\nphy: 5 pJ/bit", "m.yaml:11:1: energy: energy includes phy and tsv"),
    // Traces.
    trace("TraceKind", "R 0\nW 40\nQ 80\n", "t:3:1: 'Q' is neither R nor W"),
    trace("TraceLowerCase", "r 0\n", "t:1:1: 'r' is neither R nor W"),
    trace("TraceWithoutAddress", "R 0\nW\n", "t:2:2: expected `R|W hexaddress`"),
    trace("TraceWithoutSpace", "R40\n", "t:1:2: expected `R|W hexaddress`"),
    trace("TraceNotHexadecimal", "R 0\nR 0xzz\n", "t:2:3: '0xzz' is not a hexadecimal address"),
    trace("TraceNegative", "R -40\n", "t:1:3: '-40' is not a hexadecimal address"),
    trace("TraceAddressTooLong", "R 10000000000000000\n", "t:1:3: '10000000000000000' is not a hexadecimal address"),
    trace("TraceMoreThanAnAddress", "R 40 3\n", "t:1:3: '40 3' is not a hexadecimal address"),
    trace("TraceUnaligned", "R 0\nW 41\n", "t:2:3: address 0x41 is not a multiple of 64, the size of a request"),
    trace("TraceBeyondTheCapacity", "# 4 MiB\nR 3fffc0\nR 400000\n", "t:3:3: address 0x400000 lies beyond the capacity of 0x400000 bytes"),
    trace("TraceCutInTheAddress", "R 0\nW 4", "t:2:4: the last line does not end in a newline, so that its address may be cut short: append one if the line is complete"),
    trace("TraceCutBehindTheAddress", "R 0\nW 40", "t:2:5: the last line does not end in a newline"),
    trace("TraceEmpty", "", "t: the trace holds no request"),
    trace("TraceOfComments", "# nothing\n\n", "t: the trace holds no request"),
    trace("TraceBinary", std::string("\x7f" "ELF\0\x01\n", 7), "t:1:1: '?' is neither R nor W"),
    {"TraceThatIsNotThere", {"bench", "memory", "--config", "hbm2", "--trace", "none"}, {}, 3, {"none: cannot read the trace"}},
    {"TraceThatIsAFolder", {"bench", "memory", "--config", "hbm2", "--trace", "."}, {}, 3, {".: "}},
    {"MemoryWithoutBanks", {"bench", "memory", "--config", "m.yaml", "--pattern", "seq"}, {{"m.yaml", without_banks()}}, 3, {"memory 'small': dram: not given"}},
    {"MemoryUnknown", {"bench", "memory", "--config", "hbm9", "--pattern", "seq"}, {}, 3, {"hbm9"}},
    // Command lines.
    usage("NeitherPatternNorTrace", {}, "bench memory needs --pattern PATTERN or --trace FILE"),
    usage("PatternUnknown", {"--pattern", "wild"}, "'wild' is not a pattern; expected seq, random"),
    usage("StrideNotOfRequests", {"--pattern", "stride=100"}, "'stride=100' is not a pattern"),
    usage("StrideZero", {"--pattern", "stride=0"}, "'stride=0' is not a pattern"),
    usage("StreamsNone", {"--pattern", "streams=0"}, "'streams=0' is not a pattern"),
    usage("MixOfNothing", {"--pattern", "mix=0:0"}, "'mix=0:0' is not a pattern"),
    usage("MixWithoutWrites", {"--pattern", "mix=2"}, "'mix=2' is not a pattern"),
    usage("LoadZero", {"--pattern", "seq", "--load", "0"}, "--load 0: expected a share of peak above 0 and up to 1"),
    usage("LoadNegative", {"--pattern", "seq", "--load=-0.5"}, "--load -0.5: expected a share of peak"),
    usage("LoadAbovePeak", {"--pattern", "seq", "--load", "1.5"}, "--load 1.5: expected a share of peak"),
    usage("LoadNotANumber", {"--pattern", "seq", "--load", "nan"}, "--load"),
    usage("RequestsOfATrace", {"--trace", "t", "--requests", "5"}, "--requests does not go with --trace"),
    usage("PatternAndTrace", {"--trace", "t", "--pattern", "seq"}, "--"),
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Memory, BadInput, testing::ValuesIn(kMemoryCases), case_name);

}  // namespace presil::test
