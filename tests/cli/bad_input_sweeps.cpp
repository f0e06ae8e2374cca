// bad_input_sweeps.cpp -- sweep files.
#include "tests/cli/bad_input_case.h"

namespace presil::test {

namespace {

// In raw texts the first line break only sets the text apart and is not part of the file.
const std::vector<BadInputCase> kSweepsCases{
    {"UnknownKey",
     {"sweep", "s.yaml"},
     {{"e.yaml", kExperiment}, {"s.yaml", R"(
experiment: e.yaml
gird:
  workload.batch: [1]
)"}},
     3,
     {"s.yaml:2:1: unknown key 'gird'; a sweep has experiment, bench, set, grid, zip, sample, constraints, objectives, explore, "
      "output (did you mean 'grid'?)"}},
    {"UnknownPath",
     {"sweep", "s.yaml"},
     {{"e.yaml", kExperiment}, {"s.yaml", R"(
experiment: e.yaml
grid:
  workload.batchs: [1, 2]
)"}},
     3,
     {"s.yaml:3:3: --set workload.batchs=1: unknown key 'workload.batchs' (did you mean 'batch'?); expected "
      "one of batch, in_len, out_len, formats"}},
    {"NoValues",
     {"sweep", "s.yaml"},
     {{"e.yaml", kExperiment}, {"s.yaml", R"(
experiment: e.yaml
grid:
  workload.batch: []
)"}},
     3,
     {"s.yaml:3:19: 'workload.batch' has no values"}},
    {"EmptyGrid",
     {"sweep", "s.yaml"},
     {{"e.yaml", kExperiment}, {"s.yaml", R"(
experiment: e.yaml
grid: {}
)"}},
     3,
     {"s.yaml:2:7: 'grid' is empty"}},
    {"GridIsAList",
     {"sweep", "s.yaml"},
     {{"e.yaml", kExperiment}, {"s.yaml", R"(
experiment: e.yaml
grid:
  - workload.batch: [1]
)"}},
     3,
     {"s.yaml:3:3: 'grid' must be a mapping from paths to lists of values"}},
    {"NoGrid",
     {"sweep", "s.yaml"},
     {{"e.yaml", kExperiment}, {"s.yaml", "experiment: e.yaml\n"}},
     3,
     {"s.yaml:1:1: a sweep needs the key 'grid': a mapping from paths to lists of values"}},
    {"NoExperiment",
     {"sweep", "s.yaml"},
     {{"e.yaml", kExperiment}, {"s.yaml", R"(
grid:
  workload.batch: [1]
)"}},
     3,
     {"s.yaml:1:1: a sweep needs the key 'experiment'"}},
    {"ExperimentMisspelt",
     {"sweep", "s.yaml"},
     {{"e.yaml", kExperiment}, {"s.yaml", R"(
experiment: ee.yaml
grid:
  workload.batch: [1]
)"}},
     3,
     {"s.yaml:1:13: there is no file ee.yaml (did you mean 'e.yaml'?)"}},
    {"ExperimentIsAFolder",
     {"sweep", "s.yaml"},
     {{"e.yaml", kExperiment}, {"s.yaml", R"(
experiment: .
grid:
  workload.batch: [1]
)"}},
     3,
     {"s.yaml:1:13: . is a folder; expected an experiment file"}},
    {"ExperimentIsWrong",
     {"sweep", "s.yaml"},
     {{"e.yaml", "chip: tpu_v4\n"}, {"s.yaml", R"(
experiment: e.yaml
grid:
  workload.batch: [1]
)"}},
     3,
     {"e.yaml:1:1: missing key 'model'; expected text (A config.json, or the name of a file in "
      "workloads/models.)"}},
    {"OneValue",
     {"sweep", "s.yaml"},
     {{"e.yaml", kExperiment}, {"s.yaml", R"(
experiment: e.yaml
grid:
  workload.batch: 4
)"}},
     3,
     {"s.yaml:3:19: 'workload.batch' must be a list of values, such as [1, 2]"}},
    {"MappingOfValues",
     {"sweep", "s.yaml"},
     {{"e.yaml", kExperiment}, {"s.yaml", R"(
experiment: e.yaml
grid:
  workload.batch: {from: 1, to: 2}
)"}},
     3,
     {"s.yaml:3:19: 'workload.batch' must be a list of values, such as [1, 2]"}},
    {"ValueTwice",
     {"sweep", "s.yaml"},
     {{"e.yaml", kExperiment}, {"s.yaml", R"(
experiment: e.yaml
grid:
  workload.batch: [1, 1]
)"}},
     3,
     {"s.yaml:3:23: 'workload.batch' has the value 1 twice"}},
    {"PathTwice",
     {"sweep", "s.yaml"},
     {{"e.yaml", kExperiment}, {"s.yaml", R"(
experiment: e.yaml
grid:
  workload.batch: [1]
  workload.batch: [2]
)"}},
     3,
     {"s.yaml:4:3: the key 'workload.batch' is given twice; first at s.yaml:3:3"}},
    {"PathThroughText",
     {"sweep", "s.yaml"},
     {{"e.yaml", kExperiment}, {"s.yaml", R"(
experiment: e.yaml
grid:
  model.x: [1]
)"}},
     3,
     {"s.yaml:3:3: --set model.x=1: 'model' is 'gpt2' (e.yaml:2:8), not a mapping"}},
    {"PathWithEquals",
     {"sweep", "s.yaml"},
     {{"e.yaml", kExperiment}, {"s.yaml", R"(
experiment: e.yaml
grid:
  workload.batch=1: [1]
)"}},
     3,
     {"s.yaml:3:3: 'workload.batch=1' is not a path to a value"}},
    {"FirstValueIsWrong",
     {"sweep", "s.yaml"},
     {{"e.yaml", kExperiment}, {"s.yaml", R"(
experiment: e.yaml
grid:
  workload.batch: [many, 1]
)"}},
     3,
     {"s.yaml:3:3: --set workload.batch=many: workload.batch: 'many' is not a number; expected a whole "
      "number"}},
    {"OutputIsAList",
     {"sweep", "s.yaml"},
     {{"e.yaml", kExperiment}, {"s.yaml", R"(
experiment: e.yaml
output: [x]
grid:
  workload.batch: [1]
)"}},
     3,
     {"s.yaml:2:9: 'output' must name a file"}},
    {"List",
     {"sweep", "s.yaml"},
     {{"e.yaml", kExperiment}, {"s.yaml", "[1]\n"}},
     3,
     {"s.yaml:1:1: a sweep is a mapping with 'experiment' and 'grid'"}},
    {"ExplodingGrid",
     {"sweep", "s.yaml"},
     {{"e.yaml", kExperiment},
      {"s.yaml", "experiment: e.yaml\ngrid:\n  workload.batch: " + sixty() +
                     "\n  workload.in_len: " + sixty() + "\n  workload.out_len: " + sixty() + "\n"}},
     3,
     {"s.yaml:3:3: the space has 216000 points, more than 100000; --allow N raises the limit"}},
    {"UnknownMetric",
     {"sweep", "s.yaml"},
     {{"e.yaml", kExperiment}, {"s.yaml", "experiment: e.yaml\ngrid: {workload.batch: [1]}\nobjectives: {latncy_s: min}\n"}},
     3,
     {"s.yaml:3:14: there is no metric 'latncy_s' (did you mean 'latency_s'?)"}},
    {"UnknownBench",
     {"sweep", "s.yaml"},
     {{"s.yaml", "bench: gem\ngrid: {m: [1]}\n"}},
     3,
     {"s.yaml:1:8: unknown bench 'gem'; a sweep can run gemm (did you mean 'gemm'?)"}},
    {"BenchWithoutShape",
     {"sweep", "s.yaml"},
     {{"s.yaml", "bench: gemm\nset: {device: tpu_v4, m: 8}\ngrid: {n: [8]}\n"}},
     3,
     {"a sweep of bench gemm needs the path 'k'"}},
    {"ShardBeyondAll",
     {"sweep", "s.yaml", "--shard", "3/2", "--db", "x.db"},
     {{"e.yaml", kExperiment}, {"s.yaml", "experiment: e.yaml\ngrid: {workload.batch: [1]}\n"}},
     2,
     {"--shard: '3/2' is not I/N"}},
    {"ResumeOfNoDatabase",
     {"sweep", "s.yaml", "--db", "x.db", "--resume"},
     {{"e.yaml", kExperiment}, {"x.db", "my notes"}, {"s.yaml", "experiment: e.yaml\ngrid: {workload.batch: [1]}\n"}},
     3,
     {"x.db: not a sound database of a sweep: file is not a database"}},
    {"MergeOfNothing", {"sweep", "merge", "none.db"}, {}, 3, {"none.db: cannot be read: No such file or directory"}},
    {"NoSuchFile",
     {"sweep", "sweeep.yaml"},
     {{"sweep.yaml", R"(
experiment: e.yaml
grid:
)"}},
     3,
     {"sweeep.yaml: no such file (did you mean 'sweep.yaml'?)"}},
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Sweeps, BadInput, testing::ValuesIn(kSweepsCases), case_name);

}  // namespace presil::test
