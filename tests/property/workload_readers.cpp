// Shipped models with several fields spoilt at random: an architecture whose passes are sound, or an
// InputError that begins with a place. Nothing else, and no product that overflows.
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "sim/base/error.h"
#include "tests/unit/workloads/transformer/flow.h"
#include "tests/unit/workloads/transformer/models.h"

namespace presil::workload {
namespace {

using config::Node;

/// What a pass accepts: tokens of one sequence, and of all sequences.
constexpr std::uint64_t kLongest = 10'000'000, kMostTokens = 100'000'000;

template <class Values>
auto one_of(const Values& values) {
  return *rc::gen::elementOf(values);
}

Node random_value() {
  static const std::vector<std::string> bare{"0",  "1",    "2",     "3",     "7",          "12",
                                             "64", "1000", "99999", "10000", "10000000",   "10000001",
                                             "-4", "2.5",  "true",  "false", "4294967296", "1e30"};
  static const std::vector<std::string> words{"silu",     "relu", "linear", "gated-gelu", "llama", "mlp",
                                              "absolute", "8",    ""};
  Node node;
  switch (*rc::gen::inRange(0, 6)) {
    case 0: return node;
    case 1:
      node.kind = Node::Kind::scalar;
      node.quoted = true;
      node.scalar = one_of(words);
      return node;
    case 2: node.kind = Node::Kind::sequence; return node;
    default:
      node.kind = Node::Kind::scalar;
      node.scalar = one_of(bare);
      return node;
  }
}

void expect_sound(const Graph& graph) {
  RC_ASSERT(test::FlowCheck(graph).problems() == std::vector<std::string>{});
  RC_ASSERT(graph.flops() > 0);
  RC_ASSERT(graph.weight_bytes() > 0);
  // More values than any machine has bytes would be a product that wrapped or a limit that is missing.
  for (const Tensor& tensor : graph.tensors)
    RC_ASSERT(tensor.values > 0 && tensor.values < (std::uint64_t{1} << 63));
}

TEST(WorkloadReaders, ASpoiltFileIsReadSoundlyOrRefusedWithItsPlace) {
  const std::vector<std::string> names = test::shipped_names();
  int accepted = 0, refused = 0;
  EXPECT_TRUE(rc::check("an architecture or an InputError", [&] {
    const std::string name = one_of(names);
    Node file = config::parse_file(test::models_directory() / (name + ".json"));
    for (int i = *rc::gen::inRange(1, 4); i > 0; --i) {
      const std::size_t at = *rc::gen::inRange<std::size_t>(0, file.members.size());
      Node value = random_value();
      value.mark = file.members[at].second.mark;
      file.members[at].second = std::move(value);
    }
    Architecture model;
    try {
      model = read_architecture(file);
    } catch (const InputError& error) {
      ++refused;
      RC_ASSERT(std::string(error.what()).find(name + ".json:") != std::string::npos);
      return;
    }
    ++accepted;
    RC_ASSERT(active_parameter_count(model) <= parameter_count(model));
    PassOptions options;
    options.batch = *rc::gen::inRange<std::uint64_t>(1, 4);
    options.fused_attention = *rc::gen::arbitrary<bool>();
    if (model.encoder || model.mlp) expect_sound(encode_pass(model, options, 1));
    if (!model.decoder) return;
    expect_sound(prefill_pass(model, options, 1));
    expect_sound(decode_pass(model, options, 1, 1));
  }));
  EXPECT_GT(accepted, 10);
  EXPECT_GT(refused, 10);
}

TEST(WorkloadReaders, LongBatchesAreRefusedBeforeAnyProductOverflows) {
  EXPECT_TRUE(rc::check("work is what it is in floating point, or an InputError", [] {
    const Architecture model = test::shipped("gpt_oss_20b");
    PassOptions options;
    options.batch = *rc::gen::inRange<std::uint64_t>(1, 1'000'000'000);
    options.fused_attention = *rc::gen::arbitrary<bool>();
    const std::uint64_t kv_len = *rc::gen::inRange<std::uint64_t>(1, 100'000'000);
    try {
      const double one = [&] {
        PassOptions single = options;
        single.batch = 1;
        return decode_pass(model, single, kv_len, 0).flops();
      }();
      const double many = decode_pass(model, options, kv_len, 0).flops();
      RC_ASSERT(std::abs(many - static_cast<double>(options.batch) * one) <= 1e-9 * many);
    } catch (const InputError&) {
      RC_ASSERT(kv_len > kLongest || options.batch > kMostTokens / kv_len);
    }
  }));
}

}  // namespace
}  // namespace presil::workload
