// ranks.h -- the processes of one sweep on several machines: rank 0 hands out points, the others run them.
//
// MPI stands behind this seam, in a module of its own (sim/sweep/mpi) that is loaded when --launcher mpi asks for it, so that
// nothing else of presil links MPI.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "sim/sweep/pool.h"

namespace presil::sweep {

class Ranks {
 public:
  /// Of rank 0: tells the others that there is no more work. Leaves MPI.
  virtual ~Ranks() = default;
  virtual std::size_t rank() const = 0;
  virtual std::size_t size() const = 0;

  /// Rank 0: has orders `first` to `last` - 1 run, each by whichever rank is free, in order; calls `done` as answers come.
  virtual void dispatch(std::size_t first, std::size_t last, const std::function<std::string(std::size_t)>& order,
                        const std::function<void(std::size_t, const Reply&)>& done) = 0;
  /// The others: answers orders until there are no more.
  virtual void serve(const std::function<Reply(const std::string&)>& work) = 0;
};

/// Joins the ranks that mpirun (or srun) started. Throws UsageError when presil was built without MPI, or when this
/// process is no rank.
std::unique_ptr<Ranks> join_ranks();

}  // namespace presil::sweep
