// schema_files_test.cpp -- the schemas that editors read are those the program prints, and every file names one.
#include <filesystem>

#include <gtest/gtest.h>

#include "tests/support/command.h"
#include "tests/support/files.h"

namespace presil::test {
namespace {

namespace fs = std::filesystem;

TEST(SchemaFiles, AreWhatTheProgramPrints) {
  for (const char* kind : {"experiment", "chip", "memory", "technology", "architecture", "link", "server", "macro", "sweep"}) {
    const CommandResult printed = run_presil("schema", kind);
    ASSERT_EQ(printed.status, 0) << printed.err;
    EXPECT_EQ(read_text(source_directory() / "configs" / "schema" / (std::string(kind) + ".json")), printed.out)
        << "run: presil schema " << kind << " > configs/schema/" << kind << ".json";
  }
}

TEST(SchemaFiles, TheFieldsPageHoldsEveryTable) {
  const std::string page = read_text(source_directory() / "docs" / "fields.md");
  for (const char* kind : {"experiment", "chip", "memory", "link", "server", "technology", "architecture", "macro"}) {
    const CommandResult printed = run_presil("schema", kind, "--format", "markdown");
    ASSERT_EQ(printed.status, 0) << printed.err;
    EXPECT_NE(page.find(printed.out), std::string::npos)
        << "docs/fields.md is out of date: presil schema " << kind << " --format markdown";
  }
}

TEST(SchemaFiles, EveryConfigurationNamesItsSchemaInTheFirstLine) {
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(source_directory() / "configs")) {
    if (entry.path().extension() != ".yaml") continue;
    const std::string text = read_text(entry.path());
    const std::string mark = "# yaml-language-server: $schema=";
    ASSERT_TRUE(text.starts_with(mark)) << entry.path();
    const std::string target = text.substr(mark.size(), text.find('\n') - mark.size());
    EXPECT_TRUE(fs::is_regular_file(entry.path().parent_path() / target)) << entry.path() << " names " << target;
    ++files;
  }
  EXPECT_GT(files, 20);
}

}  // namespace
}  // namespace presil::test
