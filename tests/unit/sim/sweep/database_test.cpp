// database_test.cpp -- a results database at its edges: killed while it was made, not a sweep's at all.
#include "sim/sweep/database.h"

#include <sqlite3.h>

#include <gtest/gtest.h>

#include "sim/base/error.h"
#include "tests/support/temporary_directory.h"

namespace presil::sweep {
namespace {

const Title kTitle{"print", "s.yaml", 2, {"m"}, {"latency_us"}, {}};

void make(const std::filesystem::path& path, const char* sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
}

TEST(Database, OneKilledWhileItWasMadeIsANewOne) {
  const test::TemporaryDirectory folder;
  const std::filesystem::path path = folder / "r.db";
  make(path, "PRAGMA journal_mode = WAL");
  ASSERT_GT(std::filesystem::file_size(path), 0u);
  EXPECT_TRUE(Database::resume(path, kTitle).records().empty());
  Database::resume(path, kTitle).add({0, {"64"}, ExitStatus::ok, "", "", {{"latency_us", 2.0}}});
  EXPECT_EQ(Database::resume(path, kTitle).records().size(), 1u);
}

TEST(Database, AnotherProgramsIsLeftAlone) {
  const test::TemporaryDirectory folder;
  const std::filesystem::path path = folder / "r.db";
  make(path, "CREATE TABLE other(x)");
  EXPECT_THROW(Database::resume(path, kTitle), InputError);
  EXPECT_THROW(Database::create(path, kTitle, true), InputError);
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, "SELECT x FROM other", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
}

}  // namespace
}  // namespace presil::sweep
