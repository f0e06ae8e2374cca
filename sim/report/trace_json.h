// trace_json.h -- a run as Chrome's trace events, for ui.perfetto.dev and chrome://tracing.
//
// Groups are processes, units and links their threads, in order of first mention. Times are microseconds with six
// decimals, from the beginning of the run. Spans are complete events (X), on tracks where they overlap nestable asynchronous
// ones (b, e); flows are s and f; curves are counters (C) [Trace Event Format, Duffy, Google 2016].
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/run/trace_sink.h"

namespace presil::report {

class TraceJson : public run::TraceSink {
 public:
  /// Takes events until the text is `limit` bytes long.
  explicit TraceJson(std::size_t limit) : limit_(limit) {}

  std::uint32_t track(const std::string& group, const std::string& name, bool overlapping) override;
  void span(const run::TraceSpan& span) override;
  void flow(std::string_view name, std::uint32_t from, double sent_s, std::uint32_t to, double received_s) override;
  void value(const std::string& group, const std::string& name, double at_s, double value) override;
  bool full() const override { return text_.size() >= limit_; }
  void cut(double at_s) override { cut_at_ = at_s; }

  /// Seconds behind which there is nothing, when the limit was met.
  std::optional<double> cut_at() const { return cut_at_; }
  /// The whole document; `title` and a note of what was cut go with it.
  std::string document(const std::string& title) const;

 private:
  struct Track {
    std::uint32_t process, thread;
    bool overlapping;
    std::string category;
  };
  std::uint32_t process(const std::string& group);
  void event(std::string_view body);

  const std::size_t limit_;
  std::string text_;
  std::map<std::string, std::uint32_t> processes_;
  std::map<std::pair<std::uint32_t, std::string>, std::uint32_t> numbers_;
  std::vector<Track> tracks_;
  std::uint64_t next_id_{1};
  std::optional<double> cut_at_;
};

}  // namespace presil::report
