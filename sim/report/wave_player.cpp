// wave_player.cpp -- implementation of wave_player.h.
#include "sim/report/wave_player.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <map>
#include <sstream>
#include <utility>
#include <vector>

#include "sim/kernel/time.h"

namespace presil::report {

namespace {

/// At a time the end of a span comes before the beginning of the next.
struct Change {
  std::uint64_t when;
  int order;
  std::uint32_t signal;
  double value;
  bool operator<(const Change& other) const { return when != other.when ? when < other.when : order < other.order; }
};

struct Signal {
  char kind;
  std::string name;
  int state{0};
  double real{0};
};

struct Story {
  std::map<std::uint32_t, Signal> signals;
  std::map<std::uint32_t, std::string> operators;
  std::vector<Change> changes;
  bool complete{false};
};

std::string read_all(int descriptor) {
  std::string text;
  std::vector<char> part(1 << 16);
  for (ssize_t n; (n = read(descriptor, part.data(), part.size())) != 0;) {
    if (n > 0) text.append(part.data(), static_cast<std::size_t>(n));
    else if (errno != EINTR) break;
  }
  return text;
}

/// Names of VCD have no blanks; a point separates scopes.
std::string vcd_name(std::string name) {
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.') c = '_';
  return name;
}

void add_span(Story& story, std::istringstream& in) {
  std::uint32_t signal = 0, op = 0;
  std::uint64_t begin = 0, end = 0;
  in >> signal >> op >> begin >> end;
  const bool counts = story.signals.at(signal).kind == 'C';
  if (end == begin && !counts) return;
  story.changes.push_back({begin, 1, signal, counts ? 1.0 : op});
  story.changes.push_back({end, 0, signal, counts ? -1.0 : 0.0});
}

Story read_story(int descriptor) {
  Story story;
  std::istringstream lines(read_all(descriptor));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream in(line);
    char kind = 0;
    std::uint32_t number = 0;
    in >> kind;
    if (kind == 'E') story.complete = true;
    if (kind == 'S') add_span(story, in);
    if (kind == 'V') {
      Change change{0, 2, 0, 0};
      in >> change.signal >> change.when >> change.value;
      story.changes.push_back(change);
    }
    if (kind != 'U' && kind != 'C' && kind != 'R' && kind != 'N') continue;
    in >> number;
    std::string name;
    std::getline(in >> std::ws, name);
    if (kind == 'N') story.operators[number] = name;
    else story.signals[number] = {kind, vcd_name(name)};
  }
  std::stable_sort(story.changes.begin(), story.changes.end());
  return story;
}

class Player : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Player);
  Player(sc_core::sc_module_name name, Story& story) : sc_module(name), story_(story) { SC_METHOD(play); }

 private:
  void play() {
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    for (; next_ < story_.changes.size(); ++next_) {
      const Change& change = story_.changes[next_];
      const sc_core::sc_time when = sc_core::sc_time::from_value(change.when);
      if (when > now) return next_trigger(when - now);
      Signal& signal = story_.signals.at(change.signal);
      if (signal.kind == 'R') signal.real = change.value;
      else signal.state = static_cast<int>(change.value) + (signal.kind == 'C' ? signal.state : 0);
    }
    // The tracer writes a time when the next one comes.
    if (!std::exchange(ended_, true)) next_trigger(1, sc_core::SC_PS);
  }

  Story& story_;
  std::size_t next_{0};
  bool ended_{false};
};

std::string legend(const Story& story) {
  std::string text = "units show the number of the operator they work for:";
  for (const auto& [number, name] : story.operators) text += "\n" + std::to_string(number) + " " + name;
  return text;
}

}  // namespace

int play_waves(int descriptor, const std::string& file) try {
  Story story = read_story(descriptor);
  if (!story.complete) return 1;
  kernel::initialise();
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  Player player("presil", story);
  const std::string part = file + ".part";  // the tracer adds .vcd
  sc_core::sc_trace_file* waves = sc_core::sc_create_vcd_trace_file(part.c_str());
  waves->set_time_unit(1, sc_core::SC_PS);
  for (auto& [number, signal] : story.signals) {
    if (signal.kind == 'R') sc_core::sc_trace(waves, signal.real, signal.name);
    else sc_core::sc_trace(waves, signal.state, signal.name);
  }
  sc_core::sc_write_comment(waves, legend(story));
  sc_core::sc_start();
  sc_core::sc_close_vcd_trace_file(waves);
  std::filesystem::rename(part + ".vcd", file);
  return 0;
} catch (const std::exception&) {
  return 1;
}

}  // namespace presil::report
