// experiment.h -- what a user asks for: a model on a machine under a workload.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "models/fabric/link_config.h"
#include "models/fabric/system_config.h"
#include "models/spiking/spike_code.h"
#include "sim/parallel/network_config.h"
#include "sim/config/reader.h"
#include "sim/config/visitor.h"
#include "sim/ppa/economics.h"
#include "sim/run/chip.h"
#include "sim/run/pim_device.h"
#include "workloads/training/gradient.h"
#include "workloads/transformer/transformer.h"

namespace presil::run {

enum class WorkPhase { inference, training };
inline constexpr std::array<std::string_view, 2> kWorkPhaseNames{"inference", "training"};

/// A run of training steps: keys of the workload whose `phase` is training.
struct TrainingConfig {
  std::uint64_t sequence{2048};
  std::uint64_t global_batch{1};  ///< sequences of one step, all devices together
  std::uint64_t micro_batch{1};   ///< sequences of one pass of one device
  workload::Recompute recompute{workload::Recompute::none};
  workload::Optimizer optimizer{workload::Optimizer::adam};
  Format gradients{Format::fp32};
  double tokens{0};               ///< of the whole run; 0: not asked
  bool dropout{false};
  bool fused_accumulation{true};  ///< products of weight gradients add to those of earlier micro-batches themselves
  bool overlap_gradients{true};   ///< exchanges of gradients and parameters run beside passes
  bool overlap_pipeline{true};    ///< sends between stages run beside passes
  double device_spread{0.015};    ///< standard deviation of the speed of equal devices over its mean
  bool overlap_backward{true};    ///< exchanges of operands and their gradients run beside products of the way back that do not need them
  bool overlap_tensor{false};     ///< exchanges inside a layer run beside the products next to them, piece by piece
  void describe(config::Visitor& v);
};

struct WorkloadConfig {
  std::uint64_t batch{1};
  std::uint64_t in_len{2048};
  std::uint64_t out_len{128};
  workload::Formats formats;
  WorkPhase phase{WorkPhase::inference};
  TrainingConfig training;
  spiking::SpikeCode spikes;  ///< of chips with spiking cores; 0 steps: not given
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
  std::uint32_t pipeline{1}, data{1}, expert{1}, context{1};  ///< of training, as the rest
  std::uint32_t virtual_stages{1};   ///< pieces of the model that a device of the pipeline holds
  bool sequence_parallel{false};
  std::uint32_t zero{0};             ///< sharded over replicas: 1 optimiser states, 2 gradients too, 3 parameters too
  bool search{false};                ///< `parallelism: auto`
  std::uint64_t devices() const { return std::uint64_t{tensor} * context * data * pipeline; }
  void describe(config::Visitor& v);
};

/// How long exchanges between devices take.
enum class FabricLevel {
  automatic,    ///< simulated where the system is known
  closed_form,  ///< of the link within a node, of the network between nodes
  simulated,    ///< on the links and switches of the system
};
inline constexpr std::array<std::string_view, 3> kFabricLevelNames{"auto", "closed_form", "simulated"};

/// Equal devices that share a model, and what joins them.
struct DeviceGroup {
  ParallelismConfig parallelism;
  fabric::LinkConfig link;  ///< without a bandwidth: none
  parallel::NetworkConfig network;  ///< between nodes; without a bandwidth: none
  fabric::SystemConfig system;      ///< that they are part of; without devices: none
  FabricLevel fabric{FabricLevel::automatic};
  std::uint64_t given_devices{0};   ///< 0: as many as the degrees make
  std::uint32_t devices() const { return static_cast<std::uint32_t>(parallelism.devices()); }
  const parallel::NetworkConfig* network_between() const { return network.bandwidth.value > 0 ? &network : nullptr; }
  const fabric::LinkConfig* link_between() const { return link.bandwidth.value > 0 ? &link : nullptr; }
  bool has_system() const { return system.scale_up.devices > 0; }
  bool simulates_fabric() const { return has_system() && fabric != FabricLevel::closed_form; }
  /// What the system says of links and network, where the experiment does not.
  void complete();
  void describe(config::Visitor& v);  ///< keys of the experiment itself
};

/// Software that runs passes one after another: host time that nothing hides.
struct ServerConfig {
  std::string name;
  Seconds request{0};   ///< of a batch, before its first pass
  Seconds sequence{0};  ///< of every sequence in every further pass
  void describe(config::Visitor& v);
};

/// What multiplies in a functional run.
enum class NumberUnit { chip, fp32, bf16, fp16, fp8_e4m3, fp8_e5m2, int8, int4 };
inline constexpr std::array<std::string_view, 8> kNumberUnitNames{"chip", "fp32", "bf16", "fp16", "fp8_e4m3", "fp8_e5m2", "int8", "int4"};

/// How a functional run computes its numbers.
struct NumbersConfig {
  NumberUnit unit{NumberUnit::chip};
  std::string weights;        ///< safetensors file; empty: initialised from the seed
  std::uint32_t tokens{16};   ///< to generate
  std::uint64_t seed{1};
  void describe(config::Visitor& v);
};

struct Experiment {
  std::string name;
  std::string description;
  Chip chip;
  PimDevice pim;  ///< without a name: memory does not compute
  std::string model;
  DeviceGroup group;
  ServerConfig server;
  WorkloadConfig workload;
  SimulationConfig simulation;
  bool functional{false};
  NumbersConfig numbers;  ///< of functional runs
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
