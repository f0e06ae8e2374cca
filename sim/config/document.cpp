// document.cpp -- a Markdown table of the fields of a configuration (see schema.h).
#include <cmath>
#include <cstdint>
#include <span>

#include <fmt/format.h>

#include "sim/base/names.h"
#include "sim/config/range_text.h"
#include "sim/config/schema.h"

namespace presil::config {

namespace {

constexpr int kMaxNesting = 16;  // structs may hold lists of themselves

std::string cell(const std::string& text) {
  std::string safe;
  for (const char c : text) safe += c == '|' ? std::string("\\|") : std::string(1, c == '\n' ? ' ' : c);
  return safe;
}

std::string code(const std::string& text) { return text.empty() ? "" : fmt::format("`{}`", text); }

class DocumentWriter final : public Visitor {
 public:
  DocumentWriter(std::string& out, std::string prefix, int nesting)
      : out_(out), prefix_(std::move(prefix)), nesting_(nesting) {}

  void check(bool, const char*, const std::string&) override {}

 private:
  void row(const Field& field, const std::string& type, const std::string& fallback,
           const std::string& range) {
    const std::string shown = field.presence == required ? "required" : code(fallback);
    out_ += fmt::format("| `{}{}` | {} | {} | {} | {} |\n", prefix_, field.key, cell(type), cell(shown),
                        cell(range), cell(field.doc));
  }
  void number(const Field& field, double& value, Measure measure, Range range) override {
    const std::string type = measure == Measure::none
                                 ? "number"
                                 : fmt::format("{} ({})", measure_name(measure), join(unit_names(measure)));
    row(field, type, std::isfinite(value) ? format_quantity(value, measure) : "unlimited",
        detail::bounds_text(range, measure));
  }
  void whole(const Field& field, std::int64_t& value, std::int64_t min, std::int64_t max) override {
    row(field, "whole number", std::to_string(value), detail::whole_bounds_text(min, max));
  }
  void boolean(const Field& field, bool& value) override {
    row(field, "true or false", value ? "true" : "false", "");
  }
  void string(const Field& field, std::string& value) override { row(field, "text", value, ""); }
  void strings(const Field& field, std::vector<std::string>& value) override {
    row(field, "list of texts", fmt::format("[{}]", join(value)), "");
  }
  void one_of(const Field& field, std::size_t& index, std::span<const std::string_view> names) override {
    row(field, "choice", index < names.size() ? std::string(names[index]) : "",
        join({names.begin(), names.end()}));
  }
  void nested(const Field& field, const std::function<void(Visitor&)>& describe) override {
    row(field, "mapping", "", "");
    if (nesting_ >= kMaxNesting) return;
    DocumentWriter child(out_, fmt::format("{}{}.", prefix_, field.key), nesting_ + 1);
    describe(child);
  }
  void numbers_by_name(const Field& field, std::span<double> values, std::span<const std::string_view> names,
                       Range range) override {
    std::vector<std::string> given;
    for (std::size_t i = 0; i < names.size() && i < values.size(); ++i)
      if (values[i] != 0)
        given.push_back(fmt::format("{}: {}", names[i], format_quantity(values[i], Measure::none)));
    const std::string bounds = detail::bounds_text(range, Measure::none);
    row(field, fmt::format("numbers by name ({})", join({names.begin(), names.end()})),
        fmt::format("{{{}}}", join(given)), bounds);
  }
  /// The keys of every kind, each under a line that names it when there are several.
  void by_kind(const Field& field, const char*, std::size_t& index, std::span<const std::string_view> names,
               const std::function<void(Visitor&, std::size_t)>& describe) override {
    one_of(field, index, names);
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names.size() > 1)
        out_ += fmt::format("| **`{}{}: {}`** | | | | the keys of this kind |\n", prefix_, field.key, names[i]);
      describe(*this, i);
    }
  }
  void sequence(const Field& field, std::size_t size, const std::function<void(std::size_t)>& resize,
                const std::function<void(Visitor&, std::size_t)>& describe) override {
    row(field, "list of mappings", size == 0 ? "[]" : fmt::format("{} entries", size), "");
    if (nesting_ >= kMaxNesting) return;
    resize(size + 1);  // a fresh entry, to see its defaults
    DocumentWriter child(out_, fmt::format("{}{}[].", prefix_, field.key), nesting_ + 1);
    describe(child, size);
    resize(size);
  }

  std::string& out_;
  std::string prefix_;
  int nesting_;
};

}  // namespace

std::string document(const std::function<void(Visitor&)>& describe) {
  std::string out = "| key | type | default | range | meaning |\n|---|---|---|---|---|\n";
  DocumentWriter writer(out, "", 0);
  describe(writer);
  return out;
}

}  // namespace presil::config
