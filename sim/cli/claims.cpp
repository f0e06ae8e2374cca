// claims.cpp -- `presil claims`: statements about hardware, put to the test.
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "sim/base/names.h"
#include "sim/claims/judge.h"
#include "sim/cli/commands.h"
#include "sim/cli/files.h"
#include "sim/cli/parse.h"
#include "sim/cli/terminal.h"
#include "sim/report/table.h"
#include "sim/run/run.h"

namespace presil::cli {

namespace {

struct ClaimsOptions {
  std::string folder, out;
  std::vector<std::string> only;
  std::uint64_t jobs{0};
};

void declare_claims(CLI::App& command, ClaimsOptions& o) {
  command.add_option("FOLDER", o.folder, "Claim files (default: configs/experiments/claims)");
  command.add_option("--only", o.only, "Judge this claim alone; may be repeated; writes no page")->allow_extra_args(false)->type_name("ID");
  command.add_option("--out", o.out, "Where the page goes (default: docs/claims.md)")->type_name("FILE.md");
  command.add_option("--jobs", o.jobs, "Runs simulated at once (default: one for each core)")->check(positive_integer())->check(CLI::Range(1, 1024).description(""))->type_name("N");
}

void keep_only(const std::vector<std::string>& ids, std::vector<claims::Claim>& all) {
  if (ids.empty()) return;
  std::vector<std::string> known;
  for (const claims::Claim& claim : all) known.push_back(claim.id);
  for (const std::string& id : ids)
    if (std::find(known.begin(), known.end(), id) == known.end())
      throw UsageError(fmt::format("there is no claim '{}'{}", id, did_you_mean(id, known)));
  std::erase_if(all, [&](const claims::Claim& claim) { return std::find(ids.begin(), ids.end(), claim.id) == ids.end(); });
}

ExitStatus perform_claims(const ClaimsOptions& o) {
  std::vector<claims::Claim> all = claims::read_claims(o.folder.empty() ? run::home() / "configs/experiments/claims" : std::filesystem::path(o.folder));
  keep_only(o.only, all);
  const std::size_t jobs = o.jobs ? o.jobs : std::max(1u, std::thread::hardware_concurrency());
  const std::vector<claims::Judgement> judgements =
      claims::judge(all, jobs, [](std::size_t done, std::size_t runs) { show_progress(fmt::format("{} of {} runs", done, runs)); });
  clear_progress();
  if (o.only.empty() || !o.out.empty())
    write_atomically(o.out.empty() ? run::home() / "docs/claims.md" : std::filesystem::path(o.out), claims::claims_page(judgements));
  report::Table table({{"claim"}, {"document"}, {"verdict"}, {"because"}});
  for (const claims::Judgement& j : judgements) table.add({j.claim->id, j.claim->document, j.verdict, j.because});
  print(table.render(output_style()));
  return ExitStatus::ok;
}

}  // namespace

void add_claims(CLI::App& app, Action& action) {
  add_command<ClaimsOptions>(app, "claims", "Put published statements about hardware to the test",
                       "\nExamples:\n  presil claims                       all of them; writes docs/claims.md\n"
                       "  presil claims --only hbm-decides",
                       action, declare_claims, perform_claims);
}

}  // namespace presil::cli
