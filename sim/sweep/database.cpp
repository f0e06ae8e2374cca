// database.cpp -- implementation of database.h.
#include "sim/sweep/database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

#include "sim/base/error.h"

namespace presil::sweep {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kApplication = 0x70726573;  // "pres"
constexpr int kFormat = 1;

[[noreturn]] void cannot(const std::string& path, const std::string& what, const std::string& why) {
  throw Error(ExitStatus::run_failed, fmt::format("{}: {}: {}", path, what, why));
}
[[noreturn]] void damaged(const std::string& path, const std::string& why) {
  throw InputError(fmt::format("{}: not a sound database of a sweep: {}", path, why));
}

std::string quoted_name(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}
std::string quoted_text(const std::string& value) {
  std::string text = "'";
  for (const char c : value) text += c == '\'' ? "''" : std::string(1, c);
  return text + "'";
}

// The wide table for people with an SQL prompt.
std::string results_view(const Title& title) {
  std::string sql = "CREATE VIEW results AS SELECT point";
  for (std::size_t i = 0; i < title.paths.size(); ++i)
    sql += fmt::format(", json_extract(cells, '$[{}]') AS {}", i, quoted_name(title.paths[i]));
  sql += ", status, error, config_hash";
  for (const std::string& metric : title.metrics)
    sql += fmt::format(", json_extract(metrics, {}) AS {}", quoted_text("$." + quoted_name(metric)), quoted_name(metric));
  return sql + " FROM points";
}

}  // namespace

namespace detail {

// Held as long as the database is open, by this process and the workers it forks: one sweep writes at a time. (Closing
// this descriptor earlier would give up SQLite's own locks.)
class Lock {
 public:
  explicit Lock(const std::string& path, bool make) : file_(open(path.c_str(), O_RDWR | O_CLOEXEC | (make ? O_CREAT : 0), 0666)) {
    if (file_ < 0) cannot(path, "cannot be written", std::strerror(errno));
    for (int tries = 0; flock(file_, LOCK_EX | LOCK_NB) != 0; ++tries) {  // workers of a killed sweep take a moment to end
      if (errno != EWOULDBLOCK || tries >= 50) {
        const int reason = errno;
        close(file_);
        cannot(path, "cannot be used", reason == EWOULDBLOCK ? "another sweep is writing it" : std::strerror(reason));
      }
      usleep(20'000);
    }
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() { close(file_); }

 private:
  int file_;
};

}  // namespace detail

struct Database::Handle {
  std::string path;
  std::unique_ptr<detail::Lock> lock;
  sqlite3* db{};
  sqlite3_stmt* insert{};
  Title title;

  Handle(const std::filesystem::path& file, bool make) : path(file.string()), lock(std::make_unique<detail::Lock>(path, make)) {
    const int status = sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr);
    if (status != SQLITE_OK) {
      const std::string why = sqlite3_errstr(status);
      sqlite3_close(db);
      cannot(path, "cannot be opened", why);
    }
    sqlite3_busy_timeout(db, 5000);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    sqlite3_finalize(insert);
    sqlite3_close(db);
  }

  [[noreturn]] void fail() const {
    const int status = sqlite3_errcode(db) & 0xff;
    const std::string why = sqlite3_errmsg(db);
    if (status == SQLITE_CORRUPT || status == SQLITE_NOTADB || status == SQLITE_ERROR) damaged(path, why);
    cannot(path, "cannot be written", why);
  }
  void run(const std::string& sql) const {
    if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  }
  sqlite3_stmt* prepare(const std::string& sql) const {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) fail();
    return statement;
  }
  /// Calls use(statement) for every row.
  template <class Use>
  void rows(const std::string& sql, Use use) const {
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(prepare(sql), sqlite3_finalize);
    int status = sqlite3_step(statement.get());
    for (; status == SQLITE_ROW; status = sqlite3_step(statement.get())) use(statement.get());
    if (status != SQLITE_DONE) fail();
  }
  static std::string text(sqlite3_stmt* statement, int column) {
    const auto* bytes = sqlite3_column_text(statement, column);
    return bytes ? reinterpret_cast<const char*>(bytes) : "";
  }
  int number(const std::string& sql) const {
    int result = 0;
    rows(sql, [&](sqlite3_stmt* row) { result = sqlite3_column_int(row, 0); });
    return result;
  }
  Json meta(const std::string& key) const {
    std::string value;
    rows("SELECT value FROM meta WHERE key = " + quoted_text(key), [&](sqlite3_stmt* row) { value = text(row, 0); });
    return Json::parse(value.empty() ? "null" : value);
  }

  void fill(const Title& t) {
    title = t;
    // WAL: a commit appends, and a torn end is ignored. NORMAL: no wait for the disk at every commit; a power cut can lose
    // the last records, a killed process none.
    run("PRAGMA journal_mode = WAL");
    const Json objectives = t.objectives;
    const Json meta{{"fingerprint", t.fingerprint}, {"name", t.name},       {"points", t.points},    {"paths", t.paths},
                    {"metrics", t.metrics},         {"objectives", objectives}, {"finished", false}};
    std::string sql = fmt::format(
        "BEGIN; PRAGMA application_id = {}; PRAGMA user_version = {};"
        "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
        "CREATE TABLE points(point INTEGER PRIMARY KEY, cells TEXT NOT NULL, status INTEGER NOT NULL, error TEXT NOT NULL,"
        " config_hash TEXT NOT NULL, metrics TEXT NOT NULL);",
        kApplication, kFormat);
    for (const auto& [key, value] : meta.items())
      sql += "INSERT INTO meta VALUES(" + quoted_text(key) + ", " + quoted_text(value.dump()) + ");";
    run(sql + results_view(t) + "; COMMIT");
  }

  /// Nothing was ever written into it.
  bool unborn() const { return number("SELECT count(*) FROM sqlite_master") == 0 && number("PRAGMA application_id") == 0; }

  // What is in the file must be a sweep of presil's, whole.
  void read() {
    try {
      if (number("PRAGMA application_id") != kApplication) damaged(path, "it was not made by presil sweep");
      const int format = number("PRAGMA user_version");
      if (format != kFormat) damaged(path, fmt::format("format {}; this presil reads format {}", format, kFormat));
      std::string verdict;
      rows("PRAGMA quick_check(1)", [&](sqlite3_stmt* row) { verdict = text(row, 0); });
      if (verdict != "ok") damaged(path, verdict);
      title = {meta("fingerprint"), meta("name"),    meta("points"),
               meta("paths"),       meta("metrics"), meta("objectives")};
      run("PRAGMA synchronous = NORMAL");
    } catch (const Json::exception& error) {
      damaged(path, error.what());
    }
  }

  Record record(sqlite3_stmt* row) const {
    Record result;
    result.point = static_cast<std::size_t>(sqlite3_column_int64(row, 0));
    try {
      result.cells = Json::parse(text(row, 1)).get<std::vector<std::string>>();
      const Json metrics = Json::parse(text(row, 5));
      for (const auto& [name, value] : metrics.items()) result.metrics.emplace_back(name, value.get<double>());
    } catch (const Json::exception& error) {
      damaged(path, error.what());
    }
    if (result.cells.size() != title.paths.size()) damaged(path, fmt::format("point {} has other paths", result.point));
    result.status = static_cast<ExitStatus>(sqlite3_column_int(row, 2));
    result.error = text(row, 3);
    result.config_hash = text(row, 4);
    return result;
  }
};

Database::Database(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

bool Database::holds_anything(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return std::filesystem::exists(path, ignored);
  return std::filesystem::file_size(path, ignored) > 0 && !Handle(path, false).unborn();
}

void Database::check_replaceable(const std::filesystem::path& path, bool restart) {
  if (!holds_anything(path)) return;
  const Database old = open(path);  // anything that is not a sweep's is left alone
  const std::size_t count = old.records().size();
  if (restart || old.finished() || count == 0) return;
  throw UsageError(fmt::format("{}: holds {} points of an unfinished sweep; --resume goes on with it, --restart begins again", path.string(), count));
}

Database Database::create(const std::filesystem::path& path, const Title& title, bool restart) {
  check_replaceable(path, restart);
  if (path.has_parent_path()) {
    std::error_code problem;
    std::filesystem::create_directories(path.parent_path(), problem);
    if (problem) cannot(path.parent_path().string(), "cannot be made", problem.message());
  }
  // Made beside it and renamed when it is whole: a process that is killed meanwhile leaves no half of one.
  const std::string fresh = path.string() + ".new";
  const auto remove = [](const std::string& file) {
    std::error_code ignored;
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file + suffix, ignored);
  };
  remove(fresh);
  Handle(fresh, true).fill(title);
  remove(path.string());
  if (std::rename(fresh.c_str(), path.c_str()) != 0) cannot(path.string(), "cannot be written", std::strerror(errno));
  return open(path);
}

Database Database::resume(const std::filesystem::path& path, const Title& title) {
  if (!holds_anything(path)) return create(path, title, false);
  Database database = open(path);
  if (database.title().fingerprint != title.fingerprint)
    throw InputError(fmt::format(
        "{}: holds the results of {}, which is another sweep, another experiment or another version of presil's, so it cannot be resumed",
        path.string(), database.title().name));
  return database;
}

Database Database::open(const std::filesystem::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) throw InputError(fmt::format("{}: cannot be read: {}", path.string(), std::strerror(errno)));
  if (!S_ISREG(status.st_mode)) throw InputError(path.string() + ": is not a file");
  auto handle = std::make_unique<Handle>(path, false);
  handle->read();
  return Database(std::move(handle));
}

const Title& Database::title() const { return handle_->title; }

std::vector<Record> Database::records() const {
  std::vector<Record> all;
  handle_->rows("SELECT point, cells, status, error, config_hash, metrics FROM points ORDER BY point",
                [&](sqlite3_stmt* row) { all.push_back(handle_->record(row)); });
  return all;
}

void Database::add(const Record& record) {
  Handle& h = *handle_;
  if (!h.insert) h.insert = h.prepare("INSERT INTO points VALUES(?, ?, ?, ?, ?, ?)");
  const auto spelt = [](const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); };
  Json metrics = Json::object();
  for (const auto& [name, value] : record.metrics) metrics[name] = value;
  const std::string cells = spelt(record.cells), values = spelt(metrics);
  const auto bind = [&](int at, const std::string& text) {
    sqlite3_bind_text(h.insert, at, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  };
  sqlite3_bind_int64(h.insert, 1, static_cast<sqlite3_int64>(record.point));
  bind(2, cells);
  sqlite3_bind_int(h.insert, 3, static_cast<int>(record.status));
  bind(4, record.error);
  bind(5, record.config_hash);
  bind(6, values);
  const int status = sqlite3_step(h.insert);
  sqlite3_reset(h.insert);
  if (status != SQLITE_DONE) h.fail();
}

void Database::finish() { handle_->run("UPDATE meta SET value = 'true' WHERE key = 'finished'"); }
bool Database::finished() const { return handle_->meta("finished") == true; }

}  // namespace presil::sweep
