// waves.h -- a run as waves: a VCD file, written by SystemC's tracer.
//
// A unit is an integer, 0 while it rests, else the number of the operator it works for (the file's first comment has the
// names); where spans overlap it is how many there are. A curve is a real number.
// One process is one elaboration, and the run needs it: a child, forked before, elaborates the signals and plays what the
// run tells, so that the waves stand at the time of the run and sc_trace sees every change.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/run/trace_sink.h"

namespace presil::report {

class Waves : public run::TraceSink {
 public:
  /// Forks: call before the first SystemC object is made. Takes at most `most` events. The file is made by finish().
  Waves(std::string file, std::size_t most);
  ~Waves() override;
  Waves(const Waves&) = delete;
  Waves& operator=(const Waves&) = delete;

  std::uint32_t track(const std::string& group, const std::string& name, bool overlapping) override;
  void span(const run::TraceSpan& span) override;
  void flow(std::string_view, std::uint32_t, double, std::uint32_t, double) override {}  // waves have none
  void value(const std::string& group, const std::string& name, double at_s, double value) override;
  bool full() const override { return events_ >= most_; }
  void cut(double at_s) override { cut_at_ = at_s; }
  std::optional<double> cut_at() const { return cut_at_; }

  /// Has the child write the file and waits for it. Throws Error(run_failed).
  void finish();

 private:
  void send(const std::string& line);
  std::uint32_t number(std::map<std::string, std::uint32_t>& of, const std::string& name, char kind);

  const std::string file_;
  const std::size_t most_;
  std::size_t events_{0};
  pid_t child_{-1};
  int pipe_{-1};
  std::string buffer_;
  std::map<std::string, std::uint32_t> operators_, signals_;
  std::optional<double> cut_at_;
};

}  // namespace presil::report
