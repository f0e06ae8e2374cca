// files.h -- whole files out: either all of the text is there under its name, or the old file is.
#pragma once

#include <filesystem>
#include <string_view>

namespace presil::cli {

/// Writes to a temporary file beside `path`, then renames it; makes missing folders. Throws Error(run_failed)
/// that says which path and why.
void write_atomically(const std::filesystem::path& path, std::string_view text);

/// Writes a file that must not exist yet. Throws UsageError when it does, Error(run_failed) when it cannot be
/// written.
void write_new(const std::filesystem::path& path, std::string_view text);

}  // namespace presil::cli
