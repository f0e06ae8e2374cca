// reader.h -- fills configuration structs from a document, with provenance, and says kindly what is wrong.
#pragma once

#include <string>
#include <vector>

#include "sim/config/node.h"
#include "sim/config/visitor.h"

namespace presil::config {

/// One value of a configuration and where it comes from; `presil describe` prints these.
struct Provenance {
  std::string path;    ///< "memory.stacks"
  std::string value;   ///< as written, or the default printed in its usual unit
  std::string source;  ///< the nearest `source` around the value, "[assumed] default of presil" for a default
  std::string where;   ///< file:line:column; empty for a default
};

/// Reads `value` from a mapping. Collects every problem in the document, then throws one InputError whose message
/// lists them all (at most 20), each as "file:line:column: what was found; what was expected (did you mean ...)".
/// Any scalar or table may be written as {value: ..., source: "..."}; every mapping may hold a `source`, which
/// applies to the values inside it that have none of their own.
template <class Struct>
void read(const Node& node, Struct& value, std::vector<Provenance>* provenance = nullptr) {
  void read_object(const Node&, const std::function<void(Visitor&)>&, std::vector<Provenance>*);
  read_object(node, [&value](Visitor& v) { value.describe(v); }, provenance);
}

}  // namespace presil::config
