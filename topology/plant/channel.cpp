// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/channel.hpp"

#include <algorithm>
#include <cmath>

namespace eastwest {
namespace {

constexpr double kLightMillimetresPerPicosecond = 0.299792458;

std::string_view grade_name(ConnectorGrade grade) { return grade == ConnectorGrade::low_loss ? "low_loss" : "standard"; }
std::string_view grade_words(std::string_view grade) { return grade == "low_loss" ? "low loss" : "standard"; }

Loss to_loss(double decibels) { return {std::llround(decibels * 1e3)}; }

/// The sums of a channel before they are rounded, in dB.
struct Sums {
  double worst = 0;
  double fibre_worst = 0;
  double other_worst = 0;
  double typical = 0;
  double mean = 0;
  double variance = 0;
};

std::string fibres_of(const Catalogue& catalogue) {
  std::string list;
  for (const FibreModel& fibre : catalogue.fibres()) list += (list.empty() ? "" : ", ") + fibre.id;
  return list;
}

Result<const FibreModel*> fibre_of(const FibrePiece& piece, const Catalogue& catalogue) {
  const FibreModel* fibre = catalogue.find_fibre(piece.fibre);
  if (fibre == nullptr) return Error{"there is no fibre type `" + piece.fibre + "` in the catalogue", "one of " + fibres_of(catalogue)};
  return fibre;
}

const FibrePiece* neighbour(const Channel& channel, std::size_t at, int step) {
  const std::size_t index = at + static_cast<std::size_t>(step);
  return index < channel.elements.size() ? std::get_if<FibrePiece>(&channel.elements[index]) : nullptr;
}

void add_connection(const ConnectionModel& row, std::string what, std::uint32_t count, Sums& sums, InsertionLoss& out) {
  const auto n = static_cast<double>(count);
  sums.worst += n * row.loss_max.decibels();
  sums.typical += n * row.loss_mean.decibels();
  sums.mean += n * row.loss_mean.decibels();
  sums.variance += n * row.loss_sigma.decibels() * row.loss_sigma.decibels();
  if (count > 1) what = std::to_string(count) + " x " + what;
  out.items.push_back({std::move(what), {row.loss_max.mdb * count}, {row.loss_mean.mdb * count}, &row.origin, "loss_max"});
}

Status add_fibre(const FibrePiece& piece, std::uint32_t wavelength_nm, const Catalogue& catalogue, Sums& sums, InsertionLoss& out) {
  const Result<const FibreModel*> found = fibre_of(piece, catalogue);
  if (!found) return found.error();
  const FibreModel& fibre = **found;
  const FibreWindow& window = fibre.window(wavelength_nm);
  const double kilometres = piece.length.metres() * 1e-3;
  const double worst = window.attenuation_max_db_per_km * kilometres;
  const double typical = window.attenuation_typical_db_per_km * kilometres;
  sums.worst += worst;
  sums.fibre_worst += worst;
  sums.typical += typical;
  out.length += piece.length;
  if (out.medium.empty()) out.medium = fibre.medium;
  else if (out.medium != fibre.medium) out.medium = "mixed";
  if (std::find(out.reach.begin(), out.reach.end(), fibre.reach) == out.reach.end()) out.reach.push_back(fibre.reach);
  out.items.push_back({to_readable(piece.length) + " of " + fibre.id + " at " + std::to_string(window.wavelength_nm) + " nm",
                       to_loss(worst), to_loss(typical), &fibre.origin, "attenuation_max_db_per_km"});
  return Done{};
}

Status add_mated_pair(const Channel& channel, std::size_t at, const Catalogue& catalogue, Sums& sums, InsertionLoss& out) {
  const FibrePiece* before = neighbour(channel, at, -1);
  const FibrePiece* after = neighbour(channel, at, 1);
  if (before == nullptr || after == nullptr)
    return Error{"a mated pair does not stand between two pieces of fibre", "a cord or trunk on both sides of every adapter"};
  const Plug& left = before->far;
  const Plug& right = after->near;
  const std::string_view family = connector_family(left.connector);
  if (family.empty() || family != connector_family(right.connector))
    return Error{"connectors `" + left.connector + "` and `" + right.connector + "` do not mate, so that their loss is not known",
                 "the same kind of connector on both sides of an adapter"};
  const bool low_loss = left.grade == ConnectorGrade::low_loss && right.grade == ConnectorGrade::low_loss;
  const std::string_view grade = grade_name(low_loss ? ConnectorGrade::low_loss : ConnectorGrade::standard);
  const Result<const FibreModel*> fibre = fibre_of(*before, catalogue);
  if (!fibre) return fibre.error();
  const ConnectionModel* row = catalogue.find_connection("mated_pair", family, (*fibre)->medium, grade);
  if (row == nullptr)
    return Error{"the catalogue has no loss for a mated pair of `" + std::string(family) + "`", "a row in connections.csv"};
  add_connection(*row, std::string(family) + " mated pair, " + std::string(grade_words(grade)), 1, sums, out);
  ++out.connections;
  return Done{};
}

Status add_splice(const Splice& splice, const Catalogue& catalogue, Sums& sums, InsertionLoss& out) {
  const std::string_view element = splice.mechanical ? "mechanical_splice" : "fusion_splice";
  const ConnectionModel* row = catalogue.find_connection(element, "", "", grade_name(splice.grade));
  if (row == nullptr) row = catalogue.find_connection(element, "", "", "standard");
  if (row == nullptr) return Error{"the catalogue has no loss for a " + std::string(element), "a row in connections.csv"};
  add_connection(*row, std::string(splice.mechanical ? "mechanical splice, " : "fusion splice, ") + std::string(grade_words(row->grade)),
                 splice.count, sums, out);
  out.splices += splice.count;
  return Done{};
}

}  // namespace

std::string_view connector_family(std::string_view connector) {
  if (connector.starts_with("MPO")) return "MPO";
  for (const std::string_view small : {"LC", "SC", "CS", "SN", "MDC"})
    if (connector.starts_with(small)) return "LC";
  return {};
}

Result<InsertionLoss> insertion_loss(const Channel& channel, std::uint32_t wavelength_nm, const Catalogue& catalogue) {
  InsertionLoss out;
  Sums sums;
  for (std::size_t at = 0; at < channel.elements.size(); ++at) {
    const ChannelElement& element = channel.elements[at];
    Status status = Done{};
    if (const auto* piece = std::get_if<FibrePiece>(&element)) status = add_fibre(*piece, wavelength_nm, catalogue, sums, out);
    else if (std::holds_alternative<MatedPair>(element)) status = add_mated_pair(channel, at, catalogue, sums, out);
    else if (const auto* splice = std::get_if<Splice>(&element)) status = add_splice(*splice, catalogue, sums, out);
    else if (const auto* other = std::get_if<OtherLoss>(&element)) {
      sums.worst += other->worst.decibels();
      sums.other_worst += other->worst.decibels();
      sums.typical += other->typical.decibels();
      out.items.push_back({other->name, other->worst, other->typical, nullptr, {}});
    }
    if (!status) return status.error();
  }
  out.worst = to_loss(sums.worst);
  out.typical = to_loss(sums.typical);
  out.statistical = to_loss(sums.fibre_worst + sums.other_worst + sums.mean + 2 * std::sqrt(sums.variance));
  return out;
}

Result<Duration> propagation(const Channel& channel, std::uint32_t wavelength_nm, const Catalogue& catalogue) {
  double picoseconds = 0;
  for (const ChannelElement& element : channel.elements) {
    const auto* piece = std::get_if<FibrePiece>(&element);
    if (piece == nullptr) continue;
    const Result<const FibreModel*> fibre = fibre_of(*piece, catalogue);
    if (!fibre) return fibre.error();
    const double index = (*fibre)->window(wavelength_nm).group_index;
    picoseconds += static_cast<double>(piece->length.mm) * index / kLightMillimetresPerPicosecond;
  }
  return Duration{std::llround(picoseconds)};
}

double statistical_loss_db(std::uint32_t connections, double mean_db, double sigma_db) {
  const auto n = static_cast<double>(connections);
  return n * mean_db + 2 * std::sqrt(n) * sigma_db;
}

}  // namespace eastwest
