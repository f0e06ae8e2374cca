// test_main.cpp -- main() of every test program.
//
// Property tests draw from a fixed seed, so that two runs of the same tests do the same thing. Another
// seed: RC_PARAMS="seed=42" in the environment.
#include <cstdlib>

#include <gmock/gmock.h>

int main(int argc, char** argv) {
  setenv("RC_PARAMS", "seed=20240229", /*overwrite=*/0);
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
