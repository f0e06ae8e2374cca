// overlap_test.cpp -- the pipeline of few stages: its limits, and the closed form against a simulated queue.
#include "models/gpu/overlap.h"

#include <algorithm>
#include <deque>
#include <random>

#include <gtest/gtest.h>

namespace presil::gpu {
namespace {

TEST(Overlap, LimitsAreWhatTheCommentSays) {
  EXPECT_DOUBLE_EQ(overlapped(0, 0, 4), 0);
  EXPECT_DOUBLE_EQ(overlapped(3, 0, 4), 3);
  EXPECT_DOUBLE_EQ(overlapped(0, 3, 4), 3);
  for (const double stages : {1.0, 2.0, 4.0, 8.0}) EXPECT_NEAR(overlapped(5, 5, stages), 5 * (stages + 1) / stages, 1e-4);
  EXPECT_NEAR(overlapped(1, 1000, 4), 1000, 1e-3);
  EXPECT_NEAR(overlapped(2, 3, 1000), 3, 1e-9);  // deep enough: the slower one alone
  EXPECT_NEAR(overlapped(2, 3, 1), 2 + 3, 1e-9);   // one stage: they take turns
}

TEST(Overlap, IsSymmetricMonotoneAndBetweenItsBounds) {
  std::mt19937 random{7};
  std::uniform_real_distribution<double> any{0.001, 10};
  for (int i = 0; i < 2000; ++i) {
    const double load = any(random), work = any(random), stages = 1 + static_cast<double>(random() % 16);
    const double t = overlapped(load, work, stages);
    EXPECT_NEAR(t, overlapped(work, load, stages), 1e-9 * t);
    EXPECT_GE(t, std::max(load, work));
    EXPECT_LE(t, load + work + 1e-12);
    EXPECT_LE(overlapped(load, work, stages + 1), t * (1 + 1e-6));
    EXPECT_GE(overlapped(load * 1.1, work, stages), t * (1 - 1e-6));
    EXPECT_NEAR(overlapped(3 * load, 3 * work, stages), 3 * t, 1e-9 * t);
  }
}

/// A loader and a worker with exponential times and room for `stages` pieces, step by step.
double simulated(double load, double work, int stages, int steps) {
  std::mt19937_64 random{11};
  std::exponential_distribution<double> loads{1 / load}, works{1 / work};
  std::deque<double> ends;  // of the pieces in the stages: when the worker is through with each
  double loader = 0, worker = 0;
  for (int i = 0; i < steps; ++i) {
    if (ends.size() == static_cast<std::size_t>(stages)) {  // no room: wait for the oldest
      loader = std::max(loader, ends.front());
      ends.pop_front();
    }
    loader += loads(random);
    worker = std::max(worker, loader) + works(random);
    ends.push_back(worker);
  }
  return worker / steps;
}

TEST(Overlap, AgreesWithASimulatedQueue) {
  for (const int stages : {1, 2, 3, 4, 8})
    for (const auto& [load, work] : {std::pair{1.0, 1.0}, std::pair{1.0, 0.7}, std::pair{0.5, 1.0}, std::pair{1.0, 0.2}}) {
      const double expected = overlapped(load, work, stages);
      EXPECT_NEAR(simulated(load, work, stages, 400000), expected, 0.01 * expected) << stages << ' ' << load << ' ' << work;
    }
}

}  // namespace
}  // namespace presil::gpu
