// SPDX-License-Identifier: Apache-2.0
// Loss tests and OTDR events in eastwest's canonical form, or in an instrument's own columns through a mapping.
//
//   cable_id,fibre,direction,wavelength_nm,length_m,loss_db,limit_db,margin_db,orl_db,result,limit_name,instrument,serial,operator,tested_at
//   cable_id,fibre,direction,wavelength_nm,event,type,distance_m,loss_db,reflectance_db,segment_db_per_km,cumulative_db
// and `far_fibre`, the position at end B where the light of `fibre` was seen. Margin = limit - loss. Exports of instruments differ by product
// and version, hence the mapping. LIMITATIONS: two wavelengths are two rows; native files of instruments are not read.
#include <cmath>

#include "analysis/hardware/field_table.hpp"
#include "analysis/hardware/field_text.hpp"
#include "analysis/hardware/readers.hpp"

namespace eastwest {

namespace {

constexpr std::uint32_t kFibresMost = 6912;  // the largest cables made

const ColumnMapping* mapping_for(std::string_view text, const EvidenceContext& context) {
  const std::vector<std::string> fields = header_fields(text);
  if (has_field(fields, {"cable_id"}) && has_field(fields, {"loss"})) return nullptr;  // canonical
  for (const ColumnMapping& mapping : context.mappings)
    if (FieldTable::fits(text, mapping)) return &mapping;
  return nullptr;
}

std::optional<double> wavelength(FieldTable& table, std::size_t row) {
  auto value = table.real(row, {"wavelength"}, 0.1, 2000);
  if (value && *value < 2) *value *= 1000;  // "1.31": written in um
  return value;
}

void read_losses(FieldTable& table, const EvidenceOrigin& origin, InputErrors& errors, Evidence& evidence) {
  if (!(table.require({"cable_id"}) & table.require({"loss"}))) return;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    LossReading reading;
    reading.at = {origin.file, table.line(row)};
    reading.cable = table.text(row, {"cable_id"});
    reading.fibre = table.count(row, {"fibre", "fiber"}, kFibresMost);
    reading.far_fibre = table.count(row, {"far_fibre", "far_fiber"}, kFibresMost);
    const std::string_view direction = table.text(row, {"direction"});
    reading.direction = test_direction(direction);
    if (!direction.empty() && reading.direction == TestDirection::unknown)
      errors.warning(table.line(row), 1, "`direction` is " + quote_input(direction), "write AB or BA; it is taken as not told");
    reading.wavelength_nm = wavelength(table, row);
    reading.length = table.length(row, {"length"});
    reading.loss = table.loss(row, {"loss"});
    reading.limit = table.loss(row, {"limit"});
    reading.margin = table.loss(row, {"margin"});
    reading.optical_return_loss = table.loss(row, {"orl"});
    const std::string result = lower_case(table.text(row, {"result"}));
    reading.passed = spoken_truth(result);
    if (!reading.passed && (result == "p" || result.starts_with("pass"))) reading.passed = true;  // "Pass*"
    if (!reading.passed && (result == "f" || result.starts_with("fail") || result == "x" || result == "bad"))
      reading.passed = false;  // "F", "FAIL*", "Fail (margin)"
    if (!reading.passed && !result.empty())
      errors.error(table.line(row), 1, "`result` is " + quote_input(table.text(row, {"result"})), "write PASS or FAIL, or nothing");
    reading.instrument = table.text(row, {"instrument"});
    reading.tested_at = table.text(row, {"tested_at"});
    if (reading.cable.empty()) {
      errors.error(table.line(row), 1, "the test names no cable", "fill in `cable_id`, as it stands on the label");
      continue;
    }
    if (reading.limit && reading.loss && reading.margin &&
        std::abs(reading.limit->mdb - reading.loss->mdb - reading.margin->mdb) > 15)  // 0.01 dB of rounding at each of them
      errors.warning(table.line(row), 1, "the margin of " + quote_input(reading.cable) + " is not its limit less its loss",
                     "the loss counts");
    evidence.losses.push_back(std::move(reading));
  }
}

void read_events(FieldTable& table, const EvidenceOrigin& origin, InputErrors& errors, Evidence& evidence) {
  if (!(table.require({"cable_id"}) & table.require({"event"}) & table.require({"distance"}))) return;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    OtdrEvent event;
    event.at = {origin.file, table.line(row)};
    event.cable = table.text(row, {"cable_id"});
    event.fibre = table.count(row, {"fibre", "fiber"}, kFibresMost);
    event.direction = test_direction(table.text(row, {"direction"}));
    event.wavelength_nm = wavelength(table, row);
    event.number = table.count(row, {"event"}, 1'000'000).value_or(0);
    event.type = lower_case(table.text(row, {"type"}));
    event.distance = table.length(row, {"distance"});
    event.loss = table.loss(row, {"loss"});
    event.reflectance_db = table.real(row, {"reflectance"}, -200, 200);
    event.segment_db_per_km = table.real(row, {"segment_db_per_km"}, -1000, 100'000);
    event.cumulative = table.loss(row, {"cumulative"});
    if (event.cable.empty()) {
      errors.error(table.line(row), 1, "the event names no cable", "fill in `cable_id`, as it stands on the label");
      continue;
    }
    evidence.events.push_back(std::move(event));
  }
}

}  // namespace

void read_loss_tests(std::string_view text, const EvidenceOrigin& origin, const EvidenceContext& context, InputErrors& errors,
                     Evidence& evidence) {
  const ColumnMapping* mapping = mapping_for(text, context);
  FieldTable table = mapping != nullptr ? FieldTable(text, *mapping, errors) : FieldTable(text, errors);
  if (table.has({"event"}) && table.has({"distance"})) return read_events(table, origin, errors, evidence);
  read_losses(table, origin, errors, evidence);
}

void read_otdr_events(std::string_view text, const EvidenceOrigin& origin, const EvidenceContext& context, InputErrors& errors,
                      Evidence& evidence) {
  read_loss_tests(text, origin, context, errors, evidence);
}

}  // namespace eastwest
