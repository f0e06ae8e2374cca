// node_test.cpp -- YAML documents, their marks and what is refused in them; files.
#include "sim/config/node.h"

#include <string>

#include <gmock/gmock.h>

#include "tests/support/temporary_directory.h"
#include "tests/unit/sim/config/refusal.h"

namespace presil::config {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::string yaml_refusal(const std::string& text) {
  return refusal([&] { parse_yaml(text, "f.yaml"); });
}

TEST(Yaml, EveryValueAndKeyKnowsItsPlace) {
  const Node root = parse_yaml("# comment\na: 1\nb:\n  c: [x, 'y']\n  d: {e: 2}\n", "f.yaml");
  EXPECT_EQ(root.mark.text(), "f.yaml:2:1");
  EXPECT_EQ(root.find("a")->mark.text(), "f.yaml:2:4");
  EXPECT_EQ(root.key_marks[1].text(), "f.yaml:3:1");
  const Node& b = *root.find("b");
  EXPECT_EQ(b.mark.text(), "f.yaml:4:3");
  EXPECT_EQ(b.find("c")->items[1].mark.text(), "f.yaml:4:10");
  EXPECT_EQ(b.find("d")->find("e")->mark.text(), "f.yaml:5:10");
}

TEST(Yaml, EmptyValuesArePlacedAtTheirKeyOrDash) {
  EXPECT_EQ(parse_yaml("a:\n\n\nb: 1\n", "f").find("a")->mark.text(), "f:1:1");
  EXPECT_EQ(parse_yaml("b: 1\na:\n", "f").find("a")->mark.text(), "f:2:1");
  const Node list = parse_yaml("- 1\n- # nothing\n\n- 2\n-\n", "f");
  EXPECT_EQ(list.items[1].mark.text(), "f:2:1");
  EXPECT_EQ(list.items[3].mark.text(), "f:5:1");
  EXPECT_EQ(parse_yaml("- 1\n- ~\n", "f").items[1].mark.text(), "f:2:3");
}

TEST(Yaml, KindsAndQuotes) {
  const Node root = parse_yaml("n: ~\ns: 1\nq: '1'\nd: \"\\u00e9\"\nb: |\n  t\nl: []\nm: {}\n", "f");
  EXPECT_EQ(root.find("n")->kind, Node::Kind::null);
  EXPECT_FALSE(root.find("s")->quoted);
  EXPECT_TRUE(root.find("q")->quoted);
  EXPECT_EQ(root.find("d")->scalar, "\xC3\xA9");
  EXPECT_EQ(root.find("b")->scalar, "t\n");
  EXPECT_TRUE(root.find("b")->quoted);
  EXPECT_EQ(root.find("l")->kind, Node::Kind::sequence);
  EXPECT_EQ(root.find("m")->kind, Node::Kind::mapping);
  EXPECT_EQ(root.find("missing"), nullptr);
}

TEST(Yaml, KeysKeepTheirOrderAndWindowsLinesAndMarksAreRead) {
  const Node root = parse_yaml("\xEF\xBB\xBFz: 1\r\na: 2\r\n", "f");
  EXPECT_EQ(root.members[0].first, "z");
  EXPECT_EQ(root.members[1].second.scalar, "2");
  EXPECT_EQ(root.members[1].second.mark.text(), "f:2:4");
}

TEST(Yaml, TheNearestSourceIsNoted) {
  const Node root = parse_yaml("a: 1\nsource: outer\nb: {c: 2, source: inner}\nd: [{e: 3}]\n", "f");
  EXPECT_EQ(*root.find("a")->source, "outer");
  EXPECT_EQ(*root.find("b")->find("c")->source, "inner");
  EXPECT_EQ(*root.find("d")->items[0].find("e")->source, "outer");
  EXPECT_EQ(parse_yaml("a: 1", "f").find("a")->source, nullptr);
}

TEST(Yaml, DuplicateKeysAreRefusedWithBothPlaces) {
  EXPECT_EQ(yaml_refusal("a: 1\nb:\n  c: 2\n  c: 3\n"), "f.yaml:4:3: the key 'c' is given twice; first at f.yaml:3:3");
  EXPECT_EQ(yaml_refusal("{a: 1, 'a': 2}"), "f.yaml:1:8: the key 'a' is given twice; first at f.yaml:1:2");
}

TEST(Yaml, AnchorsAliasesTagsAndStrangeKeysAreRefused) {
  EXPECT_THAT(yaml_refusal("a: &x 1\n"), StartsWith("f.yaml:1:4: anchors (&name) and aliases (*name) are not used here"));
  EXPECT_THAT(yaml_refusal("a: *x\n"), HasSubstr("aliases (*name) are not used here"));
  EXPECT_THAT(yaml_refusal("a: &x {}\nb: *x\n"), StartsWith("f.yaml:1:4: anchors"));
  EXPECT_THAT(yaml_refusal("a: !!str 1\n"), StartsWith("f.yaml:1:4: tags such as !!str are not used here"));
  EXPECT_EQ(yaml_refusal("[a]: 1\n"), "f.yaml:1:1: a key must be text, found a sequence");
  EXPECT_EQ(yaml_refusal("{a: 1}: 1\n"), "f.yaml:1:1: a key must be text, found a mapping");
  EXPECT_EQ(yaml_refusal(": 1\n"), "f.yaml:1:1: a key is missing before ':'; a key must be text");
}

TEST(Yaml, EmptyAndSeveralDocumentsAreRefused) {
  for (const char* text : {"", "\n\n", "# only a comment\n", "---\n", "~"})
    EXPECT_EQ(yaml_refusal(text), "f.yaml:1:1: the document is empty") << text;
  EXPECT_THAT(yaml_refusal("a: 1\n---\nb: 2\n"), StartsWith("f.yaml:2:1: a second document begins here"));
  EXPECT_THAT(yaml_refusal("{a: 1} x"), StartsWith("f.yaml:1:8: a second document begins here"));
}

TEST(Yaml, SyntaxErrorsAreSaidPlainly) {
  EXPECT_EQ(yaml_refusal("a:\n\tb: 1\n"), "f.yaml:2:3: a tab in the indentation; use spaces");
  EXPECT_EQ(yaml_refusal("a: 'x\nb: 2\n"), "f.yaml:1:4: this quote is never closed");
  EXPECT_EQ(yaml_refusal("b: 2\na: \"x\n"), "f.yaml:2:4: this quote is never closed");
  EXPECT_EQ(yaml_refusal("a: \"x"), "f.yaml:1:4: this quote is never closed");
  EXPECT_EQ(yaml_refusal("a: @x"), "f.yaml:1:4: not valid YAML: text cannot start with this character; put it in quotes");
  EXPECT_THAT(yaml_refusal("a: b: c\n"), StartsWith("f.yaml:1:5: not valid YAML: a second ':' on this line"));
  EXPECT_THAT(yaml_refusal("a: [1, 2\nb: 3"), HasSubstr("'[' without its ']'"));
}

TEST(Yaml, BytesThatAreNotTextAreRefused) {
  EXPECT_EQ(yaml_refusal(std::string("a: 1\nb: \0", 9)), "f.yaml:2:4: a NUL byte; expected text in UTF-8");
  EXPECT_EQ(yaml_refusal("a: \"\\0\""), "f.yaml:1:4: text with a NUL character in it");
  for (const char* bytes : {"\xFF", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"})
    EXPECT_EQ(yaml_refusal(std::string("a: ") + bytes), "f.yaml:1:4: not UTF-8; save the file as UTF-8");
}

TEST(Yaml, DepthSizeAndNumberOfValuesAreLimited) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(parse_yaml(nested(kMaxDepth), "f").kind, Node::Kind::sequence);
  EXPECT_EQ(yaml_refusal(nested(kMaxDepth + 1)), "f.yaml:1:65: nested more than 64 deep");
  EXPECT_NE(yaml_refusal(std::string(200'000, '[')), "(accepted)");
  EXPECT_THAT(yaml_refusal(std::string(kMaxBytes + 1, ' ')), HasSubstr("larger than 16 MiB"));
}

TEST(File, ExtensionDecidesTheLanguage) {
  const presil::test::TemporaryDirectory folder;
  EXPECT_EQ(parse_file(folder.write("a.yaml", "a: 1")).find("a")->scalar, "1");
  EXPECT_EQ(parse_file(folder.write("a.JSON", "{\"a\": 1}")).find("a")->scalar, "1");
  EXPECT_THAT(refusal([&] { parse_file(folder.write("b.json", "a: 1")); }), HasSubstr("not valid JSON"));
}

TEST(File, WhatCannotBeReadIsSaidWithTheNearestName) {
  const presil::test::TemporaryDirectory folder;
  folder.write("chip.yaml", "a: 1");
  EXPECT_THAT(refusal([&] { parse_file(folder / "chpi.yaml"); }),
              EndsWith("chpi.yaml: no such file (did you mean '" + (folder / "chip.yaml").string() + "'?)"));
  EXPECT_THAT(refusal([&] { parse_file(folder / "no/such.yaml"); }), HasSubstr("no' does not exist"));
  EXPECT_THAT(refusal([&] { parse_file(folder.path()); }), EndsWith(": is a folder; expected a file"));
  EXPECT_THAT(refusal([&] { parse_file("/dev/zero"); }), HasSubstr("larger than 16 MiB"));
}

}  // namespace
}  // namespace presil::config
