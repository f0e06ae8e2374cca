// rules.cpp -- implementation of rules.h.
#include "sim/run/rules.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include <fmt/format.h>

#include "models/fabric/groups.h"
#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/run/fit.h"
#include "sim/run/spiking_chip.h"
#include "workloads/transformer/pass_builder.h"
#include "workloads/transformer/sharding.h"

namespace presil::run {

namespace {

using workload::PositionKind;

class Rules {
 public:
  Rules(LoadedExperiment& loaded, const std::filesystem::path& file)
      : loaded_(loaded), model_(loaded.architecture), workload_(loaded.experiment.workload), file_(file) {}

  /// A batch beyond the limit either does not fit in memory, or is refused.
  void check_tokens() const {
    const Experiment& e = loaded_.experiment;
    const bool own = model_.encoder && model_.decoder;
    const std::uint64_t length = workload_.in_len + (own ? 0 : workload_.out_len);
    if (workload_.batch <= workload::kMaxTokens / length) return;
    workload::Footprint many = workload::footprint(model_, {1, workload_.formats, true, e.group.parallelism.tensor}, workload_.in_len, workload_.out_len);
    many.kv_bytes *= static_cast<double>(workload_.batch);
    many.activation_bytes *= static_cast<double>(workload_.batch);
    check_fit(e.chip, fit_of(e.chip, many));
    fail({"workload.batch", "workload.in_len", "workload.out_len"},
         fmt::format("{} sequences of {} tokens; expected at most {} tokens in all", workload_.batch, length, workload::kMaxTokens));
  }

  void apply() {
    check_phase();
    check_spikes();
    check_system();
    if (training()) return check_formats();
    fix_input();
    fix_output();
    check_positions();
    check_formats();
    check_group();
  }


 private:
  bool training() const { return workload_.phase == WorkPhase::training; }

  /// Keys of the other phase would do nothing.
  void check_phase() const {
    constexpr std::array kInference{"workload.batch", "workload.in_len", "workload.out_len", "simulation.kv_samples", "simulation.exact", "server",
                                    "functional", "pim.name"};
    constexpr std::array kTraining{"workload.sequence", "workload.global_batch", "workload.micro_batch", "workload.recompute", "workload.optimizer",
                                   "workload.gradients", "workload.tokens", "workload.dropout", "workload.overlap_gradients", "workload.overlap_pipeline",
                                   "workload.overlap_backward", "workload.overlap_tensor", "workload.fused_accumulation", "workload.device_spread", "parallelism.pipeline", "parallelism.data", "parallelism.expert", "parallelism.context",
                                   "parallelism.virtual_stages", "parallelism.sequence_parallel", "parallelism.zero", "parallelism.search", "network.name"};
    const auto refuse = [&](const char* path, const char* other) {
      if (!given(path).empty()) fail({path}, fmt::format("{} is for {}; workload.phase is {}", path, other, kWorkPhaseNames[static_cast<std::size_t>(workload_.phase)]));
    };
    if (training()) for (const char* path : kInference) refuse(path, "inference");
    else for (const char* path : kTraining) refuse(path, "training");
  }

  /// Chips of spiking cores need to know how numbers are carried, and do some things not at all.
  void check_spikes() const {
    Chip& chip = loaded_.experiment.chip;
    const std::string& name = chip->board().name;
    if (!computes_with_spikes(chip)) {
      if (!given("workload.spikes.rate").empty()) fail({"workload.spikes.rate"}, fmt::format("workload.spikes is for chips of kind neuromorphic, and {} is none", name));
      return;
    }
    if (training()) fail({"workload.phase"}, fmt::format("{} carries numbers by spikes and does not train; expected workload.phase inference", name));
    if (loaded_.experiment.functional) fail({"functional"}, fmt::format("the numbers that {} computes by spikes are not simulated; expected functional: false", name));
    if (!loaded_.experiment.pim.name.empty()) fail({"pim.name"}, fmt::format("{} has no DRAM that units could be in", name));
    if (loaded_.experiment.group.devices() > 1) fail({"parallelism.tensor"}, fmt::format("{} shares a model by chip.chips; expected no parallelism", name));
    if (given("workload.spikes.rate").empty())
      fail({"model"}, fmt::format("{} carries numbers by spikes; expected workload.spikes, such as {{rate: 0.1, steps: 8}}, as measured on the network", name));
    use_spikes(chip, workload_.spikes);
  }

  /// Where a value was given; empty for a default.
  std::string given(const std::string& path) const {
    const auto& all = loaded_.provenance;
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& p) { return p.path == path; });
    return found == all.end() ? "" : found->where;
  }

  /// At the first of the values that was given, else at the file.
  [[noreturn]] void fail(std::initializer_list<const char*> paths, const std::string& problem) const {
    for (const char* path : paths)
      if (const std::string where = given(path); !where.empty())
        throw InputError(fmt::format("{}: {}", where, problem));
    throw InputError(fmt::format("{}:1:1: {}", file_.string(), problem));
  }

  /// Pictures and recordings have a length of their own.
  void fix_input() {
    if (!model_.image && !model_.audio) return;
    const std::uint64_t own = model_.image ? model_.image->patches + 1 : model_.audio->frames;
    if (!given("workload.in_len").empty() && workload_.in_len != own)
      fail({"workload.in_len"}, fmt::format("workload.in_len is {} tokens, but {} makes {} of each {}; leave it out", workload_.in_len,
                                            model_.model_type, own, model_.image ? "picture" : "recording"));
    workload_.in_len = own;
  }

  void fix_output() {
    if (model_.decoder) return;
    if (!given("workload.out_len").empty() && workload_.out_len != 0)
      fail({"workload.out_len"}, fmt::format("workload.out_len is {} tokens, but {} has no decoder and generates none; leave it out",
                                             workload_.out_len, model_.model_type));
    workload_.out_len = 0;
  }

  void check_positions() const {
    const auto limit = [](const std::optional<workload::Stack>& stack) {
      return stack && stack->position == PositionKind::learned ? stack->positions : workload::kMaxLength;
    };
    if (workload_.in_len > (model_.encoder ? limit(model_.encoder) : limit(model_.decoder)))
      fail({"workload.in_len", "model"}, too_long("workload.in_len", workload_.in_len, model_.encoder ? model_.encoder : model_.decoder));
    if (!model_.decoder || workload_.out_len == 0) return;
    const bool own = model_.decoder->cross_attention;  // the decoder's own sequence begins with one token
    const std::uint64_t length = (own ? 1 : workload_.in_len) + workload_.out_len - 1;  // the last is never looked up
    if (length > limit(model_.decoder))
      fail({"workload.out_len", "workload.in_len", "model"},
           too_long(own ? "workload.out_len" : "workload.in_len + workload.out_len - 1", length, model_.decoder));
  }

  std::string too_long(const char* what, std::uint64_t length, const std::optional<workload::Stack>& stack) const {
    if (stack && stack->position == PositionKind::learned)
      return fmt::format("{} is {} tokens, but {} has learned {} positions", what, length, model_.model_type, stack->positions);
    return fmt::format("{} is {} tokens; expected at most {}", what, length, workload::kMaxLength);
  }

  /// What the chip would have to compute in.
  void check_formats() const {
    const workload::Formats& f = workload_.formats;
    check_format(f.quantised_products ? f.weights : workload::wider(f.activations, f.weights), {"workload.formats.weights", "workload.formats.activations", "chip"},
                 fmt::format("workload.formats: {} weights and {} activations", name(f.weights), name(f.activations)));
    if (model_.encoder || model_.decoder)
      check_format(workload::wider(f.activations, f.kv), {"workload.formats.kv", "workload.formats.activations", "chip"},
                   fmt::format("workload.formats: {} keys and values and {} activations", name(f.kv), name(f.activations)));
  }

  /// Can the devices share the model, and do links join them?
  void check_group() const {
    const DeviceGroup& group = loaded_.experiment.group;
    const std::uint32_t ranks = group.parallelism.tensor;
    if (ranks == 1) return;
    try {
      workload::check_tensor_parallel(model_, ranks);
    } catch (const InputError& error) {
      fail({"parallelism.tensor", "model"}, error.what());
    }
    if (group.link_between() == nullptr)
      fail({"parallelism.tensor"}, fmt::format("{} devices share the model, and nothing joins them; expected a `link`, such as nvlink4", ranks));
    if (ranks > group.link.devices)
      fail({"parallelism.tensor", "link"}, fmt::format("{} devices share the model, but {} joins {}", ranks, group.link.name, group.link.devices));
  }

  /// Are the devices part of the system, and can its fabric be simulated?
  void check_system() const {
    const DeviceGroup& group = loaded_.experiment.group;
    if (group.fabric == FabricLevel::simulated && !group.has_system())
      fail({"fabric"}, "the fabric cannot be simulated without a machine; expected a `system`, such as dgx_h100");
    if (!group.has_system()) return;
    const std::uint64_t devices = std::max<std::uint64_t>({1, group.given_devices, group.parallelism.devices()});
    const std::initializer_list<const char*> places{"devices", "parallelism.tensor", "parallelism.data", "parallelism.pipeline", "parallelism.context", "system.name"};
    const std::uint32_t node = group.system.scale_up.devices;
    if (!given("link.name").empty() && group.system.scale_up.topology != fabric::UpTopology::torus && group.link.devices != node)
      fail({"link.name"}, fmt::format("the link joins {} devices, and a node of {} has {}; leave the link out", group.link.devices, group.system.name, node));
    if (devices > group.system.devices())
      fail(places, fmt::format("{} devices on {}, which has {}", devices, group.system.name, group.system.devices()));
    if (!group.simulates_fabric()) return;
    try {
      fabric::machine_for(group.system, static_cast<std::uint32_t>(devices));
    } catch (const InputError& error) {
      fail(places, error.what());
    }
  }

  void check_format(Format format, std::initializer_list<const char*> paths, const std::string& operands) const {
    const Chip& chip = loaded_.experiment.chip;
    if (chip->supports(format)) return;
    fail(paths, fmt::format("{} are multiplied in {}, which the {}s of {} do not support; they support {}", operands,
                            name(format), chip->units().name, chip->board().name, join(chip->supported_formats())));
  }

  LoadedExperiment& loaded_;
  const workload::Architecture& model_;
  WorkloadConfig& workload_;
  const std::filesystem::path& file_;
};

}  // namespace

void check_tokens(LoadedExperiment& loaded, const std::filesystem::path& file) { Rules(loaded, file).check_tokens(); }

void apply_rules(LoadedExperiment& loaded, const std::filesystem::path& file) { Rules(loaded, file).apply(); }

}  // namespace presil::run
