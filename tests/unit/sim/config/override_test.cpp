// override_test.cpp -- --set, alone and through references.
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/sim/config/refusal.h"
#include "tests/unit/sim/config/sample.h"

namespace presil::config {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string misuse(const std::string& override_text, const std::string& document = "a: {b: 1}\nl: [1, 2]\n") {
  return refusal<UsageError>([&] {
    Node root = parse_yaml(document, "f.yaml");
    apply_override(root, override_text);
  });
}

TEST(Override, SetsOneValueInYaml) {
  Node root = parse_yaml("a: {b: 1, c: 2}\nl: [{x: 1}, {x: 2}]\nn:\n", "f.yaml");
  for (const char* text :
       {"a.b=450 GB/s", "a.d={e: [1, 2]}", "l.1.x=7", "new.deep.key='5'", "n.x=1", "a.c=null", "q=a=b"})
    apply_override(root, text);
  EXPECT_EQ(root.find("a")->find("b")->scalar, "450 GB/s");
  EXPECT_EQ(root.find("a")->find("d")->find("e")->items.size(), 2u);
  EXPECT_EQ(root.find("l")->items[1].find("x")->scalar, "7");
  EXPECT_TRUE(root.find("new")->find("deep")->find("key")->quoted);
  EXPECT_EQ(root.find("n")->find("x")->scalar, "1");
  EXPECT_EQ(root.find("a")->find("c")->kind, Node::Kind::null);
  EXPECT_EQ(root.find("q")->scalar, "a=b");
  EXPECT_EQ(root.find("a")->find("b")->mark.text(), "--set a.b=450 GB/s");
  EXPECT_TRUE(root.find("a")->find("b")->mark.from_command_line());
}

TEST(Override, WhatIsNotPathEqualsValueIsMisuse) {
  EXPECT_EQ(misuse("a.b"), "--set a.b: expected PATH=VALUE such as chip.clock=1.2GHz");
  EXPECT_THAT(misuse("=1"), HasSubstr("expected PATH=VALUE"));
  EXPECT_THAT(misuse(""), HasSubstr("expected PATH=VALUE"));
  EXPECT_EQ(misuse("a.b="), "--set a.b=: nothing after '='; expected PATH=VALUE");
  for (const char* text : {"a..b=1", ".a=1", "a.=1"})
    EXPECT_THAT(misuse(text), HasSubstr("an empty name in the path")) << text;
  EXPECT_THAT(misuse("a=[1"), StartsWith("--set a=[1: value:"));
  std::string deep = "a";
  for (int i = 0; i < 100; ++i) deep += ".a";
  EXPECT_THAT(misuse(deep + "=1"), HasSubstr("more than 64 deep"));
}

TEST(Override, APathThroughAScalarOrPastASequenceIsMisuse) {
  EXPECT_EQ(misuse("a.b.c=1"), "--set a.b.c=1: 'a.b' is '1' (f.yaml:1:8), not a mapping");
  EXPECT_EQ(misuse("l.2=1"), "--set l.2=1: 'l' is a sequence of 2; expected a number from 0 to 1, found '2'");
  EXPECT_THAT(misuse("l.x=1"), HasSubstr("expected a number from 0 to 1, found 'x'"));
  EXPECT_THAT(misuse("l.-1=1"), HasSubstr("found '-1'"));
}

TEST(Override, TheReaderReportsItByTheCommandLine) {
  const auto refused = [](const std::string& text) {
    return refusal([&] {
      Node root = parse_yaml("size: 1 KiB\nbank: {rate: 1 GB/s}\n", "f.yaml");
      apply_override(root, text);
      test::Sample sample;
      read(root, sample);
    });
  };
  EXPECT_EQ(
      refused("bank.lable=x"),
      "--set bank.lable=x: unknown key 'bank.lable' (did you mean 'label'?); expected one of rate, label");
  EXPECT_THAT(refused("bnak.rate=x"),
              StartsWith("--set bnak.rate=x: unknown key 'bnak' (did you mean 'bank'?)"));
  EXPECT_EQ(refused("count=17"),
            "--set count=17: count: 17 is out of range; expected a whole number from 1 to 16");
  EXPECT_EQ(refused("count=13"), "--set count=13: count: thirteen brings bad luck");
}

class OverrideThroughReferences : public testing::Test {
 protected:
  OverrideThroughReferences() {
    folder_.write("configs/memories/hbm2.yaml", "name: HBM2\nstacks: 4\n");
    folder_.write("configs/memories/hbm3.yaml", "name: HBM3\nstacks: 8\n");
    folder_.write("configs/chips/tpu_v4.yaml", "clock: 1 GHz\nmemory: hbm2\n");
    folder_.write("configs/chips/tpu_v5e.yaml", "clock: 2 GHz\nmemory: {include: hbm3, ports: 2}\n");
    folder_.write("configs/chips/broken.yaml", "memory: no_such_memory\n");
  }
  Node chip(const std::string& name, const std::vector<std::string>& overrides) {
    const Node root = load(folder_.write("e.yaml", "chip: " + name + "\n"), overrides, {"chip", "memory"},
                           {folder_ / "configs"});
    return *root.find("chip");
  }
  presil::test::TemporaryDirectory folder_;
};

TEST_F(OverrideThroughReferences, ReachesIntoReferencedFiles) {
  const Node v4 = chip("tpu_v4", {"chip.memory.stacks=6"});
  EXPECT_EQ(v4.find("memory")->find("stacks")->scalar, "6");
  EXPECT_EQ(v4.find("memory")->find("name")->scalar, "HBM2");
  EXPECT_EQ(v4.find("clock")->scalar, "1 GHz");
  EXPECT_EQ(chip("tpu_v5e", {"chip.memory.stacks=6"}).find("memory")->find("name")->scalar, "HBM3");
}

TEST_F(OverrideThroughReferences, ReplacesTheReferenceItselfInAnyOrder) {
  EXPECT_EQ(chip("tpu_v4", {"chip=tpu_v5e"}).find("clock")->scalar, "2 GHz");
  for (const std::vector<std::string>& order :
       {std::vector<std::string>{"chip=tpu_v5e", "chip.memory.stacks=6"},
        std::vector<std::string>{"chip.memory.stacks=6", "chip=tpu_v5e"}}) {
    const Node v5e = chip("tpu_v4", order);
    EXPECT_EQ(v5e.find("memory")->find("name")->scalar, "HBM3");
    EXPECT_EQ(v5e.find("memory")->find("stacks")->scalar, "6");
  }
  EXPECT_EQ(chip("no_such_chip", {"chip=tpu_v4"}).find("clock")->scalar, "1 GHz");
  EXPECT_EQ(chip("broken", {"chip.memory=hbm3"}).find("memory")->find("name")->scalar, "HBM3");
}

TEST_F(OverrideThroughReferences, OfEqualPathsTheLastHolds) {
  EXPECT_EQ(chip("tpu_v4", {"chip.clock=3 GHz", "chip.clock=4 GHz"}).find("clock")->scalar, "4 GHz");
}

TEST_F(OverrideThroughReferences, MayGiveMappingsAndIncludes) {
  const Node mapping = chip("tpu_v4", {"chip.memory={include: hbm3, stacks: 2}"});
  EXPECT_EQ(mapping.find("memory")->find("name")->scalar, "HBM3");
  EXPECT_EQ(mapping.find("memory")->find("stacks")->scalar, "2");
  const Node included = chip("tpu_v5e", {"chip.memory.include=hbm2"});
  EXPECT_EQ(included.find("memory")->find("name")->scalar, "HBM2");
  EXPECT_EQ(included.find("memory")->find("ports")->scalar, "2");
}

TEST_F(OverrideThroughReferences, UnknownNamesAreReportedByTheCommandLine) {
  EXPECT_THAT(refusal([&] { chip("tpu_v4", {"chip=tpu_v9e"}); }),
              StartsWith("--set chip=tpu_v9e: no chips named 'tpu_v9e'"));
}

}  // namespace
}  // namespace presil::config
