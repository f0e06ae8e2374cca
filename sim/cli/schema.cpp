// schema.cpp -- `presil schema`: the JSON Schema of a configuration file, for editors and checkers.
#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/claims/claim.h"
#include "sim/cli/commands.h"
#include "sim/cli/parse.h"
#include "sim/cli/terminal.h"
#include "sim/report/result.h"
#include "sim/run/run.h"
#include "sim/sweep/spec.h"

namespace presil::cli {

namespace {

constexpr const char* kSchemaExamples = R"(
Examples:
  presil schema > experiment.schema.json
  presil schema chip
  presil schema chip --format markdown

An editor with a YAML language server checks while you type when a file starts with
  # yaml-language-server: $schema=experiment.schema.json)";

struct SchemaOptions {
  std::string kind{"experiment"};
  std::string format{"json"};
};

void declare_schema(CLI::App& command, SchemaOptions& o) {
  std::vector<std::string> kinds = run::schema_kinds();
  kinds.insert(kinds.end(), {"sweep", "claim"});
  command.add_option("KIND", o.kind, join(kinds) + "; default: experiment")->check(one_of(kinds));
  command.add_option("--format", o.format, "json (default), or markdown: a table of the fields")
      ->check(one_of({"json", "markdown"}))
      ->type_name("FORMAT");
}

ExitStatus perform_schema(const SchemaOptions& o) {
  if (o.format == "markdown") {
    if (o.kind == "sweep" || o.kind == "claim") throw UsageError("a " + o.kind + " has no table of fields; see docs/commands.md");
    print(run::field_table(o.kind));
    return ExitStatus::ok;
  }
  print(report::document_text(o.kind == "sweep"   ? sweep::spec_schema()
                              : o.kind == "claim" ? claims::claim_schema()
                                                  : run::schema(o.kind)));
  return ExitStatus::ok;
}

}  // namespace

void add_schema(CLI::App& app, Action& action) {
  add_command<SchemaOptions>(app, "schema", "Print the JSON Schema of a kind of configuration file", kSchemaExamples,
                       action, declare_schema, perform_schema);
}

}  // namespace presil::cli
