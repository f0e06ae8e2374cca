// safetensors.cpp -- implementation of safetensors.h.
#include "models/imc/safetensors.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/node.h"

namespace presil::imc {

namespace {

constexpr std::uint64_t kLength = 8;               // of the field before the header
constexpr std::uint64_t kMostValues = 1ull << 40;  // of one tensor

struct Dtype {
  std::string_view name;
  std::uint64_t bytes;
};
constexpr std::array kDtypes{Dtype{"F64", 8}, Dtype{"F32", 4}, Dtype{"F16", 2},     Dtype{"BF16", 2},    Dtype{"I64", 8},
                             Dtype{"I32", 4}, Dtype{"I16", 2}, Dtype{"I8", 1},      Dtype{"U8", 1},      Dtype{"U16", 2},
                             Dtype{"U32", 4}, Dtype{"U64", 8}, Dtype{"F8_E4M3", 1}, Dtype{"F8_E5M2", 1}, Dtype{"BOOL", 1}};

std::uint64_t bytes_of(const config::Node& node) {
  for (const Dtype& type : kDtypes)
    if (type.name == node.scalar) return type.bytes;
  config::fail_at(node.mark, fmt::format("unknown dtype '{}'", node.scalar));
}

std::uint64_t number(const config::Node& node) {
  std::uint64_t value = 0;
  const char* end = node.scalar.data() + node.scalar.size();
  const auto [stop, problem] = std::from_chars(node.scalar.data(), end, value);
  if (node.quoted || problem != std::errc() || stop != end)
    config::fail_at(node.mark, fmt::format("'{}' is no whole number of 0 or more", node.scalar));
  return value;
}

const config::Node& member(const config::Node& node, const char* key, config::Node::Kind kind) {
  const config::Node* found = node.find(key);
  if (!found) config::fail_at(node.mark, fmt::format("a tensor needs '{}'", key));
  if (found->kind != kind) config::fail_at(found->mark, fmt::format("'{}' is {}", key, config::kind_name(*found)));
  return *found;
}

Safetensors::Tensor tensor_of(const config::Node& node) {
  using Kind = config::Node::Kind;
  if (node.kind != Kind::mapping) config::fail_at(node.mark, "a tensor is a mapping of dtype, shape and data_offsets");
  Safetensors::Tensor tensor;
  const config::Node& dtype = member(node, "dtype", Kind::scalar);
  std::uint64_t bytes = bytes_of(dtype);
  tensor.dtype = dtype.scalar;
  for (const config::Node& extent : member(node, "shape", Kind::sequence).items) {
    tensor.shape.push_back(number(extent));
    if (tensor.shape.back() != 0 && bytes > kMostValues / tensor.shape.back())
      config::fail_at(extent.mark, "the shape has more than 2^40 bytes");
    bytes *= tensor.shape.back();
  }
  const config::Node& range = member(node, "data_offsets", Kind::sequence);
  if (range.items.size() != 2) config::fail_at(range.mark, "data_offsets are [begin, end]");
  tensor.begin = number(range.items[0]);
  tensor.end = number(range.items[1]);
  if (tensor.end < tensor.begin) config::fail_at(range.mark, fmt::format("data_offsets end at {}, before {}", tensor.end, tensor.begin));
  if (tensor.end - tensor.begin != bytes)
    config::fail_at(range.mark, fmt::format("data_offsets span {} bytes, shape and dtype need {}", tensor.end - tensor.begin, bytes));
  return tensor;
}

float from_half(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31, mantissa = bits & 1023;
  const float sign = bits & 0x8000 ? -1.0f : 1.0f;
  if (exponent == 31) return mantissa ? std::nanf("") : sign * INFINITY;
  return sign * (exponent == 0 ? std::ldexp(static_cast<float>(mantissa), -24)
                               : std::ldexp(static_cast<float>(mantissa + 1024), exponent - 25));
}

std::string text_of(const std::vector<std::uint64_t>& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

}  // namespace

Safetensors::Safetensors(const std::filesystem::path& file) : file_(file) {
  map();
  try {
    read_header();
  } catch (...) {
    if (bytes_) munmap(const_cast<unsigned char*>(bytes_), size_);
    throw;
  }
}

Safetensors::~Safetensors() {
  if (bytes_) munmap(const_cast<unsigned char*>(bytes_), size_);
}

void Safetensors::fail(std::uint64_t offset, const std::string& message) const {
  throw InputError(fmt::format("{}: byte {}: {}", file_.string(), offset, message));
}

void Safetensors::map() {
  const int handle = open(file_.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (handle < 0 || fstat(handle, &status) != 0 || !S_ISREG(status.st_mode)) {
    const std::string reason = handle < 0 ? std::strerror(errno) : "no regular file";
    if (handle >= 0) close(handle);
    throw InputError(fmt::format("{}: cannot read: {}", file_.string(), reason));
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
  void* address = size_ >= kLength ? mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, handle, 0) : nullptr;
  close(handle);
  if (size_ < kLength) fail(size_, "the file ends within the 8 bytes that give the header's length");
  if (address == MAP_FAILED) throw InputError(fmt::format("{}: cannot map: {}", file_.string(), std::strerror(errno)));
  bytes_ = static_cast<const unsigned char*>(address);
}

void Safetensors::read_header() {
  std::uint64_t length = 0;
  for (std::uint64_t i = 0; i < kLength; ++i) length |= static_cast<std::uint64_t>(bytes_[i]) << (8 * i);
  if (length > size_ - kLength) fail(0, fmt::format("the header has {} bytes, the file only {} after its length", length, size_ - kLength));
  data_ = kLength + length;
  const std::string_view text(reinterpret_cast<const char*>(bytes_) + kLength, length);
  const config::Node header = config::parse_json(text, file_.string());
  if (header.kind != config::Node::Kind::mapping) config::fail_at(header.mark, "the header is no mapping");
  for (const auto& [name, node] : header.members)
    if (name != "__metadata__") tensors_[name] = tensor_of(node);
  check_ranges(size_ - data_);
}

void Safetensors::check_ranges(std::uint64_t data_size) const {
  std::vector<std::pair<Tensor, std::string>> ordered;
  for (const auto& [name, tensor] : tensors_) ordered.emplace_back(tensor, name);
  std::sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first.begin, a.first.end) < std::pair(b.first.begin, b.first.end);
  });
  std::uint64_t at = 0;
  for (const auto& [tensor, name] : ordered) {
    if (tensor.begin < at) fail(data_ + tensor.begin, fmt::format("'{}' overlaps the tensor that ends at {} of the data", name, at));
    if (tensor.begin > at) fail(data_ + at, fmt::format("{} bytes before '{}' belong to no tensor", tensor.begin - at, name));
    if (tensor.end > data_size) fail(size_, fmt::format("the file ends within '{}', which needs {} more bytes", name, tensor.end - data_size));
    at = tensor.end;
  }
  if (at != data_size) fail(data_ + at, fmt::format("{} bytes after the last tensor", data_size - at));
}

const Safetensors::Tensor& Safetensors::tensor(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found != tensors_.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [known, unused] : tensors_) names.push_back(known);
  throw InputError(fmt::format("{}: no tensor '{}'{}", file_.string(), name, did_you_mean(name, names)));
}

std::vector<float> Safetensors::values(const std::string& name, const std::vector<std::uint64_t>& shape) const {
  const Tensor& t = tensor(name);
  const std::uint64_t at = data_ + t.begin;
  if (t.shape != shape) fail(at, fmt::format("'{}' has shape {}; expected {}", name, text_of(t.shape), text_of(shape)));
  if (t.dtype != "F32" && t.dtype != "F16" && t.dtype != "BF16")
    fail(at, fmt::format("'{}' is {}; expected F32, F16 or BF16", name, t.dtype));
  const unsigned char* from = bytes_ + at;
  const bool wide = t.dtype == "F32", half = t.dtype == "F16";
  std::vector<float> values((t.end - t.begin) / (wide ? 4 : 2));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const unsigned char* p = from + i * (wide ? 4 : 2);
    const auto low = static_cast<std::uint32_t>(p[0] | p[1] << 8);
    values[i] = wide   ? std::bit_cast<float>(low | static_cast<std::uint32_t>(p[2]) << 16 | static_cast<std::uint32_t>(p[3]) << 24)
                : half ? from_half(static_cast<std::uint16_t>(low))
                       : std::bit_cast<float>(low << 16);
  }
  return values;
}

}  // namespace presil::imc
