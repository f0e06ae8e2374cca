// merge.cpp -- implementation of merge.h.
#include "sim/sweep/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/base/error.h"

namespace presil::sweep {

std::size_t Merged::failed() const {
  return static_cast<std::size_t>(std::count_if(records.begin(), records.end(), [](const Record& r) { return !r.ok(); }));
}

Merged merge(const std::vector<std::string>& databases) {
  Merged merged;
  std::map<std::size_t, std::pair<Record, std::string>> all;
  for (const std::string& file : databases) {
    const Database database = Database::open(file);
    if (all.empty() && merged.title.fingerprint.empty()) merged.title = database.title();
    if (database.title().fingerprint != merged.title.fingerprint)
      throw InputError(fmt::format("{}: is of another sweep ({}) than {}", file, database.title().name, databases.front()));
    for (Record& record : database.records()) {
      const auto [place, is_new] = all.try_emplace(record.point, record, file);
      const Record& other = place->second.first;
      if (!is_new && (other.metrics != record.metrics || other.status != record.status || other.cells != record.cells))
        throw InputError(fmt::format("{}: point {} has another result than in {}", file, record.point, place->second.second));
    }
  }
  for (auto& [point, found] : all) merged.records.push_back(std::move(found.first));
  return merged;
}

}  // namespace presil::sweep
