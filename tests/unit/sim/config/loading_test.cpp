// loading_test.cpp -- references, includes, cycles, overrides.
#include "sim/config/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"
#include "tests/unit/sim/config/sample.h"

namespace presil::config::test {
namespace {

using testing::HasSubstr;

/// configs/ of two kinds, chips and memories.
class LoadingTest : public testing::Test {
 protected:
  LoadingTest() {
    folder_.write("configs/chips/alpha.yaml", "name: Alpha One\nclock: 1 GHz\nmemory: hbm2\n");
    folder_.write("configs/chips/beta.yaml", "name: Beta\naliases: [B2]\nclock: 2 GHz\nmemory: {include: hbm2, stacks: 4}\n");
    folder_.write("configs/memories/hbm2.yaml", "name: HBM2\nsource: standard\nstacks: 1\ntiming: {read: 1 ns, write: 2 ns}\n");
  }
  Node resolved(const std::string& text, const std::vector<std::string>& overrides = {}) {
    return load(folder_.write("experiment.yaml", text), overrides, {"chip", "memory"}, {folder_ / "configs"});
  }
  std::string text(const std::string& yaml, const std::vector<std::string>& overrides = {}) {
    return shown(resolved(yaml, overrides));
  }
  template <class Failure = InputError>
  std::string refusal(const std::string& yaml, const std::vector<std::string>& overrides = {}) {
    return message_of<Failure>([&] { resolved(yaml, overrides); });
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  presil::test::TemporaryDirectory folder_;
  const std::string hbm2_{"name: HBM2, source: standard, stacks: 1, timing: {read: 1 ns, write: 2 ns}"};
};

TEST_F(LoadingTest, ANameUnderAReferenceKeyIsTheFile) {
  EXPECT_EQ(text("chip: alpha"), "{chip: {name: Alpha One, clock: 1 GHz, memory: {" + hbm2_ + "}}}");
}

TEST_F(LoadingTest, FindsByStemNameAndAlias) {
  for (const char* name : {"beta", "Beta", "BETA", "b2", "\"B2\""})
    EXPECT_EQ(shown(*resolved(std::string("chip: ") + name).find("chip")->find("clock")), "2 GHz") << name;
  EXPECT_EQ(shown(*resolved("chip: alpha one").find("chip")->find("clock")), "1 GHz");
  EXPECT_EQ(shown(*resolved("chip: alpha-one").find("chip")->find("clock")), "1 GHz");
}

TEST_F(LoadingTest, FindsFilesBesideTheReferrerAndInConfigs) {
  folder_.write("own/chip.yaml", "clock: 3 GHz\n");
  EXPECT_EQ(text("chip: own/chip.yaml"), "{chip: {clock: 3 GHz}}");
  EXPECT_EQ(text("chip: own/chip"), "{chip: {clock: 3 GHz}}");
  EXPECT_EQ(text("memory: memories/hbm2"), "{memory: {" + hbm2_ + "}}");
  EXPECT_EQ(text("memory: " + path("configs/memories/hbm2.yaml")), "{memory: {" + hbm2_ + "}}");
  folder_.write("own/plain.json", "{\"clock\": \"4 GHz\"}");
  EXPECT_EQ(text("chip: own/plain"), "{chip: {clock: \"4 GHz\"}}");
}

TEST_F(LoadingTest, AFileBesideAFolderOfThatNameIsFound) {
  folder_.write("part/other.yaml", "a: 1\n");
  folder_.write("part.yaml", "clock: 3 GHz\n");
  EXPECT_EQ(text("core: {include: part}"), "{core: {clock: 3 GHz}}");
}

TEST_F(LoadingTest, AListUnderAReferenceKeyIsOfReferences) {
  EXPECT_EQ(text("memory: [hbm2, {include: hbm2, stacks: 9}]"),
            "{memory: [{" + hbm2_ + "}, {name: HBM2, source: standard, stacks: 9, timing: {read: 1 ns, write: 2 ns}}]}");
}

TEST_F(LoadingTest, OtherKeysAreNotReferences) { EXPECT_EQ(text("note: alpha"), "{note: alpha}"); }

TEST_F(LoadingTest, AKeyMayNameItsFolder) {
  const Node root = load(folder_.write("e.yaml", "part: hbm2\n"), {}, {"part:memories"}, {folder_ / "configs"});
  EXPECT_EQ(shown(root), "{part: {" + hbm2_ + "}}");
}

TEST_F(LoadingTest, SaysWhatAReferenceMayBe) {
  EXPECT_EQ(refusal("chip: alhpa"), path("experiment.yaml") + ":1:7: no chips named 'alhpa' in " + path("configs/chips") +
                                        " (did you mean 'alpha'?); there are alpha, beta");
  EXPECT_THAT(refusal("chip: own/none.yaml"), HasSubstr("experiment.yaml:1:7: no file 'own/none.yaml' beside this one or in"));
  EXPECT_THAT(refusal("chip: ''"), HasSubstr("1:7: an empty name; expected the name of a file"));
  folder_.write("list.yaml", "[1, 2]\n");
  EXPECT_THAT(refusal("chip: ./list.yaml"), HasSubstr("list.yaml:1:1: expected a mapping of keys to values, found a sequence"));
}

TEST_F(LoadingTest, ASyntaxErrorIsPlacedInItsOwnFile) {
  folder_.write("configs/chips/broken.yaml", "a: 1\na: 2\n");
  EXPECT_THAT(refusal("chip: broken"), HasSubstr("broken.yaml:2:1: the key 'a' is given twice"));
}

TEST_F(LoadingTest, AnIncludeIsMergedDeeply) {
  EXPECT_EQ(text("memory: {include: hbm2, timing: {write: 9 ns, extra: 1}, new: [1]}"),
            "{memory: {name: HBM2, source: standard, stacks: 1, timing: {read: 1 ns, write: 9 ns, extra: 1}, new: [1]}}");
}

TEST_F(LoadingTest, ScalarsAndSequencesReplace) {
  folder_.write("base.yaml", "a: [1, 2, 3]\nb: {c: 1}\nd: 5\n");
  EXPECT_EQ(text("include: base\na: [9]\nb: 7\nd: {e: 1}\n"), "{a: [9], b: 7, d: {e: 1}}");
}

TEST_F(LoadingTest, AMappingWithItsOwnIncludeReplaces) {
  folder_.write("base.yaml", "memory: {stacks: 5, odd: 1}\n");
  EXPECT_EQ(text("include: base\nmemory: {include: hbm2, stacks: 2}\n"),
            "{memory: {name: HBM2, source: standard, stacks: 2, timing: {read: 1 ns, write: 2 ns}}}");
}

TEST_F(LoadingTest, OverridesMergeIntoAReference) {
  folder_.write("base.yaml", "chip: alpha\n");
  EXPECT_EQ(text("include: base\nchip: {memory: {stacks: 3}}\n"),
            "{chip: {name: Alpha One, clock: 1 GHz, memory: {name: HBM2, source: standard, stacks: 3, timing: {read: 1 ns, write: 2 "
            "ns}}}}");
}

TEST_F(LoadingTest, IncludesChain) {
  folder_.write("a.yaml", "include: b\nx: 1\n");
  folder_.write("b.yaml", "include: c\nx: 2\ny: 2\n");
  folder_.write("c.yaml", "x: 3\ny: 3\nz: 3\n");
  EXPECT_EQ(text("include: a"), "{x: 1, y: 2, z: 3}");
}

TEST_F(LoadingTest, MergedValuesKeepTheirPlaceAndSource) {
  const Node root = resolved("source: mine\nmemory: {include: hbm2, timing: {write: 9 ns}}\n");
  const Node& timing = *root.find("memory")->find("timing");
  EXPECT_EQ(timing.find("read")->mark.text(), path("configs/memories/hbm2.yaml") + ":4:16");
  EXPECT_EQ(*timing.find("read")->source, "standard");
  EXPECT_EQ(timing.find("write")->mark.text(), path("experiment.yaml") + ":2:41");
  EXPECT_EQ(*timing.find("write")->source, "mine");
  EXPECT_EQ(root.find("memory")->mark.text(), path("experiment.yaml") + ":2:9");
}

TEST_F(LoadingTest, IncludeMustBeAName) {
  EXPECT_THAT(refusal("include: [a]"), HasSubstr("1:10: include: expected the name of a file, found a sequence"));
  EXPECT_THAT(refusal("memory: {include: nothing_like_it}"), HasSubstr("no memories named 'nothing_like_it'"));
}

TEST_F(LoadingTest, ACycleIsShown) {
  folder_.write("a.yaml", "include: b.yaml\n");
  folder_.write("b.yaml", "x: {include: a.yaml}\n");
  const std::string message = refusal("include: a.yaml");
  EXPECT_THAT(message, HasSubstr("b.yaml:1:14: files include each other in a circle: " + path("a.yaml") + " -> " + path("b.yaml") +
                                 " -> " + path("a.yaml")));
  EXPECT_THAT(refusal("include: experiment.yaml"), HasSubstr("files include each other in a circle"));
  EXPECT_THAT(refusal("chip: ./experiment.yaml"), HasSubstr("files include each other in a circle"));
}

TEST_F(LoadingTest, TheSameFileTwiceIsNoCycle) { EXPECT_NO_THROW(resolved("memory: [hbm2, hbm2]\n")); }

TEST_F(LoadingTest, FilesThatReferTenfoldEnd) {
  for (int i = 0; i < 5; ++i) {
    std::string all = "x: 1\n";
    for (int j = 0; j < 10; ++j) all += "k" + std::to_string(j) + ": {include: f" + std::to_string(i + 1) + ".yaml}\n";
    folder_.write("f" + std::to_string(i) + ".yaml", i == 4 ? "x: 1\n" : all);
  }
  EXPECT_THAT(refusal("include: f0.yaml"), HasSubstr("more than 1000 files refer to each other"));
}

TEST_F(LoadingTest, SetReplacesAndMakesKeys) {
  EXPECT_EQ(text("a: 1\nb: {c: 2}", {"a=5", "b.c=[1, 2]", "b.d.e={x: 1}"}), "{a: 5, b: {c: [1, 2], d: {e: {x: 1}}}}");
  EXPECT_EQ(text("a: 1", {"a=null"}), "{a: ~}");
  EXPECT_EQ(text("a: 1", {"a= NULL "}), "{a: ~}");
  EXPECT_EQ(text("a: 1", {"a=x=y"}), "{a: x=y}");
  EXPECT_EQ(text("a: [1, {b: 2}]", {"a.0=7", "a.1.b=8"}), "{a: [7, {b: 8}]}");
}

TEST_F(LoadingTest, SetReachesIntoReferencesAndIncludes) {
  EXPECT_EQ(shown(*resolved("chip: beta", {"chip.memory.stacks=6"}).find("chip")->find("memory")->find("stacks")), "6");
  EXPECT_EQ(shown(*resolved("chip: alpha", {"chip.memory.timing.read=7 ns"}).find("chip")->find("memory")->find("timing")),
            "{read: 7 ns, write: 2 ns}");
}

TEST_F(LoadingTest, ShorterPathsComeFirstAndTheLastOfEqualsHolds) {
  const Node root = resolved("chip: alpha", {"chip.memory.stacks=6", "chip=beta", "chip.clock=1 GHz", "chip.clock=3 GHz"});
  EXPECT_EQ(shown(*root.find("chip")->find("name")), "Beta");
  EXPECT_EQ(shown(*root.find("chip")->find("clock")), "3 GHz");
  EXPECT_EQ(shown(*root.find("chip")->find("memory")->find("stacks")), "6");
}

TEST_F(LoadingTest, SetMayIncludeAndBeRelativeToTheCurrentFolder) {
  EXPECT_EQ(text("a: 1", {"memory.include=hbm2", "memory.stacks=2"}),
            "{a: 1, memory: {name: HBM2, source: standard, stacks: 2, timing: {read: 1 ns, write: 2 ns}}}");
  EXPECT_THAT(refusal("a: 1", {"chip=gamma"}), HasSubstr("--set chip=gamma: no chips named 'gamma'"));
  EXPECT_EQ(shown(*resolved("a: 1", {"chip=" + path("configs/chips/beta.yaml")}).find("chip")->find("clock")), "2 GHz");
}

TEST_F(LoadingTest, WrongOverridesAreUsageErrors) {
  const auto usage = [&](const std::string& set) { return refusal<UsageError>("a: 1\ns: [1, 2]\ne: []\nb: {c: 1}", {set}); };
  EXPECT_EQ(usage("a"), "--set a: expected PATH=VALUE such as chip.clock=1.2GHz");
  EXPECT_EQ(usage("=1"), "--set =1: expected PATH=VALUE such as chip.clock=1.2GHz");
  EXPECT_EQ(usage("b..c=1"), "--set b..c=1: an empty name in the path; expected PATH=VALUE such as chip.clock=1.2GHz");
  EXPECT_THAT(usage("b.=1"), HasSubstr("an empty name in the path"));
  EXPECT_EQ(usage("a="), "--set a=: nothing after '='; expected PATH=VALUE");
  EXPECT_EQ(usage("a=  "), "--set a=  : nothing after '='; expected PATH=VALUE");
  EXPECT_EQ(usage("a=# no"), "--set a=# no: nothing after '='; expected PATH=VALUE");
  EXPECT_EQ(usage("a.b=1"), "--set a.b=1: 'a' is '1' (" + path("experiment.yaml") + ":1:4), not a mapping");
  EXPECT_EQ(usage("s.2=1"), "--set s.2=1: 's' is a sequence of 2; expected a number from 0 to 1, found '2'");
  EXPECT_THAT(usage("s.-1=1"), HasSubstr("expected a number from 0 to 1, found '-1'"));
  EXPECT_THAT(usage("s.x=1"), HasSubstr("expected a number from 0 to 1, found 'x'"));
  EXPECT_EQ(usage("e.0=1"), "--set e.0=1: 'e' is an empty sequence; it has no entry '0'");
  EXPECT_THAT(usage("a=[1"), HasSubstr("--set a=[1: "));
  EXPECT_THAT(usage("a={b: 1, b: 2}"), HasSubstr("the key 'b' is given twice"));
  std::string deep = "b";
  for (int i = 0; i < 64; ++i) deep += ".b";
  EXPECT_THAT(usage(deep + "=1"), HasSubstr("the path is more than 64 deep"));
}

TEST_F(LoadingTest, AMisspeltOverrideIsReportedByTheReader) {
  Sample s;
  EXPECT_THAT(message_of([&] { read(resolved("size: 1 B", {"cuont=3"}), s); }),
              testing::StartsWith("--set cuont=3: unknown key 'cuont' (did you mean 'count'?)"));
}

TEST_F(LoadingTest, ReferencesCountAsDepth) {
  EXPECT_THAT(refusal("a: " + std::string(62, '[') + "{include: memories/hbm2}" + std::string(62, ']')), testing::StartsWith(path("")));
  folder_.write("deep.yaml", "a: " + std::string(40, '[') + std::string(40, ']') + "\n");
  EXPECT_THAT(refusal("a: " + std::string(40, '[') + "{include: " + path("deep.yaml") + "}" + std::string(40, ']')),
              HasSubstr("nested more than 64 deep, references included"));
}

TEST(KindOfReference, IsThePlural) {
  EXPECT_EQ(kind_of_key("chip"), "chips");
  EXPECT_EQ(kind_of_key("memory"), "memories");
  EXPECT_EQ(kind_of_key("technology"), "technologies");
  EXPECT_EQ(kind_of_key("key"), "keys");
  EXPECT_EQ(kind_of_key("parent:chips"), "chips");
}

class FindingTest : public LoadingTest {
 protected:
  SearchPath search_{folder_ / "configs"};
  std::string found(const std::string& name) { return find_config(search_, "chips", name).filename().string(); }
  std::string not_found(const std::string& name) {
    return message_of([&] { find_config(search_, "chips", name); });
  }
};

TEST_F(FindingTest, ListsConfigurationsByStem) {
  folder_.write("configs/chips/notes.txt", "no");
  folder_.write("configs/chips/gamma.json", "{}");
  std::vector<std::string> stems;
  for (const auto& [stem, file] : catalogue(search_, "chips")) stems.push_back(stem);
  EXPECT_THAT(stems, testing::ElementsAre("alpha", "beta", "gamma"));
  EXPECT_TRUE(catalogue(search_, "nothing").empty());
}

TEST_F(FindingTest, FindsByStemNameAliasAndPath) {
  EXPECT_EQ(found("alpha"), "alpha.yaml");
  EXPECT_EQ(found("ALPHA ONE"), "alpha.yaml");
  EXPECT_EQ(found("alpha_one"), "alpha.yaml");
  EXPECT_EQ(found("b2"), "beta.yaml");
  EXPECT_EQ(found(path("configs/chips/beta.yaml")), "beta.yaml");
}

TEST_F(FindingTest, AStemWinsOverANameAndANameOverAnAlias) {
  folder_.write("configs/chips/one.yaml", "name: Two\naliases: [Three]\n");
  folder_.write("configs/chips/two.yaml", "name: Three\n");
  folder_.write("configs/chips/six.yaml", "name: Other\naliases: [Two, two]\n");
  EXPECT_EQ(found("two"), "two.yaml");
  EXPECT_EQ(found("three"), "two.yaml");
}

TEST_F(FindingTest, RefusesAnAmbiguousName) {
  folder_.write("configs/chips/gamma.yaml", "name: beta chip\naliases: [b2]\n");
  EXPECT_EQ(not_found("B2"), "'B2' may mean any of " + path("configs/chips/beta.yaml") + ", " + path("configs/chips/gamma.yaml") +
                                 "; give the file");
  folder_.write("configs/chips/alpha.json", "{}");
  EXPECT_THAT(not_found("alpha"), HasSubstr("may mean any of"));
}

TEST_F(FindingTest, OneFileWithTheSameAliasTwiceIsNotAmbiguous) {
  folder_.write("configs/chips/gamma.yaml", "aliases: [G 1, g-1, G_1]\n");
  EXPECT_EQ(found("G 1"), "gamma.yaml");
}

TEST_F(FindingTest, SuggestsTheNearestStemThenName) {
  EXPECT_EQ(not_found("bata"), "no chips named 'bata' in " + path("configs/chips") + " (did you mean 'beta'?); there are alpha, beta");
  EXPECT_THAT(not_found("Alpha Onee"), HasSubstr("(did you mean 'Alpha One'?)"));
  EXPECT_THAT(message_of([&] { find_config(search_, "links", "x"); }), HasSubstr("there are none there"));
}

TEST_F(FindingTest, AFileThatDoesNotParseIsStillFoundByStem) {
  folder_.write("configs/chips/broken.yaml", "a: 1\na: 2\n");
  EXPECT_EQ(found("broken"), "broken.yaml");
  EXPECT_EQ(found("b2"), "beta.yaml");
}

}  // namespace
}  // namespace presil::config::test
