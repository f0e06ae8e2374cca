// claim.h -- a statement about hardware as a file: what to run, what to compute from it, and what that says.
//
//   id: hbm-decides
//   document: B
//   claim: Inference of huge models is decided by HBM.
//   simulated: Llama 3 8B on H100 with half of its HBM bandwidth, and with half of its tensor cores.
//   runs:
//     base: {experiment: ../llama3_8b_on_h100.yaml}
//     slow: {experiment: ../llama3_8b_on_h100.yaml, set: {chip.memory.stacks: 3}}
//     gemm: {bench: gemm, set: {device: h100_sxm, n: 4096, k: 4096}, over: {m: [1, 4096]}}   # runs gemm.1 and gemm.4096
//   figures:                                      # in order; may use the ones above
//     slower: {is: base.tokens_per_s / slow.tokens_per_s, text: tokens per second lost to half of the bandwidth}
//   verdicts:                                     # the first whose condition holds
//     - {when: slower > 1.5, verdict: holds, because: "half of the bandwidth costs a factor {slower}"}
//     - {verdict: refuted, because: "bandwidth matters little: {slower}"}
//
// A claim that today's models cannot speak to has `open`, a sentence that says what is missing, instead of runs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sim/base/expression.h"
#include "sim/config/node.h"

namespace presil::claims {

struct Run {
  std::string name;
  std::filesystem::path experiment;  ///< empty: a bench
  std::string bench;                 ///< benches() of bench.h
  std::vector<std::string> overrides;
  config::Mark mark;
};

struct FigureRule {
  std::string name, text;
  Expression is;
  config::Mark mark;
};

struct VerdictRule {
  std::optional<Expression> when;  ///< nothing: always
  std::string verdict, because;
  config::Mark mark;
};

struct Claim {
  std::string file, id, document, claim, simulated;
  std::string open;  ///< what is missing; empty: it is judged
  std::vector<Run> runs;
  std::vector<FigureRule> figures;
  std::vector<VerdictRule> verdicts;
};

/// Throws InputError with file:line:column.
Claim read_claim(const std::filesystem::path& file);

/// Every *.yaml of a folder, in order of ids' files. Throws InputError: no folder, no claims, an id twice.
std::vector<Claim> read_claims(const std::filesystem::path& folder);

/// JSON Schema of a claim file.
nlohmann::ordered_json claim_schema();

}  // namespace presil::claims
