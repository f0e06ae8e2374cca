// The bounds that follow from a MemoryConfig.
#include "models/memory/memory_config.h"

#include <gtest/gtest.h>

#include "tests/unit/models/memory/configs.h"

namespace presil::memory {
namespace {

TEST(MemoryConfig, BoundsFollowFromTheParts) {
  const MemoryConfig c = round_memory();
  EXPECT_EQ(channels(c), 8u);
  EXPECT_DOUBLE_EQ(peak(c).value, 128e9);
  EXPECT_DOUBLE_EQ(refresh_factor(c), 0.9);
  EXPECT_DOUBLE_EQ(sustained(c).value, 115.2e9);
  EXPECT_DOUBLE_EQ(capacity(c).value, 1 << 30);
}

TEST(MemoryConfig, WithoutRefreshSustainedIsPeak) {
  MemoryConfig c = round_memory();
  c.refresh_time = {0};
  EXPECT_EQ(sustained(c), peak(c));
}

}  // namespace
}  // namespace presil::memory
