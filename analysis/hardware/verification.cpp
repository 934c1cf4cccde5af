// SPDX-License-Identifier: Apache-2.0
#include "analysis/hardware/verification.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "analysis/hardware/checks.hpp"
#include "analysis/hardware/field_text.hpp"
#include "analysis/text_table.hpp"

namespace eastwest {

namespace {

constexpr std::array<std::string_view, kFindingKinds> kKinds = {
    "missing",        "extra",        "miswired_rail",  "swapped_ports", "ends_disagree", "wrong_part",  "link_down",
    "wrong_speed",    "wrong_width",  "wrong_fibre",    "wrong_reach",   "wrong_length",  "excess_loss", "marginal_loss",
    "missing_fibres", "no_result",    "wrong_polarity", "light_level",   "bit_errors",    "bursty_link", "power_class",
    "fault",          "unknown_part", "unknown_name",   "substitute",    "unreadable"};
constexpr std::size_t kShown = 20;       // findings of one kind in the text
constexpr std::size_t kPlacesShown = 2;  // of one finding
constexpr std::array<std::string_view, 3> kSeverities = {"failed", "warning", "note"};

}  // namespace

std::string_view to_string(FindingSeverity severity) { return kSeverities[static_cast<std::size_t>(severity)]; }
std::string_view to_string(FindingKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }
std::string readable(FindingKind kind) {
  std::string text(to_string(kind));
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

FindingFigure figure(std::string name, double value, std::string unit) { return {std::move(name), value, std::move(unit)}; }
std::string fixed_decibels(double value) { return fixed(value, 2); }
std::string scientific(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1e", value);
  return text;
}

VerificationWork::VerificationWork(const VerificationDesign& the_design, const Evidence& the_evidence, Verification& the_result)
    : design(the_design), evidence(the_evidence), names(the_design.fabric, the_design.plant, the_design.catalogue), result(the_result) {
  for (const Cable& one : design.fabric.cables) {
    FoundCable found;
    found.a = one.a;
    found.b = one.b;
    result.found.cables.push_back(std::move(found));
  }
}

const TestExpectation* VerificationWork::test_of(const std::string& cable, const EvidenceLine& at) {
  if (tests_.empty())
    for (const TestExpectation& one : design.tests) tests_.emplace(lower_case(one.name), &one);
  if (const auto found = tests_.find(lower_case(cable)); found != tests_.end()) return found->second;
  if (!unknown_tests_.insert(cable).second) return nullptr;
  std::vector<std::string> known;
  for (const auto& [lower, one] : tests_) known.push_back(one->name);
  const std::string near = nearest_name(cable, known);
  HardwareFinding finding{FindingKind::unknown_name, FindingSeverity::warning, cable, {}, {}, {}, {}, {at}};
  finding.sentence = "a test names the cable " + quote_input(cable) + ", which is not in the design";
  finding.remedy = near.empty() ? "write ids as they stand in the cable schedule" : "did you mean `" + near + "`?";
  tell(std::move(finding));
  return nullptr;
}

BitRate VerificationWork::rate(CableId id) const {
  const LinkId out = design.fabric.ports[cable(id).a.index()].out;
  return out.exists() ? design.fabric.links[out.index()].rate : BitRate{};
}

std::string VerificationWork::cable_text(CableId id) const {
  return cable(id).name + " (" + names.name(cable(id).a) + " - " + names.name(cable(id).b) + ")";
}

PortId VerificationWork::port_of(const std::string& device, const std::string& interface, const EvidenceLine& at) {
  const NodeId node = names.node(device);
  const PortId port = names.port(node, interface);
  if (port.exists() || device.empty()) return port;
  if (const std::uint32_t had = names.exceeded(node, interface); had > 0) {
    const std::string name = design.fabric.nodes[node.index()].name + ":" + interface;
    if (!unknown_.try_emplace(lower_case(name), result.findings.size()).second) return {};
    HardwareFinding finding{FindingKind::unknown_name, FindingSeverity::warning, name, {}, {}, {}, {}, {at}};
    finding.sentence =
        "the switch has " + std::to_string(had) + " ports, " + quote_input(interface) + " is none of them; such records are left out";
    finding.remedy = "the file may be of another device; look at its name and at the model of the switch in the design";
    tell(std::move(finding));
    return {};
  }
  // Once per device, not once per port.
  const auto [known, fresh] = unknown_.try_emplace(lower_case(device), result.findings.size());
  if (!fresh) return {};
  HardwareFinding finding{FindingKind::unknown_name, FindingSeverity::note, device, {}, {}, {}, {}, {at}};
  if (node.exists()) {
    finding.sentence = "the design has no port " + quote_input(interface) + " at " + design.fabric.nodes[node.index()].name +
                       "; such records are left out";
    finding.remedy = "ports of management need nothing; else tell how ports are named with `plant.switch_port` and `plant.nic_port`";
  } else {
    const std::string near = nearest_name(device, names.devices());
    finding.severity = FindingSeverity::warning;
    finding.sentence = "the design has no device " + quote_input(device) + "; records of it are left out";
    finding.remedy = near.empty() ? "name it as in the design, or leave its files out" : "did you mean `" + near + "`?";
  }
  tell(std::move(finding));
  return {};
}

std::size_t Verification::count(FindingSeverity severity) const {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(), [&](const HardwareFinding& one) { return one.severity == severity; }));
}

Verification verify(const VerificationDesign& design, const Evidence& evidence) {
  Verification result;
  result.files = evidence.files;
  VerificationWork work(design, evidence, result);
  check_cabling(work);
  check_modules(work);
  check_signals(work);
  check_tests(work);
  check_traces(work);
  check_delivery(work);
  std::stable_sort(result.findings.begin(), result.findings.end(), [](const HardwareFinding& a, const HardwareFinding& b) {
    if (a.severity != b.severity) return a.severity < b.severity;
    if (a.kind != b.kind) return a.kind < b.kind;
    return a.item < b.item;
  });
  return result;
}

std::string verification_text(const Verification& verification) {
  std::string text;
  if (!verification.counts.empty()) {
    TextTable counts({{"Looked at", TextTable::Align::left},
                      {"planned", TextTable::Align::right},
                      {"seen", TextTable::Align::right},
                      {"as planned", TextTable::Align::right}});
    for (const VerificationCount& one : verification.counts)
      counts.add_row({one.what, std::to_string(one.planned), std::to_string(one.seen), std::to_string(one.matched)});
    text += counts.print() + "\n";
  }
  std::size_t alike = 0;  // findings of one kind stand together
  for (std::size_t f = 0; f < verification.findings.size(); ++f) {
    const HardwareFinding& one = verification.findings[f];
    const auto same = [&](std::size_t other) {
      return verification.findings[other].kind == one.kind && verification.findings[other].severity == one.severity;
    };
    alike = f > 0 && same(f - 1) ? alike + 1 : 0;
    if (alike >= kShown) {
      if (f + 1 == verification.findings.size() || !same(f + 1))
        text += "... and " + std::to_string(alike + 1 - kShown) + " more: " + readable(one.kind) + " (--json has them all)\n";
      continue;
    }
    text += std::string(to_string(one.severity)) + ": " + readable(one.kind) + ": " + one.item + "\n    " + one.sentence + "\n";
    if (!one.remedy.empty()) text += "    remedy: " + one.remedy + "\n";
    std::vector<std::string> places;
    for (const EvidenceLine& at : one.seen) {
      if (at.file >= verification.files.size() || places.size() == kPlacesShown) continue;
      std::string place = verification.files[at.file].path + (at.line > 0 ? ":" + std::to_string(at.line) : "");
      if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(std::move(place));
    }
    for (std::size_t i = 0; i < places.size(); ++i) text += (i == 0 ? "    seen in " : ", ") + places[i];
    if (!places.empty()) text += "\n";
  }
  const std::size_t failed = verification.count(FindingSeverity::failed);
  const std::size_t warnings = verification.count(FindingSeverity::warning);
  const std::size_t notes = verification.count(FindingSeverity::note);
  if (!verification.findings.empty()) text += "\n";
  text += std::to_string(failed) + " failed, " + std::to_string(warnings) + (warnings == 1 ? " warning, " : " warnings, ") +
          std::to_string(notes) + (notes == 1 ? " note" : " notes") + "\n";
  return text;
}

}  // namespace eastwest
