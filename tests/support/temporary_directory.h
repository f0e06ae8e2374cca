// temporary_directory.h -- a folder that lives as long as its object.
#pragma once

#include <filesystem>
#include <string_view>

namespace presil::test {

/// A fresh, empty folder under the system's temporary folder; removed with all it holds on destruction.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

  /// Writes a file in it (see write_text) and returns the file's path.
  std::filesystem::path write(const std::filesystem::path& name, std::string_view text) const;

 private:
  std::filesystem::path path_;
};

}  // namespace presil::test
