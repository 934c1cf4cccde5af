// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/hardware/verification.hpp"

namespace eastwest {

namespace {

using Json = nlohmann::ordered_json;

Json finding_json(const HardwareFinding& finding, const Verification& verification) {
  Json json{{"severity", to_string(finding.severity)},
            {"kind", to_string(finding.kind)},
            {"item", finding.item},
            {"others", finding.others},
            {"sentence", finding.sentence},
            {"remedy", finding.remedy}};
  json["figures"] = Json::array();
  for (const FindingFigure& one : finding.figures)
    json["figures"].push_back({{"name", one.name}, {"value", one.value}, {"unit", one.unit}});
  json["seen"] = Json::array();
  for (const EvidenceLine& one : finding.seen)
    if (one.file < verification.files.size()) json["seen"].push_back({{"file", verification.files[one.file].path}, {"line", one.line}});
  return json;
}

}  // namespace

std::string verification_json(const Verification& verification) {
  Json json;
  json["passed"] = verification.passed();
  json["failed"] = verification.count(FindingSeverity::failed);
  json["warnings"] = verification.count(FindingSeverity::warning);
  json["notes"] = verification.count(FindingSeverity::note);
  json["files"] = Json::array();
  for (const EvidenceFile& file : verification.files)
    json["files"].push_back({{"path", file.path}, {"format", file.format}, {"device", file.device}, {"records", file.records}});
  json["counts"] = Json::array();
  for (const VerificationCount& count : verification.counts)
    json["counts"].push_back({{"what", count.what}, {"planned", count.planned}, {"seen", count.seen}, {"as_planned", count.matched}});
  json["findings"] = Json::array();
  for (const HardwareFinding& finding : verification.findings) json["findings"].push_back(finding_json(finding, verification));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace eastwest
