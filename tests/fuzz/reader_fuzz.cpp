// reader_fuzz.cpp -- any bytes, as YAML, as JSON and as an override: an InputError or UsageError, or a value that
// reads and dumps; never a crash, never another exception.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "sim/config/schema.h"

namespace {

using namespace presil;
using config::optional;
using config::required;

constexpr std::array<std::string_view, 2> kKinds{"ring", "tree"};
constexpr std::array<std::string_view, 3> kFormats{"bf16", "fp8", "int8"};

struct Bank {
  BytesPerSecond rate{1e9};
  std::string name;
  void describe(config::Visitor& v) {
    v.quantity("rate", rate, required, config::positive, "Rate.");
    v.text("name", name, optional, "Name.");
  }
};

/// One field of every sort.
struct Sample {
  Bytes size{1024};
  Seconds time{1e-6};
  Hertz clock{1e9};
  Dollars price{};
  JoulesPerBit energy{1e-12};
  double share{0.5};
  int count{1};
  bool on{false};
  std::vector<std::string> names;
  std::size_t kind{0};
  std::array<double, 3> speed{1, 2, 0};
  Bank bank;
  std::vector<Bank> banks;
  void describe(config::Visitor& v) {
    v.quantity("size", size, optional, config::non_negative, "Size.");
    v.quantity("time", time, optional, {}, "Time.");
    v.quantity("clock", clock, optional, config::positive, "Clock.");
    v.quantity("price", price, optional, config::non_negative, "Price.");
    v.quantity("energy", energy, optional, config::non_negative, "Energy.");
    v.real("share", share, optional, config::fraction, "Share.");
    v.integer("count", count, optional, 0, 100, "Count.");
    v.flag("on", on, optional, "On.");
    v.texts("names", names, optional, "Names.");
    v.choice("kind", kind, optional, kKinds, "Kind.");
    v.table("speed", speed, optional, kFormats, config::non_negative, "Speed.");
    v.object("bank", bank, optional, "Bank.");
    v.list("banks", banks, optional, "Banks.");
    v.check(share <= 1, "share", "too much");
  }
};

std::string dumped(Sample& sample) {
  return config::dump([&](config::Visitor& v) { sample.describe(v); }).dump();
}

/// Reads; what was read must dump, read again and dump the same.
void read_and_back(const config::Node& node) {
  Sample sample;
  std::vector<config::Provenance> provenance;
  config::read(node, sample, &provenance);
  const std::string text = dumped(sample);
  Sample again;
  try {
    config::read(config::parse_json(text, "dump"), again);
  } catch (const Error&) {
    std::abort();
  }
  if (dumped(again) != text) std::abort();
}

template <class Work>
void tolerate(Work work) {
  try {
    work();
  } catch (const InputError&) {
  } catch (const UsageError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  tolerate([&] { read_and_back(config::parse_yaml(text, "fuzz.yaml")); });
  tolerate([&] { read_and_back(config::parse_json(text, "fuzz.json")); });
  tolerate([&] {
    config::Node root = config::parse_yaml("{size: 1 KiB, bank: {rate: 1 GB/s}, banks: [{rate: 2 GB/s}]}", "base.yaml");
    config::apply_override(root, text);
    read_and_back(root);
  });
  return 0;
}
