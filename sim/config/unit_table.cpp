// unit_table.cpp -- the units of each measure (see unit_table.h).
#include "sim/config/unit_table.h"

#include <algorithm>
#include <array>

namespace presil::config::detail {

namespace {

using enum Unit::Use;

constexpr double kKi = 1024, kMi = kKi * kKi, kGi = kMi * kKi, kTi = kGi * kKi, kPi = kTi * kKi;

constexpr Unit kData[] = {
    {"B", 0, 1, print},
    {"KB", 3, 1, print},
    {"MB", 6, 1, print},
    {"GB", 9, 1, print},
    {"TB", 12, 1, print},
    {"PB", 15, 1, print},
    {"KiB", 0, kKi, print_binary},
    {"MiB", 0, kMi, print_binary},
    {"GiB", 0, kGi, print_binary},
    {"TiB", 0, kTi, print_binary},
    {"PiB", 0, kPi, print_binary},
    {"bit", 0, 0.125, read},
    {"kbit", 3, 0.125, read},
    {"Mbit", 6, 0.125, read},
    {"Gbit", 9, 0.125, read},
    {"kB", 3, 1, alias},
};
constexpr Unit kDataRate[] = {
    {"B/s", 0, 1, print},       {"KB/s", 3, 1, print},      {"MB/s", 6, 1, print},
    {"GB/s", 9, 1, print},      {"TB/s", 12, 1, print},     {"PB/s", 15, 1, print},
    {"KiB/s", 0, kKi, read},    {"MiB/s", 0, kMi, read},    {"GiB/s", 0, kGi, read},
    {"TiB/s", 0, kTi, read},    {"bit/s", 0, 0.125, read},  {"kbit/s", 3, 0.125, read},
    {"Mbit/s", 6, 0.125, read}, {"Gbit/s", 9, 0.125, read}, {"Tbit/s", 12, 0.125, read},
    {"kB/s", 3, 1, alias},      {"Mbps", 6, 0.125, alias},  {"Gbps", 9, 0.125, alias},
    {"Tbps", 12, 0.125, alias},
};
constexpr Unit kTime[] = {
    {"fs", -15, 1, print},       {"ps", -12, 1, print},       {"ns", -9, 1, print}, {"us", -6, 1, print},
    {"ms", -3, 1, print},        {"s", 0, 1, print},          {"min", 0, 60, read}, {"h", 0, 3600, read},
    {"\xC2\xB5s", -6, 1, alias}, {"\xCE\xBCs", -6, 1, alias},
};
constexpr Unit kFrequency[] = {
    {"Hz", 0, 1, print}, {"kHz", 3, 1, print}, {"MHz", 6, 1, print}, {"GHz", 9, 1, print}};
constexpr Unit kPower[] = {
    {"mW", -3, 1, print}, {"W", 0, 1, print}, {"kW", 3, 1, print}, {"MW", 6, 1, print}};
constexpr Unit kEnergy[] = {{"fJ", -15, 1, print},  {"pJ", -12, 1, print},       {"nJ", -9, 1, print},
                            {"uJ", -6, 1, print},   {"mJ", -3, 1, print},        {"J", 0, 1, print},
                            {"kWh", 3, 3600, read}, {"\xC2\xB5J", -6, 1, alias}, {"\xCE\xBCJ", -6, 1, alias}};
constexpr Unit kEnergyPerBit[] = {{"fJ/bit", -15, 1, print}, {"pJ/bit", -12, 1, print}};
constexpr Unit kArea[] = {{"um2", -6, 1, print},       {"mm2", 0, 1, print},
                          {"cm2", 2, 1, read},         {"um\xC2\xB2", -6, 1, alias},
                          {"mm\xC2\xB2", 0, 1, alias}, {"cm\xC2\xB2", 2, 1, alias}};
constexpr Unit kLength[] = {{"nm", -6, 1, print},       {"um", -3, 1, print}, {"mm", 0, 1, print},
                            {"cm", 1, 1, read},         {"m", 3, 1, print},   {"\xC2\xB5m", -3, 1, alias},
                            {"\xCE\xBCm", -3, 1, alias}};
constexpr Unit kVoltage[] = {{"mV", -3, 1, print}, {"V", 0, 1, print}};
constexpr Unit kMoney[] = {{"USD", 0, 1, print}};

constexpr std::array<MeasureInfo, std::size(kMeasures)> kInfo{{
    {"data", "data", "16 MiB", "MiB", kData, 1e18, "1 EB (1e18 bytes)"},
    {"data rate", "a data rate", "450 GB/s", "GB/s", kDataRate, 1e18, "1 EB/s (1e18 bytes per second)"},
    {"time", "a time", "500 ns", "ns", kTime, 365 * 86400.0, "1 year"},
    {"frequency", "a frequency", "1.05 GHz", "GHz", kFrequency, 1e12, "1 THz"},
    {"power", "power", "192 W", "W", kPower, 1e9, "1 GW"},
    {"energy", "energy", "5 pJ", "pJ", kEnergy, 1e18, "1 EJ (1e18 J)"},
    {"energy per bit", "energy per bit", "3.9 pJ/bit", "pJ/bit", kEnergyPerBit, 1e-6, "1 uJ/bit"},
    {"area", "an area", "600 mm2", "mm2", kArea, 1e6, "1 square metre (1e6 mm2)"},
    {"length", "a length", "7 nm", "mm", kLength, 1e6, "1 km (1e6 mm)"},
    {"voltage", "a voltage", "0.9 V", "V", kVoltage, 1e3, "1000 V"},
    {"money", "an amount of money", "10 USD", "USD", kMoney, 1e12, "1e12 USD"},
}};

}  // namespace

const MeasureInfo& info(Measure measure) { return kInfo[static_cast<std::size_t>(measure) - 1]; }

const Unit* find_unit(const MeasureInfo& measure, std::string_view name) {
  const auto found =
      std::find_if(measure.units.begin(), measure.units.end(), [&](const Unit& u) { return u.name == name; });
  return found == measure.units.end() ? nullptr : &*found;
}

}  // namespace presil::config::detail
