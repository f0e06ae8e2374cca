// sample.h -- what the tests of sim/config share: a struct with a field of every sort, and the message of a failure.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/error.h"
#include "sim/config/loader.h"
#include "sim/config/node.h"
#include "sim/config/reader.h"

namespace presil::config::test {

enum class Shape { ring, mesh, tree };
inline constexpr std::array<std::string_view, 3> kShapes{"ring", "mesh", "tree"};
inline constexpr std::array<std::string_view, 3> kNames{"bf16", "fp8", "int8"};

struct Bank {
  BytesPerSecond rate{1e9};
  std::string label;
  void describe(Visitor& v) {
    v.quantity("rate", rate, required, positive, "Rate.");
    v.text("label", label, optional, "Label.");
  }
};

struct Sample {
  Bytes size{};
  Seconds delay{5e-7};
  double share{0.5};
  int count{1};
  bool on{false};
  std::string title{"untitled"};
  std::vector<std::string> words{"x"};
  Shape shape{Shape::mesh};
  std::array<double, 3> speed{1, 0, 0};
  Bank bank;
  std::vector<Bank> banks;
  void describe(Visitor& v) {
    v.quantity("size", size, required, positive, "Size.");
    v.quantity("delay", delay, optional, non_negative, "Delay.");
    v.real("share", share, optional, fraction, "Share.");
    v.integer("count", count, optional, 1, 16, "Count.");
    v.flag("on", on, optional, "On.");
    v.text("title", title, optional, "Title.");
    v.texts("words", words, optional, "Words.");
    v.choice("shape", shape, optional, kShapes, "Shape.");
    v.table("speed", speed, optional, kNames, non_negative, "Speed.");
    v.object("bank", bank, optional, "Bank.");
    v.list("banks", banks, optional, "Banks.");
    v.check(count != 13, "count", "thirteen brings bad luck");
  }
};

/// The message of the Failure that `work` throws; a test failure when it throws none.
template <class Failure = InputError, class Work>
std::string message_of(Work work) {
  try {
    work();
  } catch (const Failure& failure) {
    return failure.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

inline Sample sample_of(const std::string& yaml, std::vector<Provenance>* provenance = nullptr) {
  Sample sample;
  read(parse_yaml(yaml, "f.yaml"), sample, provenance);
  return sample;
}

/// The tree in one line: texts in quotes are quoted, null is ~.
inline std::string shown(const Node& node) {
  std::string text;
  switch (node.kind) {
    case Node::Kind::null: return "~";
    case Node::Kind::scalar: return node.quoted ? "\"" + node.scalar + "\"" : node.scalar;
    case Node::Kind::sequence:
      for (const auto& item : node.items) text += (text.empty() ? "" : ", ") + shown(item);
      return "[" + text + "]";
    case Node::Kind::mapping:
      for (const auto& [key, value] : node.members) text += (text.empty() ? "" : ", ") + key + ": " + shown(value);
      return "{" + text + "}";
  }
  return text;
}

}  // namespace presil::config::test
