// names.h -- "did you mean": the nearest of some valid names to a misspelt one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace presil {

/// Number of single-character insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`,
/// upper and lower case taken as equal.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate nearest to `word`; empty when none is within a third of the word's length (at least 2).
std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates);

/// " (did you mean 'x'?)", or nothing when no candidate is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

/// "a, b, c" for messages that list what was expected.
std::string join(const std::vector<std::string>& words, std::string_view separator = ", ");

}  // namespace presil
