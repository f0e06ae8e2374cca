// trace_json.cpp -- implementation of trace_json.h.
#include "sim/report/trace_json.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/report/format.h"

namespace presil::report {

namespace {

/// Whole picoseconds, so that neighbours stay neighbours: begin plus duration is the end.
std::int64_t picoseconds(double s) { return std::llround(s * 1e12); }
std::string microseconds(std::int64_t ps) { return fmt::format("{}.{:06}", ps / 1000000, ps % 1000000); }

std::string json_text(std::string_view text) { return nlohmann::json(std::string(text)).dump(); }

}  // namespace

void TraceJson::event(std::string_view body) {
  if (!text_.empty()) text_ += ",\n";
  text_ += '{';
  text_ += body;
  text_ += '}';
}

std::uint32_t TraceJson::process(const std::string& group) {
  const auto [found, fresh] = processes_.try_emplace(group, static_cast<std::uint32_t>(processes_.size() + 1));
  const std::uint32_t pid = found->second;
  if (fresh) {
    event(fmt::format(R"("ph":"M","pid":{},"name":"process_name","args":{{"name":{}}})", pid, json_text(group)));
    event(fmt::format(R"("ph":"M","pid":{},"name":"process_sort_index","args":{{"sort_index":{}}})", pid, pid));
  }
  return pid;
}

std::uint32_t TraceJson::track(const std::string& group, const std::string& name, bool overlapping) {
  const std::uint32_t pid = process(group);
  const auto [found, fresh] = numbers_.try_emplace({pid, name}, static_cast<std::uint32_t>(tracks_.size()));
  if (!fresh) return found->second;
  const auto tid = static_cast<std::uint32_t>(tracks_.size() + 1);
  tracks_.push_back({pid, tid, overlapping, name});
  if (!overlapping) {
    event(fmt::format(R"("ph":"M","pid":{},"tid":{},"name":"thread_name","args":{{"name":{}}})", pid, tid, json_text(name)));
    event(fmt::format(R"("ph":"M","pid":{},"tid":{},"name":"thread_sort_index","args":{{"sort_index":{}}})", pid, tid, tid));
  }
  return found->second;
}

void TraceJson::span(const run::TraceSpan& s) {
  const Track& track = tracks_.at(s.track);
  const std::int64_t begin = picoseconds(s.begin_s), end = picoseconds(s.end_s);
  const std::string args = s.amount > 0 ? fmt::format(R"(,"args":{{"{}":{}}})", s.unit, s.amount) : "";
  if (!track.overlapping)
    return event(fmt::format(R"("ph":"X","pid":{},"tid":{},"ts":{},"dur":{},"name":{}{})", track.process, track.thread, microseconds(begin),
                             microseconds(end - begin), json_text(s.name), args));
  const std::string common = fmt::format(R"("pid":{},"tid":{},"cat":{},"id":{},"name":{})", track.process, track.thread, json_text(track.category), next_id_++, json_text(s.name));
  event(fmt::format(R"("ph":"b","ts":{},{}{})", microseconds(begin), common, args));
  event(fmt::format(R"("ph":"e","ts":{},{})", microseconds(end), common));
}

void TraceJson::flow(std::string_view name, std::uint32_t from, double sent_s, std::uint32_t to, double received_s) {
  const Track &a = tracks_.at(from), &b = tracks_.at(to);
  const std::uint64_t id = next_id_++;
  const std::string common = fmt::format(R"("cat":"flow","id":{},"name":{})", id, json_text(name));
  event(fmt::format(R"("ph":"s","pid":{},"tid":{},"ts":{},{})", a.process, a.thread, microseconds(picoseconds(sent_s)), common));
  event(fmt::format(R"("ph":"f","bp":"e","pid":{},"tid":{},"ts":{},{})", b.process, b.thread, microseconds(picoseconds(received_s)), common));
}

void TraceJson::value(const std::string& group, const std::string& name, double at_s, double value) {
  event(fmt::format(R"("ph":"C","pid":{},"ts":{},"name":{},"args":{{"value":{:.6g}}})", process(group), microseconds(picoseconds(at_s)), json_text(name), value));
}

std::string TraceJson::document(const std::string& title) const {
  nlohmann::ordered_json other{{"title", title}, {"producer", "presil"}};
  if (cut_at_) {
    other["cut_at_s"] = *cut_at_;
    other["note"] = fmt::format("cut at {}: the size limit of {} was met", time(*cut_at_), binary_size(static_cast<double>(limit_)));
  }
  return "{\"displayTimeUnit\":\"ns\",\"otherData\":" + other.dump() + ",\"traceEvents\":[\n" + text_ + "\n]}\n";
}

}  // namespace presil::report
