// sample_reader_test.cpp -- every kind of field read, refused and accounted for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/sim/config/sample.h"

namespace presil::config::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string refusal(const std::string& yaml) {
  return message_of([&] { sample_of(yaml); });
}
/// The refusal of one more line after a good one.
std::string refused_line(const std::string& line) { return refusal("size: 1 KiB\n" + line); }

Provenance provenance_of(const std::string& yaml, const std::string& path) {
  std::vector<Provenance> all;
  sample_of(yaml, &all);
  for (const auto& one : all)
    if (one.path == path) return one;
  ADD_FAILURE() << "no provenance of " << path;
  return {};
}

TEST(SampleReader, ReadsEveryKindOfField) {
  const Sample s = sample_of(R"(
size: 2 KiB
delay: 20 ns
share: 0.25
count: 7
on: true
title: 12 monkeys
words: [a, 1, "b c"]
shape: tree
speed: {fp8: 2, int8: 0.5}
bank: {rate: 3 GB/s, label: left}
banks: [{rate: 1 GB/s}, {rate: 2 GB/s, label: two}]
)");
  EXPECT_EQ(s.size.value, 2048);
  EXPECT_EQ(s.delay.value, 20e-9);
  EXPECT_EQ(s.share, 0.25);
  EXPECT_EQ(s.count, 7);
  EXPECT_TRUE(s.on);
  EXPECT_EQ(s.title, "12 monkeys");
  EXPECT_THAT(s.words, ElementsAre("a", "1", "b c"));
  EXPECT_EQ(s.shape, Shape::tree);
  EXPECT_THAT(s.speed, ElementsAre(0, 2, 0.5));  // a given table replaces the default whole
  EXPECT_EQ(s.bank.rate.value, 3e9);
  EXPECT_EQ(s.bank.label, "left");
  ASSERT_EQ(s.banks.size(), 2u);
  EXPECT_EQ(s.banks[1].label, "two");
}

TEST(SampleReader, ReadsTheSameFromJson) {
  Sample s;
  read(parse_json(R"({"size": "2 KiB", "count": 7, "on": false, "share": 2.5e-1, "banks": [{"rate": "1 GB/s"}]})", "f.json"), s);
  EXPECT_EQ(s.size.value, 2048);
  EXPECT_EQ(s.count, 7);
  EXPECT_EQ(s.share, 0.25);
  EXPECT_EQ(s.banks.size(), 1u);
}

TEST(SampleReader, OptionalFieldsKeepTheirInitialisers) {
  const Sample s = sample_of("size: 1 B\n");
  EXPECT_EQ(s.delay.value, 5e-7);
  EXPECT_EQ(s.shape, Shape::mesh);
  EXPECT_THAT(s.words, ElementsAre("x"));
  EXPECT_THAT(s.speed, ElementsAre(1, 0, 0));
  EXPECT_EQ(s.bank.rate.value, 1e9);
}

TEST(SampleReader, EmptyListsReplaceToo) {
  const Sample s = sample_of("{size: 1 B, words: [], speed: {}, banks: []}");
  EXPECT_TRUE(s.words.empty());
  EXPECT_THAT(s.speed, ElementsAre(0, 0, 0));
}

TEST(SampleReader, AMissingKeyIsMissingFromItsMapping) {
  EXPECT_EQ(refusal("count: 2\n"), "f.yaml:1:1: missing key 'size'; expected data such as '16 MiB' (Size.)");
  EXPECT_EQ(refused_line("bank:\n  label: x\n"),
            "f.yaml:3:3: missing key 'bank.rate'; expected a data rate such as '450 GB/s' (Rate.)");
  EXPECT_EQ(refused_line("banks: [{label: x}]\n"),
            "f.yaml:2:9: missing key 'banks.0.rate'; expected a data rate such as '450 GB/s' (Rate.)");
}

TEST(SampleReader, AnUnknownKeyIsRefusedWithTheNearest) {
  EXPECT_EQ(refused_line("cuont: 2\n"),
            "f.yaml:2:1: unknown key 'cuont' (did you mean 'count'?); expected one of size, delay, share, count, on, title, "
            "words, shape, speed, bank, banks");
  EXPECT_EQ(refused_line("bank: {rate: 1 GB/s, label: x, zzzzzz: 1}\n"),
            "f.yaml:2:32: unknown key 'bank.zzzzzz'; expected one of rate, label");
}

TEST(SampleReader, RefusesWrongNumbers) {
  EXPECT_EQ(refusal("size: 450\n"), "f.yaml:1:7: size: 450 has no unit; expected data such as 450 MiB");
  EXPECT_EQ(refusal("size: 0 B\n"), "f.yaml:1:7: size: 0 B is out of range; expected more than 0 B");
  EXPECT_EQ(refused_line("delay: -1 ns"), "f.yaml:2:8: delay: -1 ns is out of range; expected at least 0 s");
  EXPECT_EQ(refused_line("share: 1.5"), "f.yaml:2:8: share: 1.5 is out of range; expected a number from 0 to 1");
  EXPECT_EQ(refused_line("share: '0.5'"), "f.yaml:2:8: share: '0.5' in quotes is text; expected a number");
  EXPECT_EQ(refused_line("share: .nan"), "f.yaml:2:8: share: '.nan' is not a finite number; expected a number");
  EXPECT_EQ(refused_line("share: [1]"), "f.yaml:2:8: share: expected a number, found a sequence");
  EXPECT_EQ(refused_line("share:\n"), "f.yaml:2:1: share: expected a number, found nothing");
  EXPECT_EQ(refused_line("delay: {ns: 1}"), "f.yaml:2:8: delay: expected a time such as '500 ns', found a mapping");
}

TEST(SampleReader, QuotedQuantitiesAreFine) { EXPECT_EQ(sample_of("size: '2 KiB'").size.value, 2048); }

TEST(SampleReader, RefusesWrongWholeNumbers) {
  EXPECT_EQ(refused_line("count: 0"), "f.yaml:2:8: count: 0 is out of range; expected a whole number from 1 to 16");
  EXPECT_EQ(refused_line("count: 17"), "f.yaml:2:8: count: 17 is out of range; expected a whole number from 1 to 16");
  EXPECT_EQ(refused_line("count: 2.0"), "f.yaml:2:8: count: '2.0' is not written as a whole number; write 2");
  EXPECT_EQ(refused_line("count: '2'"), "f.yaml:2:8: count: '2' in quotes is text; expected a whole number from 1 to 16");
  EXPECT_EQ(refused_line("count: 4294967297"),
            "f.yaml:2:8: count: 4294967297 is out of range; expected a whole number from 1 to 16");
}

TEST(SampleReader, RefusesWrongTruthValues) {
  EXPECT_EQ(refused_line("on: yes"), "f.yaml:2:5: on: 'yes' is not a truth value; expected true or false");
  EXPECT_EQ(refused_line("on: True"), "f.yaml:2:5: on: 'True' is not a truth value; expected true or false");
  EXPECT_EQ(refused_line("on: 'true'"), "f.yaml:2:5: on: 'true' in quotes is text; expected true or false");
}

TEST(SampleReader, RefusesWrongTexts) {
  EXPECT_EQ(refused_line("title: [a]"), "f.yaml:2:8: title: expected text, found a sequence");
  EXPECT_EQ(refused_line("words: a"), "f.yaml:2:8: words: expected a sequence of texts such as [a, b], found text");
  EXPECT_EQ(refused_line("words: [a, [b]]"), "f.yaml:2:12: words.1: expected text, found a sequence");
}

TEST(SampleReader, RefusesWrongChoices) {
  EXPECT_EQ(refused_line("shape: rnig"),
            "f.yaml:2:8: shape: 'rnig' is not known (did you mean 'ring'?); expected one of ring, mesh, tree");
  EXPECT_EQ(refused_line("shape: Ring"),
            "f.yaml:2:8: shape: 'Ring' is not known (did you mean 'ring'?); expected one of ring, mesh, tree");
}

TEST(SampleReader, RefusesWrongTables) {
  EXPECT_EQ(refused_line("speed: {bf61: 1}"),
            "f.yaml:2:9: speed: unknown name 'bf61' (did you mean 'bf16'?); expected one of bf16, fp8, int8");
  EXPECT_EQ(refused_line("speed: {bf16: -1}"), "f.yaml:2:15: speed.bf16: -1 is out of range; expected a number at least 0");
  EXPECT_EQ(refused_line("speed: {bf16: [1]}"), "f.yaml:2:15: speed.bf16: expected a number, found a sequence");
  EXPECT_THAT(refused_line("speed: 3"), HasSubstr("speed: expected a mapping from names (bf16, fp8, int8) to numbers, found a number"));
}

TEST(SampleReader, RefusesWrongMappingsAndLists) {
  EXPECT_EQ(refused_line("bank: fast"), "f.yaml:2:7: bank: expected a mapping, found text");
  EXPECT_EQ(refused_line("banks: {rate: 1 GB/s}"), "f.yaml:2:8: banks: expected a sequence of mappings, found a mapping");
  EXPECT_EQ(refused_line("banks: [1]"), "f.yaml:2:9: banks.0: expected a mapping, found a number");
  EXPECT_EQ(message_of([] { sample_of("[1]"); }), "f.yaml:1:1: expected a mapping of keys to values, found a sequence");
}

TEST(SampleReader, ListsEveryProblemInOrder) {
  EXPECT_EQ(refusal("size: 1\ncount: 99\non: maybe\n"),
            "f.yaml:1:7: size: 1 has no unit; expected data such as 1 MiB\n"
            "f.yaml:2:8: count: 99 is out of range; expected a whole number from 1 to 16\n"
            "f.yaml:3:5: on: 'maybe' is not a truth value; expected true or false");
}

TEST(SampleReader, ShowsTwentyProblemsAndCountsTheRest) {
  const auto with = [](int n) {
    std::string text = "size: 1 B\n";
    for (int i = 0; i < n; ++i) text += "unknown" + std::to_string(i) + ": 1\n";
    return refusal(text);
  };
  const auto lines = [](const std::string& text) { return 1 + std::count(text.begin(), text.end(), '\n'); };
  EXPECT_EQ(lines(with(20)), 20);
  EXPECT_THAT(with(20), testing::Not(HasSubstr("more")));
  EXPECT_EQ(lines(with(21)), 21);
  EXPECT_THAT(with(21), testing::EndsWith("\n... and 1 more"));
  EXPECT_THAT(with(1000), testing::EndsWith("\n... and 980 more"));
}

TEST(SampleReader, CountsProblemsOfTablesToo) {
  std::string text = "size: 1 B\nspeed:\n";
  for (int i = 0; i < 30; ++i) text += "  n" + std::to_string(i) + ": 1\n";
  EXPECT_THAT(refusal(text + "what: 1\n"), testing::EndsWith("\n... and 11 more"));
}

TEST(SampleReader, AHundredThousandUnknownKeysAreQuick) {
  std::string text = "size: 1 B\n";
  for (int i = 0; i < 100'000; ++i) text += "a_rather_long_unknown_key_" + std::to_string(i) + ": 1\n";
  EXPECT_THAT(refusal(text), testing::EndsWith("\n... and 99980 more"));
}

TEST(SampleReader, AnyValueMayHaveASource) {
  const Sample s = sample_of(R"(
size: {value: 2 KiB, source: a}
count: {value: 3, source: b}
on: {source: c, value: true}
title: {value: name}
words: {value: [p, q], source: d}
shape: {value: ring, source: e}
speed: {value: {bf16: {value: 4, source: f}, source: g}, source: h}
banks: {value: [{rate: {value: 1 GB/s, source: i}, source: j}], source: k}
bank: {source: l, rate: 1 GB/s}
source: m
)");
  EXPECT_EQ(s.size.value, 2048);
  EXPECT_EQ(s.count, 3);
  EXPECT_TRUE(s.on);
  EXPECT_EQ(s.title, "name");
  EXPECT_THAT(s.words, ElementsAre("p", "q"));
  EXPECT_EQ(s.shape, Shape::ring);
  EXPECT_EQ(s.speed[0], 4);
  EXPECT_EQ(s.banks.size(), 1u);
}

TEST(SampleReader, RefusesWrongWrappers) {
  EXPECT_EQ(refused_line("count: {value: 3, sauce: b}"),
            "f.yaml:2:19: count: unknown key 'sauce'; expected a whole number from 1 to 16, or {value: ..., source: ...}");
  EXPECT_EQ(refused_line("count: {source: b}"), "f.yaml:2:8: count: expected a whole number from 1 to 16, found a mapping");
  EXPECT_EQ(refused_line("count: {value: {value: 3}}"),
            "f.yaml:2:16: count: expected a whole number from 1 to 16, found a mapping");
  EXPECT_EQ(refused_line("count: {value: 3, source: [b]}"), "f.yaml:2:27: count.source: expected text, found a sequence");
  EXPECT_EQ(refused_line("speed: {bf16: 3, source: [b]}"), "f.yaml:2:26: speed.source: expected text, found a sequence");
  EXPECT_EQ(refused_line("source: {a: b}"), "f.yaml:2:9: source: expected text, found a mapping");
}

TEST(SampleProvenance, TheNearestSourceHolds) {
  const std::string yaml = R"(source: outer
size: 1 KiB
count: {value: 3, source: own}
bank: {source: of bank, rate: 1 GB/s, label: {value: x, source: of label}}
banks: [{rate: 2 GB/s}, {source: second, rate: 3 GB/s}]
speed: {bf16: 1, int8: {value: 2, source: of int8}}
)";
  EXPECT_EQ(provenance_of(yaml, "size").source, "outer");
  EXPECT_EQ(provenance_of(yaml, "size").value, "1 KiB");
  EXPECT_EQ(provenance_of(yaml, "size").where, "f.yaml:2:7");
  EXPECT_EQ(provenance_of(yaml, "count").source, "own");
  EXPECT_EQ(provenance_of(yaml, "count").value, "3");
  EXPECT_EQ(provenance_of(yaml, "count").where, "f.yaml:3:16");
  EXPECT_EQ(provenance_of(yaml, "bank.rate").source, "of bank");
  EXPECT_EQ(provenance_of(yaml, "bank.label").source, "of label");
  EXPECT_EQ(provenance_of(yaml, "banks.0.rate").source, "outer");
  EXPECT_EQ(provenance_of(yaml, "banks.1.rate").source, "second");
  EXPECT_EQ(provenance_of(yaml, "speed.bf16").source, "outer");
  EXPECT_EQ(provenance_of(yaml, "speed.int8").source, "of int8");
}

TEST(SampleProvenance, IsEmptyWithoutASourceAndSaysDefault) {
  EXPECT_EQ(provenance_of("size: 1 B", "size").source, "");
  const Provenance delay = provenance_of("size: 1 B", "delay");
  EXPECT_EQ(delay.source, kDefaultSource);
  EXPECT_EQ(delay.value, "500 ns");
  EXPECT_EQ(delay.where, "");
  EXPECT_EQ(provenance_of("size: 1 B", "words").value, "[x]");
  EXPECT_EQ(provenance_of("size: 1 B", "speed").value, "bf16: 1");
  EXPECT_EQ(provenance_of("size: 1 B", "shape").value, "mesh");
  EXPECT_EQ(provenance_of("size: 1 B", "banks").value, "[]");
  EXPECT_EQ(provenance_of("{size: 1 B, words: [a, b]}", "words").value, "[a, b]");
}

TEST(SampleProvenance, EveryFieldIsThereOnce) {
  std::vector<Provenance> all;
  sample_of("{size: 1 B, count: 2}", &all);
  std::vector<std::string> paths;
  for (const auto& one : all) paths.push_back(one.path);
  EXPECT_THAT(paths, ElementsAre("size", "delay", "share", "count", "on", "title", "words", "shape", "speed", "bank.label", "banks"));
}

TEST(SampleProvenance, OfAnOverrideIsTheCommandLine) {
  Node root = parse_yaml("{source: file, size: 1 B}", "f.yaml");
  apply_override(root, "size=2 B");
  std::vector<Provenance> all;
  Sample s;
  read(root, s, &all);
  EXPECT_EQ(all[0].source, kCommandLineSource);
  EXPECT_EQ(all[0].where, "--set size=2 B");
}

TEST(SampleCheck, IsReportedAtItsKey) { EXPECT_EQ(refused_line("count: 13"), "f.yaml:2:1: count: thirteen brings bad luck"); }

TEST(SampleCheck, IsNotJudgedAfterAnotherProblem) {
  EXPECT_THAT(refused_line("count: 13\non: maybe"), testing::Not(HasSubstr("luck")));
}

TEST(SampleCheck, OfAnOverrideNamesTheOverride) {
  Node root = parse_yaml("{size: 1 B, count: 2}", "f.yaml");
  apply_override(root, "count=13");
  Sample s;
  EXPECT_EQ(message_of([&] { read(root, s); }), "--set count=13: count: thirteen brings bad luck");
}

}  // namespace
}  // namespace presil::config::test
