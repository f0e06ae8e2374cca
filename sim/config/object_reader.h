// object_reader.h -- the visitor that reads one mapping; internal to sim/config.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sim/config/findings.h"
#include "sim/config/node.h"
#include "sim/config/visitor.h"

namespace presil::config::detail {

/// Reads one mapping. Without a node it is an optional mapping that was not given: only defaults are noted.
class ObjectReader final : public Visitor {
 public:
  ObjectReader(const Node* node, std::string path, Findings& findings)
      : node_(node), path_(std::move(path)), findings_(findings), problems_before_(findings.count()) {}

  void check(bool holds, const char* key, const std::string& message) override;
  /// Reports keys that no field has asked for.
  void finish();

 private:
  void number(const Field&, double& value, Measure, Range) override;
  void whole(const Field&, std::int64_t& value, std::int64_t min, std::int64_t max) override;
  void boolean(const Field&, bool& value) override;
  void string(const Field&, std::string& value) override;
  void strings(const Field&, std::vector<std::string>& value) override;
  void one_of(const Field&, std::size_t& index, std::span<const std::string_view> names) override;
  void nested(const Field&, const std::function<void(Visitor&)>& describe) override;
  void numbers_by_name(const Field&, std::span<double> values, std::span<const std::string_view> names,
                       Range) override;
  void by_kind(const Field&, const char* what, std::size_t& index, std::span<const std::string_view> names,
               const std::function<void(Visitor&, std::size_t)>& describe) override;
  void sequence(const Field&, std::size_t size, const std::function<void(std::size_t)>& resize,
                const std::function<void(Visitor&, std::size_t)>& describe) override;

  std::string full(std::string_view key) const {
    return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
  }
  void problem(const Node& at, std::string_view key, const std::string& message) {
    findings_.problem(at.mark, fmt::format("{}: {}", full(key), message));
  }
  void check_source(const Node& source, std::string_view key);
  const Node* member(const Field& field, const std::string& expected);
  const Node* unwrapped(const Node& node, std::string_view key, const std::string& expected);
  const Node* scalar(const Field& field, const std::string& expected);
  const Node* of_kind(const Field& field, Node::Kind kind, const std::string& expected);
  bool read_number(const Node& node, std::string_view key, double& value, Measure measure, Range range);
  void note_default(const Field& field, const std::string& value) {
    if (field.presence == optional && (node_ == nullptr || node_->find(field.key) == nullptr))
      findings_.defaulted(full(field.key), value);
  }

  const Node* node_;
  std::string path_;
  Findings& findings_;
  std::size_t problems_before_;
  std::vector<std::string> keys_;
  bool kind_unknown_{false};  ///< so that nobody can say which keys there are
};

}  // namespace presil::config::detail
