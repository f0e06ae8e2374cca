// table_fuzz.cpp -- any bytes as a table of measurements: an InputError, or rows that are typed or have a
// fault, and a table that comes back as it was; never a crash, never another exception.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sim/base/error.h"
#include "sim/validate/samples.h"
#include "sim/validate/work.h"

namespace {

using namespace presil;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string written(const validate::Record& record) {
  std::string text;
  for (std::size_t i = 0; i < record.cells.size(); ++i) text += (i ? "," : "") + record.cells[i].raw;
  return text + record.ending;
}

void check(std::string_view text) {
  const validate::Table table = validate::parse_table(text, "t.csv");
  for (const validate::Record& row : table.rows) {
    require(row.cells.size() == table.header.cells.size());
    require(text.find(written(row)) != std::string_view::npos);
  }
  for (const validate::Sample& sample : validate::samples_of(table, 0)) {
    if (!sample.fault.empty()) continue;
    require(validate::common(sample.data).measured > 0);
    const auto work = validate::work_of(sample.data);
    require(!work || (std::isfinite(work->ops) && std::isfinite(work->bytes) && work->bytes > 0));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    check({reinterpret_cast<const char*>(data), size});
  } catch (const presil::InputError&) {
  }
  return 0;
}
