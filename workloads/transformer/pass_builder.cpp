// pass_builder.cpp -- implementation of pass_builder.h.
#include "workloads/transformer/pass_builder.h"

#include <algorithm>

namespace presil::workload {

namespace {

bool is_four_bit(Format f) { return f == Format::int4 || f == Format::fp4; }

std::uint64_t total_width(const std::vector<Part>& parts) {
  std::uint64_t total = 0;
  for (const Part& part : parts) total += part.width;
  return total;
}

Op make_op(const std::string& name, OpKind kind) {
  Op op;
  op.name = name;
  op.kind = kind;
  return op;
}

}  // namespace

Format wider(Format a, Format b) {
  if (bits(a) != bits(b)) return bits(a) > bits(b) ? a : b;
  return is_integer(a) && !is_integer(b) ? b : a;
}

PassBuilder::PassBuilder(const PassOptions& options, std::string phase, std::string stack)
    : options_(options), stack_(std::move(stack)) {
  graph_.phase = std::move(phase);
}

Format PassBuilder::product_format(Format weights) const {
  return options_.formats.quantised_products ? weights : wider(activations(), weights);
}

void PassBuilder::begin_segment(const std::string& name, std::uint64_t count) {
  Segment fresh;
  fresh.name = name;
  fresh.count = count;
  graph_.segments.push_back(std::move(fresh));
}

TensorId PassBuilder::entry(const std::string& name, std::uint64_t values) {
  const TensorId id = activation(name, values);
  segment().entries.push_back(id);
  return id;
}

void PassBuilder::end_segment(std::vector<TensorId> exits) { segment().exits = std::move(exits); }

TensorId PassBuilder::add_tensor(std::string name, TensorRole role, Format format, std::uint64_t values) {
  return graph_.add({std::move(name), role, format, values});
}

std::string PassBuilder::weight_name(const std::string& name) const {
  return stack_ + "." + graph_.segments.back().name + "." + name;
}

TensorId PassBuilder::activation(const std::string& name, std::uint64_t values) {
  return activation(name, values, activations());
}

TensorId PassBuilder::activation(const std::string& name, std::uint64_t values, Format format) {
  return add_tensor(name, TensorRole::activation, format, values);
}

TensorId PassBuilder::cache(const std::string& name, std::uint64_t values) {
  return add_tensor(name, TensorRole::kv_cache, options_.formats.kv, values);
}

TensorId PassBuilder::matrix(const std::string& name, std::uint64_t values) {
  return add_tensor(weight_name(name), TensorRole::weight, options_.formats.weights, values);
}

TensorId PassBuilder::parameter(const std::string& name, std::uint64_t values) {
  return add_tensor(weight_name(name), TensorRole::weight, activations(), values);
}

TensorId PassBuilder::table(const std::string& name, std::uint64_t values) {
  for (TensorId id : tables_)
    if (tensor(id).name == name) return id;
  const Format weights = options_.formats.weights;
  const Format format = is_four_bit(weights) ? activations() : weights;
  tables_.push_back(add_tensor(name, TensorRole::weight, format, values));
  return tables_.back();
}

std::vector<TensorId> PassBuilder::fused_linear(const std::string& name, TensorId input, std::uint64_t rows,
                                                std::uint64_t k, const std::vector<Part>& parts, std::uint64_t bias) {
  const std::uint64_t n = total_width(parts);
  Op op = make_op(name, OpKind::matmul);
  op.matmul = {.batch = 1, .m = rows, .n = n, .k = k};
  op.inputs = {input};
  op.weights = {matrix(name + ".weight", n * k)};
  if (bias != 0) op.weights.push_back(parameter(name + ".bias", bias));
  for (const Part& part : parts) op.outputs.push_back(activation(part.name, rows * part.width));
  op.compute = product_format(tensor(op.weights.front()).format);
  return add(std::move(op)).outputs;
}

TensorId PassBuilder::linear(const std::string& name, TensorId input, std::uint64_t rows, std::uint64_t k,
                             std::uint64_t n, bool bias) {
  return fused_linear(name, input, rows, k, {{name + ".out", n}}, bias ? n : 0).front();
}

TensorId PassBuilder::matmul(const std::string& name, MatMul shape, std::vector<TensorId> inputs,
                             std::vector<TensorId> weights, std::uint64_t out_values) {
  Op op = make_op(name, OpKind::matmul);
  op.matmul = shape;
  op.inputs = std::move(inputs);
  op.weights = std::move(weights);
  op.outputs = {activation(name + ".out", out_values)};
  const TensorId b = op.weights.empty() ? op.inputs.at(1) : op.weights.front();
  op.compute = wider(tensor(op.inputs.front()).format, tensor(b).format);
  return add(std::move(op)).outputs.front();
}

TensorId PassBuilder::vector(const std::string& name, VectorWork work, std::vector<TensorId> inputs,
                             std::vector<TensorId> weights, std::uint64_t out_values) {
  Op op = make_op(name, OpKind::vector);
  op.vector = work;
  op.inputs = std::move(inputs);
  op.weights = std::move(weights);
  op.outputs = {activation(name + ".out", out_values)};
  op.compute = activations();
  return add(std::move(op)).outputs.front();
}

void PassBuilder::drop_in_place(double parts) {
  const TensorId mask = activation("dropout_mask", static_cast<std::uint64_t>(parts) * tensor(segment().ops.back().outputs.front()).values,
                                   Format::int8);
  Op& op = segment().ops.back();
  op.vector.simple += parts * (cost::kDropout.simple);
  op.outputs.push_back(mask);
}

TensorId PassBuilder::gather(const std::string& name, std::vector<TensorId> inputs, TensorId source,
                             std::uint64_t rows, std::uint64_t width, std::uint64_t table_rows) {
  Op op = make_op(name, OpKind::gather);
  op.gather = {rows, static_cast<double>(width) * bytes_per_value(tensor(source).format)};
  op.inputs = std::move(inputs);
  if (table_rows == 0) {
    op.inputs.insert(op.inputs.begin(), source);
  } else {
    op.weights = {source};
    op.weight_fraction = std::min(1.0, static_cast<double>(rows) / static_cast<double>(table_rows));
  }
  op.outputs = {activation(name + ".out", rows * width)};
  op.compute = activations();
  return add(std::move(op)).outputs.front();
}

TensorId PassBuilder::look_up(const std::string& name, TensorId ids, TensorId source, std::uint64_t rows,
                              std::uint64_t width, std::uint64_t table_rows) {
  const TensorId found = gather(name, {ids}, source, rows, width, table_rows);
  segment().ops.back().gather.rows = (rows + options_.tensor_parallel - 1) / options_.tensor_parallel;
  return found;
}

TensorId PassBuilder::exchange(const std::string& name, TensorId input, const Collective& what, std::uint64_t values) {
  if (what.ranks == 1) return input;
  Op op = make_op(name, OpKind::collective);
  op.collective = what;
  op.inputs = {input};
  op.compute = tensor(input).format;
  op.outputs = {activation(name + ".out", values, op.compute)};
  return add(std::move(op)).outputs.front();
}

TensorId PassBuilder::all_reduce(TensorId input) {
  const Tensor t = tensor(input);
  return exchange("all_reduce", input, {CollectiveKind::all_reduce, options_.tensor_parallel, t.bytes()}, t.values);
}

TensorId PassBuilder::all_gather(TensorId input, std::uint64_t values) {
  const double bytes = options_.tensor_parallel * tensor(input).bytes();
  return exchange("all_gather", input, {CollectiveKind::all_gather, options_.tensor_parallel, bytes}, values);
}

TensorId PassBuilder::enter(TensorId input) {
  const Tensor t = tensor(input);
  if (options_.sequence_parallel) return all_gather(input, options_.tensor_parallel * t.values);
  if (!options_.training) return input;
  return exchange("copy", input, {CollectiveKind::copy, options_.tensor_parallel, t.bytes()}, t.values);
}

TensorId PassBuilder::leave(TensorId input) {
  if (!options_.sequence_parallel) return all_reduce(input);
  const Tensor t = tensor(input);
  return exchange("reduce_scatter", input, {CollectiveKind::reduce_scatter, options_.tensor_parallel, t.bytes()},
                  t.values / options_.tensor_parallel);
}

std::uint64_t PassBuilder::own_rows(std::uint64_t tokens) const {
  return options_.sequence_parallel ? tokens / options_.tensor_parallel : tokens;
}

TensorId PassBuilder::gather_context(TensorId input) {
  const Tensor t = tensor(input);
  const std::uint32_t n = options_.context_parallel;
  return exchange("context_gather", input, {CollectiveKind::all_gather, n, n * t.bytes(), Group::context}, n * t.values);
}

TensorId PassBuilder::exchange_tokens(TensorId input) {
  const Tensor t = tensor(input);
  return exchange("expert_exchange", input, {CollectiveKind::all_to_all, options_.expert_parallel, t.bytes(), Group::expert}, t.values);
}

void PassBuilder::transfer(const std::string& name, std::vector<TensorId> inputs, std::vector<TensorId> outputs) {
  Op op = make_op(name, OpKind::transfer);
  op.compute = tensor(inputs.front()).format;
  op.inputs = std::move(inputs);
  op.outputs = std::move(outputs);
  add(std::move(op));
}

TensorId PassBuilder::host_input(const std::string& name, std::uint64_t values, Format format) {
  const TensorId host = add_tensor(name + ".host", TensorRole::input, format, values);
  const TensorId device = add_tensor(name, TensorRole::activation, format, values);
  transfer("host_input", {host}, {device});
  return device;
}

void PassBuilder::host_output(TensorId id) {
  const Tensor source = tensor(id);
  transfer("host_output", {id}, {add_tensor(source.name + ".host", TensorRole::output, source.format, source.values)});
}

Op& PassBuilder::add(Op op) {
  // Integer products are summed in integers, whatever the deployment says of floating-point ones.
  op.accumulate = is_integer(op.compute) ? Format::int32 : options_.formats.accumulate;
  segment().ops.push_back(std::move(op));
  return segment().ops.back();
}

}  // namespace presil::workload
