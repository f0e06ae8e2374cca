// The agenda: order, times past, entries made from within a call.
#include "sim/kernel/agenda.h"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace presil::kernel {
namespace {

using sc_core::sc_time;
using sc_core::sc_time_stamp;

sc_time ns(double t) { return to_sc_time(Seconds{t * 1e-9}); }

/// Notes when it is called and with what; a tag above 100 makes a further entry.
struct Recorder {
  struct Call {
    std::uint64_t tag;
    sc_time when;
    bool operator==(const Call&) const = default;
  };
  Agenda agenda{"agenda"};
  std::vector<Call> calls;
  bool inside{false};

  void note(std::uint64_t tag) {
    EXPECT_FALSE(inside) << "a call was made within another one";
    inside = true;
    calls.push_back({tag, sc_time_stamp()});
    if (tag == 101) agenda.at(sc_time_stamp(), entry(1));                 // now
    if (tag == 102) agenda.at(sc_core::SC_ZERO_TIME, entry(2));           // long past
    if (tag == 103) agenda.after(ns(5), entry(3));                        // before what is already waiting
    if (tag == 104) agenda.after(ns(50), entry(4));                       // after it
    inside = false;
  }
  Callback entry(std::uint64_t tag) { return Callback::of<&Recorder::note>(this, tag); }
};

std::vector<std::uint64_t> tags(const Recorder& r) {
  std::vector<std::uint64_t> result;
  for (const auto& call : r.calls) result.push_back(call.tag);
  return result;
}

class AgendaTest : public testing::Test {
 protected:
  AgendaTest() { initialise(); }
};

TEST_F(AgendaTest, CallsInOrderOfTimeWhateverTheOrderOfEntry) {
  Recorder r;
  for (const int t : {30, 10, 20, 5}) r.agenda.at(ns(t), r.entry(static_cast<std::uint64_t>(t)));
  sc_core::sc_start();
  const std::vector<Recorder::Call> expected{{5, ns(5)}, {10, ns(10)}, {20, ns(20)}, {30, ns(30)}};
  EXPECT_EQ(r.calls, expected);
}

TEST_F(AgendaTest, CallsDueTogetherKeepTheOrderOfEntry) {
  Recorder r;
  for (std::uint64_t tag = 0; tag < 50; ++tag) r.agenda.at(tag % 2 == 0 ? ns(7) : ns(3), r.entry(tag));
  sc_core::sc_start();
  std::vector<std::uint64_t> expected;
  for (std::uint64_t tag = 1; tag < 50; tag += 2) expected.push_back(tag);
  for (std::uint64_t tag = 0; tag < 50; tag += 2) expected.push_back(tag);
  EXPECT_EQ(tags(r), expected);
}

/// Few times and many calls, some made while others of their time run: chains are begun, forgotten and begun again.
TEST_F(AgendaTest, ManyCallsAreMadeByTimeAndThenByEntry) {
  struct Model {
    Agenda agenda{"agenda"};
    std::mt19937 random{7};
    std::uint64_t entered{0};
    std::vector<std::pair<sc_time, std::uint64_t>> expected, made;
    void enter() {
      const sc_time when = std::max(sc_time_stamp(), ns(static_cast<double>(random() % 400)));
      expected.push_back({when, entered});
      agenda.at(when, Callback::of<&Model::note>(this, entered++));
    }
    void note(std::uint64_t tag) {
      made.push_back({sc_time_stamp(), tag});
      if (entered < 20000 && tag % 3 == 0) enter();
      if (entered < 20000 && tag % 5 == 0) agenda_now();
    }
    void agenda_now() {
      expected.push_back({sc_time_stamp(), entered});
      agenda.at(sc_time_stamp(), Callback::of<&Model::note>(this, entered++));
    }
  } model;
  for (int i = 0; i < 5000; ++i) model.enter();
  sc_core::sc_start();
  std::stable_sort(model.expected.begin(), model.expected.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  EXPECT_GT(model.made.size(), 7000u);
  EXPECT_EQ(model.made, model.expected);
}

TEST_F(AgendaTest, ATimePastMeansNow) {
  Recorder r;
  sc_core::sc_start(ns(100));
  r.agenda.at(ns(1), r.entry(9));
  EXPECT_TRUE(r.calls.empty()) << "not from within at()";
  sc_core::sc_start();
  ASSERT_EQ(r.calls.size(), 1u);
  EXPECT_EQ(r.calls[0].when, ns(100));
}

TEST_F(AgendaTest, EntriesMadeDuringACallAreKept) {
  Recorder r;
  r.agenda.at(ns(10), r.entry(101));
  r.agenda.at(ns(10), r.entry(102));
  r.agenda.at(ns(20), r.entry(103));
  r.agenda.at(ns(20), r.entry(104));
  r.agenda.at(ns(40), r.entry(9));
  sc_core::sc_start();
  const std::vector<Recorder::Call> expected{{101, ns(10)}, {102, ns(10)}, {1, ns(10)}, {2, ns(10)}, {103, ns(20)},
                                             {104, ns(20)}, {3, ns(25)},   {9, ns(40)}, {4, ns(70)}};
  EXPECT_EQ(r.calls, expected);
}

TEST_F(AgendaTest, AnEarlierEntryOvertakesOneThatIsAlreadyNotified) {
  Recorder r;
  r.agenda.at(ns(100), r.entry(2));
  sc_core::sc_start(ns(10));
  r.agenda.at(ns(20), r.entry(1));
  sc_core::sc_start();
  const std::vector<Recorder::Call> expected{{1, ns(20)}, {2, ns(100)}};
  EXPECT_EQ(r.calls, expected);
}

TEST_F(AgendaTest, AnEmptyAgendaLetsTheSimulationEnd) {
  Recorder r;
  r.agenda.after(ns(3), r.entry(1));
  sc_core::sc_start();
  EXPECT_EQ(sc_time_stamp(), ns(3));
  EXPECT_FALSE(sc_core::sc_pending_activity());
}

TEST_F(AgendaTest, TimeRoundsToTheFemtosecondAndBack) {
  EXPECT_EQ(to_sc_time(Seconds{142.2e-12}).value(), 142200u);
  EXPECT_DOUBLE_EQ(to_seconds(to_sc_time(Seconds{1.25e-6})).value, 1.25e-6);
  EXPECT_EQ(Clock(Hertz{3e9}).cycles(3), ns(1));
  EXPECT_DOUBLE_EQ(to_seconds(Clock(Hertz{1e9}).cycles(1'000'000'000'000)).value, 1000);  // beyond 32 bits
}

}  // namespace
}  // namespace presil::kernel
