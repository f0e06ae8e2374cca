// bad_input_tables.cpp -- tables of measurements.
#include "tests/cli/bad_input_case.h"

namespace presil::test {

namespace {

const std::vector<BadInputCase> kTablesCases{
    {"NoSuchFile",
     {"validate", "gem.csv"},
     {{"gemm.csv", "a\n1\n"}},
     3,
     {"gem.csv: no such file (did you mean 'gemm.csv'?)"}},
    {"Folder", {"validate", "."}, {}, 3, {".: a folder; expected a CSV file"}},
    {"Empty",
     {"validate", "t.csv"},
     {{"t.csv", ""}},
     3,
     {"t.csv:1:1: nothing in it; expected a CSV table with a header"}},
    {"HeaderOnly",
     {"validate", "t.csv"},
     {{"t.csv", "device,link,op,n_devices,bytes,latency_us\n"}},
     3,
     {"t.csv:1: a header without rows"}},
    {"NoKind",
     {"validate", "t.csv"},
     {{"t.csv", "device,dtype,m,n,kk,batch,latency_ms\nA,bf16,1,2,3,1,5\n"}},
     3,
     {"t.csv:1: the header is of no kind of table; the nearest, gemm, also needs k",
      "(there is 'latency_ms')", "includes_launch"}},
    {"NothingKnown",
     {"validate", "t.csv"},
     {{"t.csv", "x,y\n1,2\n"}},
     3,
     {"of no kind of table; there are gemm, vector"}},
    {"ColumnTwice",
     {"validate", "t.csv"},
     {{"t.csv", "device,link,op,n_devices,bytes,latency_us,op\nA,B,all_reduce,4,16,13,x\n"}},
     3,
     {"t.csv:1:43: the column 'op' is there twice; first at 1:13"}},
    {"ShortRow",
     {"validate", "t.csv"},
     {{"t.csv", "device,link,op,n_devices,bytes,latency_us\nA,B,all_reduce,4,16\n"}},
     3,
     {"t.csv:2:18: 5 cells, but the header has 6 columns; 'latency_us' is missing"}},
    {"LongRow",
     {"validate", "t.csv"},
     {{"t.csv", "device,link,op,n_devices,bytes,latency_us\nA,B,all_reduce,4,16,13,14\n"}},
     3,
     {"t.csv:2:24: 7 cells, but the header has 6 columns"}},
    {"OpenQuote",
     {"validate", "t.csv"},
     {{"t.csv", "device,link,op,n_devices,bytes,latency_us\nA,\"B,all_reduce,4,16,13\n"}},
     3,
     {"t.csv:2:3: this quote is not closed"}},
    {"SecondTable",
     {"validate", "t.csv", "u.csv"},
     {{"t.csv", "device,link,op,n_devices,bytes,latency_us\nA,B,all_reduce,4,16,13\n"}, {"u.csv", "x\n1\n"}},
     3,
     {"u.csv:1: the header is of no kind"}},
    {"NoTable", {"validate"}, {}, 2, {"TABLE is required"}},
    {"NegativeTolerance",
     {"validate", "t.csv", "--max-mape", "-1"},
     {{"t.csv", "x\n1\n"}},
     2,
     {"--max-mape"}},
    {"UnknownFormat",
     {"validate", "t.csv", "--format", "jsn"},
     {{"t.csv", "x\n1\n"}},
     2,
     {"did you mean 'json'?"}},
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Tables, BadInput, testing::ValuesIn(kTablesCases), case_name);

}  // namespace presil::test
