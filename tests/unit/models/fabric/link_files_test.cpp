// The links in configs/links: they read, every value names its source, and their rates are the published ones.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/config/definitions.h"
#include "sim/config/schema.h"
#include "tests/support/files.h"
#include "tests/unit/models/fabric/links.h"

namespace presil::fabric {
namespace {

struct Expected {
  const char* stem;
  double one_way;    ///< bandwidth x links, B/s
  double effective;  ///< of one device with all others taking part, B/s
};
class LinkFiles : public testing::TestWithParam<Expected> {};

TEST_P(LinkFiles, HavePublishedRates) {
  const LinkConfig link = test::shipped(GetParam().stem);
  EXPECT_NEAR((link.bandwidth * link.links).value, GetParam().one_way, 1e-3 * GetParam().one_way);
  EXPECT_NEAR(effective_rate(link, link.devices).value, GetParam().effective, 2e-3 * GetParam().effective);
}

// Effective rates of NVLink: NCCL, src/graph/topo.h (20.0, 20.0, 20.6 and 40.1 GB/s a link).
INSTANTIATE_TEST_SUITE_P(All, LinkFiles,
                         testing::Values(Expected{"nvlink2", 150e9, 6 * 20.0e9}, Expected{"nvlink3", 300e9, 12 * 20.0e9},
                                         Expected{"nvlink4", 450e9, 18 * 20.6e9}, Expected{"nvlink5", 900e9, 18 * 40.1e9},
                                         Expected{"pcie4_x16", 31.5e9, 24e9}, Expected{"pcie5_x16", 63e9, 49.2e9},
                                         Expected{"xgmi_mi300x", 448e9, 7 * 48e9},
                                         Expected{"xgmi_mi250x", 100e9, 2 * 40e9},
                                         Expected{"nvlink5_nvl72", 900e9, 18 * 40.1e9}, Expected{"ib_hdr", 25e9, 24.24e9},
                                         Expected{"ib_ndr", 50e9, 48.47e9}, Expected{"ib_xdr", 100e9, 96.94e9},
                                         Expected{"roce_400", 50e9, 47.37e9}, Expected{"roce_800", 100e9, 94.73e9},
                                         Expected{"ualink200", 800e9, 669.8e9}, Expected{"ici_v4", 300e9, 254.1e9},
                                         Expected{"ici_v5e", 200e9, 169.4e9}, Expected{"ici_v6e", 448e9, 379.5e9}, Expected{"ici_v5p", 600e9, 508.2e9},
                                         Expected{"gaudi3_roce", 525e9, 497.4e9}, Expected{"nv_hbi", 5e12, 4.471e12}),
                         [](const auto& p) { return std::string(p.param.stem); });

TEST(LinkFilesAll, NameTheSourceOfEveryNumber) {
  const std::vector<std::string> names = test::shipped_names();
  for (const std::string& stem : names) {
    std::vector<config::Provenance> provenance;
    EXPECT_FALSE(test::shipped(stem, &provenance).name.empty());
    for (const auto& p : provenance) {
      const std::string tag = p.source.substr(0, p.source.find(']') + 1);
      EXPECT_TRUE(tag == "[datasheet]" || tag == "[paper]" || tag == "[assumed]" || tag == "[fit]")
          << stem << ": " << p.path << " has the source '" << p.source << "'";
    }
  }
  EXPECT_EQ(names.size(), 21u) << "add the new file to the rates above";
}

/// configs/schema/link.json and docs/fields.md hold what the declaration says.
TEST(LinkFilesAll, HaveTheSchemaAndTheTableOfTheirDeclaration) {
  LinkConfig link;
  const auto fields = [&](config::Visitor& v) { link.describe(v); };
  const std::string schema = presil::test::read_text(test::kConfigs / "schema" / "link.json");
  EXPECT_TRUE(nlohmann::ordered_json::parse(schema) == config::with_definitions(config::schema_of(fields)));
  const std::string page = presil::test::read_text(test::kConfigs.parent_path() / "docs" / "fields.md");
  EXPECT_NE(page.find(config::document(fields)), std::string::npos) << config::document(fields);
}

TEST(LinkFilesAll, AreFoundByAlias) {
  EXPECT_EQ(config::find_config({test::kConfigs}, "links", "NVLink 4").stem(), "nvlink4");
  EXPECT_EQ(config::find_config({test::kConfigs}, "links", "PCIe4x16").stem(), "pcie4_x16");
}

TEST(LinkFilesAll, RulesBetweenFieldsAreChecked) {
  const auto refused = [](const std::string& override_text, const std::string& message) {
    try {
      test::shipped("nvlink4", nullptr, {override_text});
      ADD_FAILURE() << override_text << " was accepted";
    } catch (const InputError& e) {
      EXPECT_NE(std::string(e.what()).find(message), std::string::npos) << e.what();
    }
  };
  refused("topology=mesh", "in_switch_reduction needs topology switched");
  refused("reduction_share=0", "in_switch_reduction needs a reduction_share above 0");
  refused("effective_share=0", "effective_share");
  refused("effective_share=1.2", "effective_share");
  refused("devices=1", "devices");
  refused("direct_rate=500 GB/s", "direct_rate is more than the links carry");
}

TEST(Mesh, FewerRanksUseFewerLinks) {
  const LinkConfig link = test::shipped("xgmi_mi300x");
  EXPECT_DOUBLE_EQ(usable_links(link, 8), 7);
  EXPECT_DOUBLE_EQ(usable_links(link, 2), 1);
  EXPECT_DOUBLE_EQ(usable_links(test::shipped("nvlink4"), 2), 18);
}

}  // namespace
}  // namespace presil::fabric
