// findings.h -- the problems and the provenance that reading a document collects; internal to sim/config.
#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/config/reader.h"

namespace presil::config::detail {

/// What reading a whole document collects.
class Findings {
 public:
  explicit Findings(std::vector<Provenance>* provenance) : provenance_(provenance) {}

  void problem(const Mark& mark, const std::string& message) {
    if (++count_ <= kShown) text_ += fmt::format("{}{}: {}", count_ == 1 ? "" : "\n", mark.text(), message);
  }
  /// One more problem whose message nobody would see: making it may be slow.
  void unshown() { ++count_; }
  bool full() const { return count_ >= kShown; }
  std::size_t count() const { return count_; }

  void given(const std::string& path, const Node& node, const std::string& value) {
    if (provenance_ == nullptr) return;
    const std::string source = node.mark.from_command_line() ? kCommandLineSource
                               : node.source                 ? *node.source
                                                             : "";
    provenance_->push_back({path, value, source, node.mark.text()});
  }
  void defaulted(const std::string& path, const std::string& value) {
    if (provenance_ != nullptr) provenance_->push_back({path, value, kDefaultSource, ""});
  }

  void throw_if_any() const {
    if (count_ == 0) return;
    throw InputError(count_ <= kShown ? text_ : fmt::format("{}\n... and {} more", text_, count_ - kShown));
  }

 private:
  static constexpr std::size_t kShown = 20;
  std::vector<Provenance>* provenance_;
  std::string text_;
  std::size_t count_{0};
};

}  // namespace presil::config::detail
