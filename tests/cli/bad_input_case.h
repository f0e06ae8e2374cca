// bad_input_case.h -- one wrong input and what presil must say about it; the tables are in bad_input_*.cpp.
#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace presil::test {

/// The command runs in a fresh folder that holds the files. It must fail with the status, leave stdout empty,
/// and say each text on stderr; "@HOME" in a text stands for the source tree. A text that opens with a line
/// break is read without it.
struct BadInputCase {
  std::string name;
  std::vector<std::string> command;
  std::vector<std::pair<std::string, std::string>> files;
  int status;
  std::vector<std::string> says;
};

inline std::ostream& operator<<(std::ostream& stream, const BadInputCase& c) { return stream << c.name; }
inline std::string case_name(const testing::TestParamInfo<BadInputCase>& info) { return info.param.name; }

class BadInput : public testing::TestWithParam<BadInputCase> {};

/// The smallest experiment that runs.
inline const std::string kExperiment =
    "chip: tpu_v4\nmodel: gpt2\nworkload: {batch: 1, in_len: 16, out_len: 2}\n";

std::string repeat(const std::string& text, int times);
/// Mappings inside mappings, each indented by two more.
std::string nested(int levels);
/// [1, 2, ... 60]
std::string sixty();

}  // namespace presil::test
