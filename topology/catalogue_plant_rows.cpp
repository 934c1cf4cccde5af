// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "topology/catalogue_table.hpp"

namespace eastwest {

void read_row(TableReader& reader, FibreModel& entry) {
  static constexpr std::string_view kMedia[] = {"mmf", "smf"};
  static constexpr std::string_view kReaches[] = {"om3", "om4", "om5", "os2"};
  entry.name = reader.required("name");
  entry.medium = std::string(kMedia[reader.choice("medium", kMedia)]);
  entry.reach = std::string(kReaches[reader.choice("reach", kReaches)]);
  entry.jacket_colours = reader.list("jacket_colours");
  entry.bend_radius = {reader.quantity("bend_radius", Dimension::length, false)};
  const std::vector<std::uint32_t> wavelengths = reader.counts("wavelength_nm");
  const std::vector<double> most = reader.reals("attenuation_max_db_per_km");
  const std::vector<double> typical = reader.reals("attenuation_typical_db_per_km");
  const std::vector<double> index = reader.reals("group_index");
  if (wavelengths.empty()) reader.fail_cell("wavelength_nm", "the cell is empty");
  if (most.size() != wavelengths.size() || typical.size() != wavelengths.size() || index.size() != wavelengths.size()) {
    reader.fail_cell("wavelength_nm", "attenuation_max, attenuation_typical and group_index need one number for each wavelength");
    return;
  }
  for (std::size_t i = 0; i < wavelengths.size(); ++i) {
    if (i > 0 && wavelengths[i] <= wavelengths[i - 1]) reader.fail_cell("wavelength_nm", "the wavelengths do not ascend");
    entry.windows.push_back({wavelengths[i], most[i], typical[i], index[i]});
  }
}

void read_row(TableReader& reader, ConnectionModel& entry) {
  static constexpr std::string_view kElements[] = {"mated_pair", "fusion_splice", "mechanical_splice"};
  static constexpr std::string_view kMedia[] = {"", "mmf", "smf"};
  static constexpr std::string_view kGrades[] = {"standard", "low_loss"};
  entry.element = std::string(kElements[reader.choice("element", kElements)]);
  entry.connector = reader.text("connector");
  entry.medium = std::string(kMedia[reader.choice("medium", kMedia)]);
  entry.grade = std::string(kGrades[reader.choice("grade", kGrades)]);
  entry.loss_max = {reader.quantity("loss_max", Dimension::loss)};
  entry.loss_mean = {reader.quantity("loss_mean", Dimension::loss)};
  entry.loss_sigma = {reader.quantity("loss_sigma", Dimension::loss)};
  entry.reflectance_max_db = reader.signed_real("reflectance_max_db").value_or(0);
}

void read_row(TableReader& reader, CableConstruction& entry) {
  static constexpr std::string_view kTypes[] = {"cord", "trunk", "dac", "acc", "aec", "aoc"};
  entry.name = reader.required("name");
  entry.type = std::string(kTypes[reader.choice("type", kTypes)]);
  entry.fibres = reader.count("fibres");
  entry.diameter_mm = reader.real("diameter_mm");
  entry.weight_kg_per_km = reader.real("weight_kg_per_km", false);
  entry.bend_radius_installed = {reader.quantity("bend_radius_installed", Dimension::length)};
  entry.bend_radius_pulling = {reader.quantity("bend_radius_pulling", Dimension::length)};
  entry.optics = reader.list("optics");
  entry.length_max = {reader.quantity("length_max", Dimension::length, false)};
}

void read_row(TableReader& reader, PathwayModel& entry) {
  entry.kind = reader.required("kind");
  entry.cables_from = reader.count("cables_from");
  entry.fill_max = reader.real("fill_max");
  const double initial = reader.real("fill_initial", false);
  const double absolute = reader.real("fill_absolute", false);
  entry.fill_initial = initial > 0 ? initial : entry.fill_max;
  entry.fill_absolute = absolute > 0 ? absolute : entry.fill_max;
  entry.pile_max = {reader.quantity("pile_max", Dimension::length, false)};
  if (entry.fill_initial > entry.fill_max || entry.fill_max > entry.fill_absolute || entry.fill_absolute > 1)
    reader.fail_cell("fill_max", "the shares are not initial <= max <= absolute <= 1");
}

}  // namespace eastwest
