// sharding.cpp -- implementation of sharding.h.
#include "workloads/transformer/sharding.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::workload {

namespace {

/// Why no number of ranks can share the model; empty when some can.
std::string obstacle(const Architecture& model) {
  if (model.mlp) return "plain stacks of fully connected layers are not split";
  if (model.encoder && model.decoder) return "encoder-decoders are not split";
  if (!model.decoder) return "encoders are not split";
  if (model.decoder->cross_attention) return "cross-attention is not split";
  if (model.decoder->attention.latent) return "latent attention (MLA) is not split";
  return "";
}

/// A width that the ranks share.
struct Divided {
  const char* what;
  std::uint64_t value;
};

std::vector<Divided> divided(const Stack& stack) {
  std::vector<Divided> widths{{"attention heads", stack.attention.heads}};
  const auto any = [&](bool moe) {
    return std::any_of(stack.layers.begin(), stack.layers.end(), [&](const LayerKind& l) { return l.moe == moe; });
  };
  if (any(false)) widths.push_back({"columns of the MLP (intermediate size)", stack.mlp.intermediate});
  if (stack.moe && any(true)) {
    widths.push_back({"columns of an expert (intermediate size)", stack.moe->intermediate});
    if (stack.moe->shared_intermediate != 0)
      widths.push_back({"columns of the shared experts (intermediate size)", stack.moe->shared_intermediate});
  }
  return widths;
}

/// Key/value heads are split while there are enough of them, then replicated: either number divides the other.
bool key_heads_fit(const Stack& stack, std::uint64_t ranks) {
  const std::uint64_t heads = stack.attention.kv_heads;
  return heads % ranks == 0 || ranks % heads == 0;
}

bool divides(const Stack& stack, std::uint64_t ranks) {
  const std::vector<Divided> widths = divided(stack);
  return key_heads_fit(stack, ranks) &&
         std::all_of(widths.begin(), widths.end(), [&](const Divided& d) { return d.value % ranks == 0; });
}

/// The number of ranks nearest to `ranks` that the model can be shared by; the smaller of two equally near.
std::uint64_t nearest(const Stack& stack, std::uint64_t ranks) {
  const std::uint64_t most = stack.attention.heads;
  if (ranks > most) {
    for (std::uint64_t below = most; below > 1; --below)
      if (divides(stack, below)) return below;
    return 1;
  }
  for (std::uint64_t distance = 1; distance < ranks; ++distance) {
    if (divides(stack, ranks - distance)) return ranks - distance;
    if (ranks + distance <= most && divides(stack, ranks + distance)) return ranks + distance;
  }
  return 1;  // not reached: 1 divides
}

}  // namespace

void check_tensor_parallel(const Architecture& model, std::uint32_t ranks) {
  if (ranks == 1) return;
  if (ranks == 0) throw InputError(fmt::format("{}: tensor_parallel is 0; expected at least 1", model.model_type));
  if (const std::string why = obstacle(model); !why.empty())
    throw InputError(fmt::format("{}: tensor_parallel is {}, but {}; expected 1", model.model_type, ranks, why));
  const Stack& stack = *model.decoder;
  const auto refuse = [&](const char* what, std::uint64_t value) {
    throw InputError(fmt::format("{}: tensor_parallel is {}, which does not divide {} {}; the nearest that works is {}",
                                 model.model_type, ranks, value, what, nearest(stack, ranks)));
  };
  for (const auto& [what, value] : divided(stack))
    if (value % ranks != 0) refuse(what, value);
  if (!key_heads_fit(stack, ranks)) refuse("key/value heads", stack.attention.kv_heads);
}

Architecture shard(const Architecture& model, std::uint32_t ranks) {
  check_tensor_parallel(model, ranks);
  if (ranks == 1) return model;
  Architecture part = model;
  Stack& stack = *part.decoder;
  stack.attention.heads /= ranks;
  stack.attention.kv_heads = std::max<std::uint64_t>(1, stack.attention.kv_heads / ranks);
  stack.mlp.intermediate /= ranks;
  if (stack.moe) {
    stack.moe->intermediate /= ranks;
    stack.moe->shared_intermediate /= ranks;
  }
  return part;
}

std::uint64_t vocabulary_share(const Architecture& model, const PassOptions& options) {
  return (model.vocab + options.tensor_parallel - 1) / options.tensor_parallel;
}

}  // namespace presil::workload
