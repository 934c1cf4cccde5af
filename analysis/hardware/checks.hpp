// SPDX-License-Identifier: Apache-2.0
// The checks that a verification is made of, and what they share while it is made.
//
// Order matters: cabling first, since a cable that is not there explains dark modules and missing counters.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "analysis/hardware/port_names.hpp"
#include "analysis/hardware/verification.hpp"

namespace eastwest {

class VerificationWork {
 public:
  VerificationWork(const VerificationDesign& design, const Evidence& evidence, Verification& result);

  [[nodiscard]] const Fabric& fabric() const { return design.fabric; }
  [[nodiscard]] const Cable& cable(CableId id) const { return design.fabric.cables[id.index()]; }
  [[nodiscard]] BitRate rate(CableId id) const;
  [[nodiscard]] const OpticModel* optic(CableId id) const { return design.catalogue.find_optic(cable(id).medium); }
  [[nodiscard]] FoundCable& found(CableId id) { return result.found.cables[id.index()]; }
  /// "C0001 (server-00:rail0 - leaf-0:swp1)".
  [[nodiscard]] std::string cable_text(CableId id) const;
  /// The port that a record means; a device or interface of no known name is told once per device.
  PortId port_of(const std::string& device, const std::string& interface, const EvidenceLine& at);
  /// What is planned for a tested cable; a cable of no known name is told once.
  const TestExpectation* test_of(const std::string& cable, const EvidenceLine& at);
  void tell(HardwareFinding finding) { result.findings.push_back(std::move(finding)); }

  const VerificationDesign& design;
  const Evidence& evidence;
  const PortNames names;
  Verification& result;

 private:
  std::map<std::string, const TestExpectation*> tests_;  // by name in small letters
  std::set<std::string> unknown_tests_;
  std::map<std::string, std::size_t, std::less<>> unknown_;  // finding of each unknown device or naming rule
};

void check_cabling(VerificationWork& work);   // neighbours and point-to-point lists
void check_modules(VerificationWork& work);   // parts in cages, power, lengths of cables with fixed ends
void check_signals(VerificationWork& work);   // speed, width, bit errors, bursts, light
void check_tests(VerificationWork& work);     // loss tests
void check_traces(VerificationWork& work);    // events of an OTDR
void check_delivery(VerificationWork& work);  // packing lists against the bill of materials

FindingFigure figure(std::string name, double value, std::string unit);
/// "0.81" and "2.4e-04".
std::string fixed_decibels(double value);
std::string scientific(double value);

}  // namespace eastwest
