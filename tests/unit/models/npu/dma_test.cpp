// dma_test.cpp -- transfers become chunks: every byte once, in order, no more than the window.
#include "models/npu/dma.h"

#include <algorithm>
#include <deque>
#include <random>
#include <stdexcept>

#include <gtest/gtest.h>

namespace presil::npu {
namespace {

/// Keeps what it is asked for until the test lets it finish.
struct Recorder : Endpoint {
  std::deque<Access> open;
  std::vector<Access> all;
  std::size_t most_open{0};
  void access(const Access& access) override {
    open.push_back(access);
    all.push_back(access);
    most_open = std::max(most_open, open.size());
  }
  void reset() override {}
  void finish(std::size_t index) {
    const Access access = open[index];
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(index));
    access.done();
  }
  void drain() {
    while (!open.empty()) finish(0);
  }
};

struct Done {
  std::vector<std::uint64_t> tags;
  void call(std::uint64_t tag) { tags.push_back(tag); }
  kernel::Callback with(std::uint64_t tag) { return kernel::Callback::of<&Done::call>(this, tag); }
};

class DmaTest : public testing::Test {
 protected:
  DmaTest() { kernel::initialise(); }
  Scratchpad scratchpad{{{65536}, 16, {16}}, {0}, {1e9}};
  Recorder memory, host;
  Done done;
  Dma make(double chunk, std::uint32_t outstanding) {
    return Dma({{chunk}, outstanding}, 3, {&memory, nullptr, &host}, scratchpad);
  }
};

/// Address ranges that pieces cover, merged where they touch.
std::vector<std::pair<std::uint64_t, std::uint64_t>> covered(const std::vector<Access>& pieces) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
  for (const Access& a : pieces)
    for (std::uint64_t row = 0; row < a.piece.rows; ++row) {
      const std::uint64_t from = a.piece.address + row * a.piece.stride;
      if (!ranges.empty() && ranges.back().second == from) ranges.back().second += a.piece.row_bytes;
      else ranges.emplace_back(from, from + a.piece.row_bytes);
    }
  return ranges;
}

TEST_F(DmaTest, AContiguousTransferIsCutIntoChunks) {
  Dma dma = make(4096, 100);
  dma.execute({api::Level::memory, 100, 1, 10000, 10000}, false, done.with(1));
  ASSERT_EQ(memory.all.size(), 3u);
  EXPECT_EQ(memory.all[0].piece.bytes(), 4096);
  EXPECT_EQ(memory.all[1].piece.address, 100u + 4096);
  EXPECT_EQ(memory.all[2].piece.bytes(), 10000 - 8192);
  EXPECT_EQ(memory.all[0].requester, 3u);
  EXPECT_FALSE(memory.all[0].write);
  EXPECT_EQ(scratchpad.bytes_moved(), 10000);
  memory.drain();
  EXPECT_EQ(done.tags, std::vector<std::uint64_t>{1});
  EXPECT_TRUE(dma.idle());
}

TEST_F(DmaTest, RowsThatTouchAreOneRun) {
  Dma dma = make(4096, 100);
  dma.execute({api::Level::memory, 0, 100, 81, 81}, true, done.with(1));
  ASSERT_EQ(memory.all.size(), 2u);
  EXPECT_EQ(memory.all[0].piece.bytes(), 4096);
  EXPECT_TRUE(memory.all[0].write);
  EXPECT_EQ(covered(memory.all), (std::vector<std::pair<std::uint64_t, std::uint64_t>>{{0, 8100}}));
}

TEST_F(DmaTest, ShortRowsTravelTogetherAndLongOnesAlone) {
  Dma dma = make(1000, 100);
  dma.execute({api::Level::memory, 0, 7, 300, 512}, false, done.with(1));
  ASSERT_EQ(memory.all.size(), 3u);  // 3 + 3 + 1 rows
  EXPECT_EQ(memory.all[0].piece.rows, 3u);
  EXPECT_EQ(memory.all[0].piece.stride, 512u);
  EXPECT_EQ(memory.all[2].piece.address, 6u * 512);
  memory.all.clear();
  dma.execute({api::Level::memory, 0, 2, 2500, 4000}, false, done.with(2));
  ASSERT_EQ(memory.all.size(), 6u);  // each row 1000 + 1000 + 500
  EXPECT_EQ(memory.all[2].piece.bytes(), 500);
  EXPECT_EQ(memory.all[3].piece.address, 4000u);
}

TEST_F(DmaTest, TheWindowHoldsBackAndTransfersStayInOrder) {
  Dma dma = make(100, 4);
  dma.execute({api::Level::memory, 0, 1, 600, 600}, false, done.with(1));
  dma.execute({api::Level::host, 0, 1, 200, 200}, true, done.with(2));
  EXPECT_EQ(memory.open.size(), 4u);
  EXPECT_TRUE(host.open.empty());
  memory.finish(3);  // chunks may come back in any order
  memory.finish(0);
  EXPECT_EQ(memory.all.size(), 6u);
  EXPECT_TRUE(host.open.empty());
  memory.finish(0);
  EXPECT_EQ(host.open.size(), 1u);
  memory.finish(0);
  host.drain();
  EXPECT_EQ(done.tags, std::vector<std::uint64_t>{2});  // the later one was quicker
  memory.drain();
  EXPECT_EQ(done.tags, (std::vector<std::uint64_t>{2, 1}));
  EXPECT_TRUE(dma.idle());
}

TEST_F(DmaTest, EveryByteOnceWhateverTheShape) {
  std::mt19937_64 random{3};
  for (int i = 0; i < 300; ++i) {
    const std::uint64_t chunk = 64 + random() % 2000;
    const auto window = static_cast<std::uint32_t>(1 + random() % 9);
    Dma dma = make(static_cast<double>(chunk), window);
    memory = {};
    done = {};
    std::vector<std::pair<std::uint64_t, std::uint64_t>> expected;
    std::uint64_t address = 0;
    const int transfers = static_cast<int>(1 + random() % 4);
    for (int t = 0; t < transfers; ++t) {
      const std::uint64_t rows = 1 + random() % 20, row = 1 + random() % 3000, stride = row + random() % 3 * 64;
      address += 1 << 20;
      for (std::uint64_t r = 0; r < rows; ++r) {
        const std::uint64_t from = address + r * stride;
        if (r > 0 && stride == row) expected.back().second += row;
        else expected.emplace_back(from, from + row);
      }
      dma.execute({api::Level::memory, address, rows, row, stride}, false, done.with(static_cast<std::uint64_t>(t)));
    }
    while (!memory.open.empty()) memory.finish(random() % memory.open.size());
    EXPECT_EQ(covered(memory.all), expected);
    EXPECT_LE(memory.most_open, window);
    EXPECT_EQ(done.tags.size(), static_cast<std::size_t>(transfers));
    for (const Access& a : memory.all) ASSERT_LE(a.piece.bytes(), static_cast<double>(chunk));
  }
}

TEST_F(DmaTest, RefusesLevelsThatAreNotThereAndEmptyTransfers) {
  Dma dma = make(100, 4);
  EXPECT_THROW(dma.execute({api::Level::shared, 0, 1, 10, 10}, false, done.with(0)), std::logic_error);
  EXPECT_THROW(dma.execute({api::Level::memory, 0, 0, 10, 10}, false, done.with(0)), std::logic_error);
  EXPECT_THROW(dma.execute({api::Level::memory, 0, 1, 0, 10}, false, done.with(0)), std::logic_error);
}

}  // namespace
}  // namespace presil::npu
