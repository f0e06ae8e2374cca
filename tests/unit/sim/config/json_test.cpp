// json_test.cpp -- strict JSON with the places of its values.
#include <string>

#include <gmock/gmock.h>

#include "sim/config/node.h"
#include "tests/unit/sim/config/refusal.h"

namespace presil::config {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string json_refusal(const std::string& text) {
  return refusal([&] { parse_json(text, "f.json"); });
}

TEST(Json, EveryValueAndKeyKnowsItsPlace) {
  const Node root = parse_json("{\n  \"a\" : -1.5e3,\n  \"b\\\"\": [true, null, \"x,{\"],\n  \"c\": {}\n}\n", "f");
  EXPECT_EQ(root.mark.text(), "f:1:1");
  EXPECT_EQ(root.key_marks[0].text(), "f:2:3");
  EXPECT_EQ(root.find("a")->mark.text(), "f:2:9");
  EXPECT_EQ(root.find("a")->scalar, "-1.5e3");
  const Node& list = *root.find("b\"");
  EXPECT_EQ(list.mark.text(), "f:3:10");
  EXPECT_EQ(list.items[1].mark.text(), "f:3:17");
  EXPECT_EQ(list.items[2].mark.text(), "f:3:23");
  EXPECT_EQ(root.find("c")->mark.text(), "f:4:8");
}

TEST(Json, StringsAreTextAndNullIsNothing) {
  const Node root = parse_json("{\"s\": \"1\", \"n\": 1, \"x\": null, \"u\": \"\\u00e9\"}", "f");
  EXPECT_TRUE(root.find("s")->quoted);
  EXPECT_FALSE(root.find("n")->quoted);
  EXPECT_EQ(root.find("x")->kind, Node::Kind::null);
  EXPECT_EQ(root.find("u")->scalar, "\xC3\xA9");
}

TEST(Json, LongNumbersKeepTheirText) {
  EXPECT_EQ(parse_json("[123456789012345678901234567890]", "f").items[0].scalar, "123456789012345678901234567890");
}

TEST(Json, DuplicateKeysAreRefusedWithBothPlaces) {
  EXPECT_EQ(json_refusal("{\"a\": 1,\n \"a\": 2}"), "f.json:2:2: the key 'a' is given twice; first at f.json:1:2");
  EXPECT_THAT(json_refusal("{\"a\": 1, \"\\u0061\": 2}"), HasSubstr("given twice"));
}

TEST(Json, IsStrict) {
  for (const char* text : {"{'a': 1}", "{a: 1}", "[1,]", "{\"a\": 1,}", "[1] 2", "{} x", "nul", "[01]", "[.5]", "// c\n{}",
                           "[1", "{\"a\"}", "\"x", "[\"a\nb\"]", "[NaN]", "[+1]", "a: 1"})
    EXPECT_THAT(json_refusal(text), HasSubstr("not valid JSON: ")) << text;
  EXPECT_THAT(json_refusal("[1,\n 2,\n x]"), StartsWith("f.json:3:2: not valid JSON: while parsing value"));
  EXPECT_EQ(json_refusal("{\"a\": 1e999}"), "f.json:1:11: not valid JSON: number overflow parsing '1e999'");
}

TEST(Json, EmptyDeepAndBinaryAreRefusedAsInYaml) {
  for (const char* text : {"", " \n", "null"}) EXPECT_EQ(json_refusal(text), "f.json:1:1: the document is empty") << text;
  EXPECT_THAT(json_refusal(std::string(100'000, '[')), HasSubstr("nested more than 64 deep"));
  EXPECT_EQ(json_refusal("[\"\\u0000\"]"), "f.json:1:2: text with a NUL character in it");
  EXPECT_THAT(json_refusal("[\"\xFF\"]"), HasSubstr("not UTF-8"));
}

TEST(Json, AsManyValuesAsAFileMayHold) {
  std::string text = "[0";
  for (std::size_t i = 1; i < kMaxValues; ++i) text += ",0";
  EXPECT_THAT(json_refusal(text + "]"), HasSubstr("more than 1000000 values in one file"));
}

}  // namespace
}  // namespace presil::config
