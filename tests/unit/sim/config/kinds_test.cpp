// kinds_test.cpp -- a mapping whose keys depend on its kind: reader, dump, schema and documentation of one declaration.
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/config/schema.h"
#include "tests/unit/sim/config/sample.h"

namespace presil::config::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

inline constexpr std::array<std::string_view, 2> kVehicles{"car", "boat"};

struct Vehicle {
  std::size_t kind{0};
  std::string name;
  int wheels{4};
  double draught{1};
  void describe(Visitor& v) {
    v.kinds("kind", "vehicle", kind, kVehicles, [this](Visitor& fields, std::size_t i) {
      kind = i;
      fields.text("name", name, required, "Name.");
      if (i == 0) fields.integer("wheels", wheels, optional, 1, 18, "Wheels.");
      if (i == 1) fields.real("draught", draught, required, positive, "Draught.");
      fields.check(wheels != 13, "wheels", "thirteen brings bad luck");
    }, "What it moves on.");
  }
};

struct Owner {
  Vehicle vehicle;
  void describe(Visitor& v) { v.object("vehicle", vehicle, required, "What is owned."); }
};

Vehicle vehicle_of(const std::string& yaml, std::vector<Provenance>* provenance = nullptr) {
  Owner owner;
  read(parse_yaml(yaml, "f.yaml"), owner, provenance);
  return owner.vehicle;
}

std::string vehicle_refusal(const std::string& yaml) {
  return message_of([&] { vehicle_of(yaml); });
}

TEST(Kinds, TheKeyDecidesWhichKeysThereAre) {
  EXPECT_EQ(vehicle_of("vehicle: {kind: car, name: a, wheels: 3}").wheels, 3);
  EXPECT_EQ(vehicle_of("vehicle: {draught: 2.5, name: a, kind: boat}").draught, 2.5) << "wherever the kind stands";
  EXPECT_EQ(vehicle_of("vehicle: {kind: {value: boat, source: seen}, name: a, draught: 1}").kind, 1u);
  EXPECT_EQ(vehicle_refusal("vehicle: {kind: boat, name: a, draught: 1, wheels: 3}"),
            "f.yaml:1:44: unknown key 'vehicle.wheels'; expected one of kind, name, draught");
  EXPECT_EQ(vehicle_refusal("vehicle: {kind: car, name: a, wheels: 13}"), "f.yaml:1:31: vehicle.wheels: thirteen brings bad luck");
}

TEST(Kinds, WithoutTheKeyItIsTheFirst) {
  std::vector<Provenance> provenance;
  EXPECT_EQ(vehicle_of("vehicle: {name: a}", &provenance).kind, 0u);
  EXPECT_EQ(provenance.front().path, "vehicle.kind");
  EXPECT_EQ(provenance.front().value, "car");
  EXPECT_EQ(provenance.front().source, kDefaultSource);
}

TEST(Kinds, AnUnknownKindIsTheOnlyProblemOfItsMapping) {
  EXPECT_EQ(vehicle_refusal("vehicle: {kind: baot, name: a, draught: 1}"),
            "f.yaml:1:17: vehicle.kind: unknown vehicle kind 'baot' (did you mean 'boat'?); expected one of car, boat");
  EXPECT_THAT(vehicle_refusal("vehicle: {kind: [car], name: a}"), HasSubstr("f.yaml:1:17: vehicle.kind: expected one of car, boat, found a sequence"));
}

TEST(Kinds, OnlyTheKeysOfTheKindAreDumped) {
  Vehicle boat = vehicle_of("vehicle: {kind: boat, name: a, draught: 2}");
  EXPECT_EQ(dump([&](Visitor& v) { boat.describe(v); }).dump(), R"({"kind":"boat","name":"a","draught":2.0})");
}

TEST(Kinds, TheSchemaHasOneAlternativeForEach) {
  const nlohmann::ordered_json schema = schema_of([vehicle = Vehicle{}](Visitor& v) mutable { vehicle.describe(v); });
  ASSERT_EQ(schema.at("anyOf").size(), 2u);
  const auto& car = schema["anyOf"][0];
  const auto& boat = schema["anyOf"][1];
  EXPECT_EQ(car["properties"]["kind"]["anyOf"][0]["enum"].dump(), R"(["car"])");
  EXPECT_EQ(boat["properties"]["kind"]["anyOf"][0]["enum"].dump(), R"(["boat"])");
  EXPECT_TRUE(car["properties"].contains("wheels"));
  EXPECT_FALSE(boat["properties"].contains("wheels"));
  EXPECT_EQ(car["anyOf"][0]["required"].dump(), R"(["name"])") << "the first kind need not be named";
  EXPECT_EQ(boat["anyOf"][0]["required"].dump(), R"(["kind","name","draught"])");
}

TEST(Kinds, TheTableHasThemAll) {
  const std::string table = document([owner = Owner{}](Visitor& v) mutable { owner.describe(v); });
  EXPECT_THAT(table, HasSubstr("| `vehicle.kind` | choice | `car` | car, boat | What it moves on. |\n| **`vehicle.kind: car`** |"));
  EXPECT_LT(table.find("`vehicle.wheels`"), table.find("**`vehicle.kind: boat`**"));
  EXPECT_GT(table.find("`vehicle.draught`"), table.find("**`vehicle.kind: boat`**"));
}

}  // namespace
}  // namespace presil::config::test
