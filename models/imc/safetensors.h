// safetensors.h -- tensors out of a .safetensors file, memory-mapped.
//
// The format (github.com/huggingface/safetensors): 8 bytes N, little-endian; N bytes of JSON, {"name": {"dtype": "F32",
// "shape": [..], "data_offsets": [begin, end]}, "__metadata__": {..}}; then the data, which the offsets count from. Checked
// before anything is read: N and every range within the file, ranges in order without overlap or gap, dtype known, size
// of the range equal to shape x dtype.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace presil::imc {

class Safetensors {
 public:
  struct Tensor {
    std::string dtype;  ///< "F32", "F16", "BF16", ...
    std::vector<std::uint64_t> shape;
    std::uint64_t begin{}, end{};  ///< in the data
  };

  /// Maps the file. Throws InputError with file and byte offset.
  explicit Safetensors(const std::filesystem::path& file);
  ~Safetensors();
  Safetensors(const Safetensors&) = delete;
  Safetensors& operator=(const Safetensors&) = delete;

  const std::map<std::string, Tensor>& tensors() const { return tensors_; }
  bool has(const std::string& name) const { return tensors_.count(name) > 0; }
  /// The shape of a tensor. Throws InputError with the nearest name when there is none.
  const Tensor& tensor(const std::string& name) const;
  /// Its values, from F32, F16 or BF16. Throws InputError when it is of another dtype or shape.
  std::vector<float> values(const std::string& name, const std::vector<std::uint64_t>& shape) const;

 private:
  [[noreturn]] void fail(std::uint64_t offset, const std::string& message) const;
  void map();
  void read_header();
  void check_ranges(std::uint64_t data_size) const;

  std::filesystem::path file_;
  const unsigned char* bytes_{};
  std::uint64_t size_{}, data_{};  ///< of the file; where the data begins
  std::map<std::string, Tensor> tensors_;
};

}  // namespace presil::imc
