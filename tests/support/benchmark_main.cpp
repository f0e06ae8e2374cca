// benchmark_main.cpp -- main() of every benchmark program (an object, for the reason in
// tests/CMakeLists.txt).
#include <benchmark/benchmark.h>

BENCHMARK_MAIN();
