// experiment.h -- what a user asks for: a model on a machine under a workload.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/fabric/link_config.h"
#include "sim/config/reader.h"
#include "sim/config/visitor.h"
#include "sim/ppa/economics.h"
#include "sim/run/chip.h"
#include "workloads/transformer/transformer.h"

namespace presil::run {

struct WorkloadConfig {
  std::uint64_t batch{1};
  std::uint64_t in_len{2048};
  std::uint64_t out_len{128};
  workload::Formats formats;
  void describe(config::Visitor& v);
};

struct SimulationConfig {
  bool exact{false};
  std::uint32_t kv_samples{5};
  bool fuse{true};
  bool fused_attention{true};
  void describe(config::Visitor& v);
};

/// How a model is split over devices.
struct ParallelismConfig {
  std::uint32_t tensor{1};
  void describe(config::Visitor& v);
};

/// Equal devices that share a model, and what joins them.
struct DeviceGroup {
  ParallelismConfig parallelism;
  fabric::LinkConfig link;  ///< without a bandwidth: none
  std::uint32_t devices() const { return parallelism.tensor; }
  const fabric::LinkConfig* link_between() const { return link.bandwidth.value > 0 ? &link : nullptr; }
  void describe(config::Visitor& v);  ///< keys of the experiment itself
};

/// Software that runs passes one after another: host time that nothing hides.
struct ServerConfig {
  std::string name;
  Seconds request{0};   ///< of a batch, before its first pass
  Seconds sequence{0};  ///< of every sequence in every further pass
  void describe(config::Visitor& v);
};

struct Experiment {
  std::string name;
  std::string description;
  Chip chip;
  std::string model;
  DeviceGroup group;
  ServerConfig server;
  WorkloadConfig workload;
  SimulationConfig simulation;
  ppa::EconomicsConfig economics;
  void describe(config::Visitor& v);
};

/// An experiment with the model it names and the source of every value.
struct LoadedExperiment {
  Experiment experiment;
  workload::Architecture architecture;
  std::string model_text;  ///< the config.json as it is, for the hash
  std::vector<config::Provenance> provenance;
};

/// Keys under which a string refers to another file.
const std::vector<std::string>& reference_keys();

/// Loads and checks an experiment. `model` is a path relative to the experiment, or a file stem in workloads/models.
/// Throws InputError.
LoadedExperiment load_experiment(const std::filesystem::path& file, const std::vector<std::string>& overrides);

/// Finds and reads a model by path (relative to `base`) or by file stem in workloads/models.
std::filesystem::path find_model(const std::string& name, const std::filesystem::path& base);

/// Project root: PRESIL_HOME, else where presil was compiled.
std::filesystem::path home();

}  // namespace presil::run
