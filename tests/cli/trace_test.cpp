// trace_test.cpp -- `presil run --trace` and `--vcd`: the structure of what they write, and that it is what was counted.
#include <algorithm>
#include <iterator>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/command.h"
#include "tests/support/files.h"
#include "tests/support/temporary_directory.h"

namespace presil::test {

using nlohmann::json;
using testing::HasSubstr;

namespace {

std::string experiment(const char* name) { return (source_directory() / "configs/experiments" / name).string(); }

struct Traced {
  json trace, result;
  std::string err;
};

Traced traced(const std::string& file, std::vector<std::string> more) {
  TemporaryDirectory folder;
  std::vector<std::string> arguments{"run", file, "--format", "json", "--trace", (folder / "t.json").string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const CommandResult run = run_presil(arguments);
  EXPECT_EQ(run.status, 0) << run.err;
  if (run.status != 0) return {};
  return {json::parse(read_text(folder / "t.json")), json::parse(run.out), run.err};
}

/// A prompt and one further token of a GPT-2 of two thin layers: every pass of it is simulated.
Traced short_gpt2(std::vector<std::string> more = {}) {
  TemporaryDirectory folder;
  folder.write("config.json", R"({"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "activation_function": "gelu_new", "n_embd": 256,
                                 "n_head": 4, "n_layer": 2, "n_positions": 128, "n_ctx": 128, "vocab_size": 2048, "layer_norm_epsilon": 1e-05})");
  const std::string file = folder.write("e.yaml", "chip: tpu_v4\nmodel: ./config.json\nworkload: {batch: 1, in_len: 64, out_len: 2}\n").string();
  return traced(file, std::move(more));
}

using TrackKey = std::pair<int, int>;

std::map<TrackKey, std::string> thread_names(const json& trace) {
  std::map<TrackKey, std::string> names;
  for (const json& e : trace.at("traceEvents"))
    if (e.at("ph") == "M" && e.at("name") == "thread_name") names[{e.at("pid"), e.at("tid")}] = e.at("args").at("name");
  return names;
}

/// Microseconds.
double busy_of(const json& trace, const std::string& start_of_name) {
  const auto names = thread_names(trace);
  double sum = 0;
  for (const json& e : trace.at("traceEvents"))
    if (e.at("ph") == "X" && names.at({e.at("pid"), e.at("tid")}).starts_with(start_of_name)) sum += e.at("dur").get<double>();
  return sum;
}

/// The integral of a counter, in its unit times seconds.
double integral(const json& trace, const std::string& name, double end_us) {
  double sum = 0, at = 0, value = 0;
  for (const json& e : trace.at("traceEvents")) {
    if (e.at("ph") != "C" || e.at("name") != name) continue;
    sum += value * (e.at("ts").get<double>() - at);
    at = e.at("ts");
    value = e.at("args").at("value");
  }
  return (sum + value * (end_us - at)) * 1e-6;
}

/// Spans of a track come in order and do not overlap; all lie within the run; asynchronous ones begin and end.
void check_structure(const json& trace, double end_us, double begin_us = 0) {
  std::map<TrackKey, double> last;
  std::map<std::pair<std::string, int>, double> open;
  std::map<std::string, double> counters;
  const auto names = thread_names(trace);
  for (const json& e : trace.at("traceEvents")) {
    const std::string ph = e.at("ph");
    if (ph == "M") continue;
    const double ts = e.at("ts");
    EXPECT_GE(ts, begin_us - 1e-6);
    EXPECT_LE(ts, end_us + 1e-3);
    if (ph == "X") {
      const TrackKey key{e.at("pid"), e.at("tid")};
      ASSERT_TRUE(names.contains(key)) << e;
      EXPECT_GE(ts, last[key] - 1e-6) << names.at(key) << e;
      last[key] = ts + e.at("dur").get<double>();
      EXPECT_LE(last[key], end_us + 1e-3);
    } else if (ph == "b") {
      open[{e.at("cat"), e.at("id")}] = ts;
    } else if (ph == "e") {
      ASSERT_TRUE((open.contains({e.at("cat"), e.at("id")}))) << e;
      EXPECT_GE(ts, (open[{e.at("cat"), e.at("id")}]));
      open.erase({e.at("cat"), e.at("id")});
    } else if (ph == "C") {
      const std::string key = std::to_string(e.at("pid").get<int>()) + e.at("name").get<std::string>();
      EXPECT_GE(ts, counters[key]) << e;
      counters[key] = ts;
      EXPECT_GE(e.at("args").at("value").get<double>(), 0);
    }
  }
  EXPECT_TRUE(open.empty());
}

/// Every arrow has its two ends, and both lie on spans.
int check_flows(const json& trace) {
  struct End {
    TrackKey track;
    double ts;
  };
  std::map<int, End> sent;
  std::map<TrackKey, std::map<double, double>> spans;  // end by beginning
  for (const json& e : trace.at("traceEvents"))
    if (e.at("ph") == "X") spans[{e.at("pid"), e.at("tid")}][e.at("ts")] = e.at("ts").get<double>() + e.at("dur").get<double>();
  const auto on_span = [&](const End& end) {
    const auto& track = spans[end.track];
    auto at = track.upper_bound(end.ts + 1e-6);
    return at != track.begin() && end.ts <= std::prev(at)->second + 1e-6;
  };
  int arrows = 0;
  for (const json& e : trace.at("traceEvents")) {
    if (e.at("ph") != "s" && e.at("ph") != "f") continue;
    const End end{{e.at("pid"), e.at("tid")}, e.at("ts")};
    EXPECT_TRUE(on_span(end)) << e;
    if (e.at("ph") == "s") {
      sent[e.at("id")] = end;
      continue;
    }
    ++arrows;
    const auto from = sent.find(e.at("id"));
    if (from == sent.end()) {
      ADD_FAILURE() << "never sent: " << e;
      continue;
    }
    EXPECT_LE(from->second.ts, end.ts);
    sent.erase(from);
  }
  EXPECT_TRUE(sent.empty());
  return arrows;
}

}  // namespace

TEST(Trace, SpansOfAnNpuAreItsCounters) {
  const Traced t = short_gpt2();
  const double latency = t.result.at("metrics").at("latency_s");
  check_structure(t.trace, latency * 1e6);
  EXPECT_GT(check_flows(t.trace), 500);
  const json& chip = t.result.at("experiment").at("chip");
  const double arrays = chip.at("cores").get<double>() * chip.at("core").at("arrays").get<double>();
  const json& time = t.result.at("array_time");
  const double busy = (time.at("active").get<double>() + time.at("preload").get<double>()) * latency * arrays;
  EXPECT_NEAR(busy_of(t.trace, "array ") * 1e-6, busy, 1e-6 * busy);
  // Passes, segments and operators fill the run.
  // The file's times are whole picoseconds.
  EXPECT_NEAR(busy_of(t.trace, "passes") * 1e-6, latency, 2e-12);
  EXPECT_NEAR(busy_of(t.trace, "segments") * 1e-6, latency, 2e-12);
  const std::vector<std::string> wanted{"passes", "array 0", "vector unit", "scratchpad port", "core 0 out", "memory port 0 out"};
  for (const std::string& name : wanted) EXPECT_GT(busy_of(t.trace, name), 0) << name;
}

TEST(Trace, CurvesHoldTheBytesAndTheEnergy) {
  const Traced t = short_gpt2();
  const double end = t.result.at("metrics").at("latency_s").get<double>() * 1e6, energy = t.result.at("metrics").at("energy_j");
  EXPECT_NEAR(integral(t.trace, "power (W)", end), energy, 2e-3 * energy);
  const json& memory = t.result.at("levels").at(0);
  const double bytes = memory.at("bytes_read").get<double>() + memory.at("bytes_written").get<double>();
  // Bursts move a little more than was asked for.
  const double moved = integral(t.trace, "memory bandwidth (GB/s)", end) * 1e9;
  EXPECT_GT(moved, 0.999 * bytes);
  EXPECT_LT(moved, 1.02 * bytes);
  bool queues = false;
  for (const json& e : t.trace.at("traceEvents")) queues = queues || (e.at("ph") == "C" && e.at("name") == "transactions (entries)");
  EXPECT_TRUE(queues);
}

TEST(Trace, AGpuShowsItsKernels) {
  const Traced t = traced(experiment("llama3_8b_on_h100.yaml"), {"--set", "workload.in_len=128", "--set", "workload.out_len=2"});
  const double latency = t.result.at("metrics").at("latency_s");
  check_structure(t.trace, latency * 1e6);
  EXPECT_GT(busy_of(t.trace, "kernels"), 0.5 * latency * 1e6);
  EXPECT_LT(busy_of(t.trace, "kernels"), latency * 1e6);
  const double active = t.result.at("sm_time").at("active").get<double>() * latency;
  EXPECT_NEAR(busy_of(t.trace, "tensor cores") * 1e-6, active, 1e-3 * active);
  const double energy = t.result.at("metrics").at("energy_j");
  EXPECT_NEAR(integral(t.trace, "power (W)", latency * 1e6), energy, 2e-3 * energy);
}

TEST(Trace, SeveralDevicesShowTheirLinks) {
  const Traced t = traced(experiment("llama3_70b_on_8_h100.yaml"), {"--set", "workload.in_len=64", "--set", "workload.out_len=2"});
  check_structure(t.trace, t.result.at("metrics").at("latency_s").get<double>() * 1e6);
  EXPECT_GT(busy_of(t.trace, "links to other devices"), 0);
}

TEST(Trace, PassesBetweenSamplesAreNamedSo) {
  const Traced t = traced(experiment("llama3_8b_on_h100.yaml"), {"--set", "workload.in_len=64", "--set", "workload.out_len=40"});
  const double latency = t.result.at("metrics").at("latency_s");
  check_structure(t.trace, latency * 1e6);
  EXPECT_NEAR(busy_of(t.trace, "passes") * 1e-6, latency, 1e-6 * latency);
  int between = 0, passes = 0;
  for (const json& e : t.trace.at("traceEvents"))
    if (e.at("ph") == "X" && e.at("name").get<std::string>().starts_with("decode")) {
      ++passes;
      between += e.at("name").get<std::string>().find("interpolated") != std::string::npos;
    }
  EXPECT_EQ(passes, 39);
  EXPECT_GT(between, 20);
  EXPECT_LT(between, 39);
}

TEST(Trace, AnExactRunShowsEveryPass) {
  const Traced t = traced(experiment("gpt2_on_tpu_v4.yaml"), {"--exact", "--set", "workload.in_len=16", "--set", "workload.out_len=2", "--set", "workload.batch=1"});
  const double latency = t.result.at("metrics").at("latency_s");
  check_structure(t.trace, latency * 1e6);
  EXPECT_NEAR(busy_of(t.trace, "segments") * 1e-6, latency, 1e-6 * latency);
}

TEST(Trace, AWindowHoldsWhatItHolds) {
  const Traced whole = short_gpt2();
  const double latency = whole.result.at("metrics").at("latency_s");
  const double a = 0.3 * latency, b = 0.4 * latency;
  const Traced part = short_gpt2({"--trace-window", std::to_string(a * 1e6) + "us:" + std::to_string(b * 1e6) + "us"});
  check_structure(part.trace, b * 1e6 + 1e-3, a * 1e6 - 1e-3);
  EXPECT_EQ(part.result, whole.result);
  EXPECT_LT(part.trace.at("traceEvents").size(), 0.3 * static_cast<double>(whole.trace.at("traceEvents").size()));
  EXPECT_NEAR(busy_of(part.trace, "passes"), (b - a) * 1e6, 0.01);
  double inside = 0;
  const auto names = thread_names(whole.trace);
  for (const json& e : whole.trace.at("traceEvents"))
    if (e.at("ph") == "X" && names.at({e.at("pid"), e.at("tid")}) == "array 0") {
      const double begin = e.at("ts"), end = begin + e.at("dur").get<double>();
      inside += std::max(0.0, std::min(end, b * 1e6) - std::max(begin, a * 1e6));
    }
  EXPECT_NEAR(busy_of(part.trace, "array 0"), inside, 0.01);
}

TEST(Trace, TheSizeLimitIsSaid) {
  const Traced t = short_gpt2({"--trace-limit", "100 kB"});
  const double latency = t.result.at("metrics").at("latency_s");
  const double cut = t.trace.at("otherData").at("cut_at_s");
  EXPECT_GT(cut, 0);
  EXPECT_LT(cut, latency);
  EXPECT_LT(t.trace.dump().size(), 150'000u);
  EXPECT_THAT(t.err, HasSubstr("was cut at"));
  EXPECT_THAT(t.trace.at("otherData").at("note").get<std::string>(), HasSubstr("size limit"));
  check_structure(t.trace, latency * 1e6);
}

TEST(Trace, TrainingShowsStagesAndWhatTheySend) {
  const Traced t = traced(experiment("gpt3_175b_training_on_64_a100.yaml"), {});
  const double step = t.result.at("metrics").at("step_time_s");
  check_structure(t.trace, step * 1e6);
  // 64 micro-batches forward and backward through 3 pieces of 8 stages, all but the ends of it sent.
  EXPECT_EQ(check_flows(t.trace), 2 * 64 * (3 * 8 - 1));
  std::size_t passes = 0;
  for (const json& e : t.trace.at("traceEvents"))
    passes += e.at("ph") == "X" && (e.at("name").get<std::string>().starts_with("forward") || e.at("name").get<std::string>().starts_with("backward"));
  EXPECT_EQ(passes, 2u * 64 * 3 * 8);
  double idle = 0, all = 0;
  for (const auto& phase : t.result.at("phases")) {
    all += phase.at("time_s").get<double>();
    if (phase.at("name") == "idle") idle = phase.at("time_s");
  }
  EXPECT_NEAR(all, step, 1e-6 * step);
  EXPECT_LE(busy_of(t.trace, "stage ") * 1e-6 / 8, step - 0.5 * idle);
}

TEST(Vcd, UnitsAreWaves) {
  TemporaryDirectory folder;
  const std::string file = (folder / "w.vcd").string();
  const CommandResult run = run_presil("run", experiment("gpt2_on_tpu_v4.yaml"), "--format", "json", "--vcd", file, "--trace", (folder / "t.json").string(), "--set",
                                       "workload.in_len=16", "--set", "workload.out_len=2", "--set", "workload.batch=1");
  ASSERT_EQ(run.status, 0) << run.err;
  const std::string text = read_text(file);
  EXPECT_THAT(text, HasSubstr("$timescale"));
  EXPECT_THAT(text, HasSubstr("array_0"));
  EXPECT_THAT(text, HasSubstr("power__W_"));
  // The first array: how long it was not 0 is how long its spans of the trace are.
  const std::size_t scope = text.find("$scope module core_0 ");
  ASSERT_NE(scope, std::string::npos);
  const std::size_t name = text.find("array_0", scope), line = text.rfind('\n', name) + 1;
  std::istringstream declaration(text.substr(line, name - line));
  std::string word, code;
  for (int i = 0; i < 4; ++i) declaration >> (i == 3 ? code : word);
  double at = 0, since = -1, busy = 0, last = 0;
  std::istringstream lines(text.substr(text.find("$enddefinitions")));
  for (std::string row; std::getline(lines, row);) {
    if (row.starts_with('#')) {
      EXPECT_GE(std::stod(row.substr(1)), last);
      last = at = std::stod(row.substr(1));
    }
    if (!row.starts_with('b') || !row.ends_with(" " + code)) continue;
    if (since >= 0) busy += at - since;
    since = row.starts_with("b0 ") ? -1 : at;
  }
  const json trace = json::parse(read_text(folder / "t.json"));
  const auto names = thread_names(trace);
  double spans = 0;
  int core = -1;
  for (const json& e : trace.at("traceEvents"))
    if (e.at("ph") == "M" && e.at("name") == "process_name" && e.at("args").at("name") == "core 0") core = e.at("pid");
  for (const json& e : trace.at("traceEvents"))
    if (e.at("ph") == "X" && e.at("pid") == core && names.at({e.at("pid"), e.at("tid")}) == "array 0") spans += e.at("dur").get<double>();
  ASSERT_GT(spans, 0);
  EXPECT_NEAR(busy * 1e-6, spans, 1e-3 * spans);
}

TEST(Trace, RefusesWhatMakesNoSense) {
  const std::string file = experiment("gpt2_on_tpu_v4.yaml");
  for (const auto& [window, message] : std::vector<std::pair<std::string, std::string>>{
           {"5ms", "expected START:END"}, {"2ms:1ms", "ends before it begins"}, {"1 parsec:", "--trace-window"}}) {
    const CommandResult run = run_presil("run", file, "--trace", "/dev/null", "--trace-window", window);
    EXPECT_EQ(run.status, 2) << window;
    EXPECT_THAT(run.err, HasSubstr(message));
  }
  EXPECT_EQ(run_presil("run", file, "--trace-window", "0:1ms").status, 2);
  EXPECT_EQ(run_presil("run", file, "--trace", "x.json", "--trace-limit", "10 W").status, 2);
}

}  // namespace presil::test
