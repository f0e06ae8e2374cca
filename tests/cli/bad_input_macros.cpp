// bad_input_macros.cpp -- in-memory-compute macros and weights that cannot be.
#include "tests/cli/bad_input_case.h"

namespace presil::test {

namespace {

const std::string kReram =
    "name: m\ncompute: current\nnode: 28 nm\nvdd: 0.9 V\nrows: 64\ncolumns: 64\ncell: {kind: reram, bits: 4, r_on: 10000, ";

std::vector<std::string> bench(std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"bench", "imc", "--macro", "m.yaml"});
  return more;
}

std::string safetensors(const std::string& header, char length) { return std::string(1, length) + std::string(7, '\0') + header; }

const std::vector<BadInputCase> kMacrosCases{
    {"MoreLevelsThanTheRatioAllows",
     bench(),
     {{"m.yaml", kReram + "r_off: 100000}\n"}},
     3,
     {"m.yaml:7:", "cell.bits 4 needs 16 levels, but r_off / r_on tells 10 apart"}},
    {"ConverterThatNeverReachesFullScale",
     bench(),
     {{"m.yaml", kReram + "r_off: 1000000}\nnoise: {full_scale: 1.5}\n"}},
     3,
     {"m.yaml:8:21: noise.full_scale: 1.5 is out of range"}},
    {"NoResistance",
     bench(),
     {{"m.yaml", "name: m\ncompute: current\nnode: 28 nm\nvdd: 0.9 V\nrows: 64\ncolumns: 64\ncell: {kind: pcm}\n"}},
     3,
     {"m.yaml:7:", "a resistive cell needs r_on above 0 and r_off above r_on"}},
    {"SramOfTwoBits", bench({"--set", "cell.bits=2"}), {{"m.yaml", "name: m\ncompute: charge\nnode: 28 nm\nvdd: 0.9 V\nrows: 64\ncolumns: 64\n"}}, 3, {"an SRAM cell holds 1 bit"}},
    {"NoWholeWeight", {"bench", "imc", "--macro", "dcim_28nm", "--columns", "4"}, {}, 3, {"columns hold no whole weight"}},
    {"MoreRowsActiveThanThereAre", {"bench", "imc", "--macro", "dcim_28nm", "--rows-active", "65"}, {}, 3, {"rows_active is more than rows"}},
    {"VoltageOfNothing", {"bench", "imc", "--macro", "dcim_28nm", "--vdd", "0V"}, {}, 3, {"vdd: 0V is out of range"}},
    {"UnknownMacro", {"bench", "imc", "--macro", "neuram"}, {}, 3, {"no macros named 'neuram'", "(did you mean 'neurram'?)"}},
    {"UnknownKey", {"bench", "imc", "--macro", "neurram", "--set", "adc.bit=3"}, {}, 3, {"adc.bit=3", "(did you mean 'bits'?)"}},
    {"WeightsWithoutFunction", {"bench", "imc", "--macro", "dcim_28nm", "--weights", "w"}, {}, 2, {"--weights requires --functional"}},
    {"TruncatedHeader",
     {"bench", "imc", "--macro", "dcim_28nm", "--functional", "--weights", "w.safetensors"},
     {{"w.safetensors", safetensors("{}", 64)}},
     3,
     {"w.safetensors: byte 0: the header has 64 bytes, the file only 2 after its length"}},
    {"ShorterThanItsLength",
     {"bench", "imc", "--macro", "dcim_28nm", "--functional", "--weights", "w.safetensors"},
     {{"w.safetensors", "abc"}},
     3,
     {"w.safetensors: byte 3: the file ends within the 8 bytes that give the header's length"}},
    {"NoModel",
     {"bench", "imc", "--macro", "dcim_28nm", "--functional", "--weights", "w.safetensors"},
     {{"w.safetensors", safetensors("{}", 2)}},
     3,
     {"w.safetensors: no tensor 'wte.weight'"}},
    {"MoreTokensThanTheContext",
     {"bench", "imc", "--macro", "dcim_28nm", "--functional", "--tokens", "1000"},
     {},
     3,
     {"1000 tokens after a prompt of 8 do not fit in a context of 256"}},
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Macros, BadInput, testing::ValuesIn(kMacrosCases), case_name);

}  // namespace presil::test
