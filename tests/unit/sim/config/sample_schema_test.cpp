// sample_schema_test.cpp -- JSON Schema, documentation, dump and hash of one declaration.
#include "sim/config/definitions.h"
#include "sim/config/schema.h"

#include <cmath>
#include <filesystem>
#include <limits>
#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck.h>

#include "tests/support/files.h"
#include "tests/unit/sim/config/sample.h"

namespace presil::config::test {
namespace {

using Json = nlohmann::ordered_json;
using testing::ElementsAre;
using testing::HasSubstr;

Json to_json(const Node& node) {
  if (node.kind == Node::Kind::null) return nullptr;
  if (node.kind == Node::Kind::sequence) {
    Json list = Json::array();
    for (const auto& item : node.items) list.push_back(to_json(item));
    return list;
  }
  if (node.kind == Node::Kind::mapping) {
    Json map = Json::object();
    for (const auto& [key, value] : node.members) map[key] = to_json(value);
    return map;
  }
  if (!node.quoted && Json::accept(node.scalar)) return Json::parse(node.scalar);
  return node.scalar;
}

bool has_type(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  return type == "number" && value.is_number();
}

/// The first thing wrong with a value, or nothing: the part of draft-07 that schema_of writes, and no keyword else.
/// A reference is looked up in `root`.
std::string wrong(const Json& value, const Json& schema, const std::string& at, const Json& root) {
  for (const auto& [word, rule] : schema.items()) {
    if (word == "$ref") {
      const Json::json_pointer place(rule.get<std::string>().substr(1));
      if (!root.contains(place)) return at + ": nothing at " + rule.get<std::string>();
      if (const std::string reason = wrong(value, root.at(place), at, root); !reason.empty()) return reason;
      continue;
    }
    if (word == "definitions" || word == "$schema" || word == "description" || word == "default" || word == "title" || word == "$id") continue;
    if (word == "type") {
      bool any = false;
      for (const auto& type : rule.is_array() ? rule : Json::array({rule})) any = any || has_type(value, type);
      if (!any) return at + ": type";
    } else if (word == "anyOf") {
      std::string last = at + ": anyOf";
      bool any = false;
      for (const auto& one : rule) {
        const std::string reason = wrong(value, one, at, root);
        any = any || reason.empty();
        if (reason.size() > last.size()) last = reason;
      }
      if (!any) return last;
    } else if (word == "required") {
      for (const auto& key : rule)
        if (value.is_object() && !value.contains(key)) return at + ": required " + key.get<std::string>();
    } else if (word == "properties") {
      for (const auto& [key, inner] : rule.items())
        if (value.is_object() && value.contains(key))
          if (const std::string reason = wrong(value[key], inner, at + "." + key, root); !reason.empty()) return reason;
    } else if (word == "additionalProperties") {
      for (const auto& [key, inner] : value.items())
        if (value.is_object() && !schema["properties"].contains(key)) return at + ": additional " + key;
    } else if (word == "items") {
      for (std::size_t i = 0; i < value.size(); ++i)
        if (const std::string reason = wrong(value[i], rule, at + "." + std::to_string(i), root); !reason.empty()) return reason;
    } else if (word == "enum") {
      if (std::find(rule.begin(), rule.end(), value) == rule.end()) return at + ": enum";
    } else if (word == "pattern") {
      if (!std::regex_search(value.get<std::string>(), std::regex(rule.get<std::string>()))) return at + ": pattern";
    } else if (word == "minimum") {
      if (value.get<double>() < rule.get<double>()) return at + ": minimum";
    } else if (word == "exclusiveMinimum") {
      if (value.get<double>() <= rule.get<double>()) return at + ": exclusiveMinimum";
    } else if (word == "maximum") {
      if (value.get<double>() > rule.get<double>()) return at + ": maximum";
    } else {
      return at + ": keyword " + word;
    }
  }
  return "";
}

std::string wrong(const Json& value, const Json& schema) { return wrong(value, schema, "$", schema); }

template <class Struct>
std::function<void(Visitor&)> fields(Struct& value) {
  return [&value](Visitor& v) { value.describe(v); };
}

Json sample_schema() {
  Sample sample;
  return schema_of(fields(sample), {"bank"});
}
std::string wrong_yaml(const std::string& yaml) { return wrong(to_json(parse_yaml(yaml, "f")), sample_schema()); }

TEST(SampleSchema, DescribesEveryField) {
  const Json schema = sample_schema();
  EXPECT_EQ(schema["$schema"], "http://json-schema.org/draft-07/schema#");
  EXPECT_EQ(schema["type"], "object");
  EXPECT_EQ(schema["additionalProperties"], false);
  std::vector<std::string> keys;
  for (const auto& [key, value] : schema["properties"].items()) {
    keys.push_back(key);
    EXPECT_TRUE(value.contains("description")) << key;
  }
  EXPECT_THAT(keys, ElementsAre("size", "delay", "share", "count", "on", "title", "words", "shape", "speed", "bank", "banks",
                                "source", "include"));
  EXPECT_EQ(schema["anyOf"][0]["required"], Json::array({"size"}));
  EXPECT_EQ(schema["anyOf"][1]["required"], Json::array({"include"}));
}

TEST(SampleSchema, HasDefaultsAndRanges) {
  const Json p = sample_schema()["properties"];
  EXPECT_EQ(p["delay"]["default"], "500 ns");
  EXPECT_EQ(p["share"]["default"], 0.5);
  EXPECT_EQ(p["count"]["default"], 1);
  EXPECT_EQ(p["shape"]["default"], "mesh");
  EXPECT_EQ(p["speed"]["default"], (Json{{"bf16", 1.0}}));
  EXPECT_FALSE(p["size"].contains("default"));
  EXPECT_EQ(p["count"]["anyOf"][0]["minimum"], 1);
  EXPECT_EQ(p["count"]["anyOf"][0]["maximum"], 16);
  EXPECT_EQ(p["share"]["anyOf"][0]["minimum"], 0.0);
  EXPECT_EQ(p["share"]["anyOf"][0]["maximum"], 1.0);
  EXPECT_EQ(p["shape"]["anyOf"][0]["enum"], Json::array({"ring", "mesh", "tree"}));
  EXPECT_EQ(p["size"]["description"], "Size. Range: more than 0 B.");
  EXPECT_EQ(p["delay"]["description"], "Delay. Range: at least 0 s.");
}

TEST(SampleSchema, AcceptsWhatTheReaderReads) {
  for (const char* yaml :
       {"size: 1 B", "{size: 2 KiB, delay: 20 ns, share: 0.25, count: 7, on: true, title: t, words: [a, 1], shape: tree}",
        "{size: {value: 1 B, source: x}, speed: {bf16: {value: 2}, source: y}, bank: {rate: 1 GB/s, source: z}}",
        "{size: 1 B, bank: other_file, banks: [{rate: 1 GB/s}, {include: f}]}", "{include: f, source: s}",
        "{size: 1 B, banks: {value: [], source: s}, words: {value: [a]}}"})
    EXPECT_EQ(wrong_yaml(yaml), "") << yaml;
}

TEST(SampleSchema, RefusesWhatTheReaderRefuses) {
  for (const char* yaml : {"{count: 2}", "{size: 1}", "{size: 1 W}", "{size: -1 B}", "{size: 1 B, cuont: 1}", "{size: 1 B, count: 17}",
                           "{size: 1 B, count: 0}", "{size: 1 B, count: 1.5}", "{size: 1 B, count: '1'}", "{size: 1 B, share: 1.5}",
                           "{size: 1 B, on: 1}", "{size: 1 B, shape: Ring}", "{size: 1 B, words: a}", "{size: 1 B, speed: {bf17: 1}}",
                           "{size: 1 B, speed: {bf16: -1}}", "{size: 1 B, banks: [{rate: 1}]}",
                           "{size: 1 B, count: {value: 1, sauce: x}}", "{size: 1 B, source: [a]}", "[1]"}) {
    EXPECT_NE(wrong_yaml(yaml), "") << yaml;
    EXPECT_THROW(sample_of(yaml), InputError) << yaml;
  }
}

struct Chain {
  int value{0};
  std::vector<Chain> next;
  void describe(Visitor& v) {
    v.integer("value", value, optional, 0, 9, "Value.");
    v.list("next", next, optional, "Next.");
  }
};

TEST(SampleSchema, AMappingInAnotherMayLeaveOutWhatAnIncludedFileHas) {
  EXPECT_EQ(wrong_yaml("{include: x.yaml, bank: {label: x}}"), "");
  EXPECT_THROW(sample_of("{size: 1 B, bank: {label: x}}"), InputError) << "the reader knows better";
}

TEST(SampleSchema, AListOfItselfEnds) {
  Chain chain;
  EXPECT_LT(schema_of(fields(chain)).dump().size(), 100'000u);
  EXPECT_LT(document(fields(chain)).size(), 100'000u);
  EXPECT_TRUE(chain.next.empty());  // entries made to see their defaults are gone again
}

TEST(SampleSchema, AnUnlimitedDefaultIsNotWritten) {
  struct Open {
    double limit{std::numeric_limits<double>::infinity()};
    void describe(Visitor& v) { v.real("limit", limit, optional, positive, "Limit."); }
  } open;
  EXPECT_FALSE(schema_of(fields(open))["properties"]["limit"].contains("default"));
  EXPECT_EQ(dump(fields(open)).dump(), "{}");
  EXPECT_THAT(document(fields(open)), HasSubstr("| `limit` | number | `unlimited` | more than 0 | Limit. |"));
}

/// References put back, the schema is the one before.
Json without_definitions(const Json& node, const Json& root) {
  if (node.is_array()) {
    Json list = Json::array();
    for (const Json& item : node) list.push_back(without_definitions(item, root));
    return list;
  }
  if (!node.is_object()) return node;
  if (node.contains("$ref")) return without_definitions(root.at(Json::json_pointer(node["$ref"].get<std::string>().substr(1))), root);
  Json object = Json::object();
  for (const auto& [key, value] : node.items())
    if (key != "definitions") object[key] = without_definitions(value, root);
  return object;
}

TEST(Definitions, EqualPartsStandOnceAndNothingElseChanges) {
  struct Port {
    double rate{1}, share{0.5};
    void describe(Visitor& v) {
      v.real("rate", rate, required, positive, "Rate of the port in some unit that takes a while to explain to those who read it.");
      v.real("share", share, optional, fraction, "Share of it that is used, between nothing at all and the whole of it.");
    }
  };
  struct Two {
    Port left, right;
    void describe(Visitor& v) {
      v.object("left", left, required, "A port.");
      v.object("right", right, required, "A port.");
    }
  } two;
  const Json plain = schema_of(fields(two)), shared = with_definitions(plain);
  EXPECT_EQ(shared["properties"]["left"], shared["properties"]["right"]);
  EXPECT_FALSE(shared["definitions"].empty());
  EXPECT_LT(shared.dump().size(), plain.dump().size());
  EXPECT_EQ(without_definitions(shared, shared), plain);
  const Json sample = sample_schema();
  EXPECT_EQ(without_definitions(with_definitions(sample), with_definitions(sample)), sample);
}

TEST(ShippedConfigurations, AgreeWithTheirSchemas) {
  const auto root = presil::test::source_directory() / "configs";
  int files = 0;
  for (const auto& [folder, name] :
       {std::pair{"chips", "chip"}, {"memories", "memory"}, {"technologies", "technology"}, {"experiments", "experiment"}}) {
    const Json schema = Json::parse(presil::test::read_text(root / "schema" / (std::string(name) + ".json")));
    for (const auto& [stem, file] : catalogue({root}, folder)) {
      EXPECT_EQ(wrong(to_json(parse_file(file)), schema), "") << file;
      ++files;
    }
  }
  EXPECT_GT(files, 20);
}

TEST(ShippedConfigurations, ABrokenChipDoesNotAgree) {
  const auto root = presil::test::source_directory() / "configs";
  const Json schema = Json::parse(presil::test::read_text(root / "schema/chip.json"));
  const Json chip = to_json(parse_file(root / "chips/tpu_v4.yaml"));
  ASSERT_EQ(wrong(chip, schema), "");
  const auto with = [&](const char* path, const Json& value) {
    Json changed = chip;
    changed[Json::json_pointer(path)] = value;
    return wrong(changed, schema);
  };
  EXPECT_NE(with("/clock", "1.05 ghz"), "");
  EXPECT_NE(with("/clock", 1.05), "");
  EXPECT_NE(with("/cores", 0), "");
  EXPECT_NE(with("/cores", "two"), "");
  EXPECT_NE(with("/corse", 2), "");
  EXPECT_NE(with("/core/array/rows", -1), "");
  EXPECT_NE(with("/core/array/dataflow", "sw"), "");
  EXPECT_NE(with("/core/array/rate", Json{{"bf61", 1}}), "");
  EXPECT_NE(with("/power/tdp", "192 GB"), "");
  EXPECT_EQ(with("/power/tdp", "0.2 kW"), "");
  Json without = chip;
  without.erase("clock");
  EXPECT_NE(wrong(without, schema), "");
}

TEST(SampleDump, WritesTheResolvedValues) {
  Sample s = sample_of("{size: 2 KiB, bank: {rate: 1.5 GB/s, label: l}, banks: [{rate: 1 GB/s}], speed: {fp8: 2}}");
  EXPECT_EQ(dump(fields(s)).dump(),
            R"({"size":"2 KiB","delay":"500 ns","share":0.5,"count":1,"on":false,"title":"untitled","words":["x"],"shape":"mesh",)"
            R"("speed":{"fp8":2.0},"bank":{"rate":"1.5 GB/s","label":"l"},"banks":[{"rate":"1 GB/s","label":""}]})");
}

TEST(SampleDump, LeavesOutWhatNoFileCanSay) {
  struct Odd {
    Bank unset{BytesPerSecond{0}, ""};
    std::array<double, 3> speed{std::numeric_limits<double>::infinity(), -1, 2};
    double nan{std::nan("")};
    int whole{-1};
    void describe(Visitor& v) {
      v.object("unset", unset, optional, "Never given.");
      v.table("speed", speed, optional, kNames, non_negative, "Speed.");
      v.real("nan", nan, optional, {}, "Nothing.");
      v.integer("whole", whole, optional, 0, 9, "Whole.");
    }
  } odd;
  EXPECT_EQ(dump(fields(odd)).dump(), R"({"speed":{"int8":2.0}})");
}

TEST(SampleDump, ReadsBackTheSame) {
  const bool holds = rc::check("dump and read", [] {
    const auto text = rc::gen::container<std::string>(rc::gen::inRange(' ', '\x7F'));
    const auto number = [](double most) {
      return *rc::gen::map(rc::gen::arbitrary<std::uint64_t>(),
                           [most](std::uint64_t bits) { return most * std::ldexp(static_cast<double>((bits >> 11) + 1), -53); });
    };
    Sample s;
    s.size.value = number(1e15);
    s.delay.value = number(100);
    s.share = number(1);
    s.count = *rc::gen::suchThat(rc::gen::inRange(1, 17), [](int n) { return n != 13; });
    s.on = *rc::gen::arbitrary<bool>();
    s.title = *text;
    s.words = *rc::gen::container<std::vector<std::string>>(text);
    s.shape = static_cast<Shape>(*rc::gen::inRange(0, 3));
    for (double& speed : s.speed) speed = *rc::gen::arbitrary<bool>() ? number(1e6) : 0;
    s.bank.rate.value = number(1e13);
    s.banks.resize(*rc::gen::inRange<std::size_t>(0, 4));
    for (auto& bank : s.banks) bank = {BytesPerSecond{number(1e12)}, *text};

    const std::string first = dump(fields(s)).dump();
    for (const Node& node : {parse_json(first, "f.json"), parse_yaml(dump(fields(s)).dump(2), "f.yaml")}) {
      Sample again;
      read(node, again);
      RC_ASSERT(again.size.value == s.size.value);
      RC_ASSERT(again.share == s.share);
      RC_ASSERT(again.title == s.title);
      RC_ASSERT(again.words == s.words);
      RC_ASSERT(again.speed == s.speed);
      RC_ASSERT(dump(fields(again)).dump() == first);
    }
  });
  EXPECT_TRUE(holds);
}

TEST(SampleDocument, IsAMarkdownTable) {
  Sample s;
  const std::string table = document(fields(s));
  EXPECT_THAT(table, testing::StartsWith("| key | type | default | range | meaning |\n|---|---|---|---|---|\n"));
  for (const char* row : {"| `delay` | time (fs, ps, ns, us, ms, s, min, h) | `500 ns` | at least 0 s | Delay. |\n",
                          "| `share` | number | `0.5` | from 0 to 1 | Share. |\n", "| `count` | whole number | `1` | from 1 to 16 | Count. |\n",
                          "| `on` | true or false | `false` |  | On. |\n", "| `title` | text | `untitled` |  | Title. |\n",
                          "| `words` | list of texts | `[x]` |  | Words. |\n",
                          "| `shape` | choice | `mesh` | ring, mesh, tree | Shape. |\n",
                          "| `speed` | numbers by name (bf16, fp8, int8) | `{bf16: 1}` | at least 0 | Speed. |\n",
                          "| `bank` | mapping |  |  | Bank. |\n", "| `bank.label` | text |  |  | Label. |\n",
                          "| `banks` | list of mappings | `[]` |  | Banks. |\n", "| `banks[].label` | text |  |  | Label. |\n"})
    EXPECT_THAT(table, HasSubstr(row));
  EXPECT_THAT(table, testing::ContainsRegex("\\| `size` \\| data \\(.*\\) \\| required \\| more than 0 B \\| Size. \\|"));
  EXPECT_TRUE(s.banks.empty());
}

TEST(SampleDocument, EscapesBars) {
  struct Bar {
    std::string text{"a|b"};
    void describe(Visitor& v) { v.text("text", text, optional, "One|two\nthree."); }
  } bar;
  EXPECT_THAT(document(fields(bar)), HasSubstr("| `text` | text | `a\\|b` |  | One\\|two three. |\n"));
}

TEST(HashOfText, IsFnv1a) {
  EXPECT_EQ(hash_hex(""), "cbf29ce484222325");
  EXPECT_EQ(hash_hex("a"), "af63dc4c8601ec8c");
  EXPECT_EQ(hash_hex("foobar"), "85944171f73967e8");
  EXPECT_NE(hash_hex("\xFF"), hash_hex("\x7F"));
}

}  // namespace
}  // namespace presil::config::test
