// SPDX-License-Identifier: Apache-2.0
// Verification: a design against evidence, as a list of findings, the worst first.
//
// Everything is matched by name: devices as the site names them (case and a domain behind them do not matter), interfaces as the site's naming
// rule (`plant.switch_port`, `plant.nic_port`) or in one of the usual forms, see port_names.hpp. What no evidence speaks of is not judged: a device
// without a list of neighbours has no missing cables. One cause is one finding: two exchanged cables are a swap, not four errors.
// Thresholds (fiber-plant practice, LIMITS below): loss 0.3 dB above the model, ends 0.2 dB apart, length 5 % or 3 m off, light 3 dB off or a
// lane 1.5 dB from its siblings. LIMITATIONS: power levels read by modules are good to 3 dB and certify nothing; counters are one sample.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/hardware/evidence.hpp"
#include "analysis/hardware/finding.hpp"
#include "analysis/hardware/part_table.hpp"
#include "analysis/tested_loss.hpp"
#include "core/result.hpp"
#include "topology/catalogue.hpp"
#include "topology/fabric.hpp"
#include "topology/plant/plant.hpp"
#include "topology/plant/plant_settings.hpp"

namespace eastwest {

namespace limits {
inline constexpr Loss kLossAboveModel{300};
inline constexpr Loss kLossBetweenEnds{200};
inline constexpr Loss kEventLoss{750};  // of one mated pair, standard grade
inline constexpr double kLengthShare = 0.05;
inline constexpr Length kLengthOff{3'000};
inline constexpr Length kLengthSmallest{500};  // below it test sets do not agree with each other
inline constexpr double kLightOffDb = 3;
inline constexpr double kLaneOffDb = 1.5;
}  // namespace limits

/// What the design expects of one thing that is tested: a whole link, or one piece of it.
struct TestExpectation {
  std::string name;                  // of the link, or id of the piece
  std::uint32_t cable = kNone;       // of the fabric; kNone: a trunk
  std::vector<TestedWavelength> at;  // typical and worst by wavelength; empty: no glass
  Loss channel_worst;                // between the faces of the modules
  Loss plugs;                        // typical, of end plugs that a test counts and a budget does not
  Loss limit;                        // of the optics; 0: unknown, or a piece
  Length length;
  std::vector<std::uint32_t> positions;     // at end A, from 1, that carry light
  std::vector<std::uint32_t> far_position;  // of position i + 1, from 1; empty: not provable
  /// At the wavelength nearest to it, or at the first; both 0 without glass.
  [[nodiscard]] Loss typical(std::optional<double> wavelength_nm = {}) const;
  [[nodiscard]] Loss worst(std::optional<double> wavelength_nm = {}) const;
  /// Between the faces of the modules.
  [[nodiscard]] Loss typical_channel() const { return {typical().mdb - plugs.mdb}; }
};

struct VerificationDesign {
  const Fabric& fabric;
  const Plant& plant;
  const Catalogue& catalogue;
  const PartTable& parts;
  std::vector<TestExpectation> tests;  // links first, in the order of Fabric::cables, then pieces of other names
};

/// How many of the design's things were looked at, and how many of them were as planned.
struct VerificationCount {
  std::string what;  // "cables", "modules"
  std::uint64_t planned = 0;
  std::uint64_t seen = 0;
  std::uint64_t matched = 0;
};

/// What is plugged where, as far as it was seen; for the site as built.
struct FoundCable {
  bool missing = false;
  bool up = false;  // its ends were seen to talk to each other
  PortId a;         // that it is plugged into; as planned when nothing else was seen
  PortId b;
  std::string medium;  // of a part that does not do here what was planned; "" none
  std::optional<Loss> loss;
  std::optional<double> pre_fec_ber;
  std::optional<BitRate> rate;
};
struct ExtraCable {
  PortId a;
  PortId b;
};
struct AsFound {
  std::vector<FoundCable> cables;  // by cable of the fabric
  std::vector<ExtraCable> extra;
};

struct Verification {
  std::vector<HardwareFinding> findings;  // worst first
  std::vector<VerificationCount> counts;
  std::vector<EvidenceFile> files;
  AsFound found;
  [[nodiscard]] std::size_t count(FindingSeverity severity) const;
  [[nodiscard]] bool passed() const { return count(FindingSeverity::failed) == 0; }
};

/// What every link and piece should show on a test set. The error names what the catalogue does not know.
Result<std::vector<TestExpectation>> test_expectations(const Plant& plant, const Fabric& fabric, const Catalogue& catalogue,
                                                       const PlantSettings& settings);

Verification verify(const VerificationDesign& design, const Evidence& evidence);

/// For people: what was looked at, then a table of findings with sentence and remedy.
std::string verification_text(const Verification& verification);
/// One JSON object.
std::string verification_json(const Verification& verification);

}  // namespace eastwest
