// yaml_documents_test.cpp -- parse_yaml: the tree, its marks, and everything it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/sim/config/sample.h"

namespace presil::config::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Node yaml(const std::string& text) { return parse_yaml(text, "f.yaml"); }
std::string parse_refusal(const std::string& text) {
  return message_of([&] { yaml(text); });
}
std::string place(const Node& node) { return node.mark.text(); }

TEST(YamlDocuments, BuildsTheTreeInOrder) {
  EXPECT_EQ(shown(yaml("b: 1\na: {d: x y, c: [1, 'two', \"three\"]}\n")),
            "{b: 1, a: {d: x y, c: [1, \"two\", \"three\"]}}");
  EXPECT_EQ(shown(yaml("- 1\n- - 2\n  - 3\n")), "[1, [2, 3]]");
  EXPECT_EQ(shown(yaml("just text")), "just text");
}

TEST(YamlDocuments, KeepsScalarsAsWritten) {
  EXPECT_EQ(shown(yaml("{a: 010, b: 1e3, c: yes, d: 1_000, e: 2020-01-01}")),
            "{a: 010, b: 1e3, c: yes, d: 1_000, e: 2020-01-01}");
}

TEST(YamlDocuments, EveryNullIsNothing) { EXPECT_EQ(shown(yaml("a: null\nb: ~\nc:\nd: 1\n")), "{a: ~, b: ~, c: ~, d: 1}"); }

TEST(YamlDocuments, QuotedNullIsText) { EXPECT_EQ(shown(yaml("a: 'null'")), "{a: \"null\"}"); }

TEST(YamlDocuments, MarksEveryValueAndKey) {
  const Node root = yaml("a: 1\nb:\n  c: [x, y]\n  dd: {e: 2}\n");
  EXPECT_EQ(place(root), "f.yaml:1:1");
  EXPECT_EQ(place(*root.find("a")), "f.yaml:1:4");
  const Node& b = *root.find("b");
  EXPECT_EQ(root.key_marks[1].text(), "f.yaml:2:1");
  EXPECT_EQ(place(b.find("c")->items[1]), "f.yaml:3:10");
  EXPECT_EQ(b.key_marks[1].text(), "f.yaml:4:3");
  EXPECT_EQ(place(*b.find("dd")->find("e")), "f.yaml:4:11");
}

TEST(YamlDocuments, CountsColumnsInBytes) { EXPECT_EQ(place(*yaml("\xC3\xA9: x").find("\xC3\xA9")), "f.yaml:1:5"); }

TEST(YamlDocuments, AnEmptyValueIsWhereItsKeyIs) { EXPECT_EQ(place(*yaml("a:\n\n\nb: 1\n").find("a")), "f.yaml:1:1"); }

TEST(YamlDocuments, ByteOrderMarkAndCarriageReturnsDoNotShiftMarks) {
  const Node root = yaml("\xEF\xBB\xBF" "a: 1\r\nb:\r\n  c: 2\r\n");
  EXPECT_EQ(shown(root), "{a: 1, b: {c: 2}}");
  EXPECT_EQ(place(*root.find("a")), "f.yaml:1:4");
  EXPECT_EQ(place(*root.find("b")->find("c")), "f.yaml:3:6");
}

TEST(YamlDocuments, RefusesDuplicateKeysWithBothPlaces) {
  EXPECT_EQ(parse_refusal("a: 1\nb: 2\na: 3\n"), "f.yaml:3:1: the key 'a' is given twice; first at f.yaml:1:1");
  EXPECT_THAT(parse_refusal("x: {a: 1, 'a': 2}"), StartsWith("f.yaml:1:11: the key 'a' is given twice"));
}

TEST(YamlDocuments, SameKeyInDifferentMappingsIsFine) { EXPECT_NO_THROW(yaml("a: {k: 1}\nb: {k: 2}\n")); }

TEST(YamlDocuments, RefusesAnchorsAliasesAndTags) {
  EXPECT_THAT(parse_refusal("a: &x 1\n"), HasSubstr("anchors (&name) and aliases (*name) are not used here"));
  EXPECT_THAT(parse_refusal("a: *x\n"), HasSubstr("aliases (*name) are not used here"));
  EXPECT_THAT(parse_refusal("a: &x [1]\nb: *x\n"), HasSubstr("f.yaml:1:"));
  EXPECT_THAT(parse_refusal("a: !!str 1\n"), HasSubstr("tags such as !!str are not used here"));
  EXPECT_THAT(parse_refusal("a: !mine {b: 1}\n"), HasSubstr("tags such as !!str are not used here"));
}

TEST(YamlDocuments, AMergeKeyIsAnOrdinaryKey) { EXPECT_EQ(shown(yaml("a: {<<: {b: 1}}")), "{a: {<<: {b: 1}}}"); }

TEST(YamlDocuments, RefusesAnEmptyDocument) {
  for (const char* text : {"", "\n\n", "# only a comment\n", "---\n", "~", "null"})
    EXPECT_EQ(parse_refusal(text), "f.yaml:1:1: the document is empty") << text;
}

TEST(YamlDocuments, RefusesASecondDocument) {
  EXPECT_THAT(parse_refusal("a: 1\n---\nb: 2\n"), StartsWith("f.yaml:2:1: a second document begins here"));
  EXPECT_THAT(parse_refusal("a: 1\n...\nb: 2\n"), HasSubstr("a second document begins here"));
  EXPECT_EQ(shown(yaml("---\na: 1\n...\n")), "{a: 1}");
}

TEST(YamlDocuments, RefusesNulAndOtherControlCharacters) {
  using namespace std::string_literals;
  EXPECT_EQ(parse_refusal("a: 1\nb: \0"s), "f.yaml:2:4: a NUL byte; expected text in UTF-8");
  EXPECT_EQ(parse_refusal("a: \"x\\0\""), "f.yaml:1:4: text with a NUL character in it");
  EXPECT_EQ(parse_refusal("a: 1\nb: 2\x04\nc: 3\n"), "f.yaml:2:5: a control character ('\\x04'); expected text");
  EXPECT_THAT(parse_refusal("a: \x1b[31mred"), HasSubstr("a control character ('\\x1b')"));
}

TEST(YamlDocuments, RefusesWhatIsNotUtf8) {
  for (const char* bad : {"\xFF", "\xC3(", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80", "\xE2\x82"})
    EXPECT_EQ(parse_refusal(std::string("a: ") + bad), "f.yaml:1:4: not UTF-8; save the file as UTF-8");
  EXPECT_NO_THROW(yaml("a: \xF0\x9F\x98\x80 \xE2\x82\xAC \xC3\xA9"));
}

TEST(YamlDocuments, AllowsDepth64AndNoMore) {
  EXPECT_NO_THROW(yaml(std::string(64, '[') + std::string(64, ']')));
  EXPECT_EQ(parse_refusal(std::string(65, '[') + std::string(65, ']')), "f.yaml:1:65: nested more than 64 deep");
  std::string block;
  for (int i = 0; i < 65; ++i) block += std::string(static_cast<std::size_t>(i), ' ') + "k:\n";
  EXPECT_THAT(parse_refusal(block + std::string(65, ' ') + "x: 1\n"), HasSubstr("nested more than 64 deep"));
}

TEST(YamlDocuments, RefusesMoreThanSixteenMebibytes) {
  EXPECT_EQ(parse_refusal("a: " + std::string(kMaxBytes, 'x')), "f.yaml: larger than 16 MiB; is this the right file?");
}

TEST(YamlDocuments, RefusesMoreThanAMillionValues) {
  std::string text = "[";
  for (int i = 0; i < 1'000'001; ++i) text += "1,";
  EXPECT_THAT(parse_refusal(text + "]"), HasSubstr("more than 1000000 values in one file"));
}

TEST(YamlDocuments, SaysWhereAQuoteWasOpened) {
  EXPECT_EQ(parse_refusal("a: 1\nb: \"text\nc: 2\n"), "f.yaml:2:4: this quote is never closed");
  EXPECT_EQ(parse_refusal("b: 'text\nc: 2\n"), "f.yaml:1:4: this quote is never closed");
  EXPECT_EQ(parse_refusal("b: 'it''s\n"), "f.yaml:1:4: this quote is never closed");
  EXPECT_EQ(shown(yaml("b: 'it''s'\n")), "{b: \"it's\"}");
  EXPECT_EQ(shown(yaml("b: \"a \\\" b\"\n")), "{b: \"a \" b\"}");
}

TEST(YamlDocuments, ExplainsCommonMistakes) {
  EXPECT_THAT(parse_refusal("a:\n\tb: 1\n"), HasSubstr("a tab in the indentation; use spaces"));
  EXPECT_THAT(parse_refusal("a: b: c\n"), HasSubstr("a second ':' on this line"));
  EXPECT_THAT(parse_refusal("a: [1, 2\n"), HasSubstr("'[' without its ']'"));
  EXPECT_THAT(parse_refusal("a: {b: 1\n"), HasSubstr("'{' without its '}'"));
  EXPECT_THAT(parse_refusal("a: `b`\n"), HasSubstr("put it in quotes"));
  EXPECT_THAT(parse_refusal("{[a]: 1}"), HasSubstr("a key must be text, found a sequence"));
  EXPECT_THAT(parse_refusal("? {a: 1}\n: 2\n"), HasSubstr("a key must be text, found a mapping"));
  EXPECT_THAT(parse_refusal("null: 2\n"), HasSubstr("a key must be text"));
}

TEST(YamlDocuments, TheNearestSourceAnnotatesEveryValue) {
  const Node root = yaml("source: outer\na: 1\nb: {source: inner, c: [2]}\nd: {e: 3}\n");
  EXPECT_EQ(*root.find("a")->source, "outer");
  EXPECT_EQ(*root.find("b")->find("c")->items[0].source, "inner");
  EXPECT_EQ(*root.find("d")->find("e")->source, "outer");
  EXPECT_EQ(yaml("a: 1").find("a")->source, nullptr);
}

TEST(KindName, SaysWhatWasFound) {
  const Node root = yaml("[1.5, -3, 1e3, text, '5', {}, [], ~, e, '-', 16 GB]");
  const std::vector<std::string> expected{"a number",  "a number",   "a number", "text", "text", "a mapping",
                                          "a sequence", "nothing", "text",     "text", "text"};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(kind_name(root.items[i]), expected[i]) << i;
}

TEST(NodeSet, ReplacesOrAdds) {
  Node root = yaml("a: 1\n");
  Node two = yaml("2");
  root.set("a", two, two.mark);
  root.set("b", two, two.mark);
  EXPECT_EQ(shown(root), "{a: 2, b: 2}");
  EXPECT_EQ(root.key_marks.size(), 2u);
  EXPECT_EQ(root.find("c"), nullptr);
}

}  // namespace
}  // namespace presil::config::test
