// recorder.h -- listens to one simulated segment: its spans within a window, and the profile of all of it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/run/profile.h"
#include "sim/run/trace_options.h"

namespace presil::run {

/// A span, its times counted from the start of the segment.
struct RecordedSpan {
  kernel::TrackId track{};
  double begin_s{}, end_s{}, amount{};
  std::uint32_t op{kernel::Span::kNoOp};
  const char* label{""};
  std::uint64_t flow{};
  kernel::Flow part{kernel::Flow::none};
};
struct RecordedDepth {
  kernel::TrackId track{};
  double at_s{}, entries{};
};

/// Keeps at most `most` spans; what comes later is dropped, and `cut_at` says from when on.
class SegmentRecorder : public kernel::Trace {
 public:
  explicit SegmentRecorder(Window window = {}, std::size_t most = 0) : window_(window), most_(most) {}

  kernel::TrackId track(const kernel::Track& track) override;
  void span(kernel::TrackId track, const kernel::Span& span) override;
  void work(kernel::TrackId track, sc_core::sc_time begin, sc_core::sc_time end, double amount) override;
  void depth(kernel::TrackId track, sc_core::sc_time when, double entries) override;

  const std::vector<kernel::Track>& tracks() const { return tracks_; }
  /// In order of their beginnings.
  const std::vector<RecordedSpan>& spans() const { return spans_; }
  const std::vector<RecordedDepth>& depths() const { return depths_; }
  const Profile& profile() const { return profile_; }
  const Window& window() const { return window_; }
  bool cut() const { return cut_at_ < 1e30; }
  /// Seconds from the start; nothing behind it is complete.
  double cut_at() const { return cut_at_; }
  void sort();

 private:
  double since(sc_core::sc_time t) const { return t < started_ ? 0 : kernel::to_seconds(t - started_).value; }
  bool room(double begin_s);

  const Window window_;
  const std::size_t most_;
  sc_core::sc_time started_;  ///< of the segment: when the first unit was attached
  std::map<std::pair<std::string, std::string>, kernel::TrackId> numbers_;
  std::vector<kernel::Track> tracks_;
  std::vector<RecordedSpan> spans_;
  std::vector<RecordedDepth> depths_;
  Profile profile_;
  double cut_at_{1e30};
};

}  // namespace presil::run
