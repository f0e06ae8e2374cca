// loader.h -- from a file name and --set overrides to one resolved document.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/config/node.h"

namespace presil::config {

/// Folders in which references are looked up.
struct SearchPath {
  std::filesystem::path configs;  ///< the project's configs/
};

/// Loads `file` and resolves references and overrides.
///
/// References: where a mapping is expected under a key of `reference_keys` (e.g. "chip", "memory",
/// "technology"), a string names a file: relative to the referring file, or to configs/, or a bare name looked up
/// in configs/<key plural>/ by file stem, `name` or `aliases` ("A100" finds configs/chips/a100_sxm_80gb.yaml).
/// A mapping may hold `include: FILE` and override some of its keys; overrides merge deeply, scalars and
/// sequences replace. Cycles are refused with the chain shown.
///
/// Overrides: "chip.memory.stacks=6" sets one value (YAML syntax on the right), also inside included files; a
/// path through something that is not a mapping is refused. Unknown keys are found later, by the reader, which
/// reports them as `--set chip.memroy.stacks=6: unknown key ...`.
Node load(const std::filesystem::path& file, const std::vector<std::string>& overrides,
          const std::vector<std::string>& reference_keys, const SearchPath& search);

/// Applies one override to a document. Throws UsageError when `override_text` is not PATH=VALUE.
void apply_override(Node& root, const std::string& override_text);

/// The files a bare name of this kind may mean, for "did you mean" and `presil list`: stem -> path, sorted.
std::vector<std::pair<std::string, std::filesystem::path>> catalogue(const SearchPath& search, const std::string& kind);

/// Finds a configuration of a kind ("chips") by path, stem, `name` or alias (case-insensitive).
/// Throws InputError that lists the nearest names.
std::filesystem::path find_config(const SearchPath& search, const std::string& kind, const std::string& name);

}  // namespace presil::config
