// predict.cpp -- implementation of predict.h.
#include "sim/validate/predict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <map>
#include <new>
#include <optional>

#include "sim/base/error.h"
#include "sim/report/csv.h"
#include "sim/report/format.h"
#include "sim/sweep/pool.h"

namespace presil::validate {

namespace {

// Rows of one chip.
struct Piece {
  const Device* device;
  std::vector<std::size_t> samples;
};

// Why a row need not be tried; nothing when it can be.
std::string fault_of(const Registry& registry, const Device& device, const Sample& sample) {
  if (!sample.fault.empty()) return sample.fault;
  if (!device.fault.empty()) return device.fault;
  if (registry.predicts(device.kind, kind_of(sample.data))) return "";
  return fmt::format("presil does not predict {} on a chip of kind '{}' yet", kind_of(sample.data),
                     device.kind);
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return report::shortened(report::clean(text), 300);
}

Prediction checked(const Prediction& prediction) {
  if (!prediction.fault.empty() || (std::isfinite(prediction.value) && prediction.value > 0))
    return prediction;
  return {
      0,
      fmt::format("the prediction is {}, no positive number: this is a defect of presil", prediction.value),
      true};
}

Prediction try_row(const Registry::Chip& chip, const AnyRow& row) {
  try {
    return checked(chip.predict(row));
  } catch (const RunError& error) {
    return {0, one_line(error.what()), true};
  } catch (const Error& error) {
    return {0, one_line(error.what())};
  } catch (const std::bad_alloc&) {
    return {0, "out of memory", true};
  } catch (const std::exception& error) {
    return {0, one_line(std::string("internal error: ") + error.what()), true};
  }
}

// How predictions cross the pipe: a CSV record each.
std::string packed(const Prediction& prediction) {
  return report::csv_record(
      {fmt::format("{}", prediction.value), prediction.fault, prediction.defect ? "1" : "0"});
}

std::string run_piece(const Registry& registry, const Piece& piece, const std::vector<Sample>& samples) {
  std::optional<Registry::Chip> chip;
  std::string problem;
  try {
    chip = registry.open(piece.device->kind, piece.device->document);
  } catch (const std::exception& error) {
    problem = one_line(error.what());
  }
  std::string text;
  for (const std::size_t i : piece.samples)
    text += packed(chip ? try_row(*chip, samples[i].data) : Prediction{0, problem, true});
  return text;
}

void unpack(const Piece& piece, const sweep::Reply& reply, std::vector<Prediction>& predictions) {
  const report::CsvFile file = report::parse_csv(reply.text);
  const std::string reason =
      reply.signal != 0 ? fmt::format("worker ended by signal {} ({})", reply.signal, strsignal(reply.signal))
                        : fmt::format("worker ended early with status {}", reply.status);
  for (std::size_t i = 0; i < piece.samples.size(); ++i) {
    Prediction& prediction = predictions[piece.samples[i]];
    if (i < file.records.size() && file.records[i].size() == 3)
      prediction = {std::strtod(file.records[i][0].c_str(), nullptr), file.records[i][1],
                    file.records[i][2] == "1"};
    else
      prediction = {0, reason, true};
  }
}

}  // namespace

std::vector<Prediction> predict_all(const Registry& registry, Devices& devices,
                                    const std::vector<Sample>& samples, std::size_t jobs,
                                    const std::function<void(std::size_t, std::size_t)>& progress) {
  std::vector<Prediction> predictions(samples.size());
  std::map<std::string, std::size_t> open_piece;  // of a chip, the one that is being filled
  std::vector<Piece> pieces;
  std::size_t done = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Device& device = devices.of(common(samples[i].data));
    predictions[i].fault = fault_of(registry, device, samples[i]);
    if (!predictions[i].fault.empty()) {
      ++done;
      continue;
    }
    const auto found = open_piece.find(device.file);
    if (found == open_piece.end() || pieces[found->second].samples.size() == kRowsPerWorker) {
      open_piece[device.file] = pieces.size();
      pieces.push_back({&device, {}});
    }
    pieces[open_piece[device.file]].samples.push_back(i);
  }
  if (progress) progress(done, samples.size());
  sweep::run_pool(
      0, pieces.size(), jobs, [&](std::size_t piece) { return run_piece(registry, pieces[piece], samples); },
      [&](std::size_t piece, const sweep::Reply& reply) {
        unpack(pieces[piece], reply, predictions);
        done += pieces[piece].samples.size();
        if (progress) progress(done, samples.size());
      });
  return predictions;
}

}  // namespace presil::validate
