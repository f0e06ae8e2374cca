// list.cpp -- `presil list`: what there is to choose from.
#include <nlohmann/json.hpp>

#include "sim/base/names.h"
#include "sim/cli/commands.h"
#include "sim/cli/parse.h"
#include "sim/cli/terminal.h"
#include "sim/report/csv.h"
#include "sim/report/format.h"
#include "sim/report/record.h"
#include "sim/report/result.h"
#include "sim/run/run.h"

namespace presil::cli {

namespace {

struct ListOptions {
  std::string kind, format;
};

void declare_list(CLI::App& command, ListOptions& o) {
  const std::vector<std::string> kinds = run::catalogue_kinds();
  command.add_option("KIND", o.kind, join(kinds))->required()->check(one_of(kinds));
  add_format(command, o.format, {"text", "json", "csv"});
}

// As many aliases as leave room for the summary; json and csv have them all.
nlohmann::ordered_json shortened(nlohmann::ordered_json all) {
  for (nlohmann::ordered_json& row : all) {
    std::vector<std::string> aliases = row.value("aliases", std::vector<std::string>{});
    row["aliases"] = report::shortened(join(aliases), 36);
  }
  return all;
}

ExitStatus perform_list(const ListOptions& o) {
  const nlohmann::ordered_json all = run::catalogue(o.kind);
  if (o.format == "json")
    print(report::document_text(all));
  else if (o.format == "csv")
    print(report::list_csv(all));
  else if (all.empty())
    note("presil has no " + o.kind + " yet");
  else
    print(report::list_text(shortened(all), {"name", "aliases", "summary"}, output_style()));
  return ExitStatus::ok;
}

}  // namespace

void add_list(CLI::App& app, Action& action) {
  add_command<ListOptions>(
      app, "list", "List the chips, models, memories, links and other things presil knows",
      "\nExamples:\n  presil list chips\n  presil list models --format json", action, declare_list, perform_list);
}

}  // namespace presil::cli
