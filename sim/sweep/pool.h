// pool.h -- a pool of forked processes, one for each piece of work: one process is one SystemC elaboration.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace presil::sweep {

/// What came back from one child.
struct Reply {
  std::string text;  ///< what the work returned; possibly cut when the child died
  int signal{};      ///< that ended the child; 0 when it ended by itself
  int status{};      ///< its exit status; 0 means `text` is whole
};

/// Runs `work(i)` for first <= i < last, each in a child of its own, at most `jobs` at once, started in
/// order. `done(i, reply)` is called in this process, in the order in which children end. Work must not
/// throw; it returns text. A child's standard output goes to standard error, so that it cannot disturb the
/// parent's.
///
/// SIGINT ends all children and throws Error(interrupted). Children never outlive the parent.
void run_pool(std::size_t first, std::size_t last, std::size_t jobs,
              const std::function<std::string(std::size_t)>& work,
              const std::function<void(std::size_t, const Reply&)>& done);

}  // namespace presil::sweep
