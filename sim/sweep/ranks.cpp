// ranks.cpp -- loads the module that speaks MPI.
#include "sim/sweep/ranks.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::sweep {

namespace {

bool started_by_mpi() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"})
    if (std::getenv(name) != nullptr) return true;
  return false;
}

}  // namespace

std::unique_ptr<Ranks> join_ranks() {
  const std::filesystem::path module = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "presil_mpi.so";
  if (!std::filesystem::exists(module))
    throw UsageError("--launcher mpi: this presil was built without MPI; install libboost-mpi-dev and libopenmpi-dev and build it again");
  if (!started_by_mpi()) throw UsageError("--launcher mpi: start it with mpirun, such as `mpirun -n 5 presil sweep x.yaml --out x.csv --launcher mpi`");
  // Global: Open MPI loads parts of itself that look for its symbols.
  void* handle = dlopen(module.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (handle == nullptr) throw Error(ExitStatus::run_failed, fmt::format("--launcher mpi: {}", dlerror()));
  using Join = Ranks* (*)();
  const auto join = reinterpret_cast<Join>(dlsym(handle, "presil_join_ranks"));
  if (join == nullptr) throw Error(ExitStatus::run_failed, fmt::format("--launcher mpi: {}", dlerror()));
  return std::unique_ptr<Ranks>(join());
}

}  // namespace presil::sweep
