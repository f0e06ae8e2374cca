// measured_test.cpp -- predictions against published measurements: small cited subsets of public tables, spread evenly
// over each. The tolerances are those that the project states for whole tables (docs/validate.md), per device.
#include <gmock/gmock.h>

#include "tests/support/command.h"
#include "tests/support/files.h"

namespace presil::test {
namespace {

struct Table {
  const char* name;
  const char* most_percent;  ///< mean absolute percentage error of any device
};

class Measured : public testing::TestWithParam<Table> {};

TEST_P(Measured, WithinTheStatedTolerance) {
  const std::string file = (source_directory() / "tests" / "validation" / "measured" / (std::string(GetParam().name) + ".csv")).string();
  const CommandResult result = run_presil({"validate", file, "--max-mape", GetParam().most_percent});
  EXPECT_EQ(result.status, 0) << result;
  EXPECT_THAT(result.out, testing::Not(testing::HasSubstr("not predicted")));
}

INSTANTIATE_TEST_SUITE_P(Tables, Measured,
                         testing::Values(Table{"gemm", "10"}, Table{"vector", "15"}, Table{"attention", "15"}, Table{"flash_attention", "12"}),
                         [](const auto& table) { return std::string(table.param.name); });

}  // namespace
}  // namespace presil::test
