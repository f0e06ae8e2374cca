// files.h -- whole text files in and out, for tests.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace presil::test {

/// The file's bytes. Throws std::runtime_error naming the path when it cannot be read.
std::string read_text(const std::filesystem::path& path);

/// Writes `text`, replacing the file; makes missing parent folders.
void write_text(const std::filesystem::path& path, std::string_view text);

/// The root of the source tree, where configs/ and workloads/ lie.
std::filesystem::path source_directory();

}  // namespace presil::test
