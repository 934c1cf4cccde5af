// SPDX-License-Identifier: Apache-2.0
// Test support: a delivery of a site as it stands in the hall, the evidence that its devices and test sets would give, and deviations to put into it.
//
// A delivery is made from a design and is then the truth; evidence is written from it alone, so that one deviation shows in every file that
// it touches, as it would in a hall. Part numbers are "EX-" and the optic's id in capitals, with the table that says so.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analysis/hardware/evidence_folder.hpp"
#include "analysis/hardware/port_names.hpp"
#include "analysis/hardware/verification.hpp"
#include "scenarios/site_builder.hpp"

namespace eastwest::tests {

/// A design with everything that a verification asks for.
struct DesignedSite {
  /// `folder`: where the files that the site names stand.
  explicit DesignedSite(const std::string& site_text, const std::string& folder = {});
  Catalogue catalogue = builtin_catalogue();
  PartTable parts;
  BuiltSite site;
  std::vector<TestExpectation> tests;
  [[nodiscard]] VerificationDesign design() const { return {site.fabric, site.plant, catalogue, parts, tests}; }
};

struct DeliveredModule {
  std::string optic;  // id
  std::string serial;
  double power_w = 0;  // 0: the catalogue's
  double sent_dbm = 1;
  bool absent = false;
};

struct DeliveredCable {
  bool missing = false;
  PortId a;
  PortId b;
  double loss_db = 0;           // beside the typical loss, on the day of the test; the plugs were cleaned before modules were read
  double loss_back_db = 0;      // more of it from B to A
  double light_off_db = 0;      // at the receiver of b
  std::int32_t weak_lane = -1;  // of that receiver
  std::uint32_t untested = 0;   // fibres
  bool blank = false;           // the rows of its test wait to be filled in
  bool failed = false;          // by the test set, whatever it lost
  std::int64_t longer_mm = 0;   // than planned, glass
  double cable_length_m = 0;    // that a cable with fixed ends says; 0: as ordered
  bool crossed = false;         // straight where it should reverse
  double ber = 1e-8;
  bool bursty = false;
  std::uint64_t rate = 0;  // bit/s; 0: as planned
  std::uint32_t lanes = 0;
};

struct DeliveredTrunk {
  double loss_db = 0;  // of its last fibre, beside the typical loss
  std::uint32_t untested = 0;
};

struct Delivery {
  std::vector<DeliveredCable> cables;         // by cable of the design
  std::map<PortId, DeliveredModule> modules;  // by first port of the cage
  std::vector<std::pair<PortId, PortId>> extra;
  std::map<std::string, DeliveredTrunk> trunks;  // and cords of structured links, by id; others are as designed
  std::map<PortId, PortId> stale;                // port whose list of neighbours is old: whom it names
};

/// As designed.
Delivery clean_delivery(const DesignedSite& site);
/// Lists of neighbours, modules, counters and speeds of every device, loss tests of every fibre, part numbers.
std::vector<EvidenceText> evidence_of(const DesignedSite& site, const Delivery& delivery);

/// What the program says of the files, which it reads without a remark.
Verification verified(const DesignedSite& site, const std::vector<EvidenceText>& files);

struct PackingLine {
  std::string part_number;
  std::int64_t quantity = 0;
  Length length;  // 0: none
  bool cable = false;
  std::string parts_row;  // of the table of parts; "" where it is known already
};
struct PackingList {
  std::vector<PackingLine> lines;
};
/// All that the design needs: a module for each cage, every piece of cable by its order length.
PackingList packing_list(const DesignedSite& site);
std::vector<EvidenceText> packing_files(const PackingList& list);

struct Deviation {
  FindingKind kind = FindingKind::missing;
  std::string item;  // that the finding names, or one of its others
  std::string what;
};
/// Puts `count` deviations of all kinds into `delivery`, each on things that no other one touches.
std::vector<Deviation> deviate(const DesignedSite& site, Delivery& delivery, std::uint64_t seed, std::size_t count);

}  // namespace eastwest::tests
