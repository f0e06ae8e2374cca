// wave_player.h -- plays a story of spans and values on SystemC signals, for its tracer to write.
#pragma once

#include <string>

namespace presil::report {

/// The story is complete; without it nothing is written.
inline constexpr const char* kLastWave = "E\n";

/// Lines from a file descriptor until its end, times in femtoseconds:
///   U|C|R number name     a signal: unit, count, real
///   N number name         an operator
///   S signal operator begin end
///   V signal at value
/// Then elaborates, plays, writes `file` as VCD. An exit status. Once a process, before any other SystemC object.
int play_waves(int descriptor, const std::string& file);

}  // namespace presil::report
