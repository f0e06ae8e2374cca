// bad_input_text.cpp -- texts that are no YAML document.
#include "tests/cli/bad_input_case.h"

namespace presil::test {

namespace {

// In raw texts the first line break only sets the text apart and is not part of the file.
const std::vector<BadInputCase> kTextCases{
    {"Empty", {"run", "e.yaml"}, {{"e.yaml", ""}}, 3, {"e.yaml:1:1: the document is empty"}},
    {"OnlyAComment",
     {"run", "e.yaml"},
     {{"e.yaml", "# nothing\n"}},
     3,
     {"e.yaml:1:1: the document is empty"}},
    {"EmptyDocument",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
---
...
)"}},
     3,
     {"e.yaml:1:1: the document is empty"}},
    {"TwoDocuments",
     {"run", "e.yaml"},
     {{"e.yaml", kExperiment + "---\n" + kExperiment}},
     3,
     {"e.yaml:4:1: a second document begins here ('---', or wrong indentation); expected one in a file"}},
    {"ListAtTheTop",
     {"run", "e.yaml"},
     {{"e.yaml", "- chip: tpu_v4\n"}},
     3,
     {"e.yaml:1:1: expected a mapping of keys to values, found a sequence"}},
    {"TextAtTheTop",
     {"run", "e.yaml"},
     {{"e.yaml", "tpu_v4\n"}},
     3,
     {"e.yaml:1:1: expected a mapping of keys to values, found text"}},
    {"CutInABracket",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload: {batch: 1, in_len: 16)"}},
     3,
     {"e.yaml:3:11: not valid YAML: '{' without its '}', or a ',' is missing"}},
    {"CutInAQuote",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: "gpt2
)"}},
     3,
     {"e.yaml:2:8: this quote is never closed"}},
    {"CutInAKey",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
mod)"}},
     3,
     {"e.yaml:1:1: missing key 'model'; expected text (A config.json, or the name of a file in "
      "workloads/models.)",
      "e.yaml:2:1: unknown key 'mod' (did you mean 'model'?); expected one of "}},
    {"IndentedTooFar",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload:
  batch: 1
   in_len: 2
)"}},
     3,
     {"e.yaml:5:10: not valid YAML: a second ':' on this line, or wrong indentation (text with ': ' in it "
      "needs quotes)"}},
    {"IndentedAtTheTop",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
 model: gpt2
)"}},
     3,
     {"e.yaml:2:7: not valid YAML: a second ':' on this line, or wrong indentation (text with ': ' in it "
      "needs quotes)"}},
    {"Tab",
     {"run", "e.yaml"},
     {{"e.yaml", "chip: tpu_v4\nmodel: gpt2\nworkload:\n\011batch: 1\n"}},
     3,
     {"e.yaml:4:7: a tab in the indentation; use spaces"}},
    {"Anchor",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: &a tpu_v4
model: *a
)"}},
     3,
     {"e.yaml:1:7: anchors (&name) and aliases (*name) are not used here; write the value out, or use "
      "'include'"}},
    {"AliasBomb",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
a: &a [x, x, x, x]
b: &b [*a, *a, *a, *a]
c: &c [*b, *b, *b, *b]
)"}},
     3,
     {"e.yaml:1:4: anchors (&name) and aliases (*name) are not used here; write the value out, or use "
      "'include'"}},
    {"Tag",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: !!str tpu_v4
model: gpt2
)"}},
     3,
     {"e.yaml:1:7: tags such as !!str are not used here; write the plain value"}},
    {"NulByte",
     {"run", "e.yaml"},
     {{"e.yaml", std::string("chip: tpu_v4\nmodel: gp\000t2\n", 26)}},
     3,
     {"e.yaml:2:10: a NUL byte; expected text in UTF-8"}},
    {"Latin1",
     {"run", "e.yaml"},
     {{"e.yaml", "chip: tpu_v4\nmodel: gpt2\nname: caf\351\n"}},
     3,
     {"e.yaml:3:10: not UTF-8; save the file as UTF-8"}},
    {"Utf16",
     {"run", "e.yaml"},
     {{"e.yaml", std::string("\377\376c\000h\000i\000p\000", 10)}},
     3,
     {"e.yaml:1:1: not UTF-8; save the file as UTF-8"}},
    {"Binary",
     {"run", "e.yaml"},
     {{"e.yaml", std::string("\177ELF\002\001\001\000\000\000", 10)}},
     3,
     {"e.yaml:1:5: a control character ('\\x02'); expected text"}},
    {"ListAsKey",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
? [a]
: 1
)"}},
     3,
     {"e.yaml:1:3: a key must be text, found a sequence"}},
    {"EscapeInAKey",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
"na\e[31mme": x
)"}},
     3,
     {"e.yaml:3:1: unknown key 'na\\x1b[31mme'; expected one of "}},
    {"TooDeepFlow",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
)"}},
     3,
     {"e.yaml:1:67: nested more than 64 deep"}},
    {"TooDeepBlock",
     {"run", "e.yaml"},
     {{"e.yaml", nested(80)}},
     3,
     {"e.yaml:65:129: nested more than 64 deep"}},
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Text, BadInput, testing::ValuesIn(kTextCases), case_name);

}  // namespace presil::test
