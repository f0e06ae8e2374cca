// describe.cpp -- `presil describe`: what a configuration says, and where every value of it comes from.
#include <nlohmann/json.hpp>

#include "sim/cli/commands.h"
#include "sim/cli/parse.h"
#include "sim/cli/terminal.h"
#include "sim/report/format.h"
#include "sim/report/record.h"
#include "sim/report/result.h"
#include "sim/run/run.h"

namespace presil::cli {

namespace {

constexpr const char* kDescribeExamples = R"(
Every value with its source: [datasheet], [paper], [fit] or [assumed], and where it is written.

Examples:
  presil describe mine.yaml
  presil describe NAME                     a name of `presil list chips`, models, memories, technologies
  presil describe NAME --format json)";

struct DescribeOptions {
  std::string config, format;
};

void declare_describe(CLI::App& command, DescribeOptions& o) {
  command.add_option("CONFIG", o.config, "A configuration: a file, or a name of `presil list`")->required();
  add_format(command, o.format, {"text", "json"});
}

ExitStatus perform_describe(const DescribeOptions& o) {
  const nlohmann::ordered_json description = run::describe(o.config);
  if (o.format == "json") {
    print(report::document_text(description));
    return ExitStatus::ok;
  }
  const report::Style style = output_style();
  const auto text_of = [&](const char* key) { return report::clean(description.at(key).get<std::string>()); };
  std::string text = style.bold(text_of("name")) + " (" + text_of("kind") + ")\n";
  if (!description.at("sections").empty())
    text += "\n" + report::sections_text(description["sections"], style);
  if (!description.at("provenance").empty())
    text += "\n" + style.bold("Values and their sources") + "\n" +
            report::list_text(description["provenance"], {"path", "value", "source"}, style);
  print(text);
  return ExitStatus::ok;
}

}  // namespace

void add_describe(CLI::App& app, Action& action) {
  add_command<DescribeOptions>(app, "describe", "Show a configuration, and where every value of it comes from",
                       kDescribeExamples, action, declare_describe, perform_describe);
}

}  // namespace presil::cli
