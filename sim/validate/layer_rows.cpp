// layer_rows.cpp -- implementation of layer_rows.h.
//
// Rows are called "MODEL one layer: OPERATOR". The layer is that of a framework without fusion: queries, keys and
// values by three products, scores of all pairs of tokens through memory, two all-reduces by NCCL. In decode the
// sequence is in_len + out_len tokens long. TOTAL is the sum of the operators. Operators are those of published scripts
// (github.com/PrincetonUniversity/LLMCompass), 16 bit; each costs the host time of the framework operators in it.
#include "sim/validate/layer_rows.h"

#include <array>
#include <cctype>

#include <fmt/format.h>

#include "models/fabric/collective_time.h"
#include "models/gpu/matmul_policy.h"
#include "models/gpu/vector_library.h"
#include "sim/base/error.h"
#include "sim/config/tree_builder.h"
#include "sim/run/experiment.h"
#include "sim/validate/gpu_device.h"
#include "sim/validate/training_rows.h"

namespace presil::validate {

namespace {

constexpr double kBytes = 2;
constexpr std::array kOperators{"Q_K_V", "Q_mul_K", "A_mul_V", "Wo_proj", "W1_proj", "W2_proj", "Softmax",
                                "LayerNorm_MHA", "LayerNorm_FFN", "GeLU", "AllReduce_MHA", "AllReduce_FFN"};

class Layer {
 public:
  Layer(GpuDevice& device, const LayerRow& row, const workload::Architecture& model)
      : device_(device), row_(row), stack_(*model.decoder), hidden_(model.hidden), decode_(row.phase == "decode") {
    if (stack_.attention.heads % row.tp != 0 || stack_.mlp.intermediate % row.tp != 0)
      throw InputError(fmt::format("{} devices do not divide the layer", row.tp));
  }

  /// Seconds; below 0: no such operator.
  double seconds(const std::string& op) const {
    if (op == "TOTAL") {
      double sum = 0;
      for (const char* name : kOperators) sum += seconds(name);
      return sum;
    }
    const std::uint64_t width = heads() * stack_.attention.head_dim, inner = stack_.mlp.intermediate / row_.tp;
    if (op == "Q_K_V") return 3 * product(1, tokens(), width, hidden_);
    if (op == "Q_mul_K") return product(row_.batch * heads(), queries(), keys(), stack_.attention.head_dim);
    if (op == "A_mul_V") return product(row_.batch * heads(), queries(), stack_.attention.head_dim, keys());
    if (op == "Wo_proj") return product(1, tokens(), hidden_, width);
    if (op == "W1_proj") return product(1, tokens(), inner, hidden_);
    if (op == "W2_proj") return product(1, tokens(), hidden_, inner);
    if (op == "Softmax") return vector("softmax", row_.batch * heads() * queries(), keys());
    if (op == "LayerNorm_MHA" || op == "LayerNorm_FFN") return vector("layernorm", tokens(), hidden_);
    if (op == "GeLU") return vector("gelu_tanh", tokens(), inner);
    if (op == "AllReduce_MHA" || op == "AllReduce_FFN") return all_reduce();
    return -1;
  }

 private:
  std::uint64_t heads() const { return stack_.attention.heads / row_.tp; }
  std::uint64_t queries() const { return decode_ ? 1 : row_.in_len; }
  std::uint64_t keys() const { return row_.in_len + (decode_ ? row_.out_len : 0); }
  std::uint64_t tokens() const { return row_.batch * queries(); }

  double product(std::uint64_t batch, std::uint64_t m, std::uint64_t n, std::uint64_t k) const {
    gpu::MatmulShape s;
    s.batch = batch;
    s.m = m;
    s.n = n;
    s.k = k;
    s.format = Format::fp16;
    s.a_bytes = s.b_bytes = s.c_bytes = kBytes;
    s.rows_of_b = true;
    return device_.seconds({gpu::plan_matmul(device_.config(), s)}, true) + kMatmulOperators * device_.overhead_s();
  }

  /// As PyTorch calls it; several of its operators are dispatched on the host.
  double vector(const char* op, std::uint64_t rows, std::uint64_t columns) const {
    const gpu::VectorCall call = gpu::vector_call(op, static_cast<double>(rows), static_cast<double>(columns), kBytes, true);
    std::vector<gpu::Kernel> kernels;
    for (gpu::VectorShape shape : call.kernels) {
      shape.warm = true;  // every operator was measured alone, again and again
      kernels.push_back(gpu::vector_kernel(device_.config(), shape));
    }
    return device_.seconds(std::move(kernels), true) + call.framework_operators * device_.overhead_s();
  }

  double all_reduce() const {
    const workload::Collective work{workload::CollectiveKind::all_reduce, static_cast<std::uint32_t>(row_.tp),
                                    static_cast<double>(tokens() * hidden_) * kBytes};
    return fabric::collective_time(link_of(device_.config(), row_.device), work).value;
  }

  GpuDevice& device_;
  const LayerRow& row_;
  const workload::Stack& stack_;
  std::uint64_t hidden_;
  bool decode_;
};

Prediction predict_layer(GpuDevice& device, const LayerRow& row) {
  if (row.phase.find("train") != std::string::npos) return predict_step(device, row);
  const std::size_t at = row.model.find(" one layer: ");
  if (at == std::string::npos || (row.phase != "prefill" && row.phase != "decode"))
    return {0, fmt::format("'{}' is no operator of a layer in prefill or decode", row.model)};
  std::string file;
  for (const char c : row.model.substr(0, at))
    if (c != '-') file += c == ' ' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const workload::Architecture model =
      workload::read_architecture(config::parse_file(run::find_model(file, run::home() / "workloads" / "models")));
  if (!model.decoder) return {0, fmt::format("{} has no decoder", file)};
  const std::string op = row.model.substr(at + std::string(" one layer: ").size());
  const double seconds = Layer(device, row, model).seconds(op);
  return seconds < 0 ? Prediction{0, fmt::format("a layer has no operator '{}'", op)} : Prediction{seconds * 1e3};
}

}  // namespace

void add_layers(Registry& registry) { registry.add("gpu", predict_layer); }

}  // namespace presil::validate
