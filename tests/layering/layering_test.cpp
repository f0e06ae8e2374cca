// The source tree keeps its layout: who includes whom, and what lies at the top.
#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "tests/layering/layers.h"
#include "tests/support/command.h"
#include "tests/support/files.h"
#include "tests/support/temporary_directory.h"

namespace presil::layering {
namespace {

using test::source_directory;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> breaches(const std::vector<SourceFile>& sources,
                                  const std::vector<SourceFile>& cmake_files = {}) {
  return violations({sources, declared_dependencies(cmake_files)});
}

// The files under a root that the check is about.
struct Files {
  std::vector<SourceFile> sources;
  std::vector<SourceFile> cmake;
};

Files files_under(const std::filesystem::path& root) {
  Files files;
  for (const char* top : {"sim", "workloads", "models", "tests"}) {
    if (!std::filesystem::exists(root / top)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / top)) {
      if (!entry.is_regular_file()) continue;
      const auto path = entry.path();
      const std::string name = path.lexically_relative(root).generic_string();
      const std::string extension = path.extension().string();
      if (extension == ".h" || extension == ".cpp") files.sources.push_back({name, test::read_text(path)});
      if (path.filename() == "CMakeLists.txt") files.cmake.push_back({name, test::read_text(path)});
    }
  }
  std::sort(files.sources.begin(), files.sources.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

TEST(Layering, TheSourceTreeKeepsTheOrder) {
  const Files files = files_under(source_directory());
  ASSERT_GT(files.sources.size(), 10u);
  ASSERT_GT(declared_dependencies(files.cmake).size(), 5u);
  EXPECT_THAT(breaches(files.sources, files.cmake), IsEmpty());
}

TEST(Layering, EveryLibraryIsAFolderOfTheLayout) {
  const Files files = files_under(source_directory());
  const auto declared = declared_dependencies(files.cmake);
  for (const auto& [folder, unused] : declared) EXPECT_EQ(folder_of(folder + "/x.h"), folder) << folder;
}

TEST(Layering, FindsAPlantedUpwardInclude) {
  const auto found =
      breaches({{"sim/base/a.h", "#pragma once\n\n#include \"sim/run/b.h\"\n"}, {"sim/run/b.h", ""}});
  EXPECT_THAT(found, ElementsAre("sim/base/a.h:3: includes \"sim/run/b.h\": sim/base may not use sim/run, "
                                 "which is above it in the order"));
}

TEST(Layering, FindsAViolationPlantedOnDisk) {
  const test::TemporaryDirectory root;
  root.write("sim/config/counter.h", "#include \"sim/base/units.h\"\n");
  root.write("sim/base/units.h", "#include <vector>\n#include \"sim/config/counter.h\"\n");
  const Files files = files_under(root.path());
  EXPECT_THAT(breaches(files.sources), ElementsAre(HasSubstr("sim/base/units.h:2: ")));
}

TEST(Layering, SiblingsMeetOnlyThroughTheApi) {
  const std::vector<SourceFile> files{{"models/api/port.h", ""},
                                      {"models/noc/mesh.h", "#include \"models/api/port.h\"\n"},
                                      {"models/memory/channel.h", "#include \"models/noc/mesh.h\"\n"}};
  EXPECT_THAT(breaches(files), ElementsAre(HasSubstr("models/memory/channel.h:1: ")));
}

TEST(Layering, AChipComposesUnitsButNoUnitKnowsTheChip) {
  EXPECT_THAT(breaches({{"models/npu/npu.h", "#include \"models/noc/mesh.h\"\n"}, {"models/noc/mesh.h", ""}}),
              IsEmpty());
  EXPECT_THAT(breaches({{"models/noc/mesh.h", "#include \"models/npu/npu.h\"\n"}, {"models/npu/npu.h", ""}}),
              SizeIs(1));
}

TEST(Layering, IncludesAreWrittenFromTheRoot) {
  const std::vector<SourceFile> files{{"sim/base/units.h", ""},
                                      {"sim/base/a.cpp", "#include \"units.h\"\n"},
                                      {"sim/base/b.cpp", "#include \"../base/units.h\"\n"},
                                      {"sim/base/c.cpp", "#include <sim/base/units.h>\n"},
                                      {"tests/unit/sim/base/d.cpp", "#include \"units.h\"\n"}};
  EXPECT_THAT(breaches(files), SizeIs(4));
}

TEST(Layering, TheProgramDoesNotUseTheTests) {
  EXPECT_THAT(breaches({{"sim/run/a.cpp", "#include \"tests/support/x.h\"\n"}, {"tests/support/x.h", ""}}),
              SizeIs(1));
}

TEST(Layering, AFolderOutsideTheLayoutIsABreach) {
  EXPECT_THAT(breaches({{"sim/util/a.h", ""}}),
              ElementsAre("sim/util/a.h:1: lies in no folder of the layout"));
  EXPECT_THAT(breaches({{"sim/a.h", ""}}), SizeIs(1));
}

TEST(Layering, LibrariesStayInTheirLayers) {
  EXPECT_THAT(breaches({{"sim/ppa/a.h", "#include <systemc>\n"}}), SizeIs(1));
  EXPECT_THAT(breaches({{"sim/kernel/a.h", "#include <systemc>\n"}}), IsEmpty());
  EXPECT_THAT(breaches({{"models/noc/a.h", "#include <yaml-cpp/yaml.h>\n"}}), SizeIs(1));
  EXPECT_THAT(breaches({{"sim/config/a.h", "#include <yaml-cpp/yaml.h>\n"}}), IsEmpty());
}

TEST(Layering, IncludesFollowTheDeclaredDependencies) {
  const std::vector<SourceFile> cmake{
      {"sim/base/CMakeLists.txt", "presil_library(presil_base DEPENDS fmt::fmt)"},
      {"sim/config/CMakeLists.txt", "presil_library(presil_config DEPENDS presil_base)"},
      {"sim/ppa/CMakeLists.txt", "presil_library(presil_ppa DEPENDS presil_config)"},
      {"sim/report/CMakeLists.txt", "presil_library(presil_report\n  DEPENDS presil_base)"}};
  std::vector<SourceFile> files{{"sim/base/a.h", ""},
                                {"sim/config/b.h", "#include \"sim/base/a.h\"\n"},
                                {"sim/ppa/c.h", "#include \"sim/base/a.h\"\n"}};  // through presil_config
  EXPECT_THAT(breaches(files, cmake), IsEmpty());
  files.push_back({"sim/report/d.h", "#include \"sim/config/b.h\"\n"});
  EXPECT_THAT(breaches(files, cmake), ElementsAre(HasSubstr("sim/report/d.h:1: ")));
  EXPECT_THAT(breaches({}, {{"sim/base/CMakeLists.txt", "presil_library(presil_base DEPENDS presil_run)"},
                            {"sim/run/CMakeLists.txt", "presil_library(presil_run)"}}),
              ElementsAre(HasSubstr("sim/base/CMakeLists.txt:1: ")));
}

TEST(Layering, CommentsAreNotIncludes) {
  const auto found = includes_of(
      "// #include \"a.h\"\n/*\n#include \"b.h\"\n*/ #include \"c.h\"\n"
      "const char* s = \"/*\";\n#  include <d>\nint n = 1'000; /* ' */\n#include \"e.h\"\n");
  ASSERT_THAT(found, SizeIs(3));
  EXPECT_EQ(found[0].path, "c.h");
  EXPECT_EQ(found[0].line, 4);
  EXPECT_EQ(found[1].path, "d");
  EXPECT_FALSE(found[1].quoted);
  EXPECT_EQ(found[2].path, "e.h");
}

// What git tracks at the top; without git, what lies there less what .gitignore names.
std::set<std::string> top_level_entries() {
  const auto git = test::run_command({"git", "-C", source_directory().string(), "ls-files"});
  std::set<std::string> entries;
  if (git.status == 0 && !git.out.empty()) {
    std::istringstream lines(git.out);
    for (std::string line; std::getline(lines, line);) entries.insert(line.substr(0, line.find('/')));
    return entries;
  }
  for (const auto& entry : std::filesystem::directory_iterator(source_directory())) {
    entries.insert(entry.path().filename().string());
  }
  for (const char* ignored : {"build", "out", "compile_commands.json"}) entries.erase(ignored);
  return entries;
}

TEST(TopLevel, HoldsOnlyWhatTheLayoutNames) {
  const std::set<std::string> allowed{
      "sim",          "models",          "workloads",    "configs",          "tests",
      "docs",         "CMakeLists.txt",  "README.md",    "presil",           "LICENSE",
      "CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff", "CMakePresets.json"};
  for (const auto& entry : top_level_entries()) {
    EXPECT_TRUE(allowed.contains(entry) || entry.starts_with(".")) << entry << " is not part of the layout";
  }
}

}  // namespace
}  // namespace presil::layering
