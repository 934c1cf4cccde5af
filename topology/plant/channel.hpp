// SPDX-License-Identifier: Apache-2.0
// A channel: what light passes from the plug face at transmitter A to the plug face at receiver B, and what it loses.
//
//   loss = attenuation * length + mated pairs + splices + other (circuit switch, tap, splitter)
// The two connections into the transceivers belong to the modules' specification and are not counted: one cord between two
// modules has no connection loss. Three sums are made, because they answer different questions:
//   worst        every part at its limit; certify against this one
//   statistical  sum of means + 2 * sqrt(sum of sigma^2) over connections and splices, fibre at its limit; for n equal ones
//                n * mu + 2 * sqrt(n) * sigma
//   typical      means and typical attenuation: what a light source and power meter should find
// Source: ISO/IEC 14763-3 and TIA-568.3 channels (general knowledge), figures in data/fibres.csv and data/connections.csv.
// Units: thousandths of a decibel; each sum is rounded once. Invariants: a channel begins and ends with a fibre piece, and
// between two pieces stands exactly one mated pair, splice or other loss (`check_channel` of polarity.hpp tells where not).
// LIMITATIONS: modal noise and reflections count only through the limits; a mated pair of unequal grades has the loss of the
// worse; a mechanical splice has one grade; SC, CS, SN and MDC lose what LC loses.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/quantity.hpp"
#include "core/result.hpp"
#include "topology/catalogue.hpp"
#include "topology/plant/plug.hpp"

namespace eastwest {

/// Of MPO: aligned keys (key up to key up, TIA type B) reverse the positions, opposed keys (up to down, type A) leave them.
/// A duplex adapter (LC) leaves them always: crossing is said of the cords and trunks.
enum class AdapterOrientation : std::uint8_t { aligned, opposed };

struct FibrePiece {
  std::string fibre;  // id in data/fibres.csv
  Length length;
  FibrePolarity polarity = FibrePolarity::none;
  Plug near;  // at the side of transmitter A
  Plug far;
};
struct MatedPair {
  AdapterOrientation adapter = AdapterOrientation::opposed;
};
struct Splice {
  bool mechanical = false;
  ConnectorGrade grade = ConnectorGrade::standard;
  std::uint32_t count = 1;
};
/// A circuit switch, tap or splitter, its own connections included; it stands between two pieces as a splice does.
struct OtherLoss {
  std::string name;
  Loss worst;
  Loss typical;
};
using ChannelElement = std::variant<FibrePiece, MatedPair, Splice, OtherLoss>;

struct Channel {
  std::vector<ChannelElement> elements;
};

struct LossItem {
  std::string what;  // "MPO mated pair, low loss"
  Loss worst;
  Loss typical;
  const Origin* origin = nullptr;  // of the row in the catalogue; null for `OtherLoss`
  std::string_view column;         // that the worst value stands in
};

struct InsertionLoss {
  std::vector<LossItem> items;  // in the order of the channel
  Loss worst;
  Loss statistical;
  Loss typical;
  Length length;  // of glass
  std::uint32_t connections = 0;
  std::uint32_t splices = 0;
  std::string medium;              // "mmf" or "smf"; "mixed" when both occur
  std::vector<std::string> reach;  // kinds of reach that hold along the channel: "om3", "om4", ...
};

/// The family of a connector in data/connections.csv: "MPO-12" is "MPO", "LC-duplex" and "SN" are "LC"; "" when unknown.
std::string_view connector_family(std::string_view connector);

/// `wavelength_nm` 0: the shortest that every fibre lists. The error names an element that the catalogue does not know.
Result<InsertionLoss> insertion_loss(const Channel& channel, std::uint32_t wavelength_nm, const Catalogue& catalogue);
/// Propagation along the glass, by the group index at the wavelength.
Result<Duration> propagation(const Channel& channel, std::uint32_t wavelength_nm, const Catalogue& catalogue);
/// n * mu + 2 * sqrt(n) * sigma, in dB.
double statistical_loss_db(std::uint32_t connections, double mean_db, double sigma_db);

}  // namespace eastwest
