// json_documents_test.cpp -- parse_json: strictness and the places of values; parse_file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"
#include "tests/unit/sim/config/sample.h"

namespace presil::config::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

Node json(const std::string& text) { return parse_json(text, "f.json"); }
std::string refusal(const std::string& text) {
  return message_of([&] { json(text); });
}

TEST(JsonDocuments, BuildsTheTreeAndKeepsNumbersAsWritten) {
  EXPECT_EQ(shown(json(R"({"b": 1.50, "a": [true, null, "x", -1e+2, {}], "c": {"d": []}})")),
            "{b: 1.50, a: [true, ~, \"x\", -1e+2, {}], c: {d: []}}");
  EXPECT_EQ(shown(json(R"(["\u00e9\n\"\\", "\ud83d\ude00"])")), "[\"\xC3\xA9\n\"\\\", \"\xF0\x9F\x98\x80\"]");
}

TEST(JsonDocuments, MarksEveryValueAndKey) {
  const Node root = json("{\n  \"a\" : 12,\n  \"b,{\\\"\": [true,\"x:\", {\"c\": null}],\r\n\t\"d\": 1e5}");
  EXPECT_EQ(root.mark.text(), "f.json:1:1");
  EXPECT_EQ(root.key_marks[0].text(), "f.json:2:3");
  EXPECT_EQ(root.find("a")->mark.text(), "f.json:2:9");
  const Node& b = *root.find("b,{\"");
  EXPECT_EQ(b.mark.text(), "f.json:3:12");
  EXPECT_EQ(b.items[1].mark.text(), "f.json:3:18");
  EXPECT_EQ(b.items[2].find("c")->mark.text(), "f.json:3:30");
  EXPECT_EQ(root.key_marks[2].text(), "f.json:4:2");
  EXPECT_EQ(root.find("d")->mark.text(), "f.json:4:7");
}

TEST(JsonDocuments, IsStrict) {
  for (const char* text : {"{\"a\": 1,}", "[1,]", "{'a': 1}", "{a: 1}", "[01]", "[1.]", "[.5]", "[+1]", "[NaN]", "[Infinity]",
                           "[0x10]", "{} {}", "{} x", "[1] // no", "/* no */ []", "[\"\\x41\"]", "[True]", "[1 2]", "{\"a\" 1}",
                           "{\"a\"}", "[\"\\ud800\"]", "[1e400]", "[", "{\"a\": ", "\"open", "]"})
    EXPECT_THAT(refusal(text), HasSubstr("not valid JSON: ")) << text;
}

TEST(JsonDocuments, PlacesASyntaxError) {
  EXPECT_THAT(refusal("{\n  \"a\": 1,\n}"), StartsWith("f.json:3:1: not valid JSON: "));
  EXPECT_THAT(refusal("[\n1e400]"), StartsWith("f.json:2:"));
}

TEST(JsonDocuments, KeepsTheMessageShort) {
  EXPECT_LT(refusal("{\"a\": \"" + std::string(1 << 20, 'x')).size(), 300u);
  EXPECT_LT(refusal("[" + std::string(1000, '9') + "e999]").size(), 300u);
  EXPECT_THAT(refusal("{\"" + std::string(1 << 20, 'x') + "\": 1, " + std::string(1000, 'z')), StartsWith("f.json:1:"));
}

TEST(JsonDocuments, RefusesDuplicateKeys) {
  EXPECT_EQ(refusal("{\"a\": 1,\n\"a\": 2}"), "f.json:2:1: the key 'a' is given twice; first at f.json:1:2");
  EXPECT_THAT(refusal("{\"a\": 1, \"\\u0061\": 2}"), HasSubstr("the key 'a' is given twice"));
}

TEST(JsonDocuments, RefusesNulControlsAndBadUtf8) {
  using namespace std::string_literals;
  EXPECT_THAT(refusal("[\"\\u0000\"]"), HasSubstr("text with a NUL character in it"));
  EXPECT_THAT(refusal("{\"\\u0000\": 1}"), HasSubstr("text with a NUL character in it"));
  EXPECT_THAT(refusal("[1, \0]"s), HasSubstr("a NUL byte"));
  EXPECT_THAT(refusal("[\"a\x01\"]"), HasSubstr("a control character"));
  EXPECT_THAT(refusal("[\"a\nb\"]"), HasSubstr("not valid JSON"));
  EXPECT_EQ(refusal("[\"\xFF\"]"), "f.json:1:3: not UTF-8; save the file as UTF-8");
}

TEST(JsonDocuments, RefusesEmptyDeepAndLargeDocuments) {
  for (const char* text : {"", " \r\n\t", "null"}) EXPECT_EQ(refusal(text), "f.json:1:1: the document is empty");
  EXPECT_NO_THROW(json(std::string(64, '[') + std::string(64, ']')));
  EXPECT_EQ(refusal(std::string(65, '[') + std::string(65, ']')), "f.json:1:65: nested more than 64 deep");
  EXPECT_THAT(refusal(std::string(kMaxBytes + 1, ' ')), HasSubstr("larger than 16 MiB"));
}

TEST(JsonDocuments, TakesAByteOrderMark) { EXPECT_EQ(json("\xEF\xBB\xBF{\"a\": 1}").find("a")->mark.text(), "f.json:1:7"); }

TEST(ReadingFiles, GoesByTheExtension) {
  const presil::test::TemporaryDirectory folder;
  EXPECT_EQ(shown(parse_file(folder.write("a.yaml", "a: 1\n"))), "{a: 1}");
  EXPECT_EQ(shown(parse_file(folder.write("a.txt", "a: 1\n"))), "{a: 1}");
  EXPECT_EQ(shown(parse_file(folder.write("a.JSON", "{\"a\": 1}"))), "{a: 1}");
  EXPECT_THAT(message_of([&] { parse_file(folder.write("b.json", "a: 1\n")); }), HasSubstr("b.json:1:1: not valid JSON"));
}

TEST(ReadingFiles, SaysWhyAFileCannotBeRead) {
  const presil::test::TemporaryDirectory folder;
  folder.write("chip.yaml", "a: 1\n");
  EXPECT_EQ(message_of([&] { parse_file(folder / "chpi.yaml"); }), (folder / "chpi.yaml").string() + ": no such file (did you mean '" +
                                                                       (folder / "chip.yaml").string() + "'?)");
  EXPECT_THAT(message_of([&] { parse_file(folder.path()); }), EndsWith(": is a folder; expected a file"));
  EXPECT_THAT(message_of([&] { parse_file(folder / "no/x.yaml"); }), HasSubstr("the folder '" + (folder / "no").string() + "' does not exist"));
  EXPECT_THAT(message_of([&] { parse_file(folder / (std::string(5000, 'x') + ".yaml")); }), HasSubstr("cannot be read"));
}

TEST(ReadingFiles, ADeviceWithoutEndIsTooLarge) {
  EXPECT_THAT(message_of([] { parse_file("/dev/zero"); }), HasSubstr("larger than 16 MiB"));
}

}  // namespace
}  // namespace presil::config::test
