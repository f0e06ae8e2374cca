// recorder.cpp -- implementation of recorder.h.
#include "sim/run/recorder.h"

#include <algorithm>

namespace presil::run {

kernel::TrackId SegmentRecorder::track(const kernel::Track& track) {
  if (tracks_.empty()) started_ = sc_core::sc_time_stamp();  // units are attached right before they run
  const auto [found, fresh] = numbers_.try_emplace({track.group, track.name}, static_cast<kernel::TrackId>(tracks_.size()));
  if (fresh) tracks_.push_back(track);
  return found->second;
}

bool SegmentRecorder::room(double begin_s) {
  if (spans_.size() + depths_.size() < most_) return true;
  if (most_ > 0) cut_at_ = std::min(cut_at_, begin_s);
  return false;
}

void SegmentRecorder::span(kernel::TrackId id, const kernel::Span& span) {
  const kernel::Track& track = tracks_[id];
  const double begin = since(span.begin), end = since(span.end);
  if (track.resource != kernel::Resource::transfers) profile_.add(track.resource, begin, end, 1 / track.units, span.amount);
  if (!window_.meets(begin, end) || !room(begin)) return;
  spans_.push_back({id, begin, end, span.amount, span.op, span.label, span.flow, span.part});
}

void SegmentRecorder::work(kernel::TrackId id, sc_core::sc_time begin, sc_core::sc_time end, double amount) {
  profile_.add(tracks_[id].resource, since(begin), since(end), 1 / tracks_[id].units, amount);
}

void SegmentRecorder::depth(kernel::TrackId id, sc_core::sc_time when, double entries) {
  const double at = since(when);
  if (!window_.meets(at, at + 1e-15) || !room(at)) return;
  if (!depths_.empty() && depths_.back().track == id && depths_.back().at_s == at) depths_.back().entries = entries;
  else depths_.push_back({id, at, entries});
}

void SegmentRecorder::sort() {
  std::stable_sort(spans_.begin(), spans_.end(), [](const RecordedSpan& a, const RecordedSpan& b) { return a.begin_s < b.begin_s; });
}

}  // namespace presil::run
