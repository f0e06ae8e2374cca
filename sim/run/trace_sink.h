// trace_sink.h -- where the events of a run go: a file of Chrome's trace format, a player of waves.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace presil::run {

/// Seconds from the beginning of the run. Spans of a track that is not `overlapping` come in order and do not overlap.
struct TraceSpan {
  std::uint32_t track{};
  std::string_view name;
  double begin_s{}, end_s{};
  double amount{};          ///< of work; 0: nothing to say
  const char* unit{"B"};    ///< of the amount
};

class TraceSink {
 public:
  virtual ~TraceSink() = default;
  /// The same number for the same names. `overlapping`: many spans at once.
  virtual std::uint32_t track(const std::string& group, const std::string& name, bool overlapping) = 0;
  virtual void span(const TraceSpan& span) = 0;
  /// What left one span's beginning arrived with another's.
  virtual void flow(std::string_view name, std::uint32_t from, double sent_s, std::uint32_t to, double received_s) = 0;
  /// From this time on.
  virtual void value(const std::string& group, const std::string& name, double at_s, double value) = 0;
  /// No room is left: whoever calls stops.
  virtual bool full() const = 0;
  /// Nothing behind this time is in it.
  virtual void cut(double at_s) = 0;
};

/// One sink that is two; full when either is.
class TwoSinks : public TraceSink {
 public:
  TwoSinks(TraceSink& a, TraceSink& b) : a_(a), b_(b) {}
  std::uint32_t track(const std::string& group, const std::string& name, bool overlapping) override {
    const std::pair<std::uint32_t, std::uint32_t> both{a_.track(group, name, overlapping), b_.track(group, name, overlapping)};
    for (std::uint32_t i = 0; i < tracks_.size(); ++i)
      if (tracks_[i] == both) return i;
    tracks_.push_back(both);
    return static_cast<std::uint32_t>(tracks_.size() - 1);
  }
  void span(const TraceSpan& span) override {
    TraceSpan one = span;
    one.track = tracks_.at(span.track).first;
    a_.span(one);
    one.track = tracks_.at(span.track).second;
    b_.span(one);
  }
  void flow(std::string_view name, std::uint32_t from, double sent_s, std::uint32_t to, double received_s) override {
    a_.flow(name, tracks_.at(from).first, sent_s, tracks_.at(to).first, received_s);
    b_.flow(name, tracks_.at(from).second, sent_s, tracks_.at(to).second, received_s);
  }
  void value(const std::string& group, const std::string& name, double at_s, double value) override {
    a_.value(group, name, at_s, value);
    b_.value(group, name, at_s, value);
  }
  bool full() const override { return a_.full() || b_.full(); }
  void cut(double at_s) override {
    a_.cut(at_s);
    b_.cut(at_s);
  }

 private:
  TraceSink &a_, &b_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> tracks_;
};

}  // namespace presil::run
