// SPDX-License-Identifier: Apache-2.0
#include "analysis/hardware/part_table.hpp"

#include <algorithm>

#include "analysis/hardware/field_table.hpp"
#include "analysis/hardware/field_text.hpp"
#include "analysis/hardware/substitution.hpp"
#include "core/check.hpp"

namespace eastwest {

namespace embedded {
extern const std::string_view part_numbers_csv;
}

namespace {

std::string plain(std::string_view part_number) {
  std::string text;
  for (const char c : lower_case(part_number))
    if (c != ' ') text += c;
  return text;
}

}  // namespace

void PartTable::read(std::string_view text, InputErrors& errors) {
  FieldTable table(text, errors);
  if (!(table.require({"part_number"}) & table.require({"optic"}))) return;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    Part part;
    part.part_number = table.text(row, {"part_number"});
    const std::string kind = lower_case(table.text(row, {"kind"}));
    part.cable = kind == "cable";
    part.optic = table.text(row, {"optic"});
    part.ends = table.count(row, {"ends"}, 8).value_or(1);
    part.fibre = lower_case(table.text(row, {"fibre", "fiber"}));
    part.connector = table.text(row, {"connector"});
    part.fibres = table.count(row, {"fibres", "fibers"}, 6912).value_or(0);
    part.length = table.length(row, {"length"});
    part.reach = table.length(row, {"reach"}).value_or(Length{});
    part.source = table.text(row, {"source"});
    if (part.part_number.empty()) errors.error(table.line(row), 1, "the row has no part number", "fill it in");
    else if (!kind.empty() && kind != "cable" && kind != "module")
      errors.error(table.line(row), 1, "`kind` is " + quote_input(kind), "a part is a `module` or a `cable`");
    else if (part.optic.empty() && (!part.cable || part.fibre.empty()))
      errors.error(table.line(row), 1, quote_input(part.part_number) + " names no optic",
                   "a module has an `optic`, a cord or trunk a `fibre`");
    else parts_.push_back(std::move(part));
  }
}

const Part* PartTable::find(std::string_view part_number) const {
  const std::string wanted = plain(part_number);
  const Part* best = nullptr;
  std::size_t best_length = 0;
  if (wanted.empty()) return nullptr;
  for (const Part& part : parts_) {
    const std::string own = plain(part.part_number);
    if (own == wanted) {
      best = &part;
      best_length = std::string::npos;
    } else if (own.ends_with('*') && best_length != std::string::npos && own.size() >= best_length &&
               wanted.starts_with(std::string_view(own).substr(0, own.size() - 1))) {
      best = &part;
      best_length = own.size();
    }
  }
  return best;
}

void PartTable::add(const OpticModel& optic) {
  Part part;
  part.part_number = optic.id;
  part.cable = optic.connector == "integral";
  part.optic = optic.id;
  part.ends = optic_ports(optic);
  part.source = "data/optics.csv";
  parts_.push_back(part);
  if (!part.cable) return;
  part.part_number += "-*";  // "aec-400g-7m"
  parts_.push_back(std::move(part));
}

void read_part_table(std::string_view text, const EvidenceOrigin&, const EvidenceContext&, InputErrors& errors, Evidence& evidence) {
  evidence.parts.read(text, errors);
}

bool is_part_table(std::string_view text) {
  const auto fields = header_fields(text);
  return has_field(fields, {"part_number"}) && has_field(fields, {"optic"});
}

PartTable builtin_parts() {
  PartTable table;
  Diagnostics diagnostics;
  InputErrors errors("part_numbers.csv", embedded::part_numbers_csv, diagnostics);
  table.read(embedded::part_numbers_csv, errors);
  EASTWEST_CHECK(!errors.any(), "the table of part numbers that is built in can be read");
  const Catalogue catalogue = builtin_catalogue();
  for (const OpticModel& optic : catalogue.optics()) table.add(optic);
  return table;
}

}  // namespace eastwest
