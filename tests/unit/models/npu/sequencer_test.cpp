// sequencer_test.cpp -- order of dispatch, dependencies, barriers, space, and the programs it refuses.
#include "models/npu/sequencer.h"

#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/unit/models/npu/small_chip.h"

namespace presil::npu {
namespace {

using Ids = std::vector<api::CommandId>;

/// Four units by kind of command; records starts, completes when told.
struct Units : Executor {
  Ids started;
  std::vector<WaitReason> reasons;
  std::size_t units() const override { return 4; }
  std::size_t unit_of(const api::Command& command) const override { return static_cast<std::size_t>(command.kind); }
  void start(api::CommandId id, const api::Command&, WaitReason reason) override {
    started.push_back(id);
    reasons.push_back(reason);
  }
};

class SequencerTest : public testing::Test {
 protected:
  SequencerTest() { kernel::initialise(); }
  Units units;
  Scratchpad scratchpad{{{1000}, 16, {16}}, {0}, {1e9}};
  Sequencer sequencer{units, {&scratchpad}};
};

api::Command reserving(api::Command c, std::uint64_t reserve, std::uint64_t release) {
  c.reserve[0] = reserve;
  c.release[0] = release;
  return c;
}

api::Command behind(api::Command c, api::CommandId barrier) {
  c.barrier = barrier;
  return c;
}

TEST_F(SequencerTest, IndependentCommandsStartInProgramOrder) {
  ListedProgram program({load(0, 1), matmul(1, 1, 1), load(1, 1), lanes(1), store(0, 1)});
  sequencer.begin(program);
  EXPECT_EQ(units.started, (Ids{0, 1, 2, 3, 4}));
  for (const api::CommandId id : {4, 2, 0, 1, 3}) sequencer.complete(id);
  EXPECT_TRUE(sequencer.finished());
  EXPECT_EQ(sequencer.commands(), 5u);
}

TEST_F(SequencerTest, AUnitKeepsItsOrderBehindACommandThatWaits) {
  ListedProgram program({load(0, 1), after(matmul(1, 1, 1), {0}), matmul(2, 2, 2), after(lanes(1), {1, 2})});
  sequencer.begin(program);
  EXPECT_EQ(units.started, Ids{0});  // command 2 could start, but its array has command 1 in front
  sequencer.complete(0);
  EXPECT_EQ(units.started, (Ids{0, 1, 2}));
  EXPECT_EQ(units.reasons[1], WaitReason::memory);
  EXPECT_EQ(units.reasons[2], WaitReason::none);
  sequencer.complete(2);
  EXPECT_EQ(units.started.size(), 3u);
  sequencer.complete(1);
  EXPECT_EQ(units.started.back(), 3u);
  EXPECT_EQ(units.reasons.back(), WaitReason::other);
  EXPECT_FALSE(sequencer.finished());
  sequencer.complete(3);
  EXPECT_TRUE(sequencer.finished());
}

TEST_F(SequencerTest, TheReasonIsTheDependencyMetLast) {
  ListedProgram program({load(0, 1), load(0, 1, api::Level::host), after(matmul(1, 1, 1), {0, 1})});
  sequencer.begin(program);
  sequencer.complete(0);
  sequencer.complete(1);
  EXPECT_EQ(units.reasons.back(), WaitReason::transfer);
  sequencer.complete(2);
}

TEST_F(SequencerTest, ABarrierWaitsForEverythingBeforeIt) {
  ListedProgram program({load(0, 1), load(1, 1), matmul(1, 1, 1), behind(lanes(1), 2), behind(store(0, 1), 3)});
  sequencer.begin(program);
  EXPECT_EQ(units.started, (Ids{0, 1, 2}));
  sequencer.complete(1);
  sequencer.complete(2);
  EXPECT_EQ(units.started.size(), 3u);
  sequencer.complete(0);
  EXPECT_EQ(units.started, (Ids{0, 1, 2, 3, 4}));
  sequencer.complete(3);
  sequencer.complete(4);
  EXPECT_TRUE(sequencer.finished());
}

TEST_F(SequencerTest, SpaceIsTakenInProgramOrder) {
  ListedProgram program({reserving(load(0, 1), 600, 0), reserving(load(1, 1), 600, 600), load(2, 1),
                         reserving(matmul(1, 1, 1), 0, 600)});
  // Command 1 has no room until 3 releases, and 3 stands behind it: nothing can ever move.
  sequencer.begin(program);
  EXPECT_EQ(units.started, Ids{0});
  EXPECT_THROW(sequencer.complete(0), std::logic_error);
}

TEST_F(SequencerTest, ReleasedSpaceLetsTheNextIn) {
  ListedProgram program({reserving(load(0, 1), 600, 0), reserving(after(matmul(1, 1, 1), {0}), 0, 600),
                         reserving(load(1, 1), 600, 600), lanes(1)});
  sequencer.begin(program);
  EXPECT_EQ(units.started, Ids{0});
  sequencer.complete(0);
  EXPECT_EQ(units.started, (Ids{0, 1}));  // the vector command is not dispatched past the load that waits
  sequencer.complete(1);
  EXPECT_EQ(units.started, (Ids{0, 1, 2, 3}));
  sequencer.complete(2);
  sequencer.complete(3);
  EXPECT_TRUE(sequencer.finished());
  EXPECT_TRUE(scratchpad.empty());
}

TEST_F(SequencerTest, TheDeadlockSaysWhatIsShort) {
  ListedProgram program({reserving(load(0, 1), 600, 0), reserving(load(1, 1), 600, 600)});
  sequencer.begin(program);
  try {
    sequencer.complete(0);
    FAIL() << "a program that cannot go on went on";
  } catch (const std::logic_error& e) {
    EXPECT_STREQ(e.what(), "a program needs more on-chip space than the core has");
  }
}

TEST_F(SequencerTest, RefusesDependenciesOnWhatComesLater) {
  ListedProgram self({after(load(0, 1), {0})});
  EXPECT_THROW(sequencer.begin(self), std::logic_error);
  Sequencer other{units, {&scratchpad}};
  ListedProgram later({behind(load(0, 1), 1)});
  EXPECT_THROW(other.begin(later), std::logic_error);
}

TEST_F(SequencerTest, RefusesASecondProgramBeforeTheFirstEnds) {
  ListedProgram first({load(0, 1)}), second({load(0, 1)});
  sequencer.begin(first);
  EXPECT_THROW(sequencer.begin(second), std::logic_error);
  sequencer.complete(0);
  sequencer.begin(second);
  EXPECT_EQ(units.started, (Ids{0, 0}));  // numbered from 0 again
  sequencer.complete(0);
}

TEST_F(SequencerTest, TheWindowBoundsWhatIsInFlight) {
  ListedProgram program(std::vector<api::Command>(Sequencer::kWindow + 10, load(0, 1)));
  sequencer.begin(program);
  EXPECT_EQ(units.started.size(), Sequencer::kWindow);
  sequencer.complete(5);  // not the oldest: its place is not free yet
  EXPECT_EQ(units.started.size(), Sequencer::kWindow);
  sequencer.complete(0);
  EXPECT_EQ(units.started.size(), Sequencer::kWindow + 1);
}

TEST_F(SequencerTest, AnEmptyProgramIsFinishedAtOnce) {
  ListedProgram program({});
  sequencer.begin(program);
  EXPECT_TRUE(sequencer.finished());
}

}  // namespace
}  // namespace presil::npu
