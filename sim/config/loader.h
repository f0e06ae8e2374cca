// loader.h -- from a file name and --set overrides to one resolved document.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "sim/config/node.h"

namespace presil::config {

/// Folders in which references are looked up.
struct SearchPath {
  std::filesystem::path configs;  ///< the project's configs/
};

/// Loads `file` and resolves references and overrides.
///
/// References: a string under a key of `reference_keys` (e.g. "chip", "memory", "technology"), or in a sequence under
/// one, names a file: relative to the referring file, or to configs/ (".yaml" may be left out), or a bare name looked
/// up in configs/<key plural>/ by file stem, `name` or `aliases` ("A100" finds configs/chips/a100_sxm_80gb.yaml).
/// "key:folder" in `reference_keys` names the folder when it is not the plural.
/// A mapping may hold `include: FILE` and override some of its keys; overrides merge deeply, scalars and
/// sequences replace, a mapping with an `include` of its own replaces. Cycles are refused with the chain shown.
///
/// Overrides: "chip.memory.stacks=6" sets one value (YAML syntax on the right), also inside referenced and included
/// files; entries of sequences are numbered from 0. Shorter paths are applied first, whatever their order, so that
/// "chip=tpu_v5e" and "chip.memory.stacks=6" go together; of equal paths the last holds. Relative references on the
/// command line are relative to the current folder. A path through something that is not a mapping is refused. Unknown
/// keys are found later, by the reader, which reports them as `--set chip.memroy.stacks=6: unknown key ...`.
Node load(const std::filesystem::path& file, const std::vector<std::string>& overrides,
          const std::vector<std::string>& reference_keys, const SearchPath& search);

/// Applies one override to a document as it stands. Throws UsageError when `override_text` is not PATH=VALUE, or its
/// path goes through something that is not a mapping.
void apply_override(Node& root, const std::string& override_text);

/// "memories" for "memory", "chips" for "chip": the folder of configs/ for a reference key.
std::string kind_of_key(const std::string& reference_key);

/// The files a bare name of this kind may mean, for "did you mean" and `presil list`: stem -> path, sorted.
std::vector<std::pair<std::string, std::filesystem::path>> catalogue(const SearchPath& search, const std::string& kind);

/// Finds a configuration of a kind ("chips") by path, stem, `name` or alias (upper and lower case taken as equal, and
/// '-', '_' and ' '). A stem wins over a name, a name over an alias. Throws InputError that lists the nearest names,
/// or the files when several claim the name.
std::filesystem::path find_config(const SearchPath& search, const std::string& kind, const std::string& name);

}  // namespace presil::config
