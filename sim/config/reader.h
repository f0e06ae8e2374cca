// reader.h -- fills configuration structs from a document, with provenance, and says kindly what is wrong.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/config/node.h"
#include "sim/config/visitor.h"

namespace presil::config {

/// One value of a configuration and where it comes from; `presil describe` prints these.
struct Provenance {
  std::string path;    ///< "memory.stacks"
  std::string value;   ///< as written, or the default printed in its usual unit
  std::string source;  ///< the nearest `source` around the value in its own file, "[assumed] default of presil" for a
                       ///< default, "[assumed] set on the command line" for --set; empty when its file gives none
  std::string where;   ///< file:line:column; empty for a default
};

inline constexpr const char* kDefaultSource = "[assumed] default of presil";
inline constexpr const char* kCommandLineSource = "[assumed] set on the command line";

/// The work of read(), for any set of fields.
void read_object(const Node& node, const std::function<void(Visitor&)>& describe, std::vector<Provenance>* provenance);

/// Reads `value` from a mapping. Collects every problem in the document, then throws one InputError whose message
/// lists them all (at most 20), each as "file:line:column: what was found; what was expected (did you mean ...)".
/// Any scalar, table or list may be written as {value: ..., source: "..."}; every mapping may hold a `source`, which
/// applies to the values inside it that have none of their own. A table or list that is given replaces the default
/// whole. Rules (Visitor::check) of a mapping are only judged when everything in it was read without a problem.
template <class Struct>
void read(const Node& node, Struct& value, std::vector<Provenance>* provenance = nullptr) {
  read_object(node, [&value](Visitor& v) { value.describe(v); }, provenance);
}

}  // namespace presil::config
