// SPDX-License-Identifier: Apache-2.0
// What the running link says: speed and width, bit errors before the decoder, bursts in the FEC histogram, light per lane.
//
// Expected light at a receiver is what the other end's module says that it sends, less the typical loss of the channel. Errors: the limit is the
// optic's pre-FEC bit error rate; a tenth of it is a warning. Bursts: topology/plant/forward_error_correction.hpp.
#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/hardware/checks.hpp"
#include "analysis/hardware/substitution.hpp"
#include "topology/plant/forward_error_correction.hpp"

namespace eastwest {

namespace {

constexpr double kErrorsWarning = 0.1;  // of the limit

std::string power_text(double dbm) { return std::isinf(dbm) ? std::string("no light") : fixed_decibels(dbm) + " dBm"; }

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

class SignalCheck {
 public:
  explicit SignalCheck(VerificationWork& work) : work_(work), modules_(work.fabric().ports.size()) {}

  void run() {
    for (const NeighbourReading& one : work_.evidence.neighbours)
      if (one.rate || one.width) speed(one.device, one.interface, one.rate, one.width, one.at);
    for (const SpeedReading& one : work_.evidence.speeds) {
      if (one.up == false) down(one);
      else speed(one.device, one.interface, one.rate, one.lanes, one.at);
    }
    if (!rates_seen_.empty())
      work_.result.counts.push_back({"links, by speed", planned(), rates_seen_.size(), rates_seen_.size() - slow_.size()});
    for (const ErrorReading& one : work_.evidence.errors) errors(one);
    if (!errors_seen_.empty())
      work_.result.counts.push_back({"links, by bit errors", planned(), errors_seen_.size(), errors_seen_.size() - noisy_.size()});
    light();
  }

 private:
  [[nodiscard]] std::uint64_t planned() const { return work_.fabric().cables.size(); }

  void speed(const std::string& device, const std::string& interface, std::optional<BitRate> rate, std::optional<std::uint32_t> lanes,
             const EvidenceLine& at) {
    const PortId port = work_.port_of(device, interface, at);
    const CableId id = port.exists() ? work_.names.cable(port) : CableId{};
    if (!id.exists()) return;
    rates_seen_.insert(id);
    const BitRate planned = work_.rate(id);
    const OpticModel* optic = work_.optic(id);
    const bool slow = rate && *rate < planned;
    const std::uint32_t planned_lanes = optic == nullptr ? 0 : optic_end(*optic).lanes;
    const bool narrow = lanes && planned_lanes > 0 && *lanes < planned_lanes && optic->lane_gigabaud >= 50;
    if ((!slow && !narrow) || !slow_.insert(id).second) return;
    HardwareFinding finding{narrow ? FindingKind::wrong_width : FindingKind::wrong_speed,
                            FindingSeverity::failed,
                            work_.cable(id).name,
                            {work_.names.name(port)},
                            {},
                            {},
                            {},
                            {at}};
    if (rate) finding.figures.push_back(figure("rate", static_cast<double>(rate->bits_per_second) / 1e9, "Gb/s"));
    finding.figures.push_back(figure("planned", static_cast<double>(planned.bits_per_second) / 1e9, "Gb/s"));
    finding.sentence = work_.names.name(port) + " runs at " + (rate ? to_readable(*rate) : "an unknown rate") +
                       (lanes ? " on " + std::to_string(*lanes) + " lanes" : std::string()) + ", planned " + to_readable(planned) +
                       (planned_lanes > 0 ? " on " + std::to_string(planned_lanes) : std::string());
    finding.remedy = "a lane may be dirty or dark, a module too slow, or the port configured for another rate";
    work_.found(id).rate = rate;
    work_.tell(std::move(finding));
  }

  /// A port that says that it has no link. A cable that is not there explains it.
  void down(const SpeedReading& one) {
    const PortId port = work_.port_of(one.device, one.interface, one.at);
    const CableId id = port.exists() ? work_.names.cable(port) : CableId{};
    if (!id.exists()) return;
    rates_seen_.insert(id);
    if (work_.found(id).missing || !slow_.insert(id).second) return;
    HardwareFinding finding{
        FindingKind::link_down, FindingSeverity::failed, work_.cable(id).name, {work_.names.name(port)}, {}, {}, {}, {one.at}};
    finding.sentence =
        work_.names.name(port) + " has no link" + (work_.found(id).up ? ", though a neighbour was seen there at another time" : "");
    finding.remedy = "is the port enabled at both ends? then clean, reseat and look at the light of both modules";
    if (!work_.found(id).up) work_.found(id).missing = true;  // the site as found has it not
    work_.tell(std::move(finding));
  }

  void errors(const ErrorReading& one) {
    const PortId port = work_.port_of(one.device, one.interface, one.at);
    const CableId id = port.exists() ? work_.names.cable(port) : CableId{};
    const OpticModel* optic = id.exists() ? work_.optic(id) : nullptr;
    if (optic == nullptr || work_.found(id).missing) return;
    errors_seen_.insert(id);
    const Result<FecReading> code = read_fec(optic->fec);
    const bool coded = std::any_of(one.encodings.begin(), one.encodings.end(), [](const std::string& word) {
      return word.find("RS") != std::string::npos || word.find("rs") != std::string::npos || word.find("Auto") != std::string::npos;
    });
    if (code && code->code != FecCode::none && !one.encodings.empty() && !coded && noisy_.insert(id).second) {
      HardwareFinding finding = at(id, port, one, FindingKind::bit_errors, FindingSeverity::failed);
      finding.sentence = work_.names.name(port) + " runs with the code " + quote_input(one.encodings.front()) + ", and " + optic->name +
                         " needs " + optic->fec;
      finding.remedy = "set it at both ends (`ethtool --set-fec IF encoding rs`)";
      work_.tell(std::move(finding));
    }
    std::optional<double> ber = one.pre_fec_ber;
    if (code && code->code != FecCode::none && !one.histogram.empty()) {
      std::vector<HistogramBin> bins;
      for (const FecBin& bin : one.histogram) bins.push_back({bin.low, bin.high, bin.count});
      const BurstVerdict verdict = judge_bursts(code->code, bins);
      if (verdict.codewords > 0 && !ber) ber = verdict.ber;
      if (verdict.bursty) bursts(id, port, one, verdict);
    }
    if (ber) rate_of_errors(id, port, one, *optic, *ber);
    if (one.uncorrectable_blocks.value_or(0) == 0 || !lossy_.insert(port).second) return;
    if (!noisy_.insert(id).second) {
      // What was told of the link already stands; frames that were lost belong to it.
      for (HardwareFinding& known : work_.result.findings)
        if (known.item == work_.cable(id).name && (known.kind == FindingKind::bursty_link || known.kind == FindingKind::bit_errors)) {
          known.figures.push_back(figure("uncorrectable codewords", static_cast<double>(*one.uncorrectable_blocks), ""));
          known.sentence += "; " + work_.names.name(port) + " counts " + std::to_string(*one.uncorrectable_blocks) +
                            " codewords that could not be corrected, each a lost frame";
          known.seen.push_back(one.at);
        }
    } else {
      HardwareFinding finding = at(id, port, one, FindingKind::bit_errors, FindingSeverity::warning);
      finding.figures = {figure("uncorrectable codewords", static_cast<double>(*one.uncorrectable_blocks), "")};
      finding.sentence =
          work_.names.name(port) + " counts " + std::to_string(*one.uncorrectable_blocks) + " codewords that could not be corrected";
      finding.remedy = "clear the counters and look again: each of them is a lost frame";
      work_.tell(std::move(finding));
    }
  }

  [[nodiscard]] HardwareFinding at(CableId id, PortId port, const ErrorReading& one, FindingKind kind, FindingSeverity severity) const {
    return {kind, severity, work_.cable(id).name, {work_.names.name(port)}, {}, {}, {}, {one.at}};
  }

  void bursts(CableId id, PortId port, const ErrorReading& one, const BurstVerdict& verdict) {
    if (!bursty_.insert(id).second) return;
    noisy_.insert(id);
    HardwareFinding finding = at(id, port, one, FindingKind::bursty_link, FindingSeverity::failed);
    finding.figures = {figure("share with 8 and more symbol errors", verdict.measured_share, ""),
                       figure("expected", verdict.expected_share, ""), figure("pre-FEC BER", verdict.ber, "")};
    finding.sentence = work_.names.name(port) + ": " + scientific(verdict.measured_share) +
                       " of the codewords have 8 or more symbol errors, independent errors give " + scientific(verdict.expected_share) +
                       ": errors come in bursts";
    finding.remedy = "turn precoding on where both ends can, or reseat; do not extrapolate frame loss from its BER";
    work_.tell(std::move(finding));
  }

  void rate_of_errors(CableId id, PortId port, const ErrorReading& one, const OpticModel& optic, double ber) {
    FoundCable& found = work_.found(id);
    found.pre_fec_ber = std::max(found.pre_fec_ber.value_or(0), ber);
    if (optic.pre_fec_ber <= 0 || ber <= optic.pre_fec_ber * kErrorsWarning || bursty_.contains(id) || !noisy_.insert(id).second) return;
    const bool failed = ber > optic.pre_fec_ber;
    HardwareFinding finding = at(id, port, one, FindingKind::bit_errors, failed ? FindingSeverity::failed : FindingSeverity::warning);
    finding.figures = {figure("pre-FEC BER", ber, ""), figure("limit", optic.pre_fec_ber, "")};
    finding.sentence = work_.names.name(port) + " has a pre-FEC bit error rate of " + scientific(ber) + ", " + optic.name + " allows " +
                       scientific(optic.pre_fec_ber) + (optic.origin.verifies("pre_fec_ber") ? "" : " (catalogue value, unverified)");
    finding.remedy = "clean both ends and measure the loss; the margin to frame loss is nearly gone";
    work_.tell(std::move(finding));
  }

  /// Lanes of `port` in the readings of its module.
  [[nodiscard]] std::vector<double> lanes_of(PortId port, const std::vector<double>& all, const OpticModel& optic) const {
    const std::uint32_t lanes = optic_end(optic).lanes;
    if (lanes == 0 || all.size() <= lanes) return all;
    const std::size_t half = port.value - work_.names.cage(port).value;
    if ((half + 1) * lanes > all.size()) return {};
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(half * lanes);
    return {first, first + lanes};
  }

  /// Whether a reading has lanes beyond those of its own port: one of four lanes says nothing of the other port of the cage.
  [[nodiscard]] bool speaks_for_all(const ModuleReading& one, PortId port) const {
    const CableId id = work_.names.cable(port);
    const OpticModel* optic = id.exists() ? work_.optic(id) : nullptr;
    return optic == nullptr || std::max(one.receive_dbm.size(), one.transmit_dbm.size()) > optic_end(*optic).lanes;
  }

  void light() {
    for (const ModuleReading& one : work_.evidence.modules) {
      const PortId port = work_.names.port(one.device, one.interface);
      if (!port.exists() || !work_.names.is_planned(port)) continue;
      // A reading of the cage is one of both its ports; of two readings the one of the port itself counts.
      const PortId cage = work_.names.cage(port);
      const NodeId node = work_.fabric().ports[port.index()].node;
      for (std::uint32_t i = 0; i < work_.names.ports_per_cage(node); ++i) {
        const std::uint32_t p = cage.value + i;
        if (PortId{p} != port && !speaks_for_all(one, port)) continue;
        if (p < modules_.size() && work_.fabric().ports[p].node == node && (modules_[p] == nullptr || PortId{p} == port))
          modules_[p] = &one;
      }
    }
    std::uint64_t seen = 0;
    std::uint64_t good = 0;
    for (std::uint32_t p = 0; p < modules_.size(); ++p) {
      const CableId id = work_.names.cable(PortId{p});
      if (modules_[p] == nullptr || !id.exists() || work_.found(id).missing || modules_[p]->receive_dbm.empty()) continue;
      const OpticModel* optic = work_.optic(id);
      // Light of a cable that is plugged elsewhere is judged when it is plugged right.
      if (optic == nullptr || (work_.found(id).a != PortId{p} && work_.found(id).b != PortId{p})) continue;
      ++seen;
      good += receiver(PortId{p}, id, *optic) ? 1 : 0;
    }
    if (seen > 0) work_.result.counts.push_back({"receivers, by light", planned() * 2, seen, good});
  }

  /// Whether the light that `port` receives is as expected.
  bool receiver(PortId port, CableId id, const OpticModel& optic) {
    const ModuleReading& module = *modules_[port.index()];
    const std::vector<double> lanes = lanes_of(port, module.receive_dbm, optic);
    if (lanes.empty()) return true;
    const double middle = median(lanes);
    const auto [low, high] = std::minmax_element(lanes.begin(), lanes.end());
    const auto lane = [&](auto at) { return std::to_string(at - lanes.begin() + 1); };
    HardwareFinding finding{
        FindingKind::light_level, FindingSeverity::warning, work_.cable(id).name, {work_.names.name(port)}, {}, {}, {}, {module.at}};
    if (std::isinf(middle)) {
      finding.severity = FindingSeverity::failed;
      finding.sentence = work_.names.name(port) + " receives no light";
      finding.remedy = "look at the transmitter at the other end, then at polarity and at the cable";
    } else if (std::isinf(*low) || middle - *low > limits::kLaneOffDb || *high - middle > limits::kLaneOffDb) {
      const bool weak = std::isinf(*low) || middle - *low >= *high - middle;
      const double off = weak ? *low : *high;
      finding.severity = std::isinf(off) ? FindingSeverity::failed : FindingSeverity::warning;
      finding.sentence = work_.names.name(port) + ": lane " + (weak ? lane(low) : lane(high)) + " receives " + power_text(off) +
                         ", its siblings " + power_text(middle);
      finding.remedy = "clean that fibre of the plug; a dirty position of an MPO hits one lane";
      finding.figures = {figure("lane", std::isinf(off) ? -99 : off, "dBm"), figure("siblings", middle, "dBm")};
    } else {
      const auto sent = transmitted(work_.names.peer(port), optic);
      if (!sent || module.receive_is_oma) return true;
      const double expected = *sent - work_.design.tests[id.index()].typical_channel().decibels();
      if (std::abs(middle - expected) <= limits::kLightOffDb) return true;
      finding.sentence = work_.names.name(port) + " receives " + power_text(middle) + ", expected " + power_text(expected) + ": " +
                         power_text(*sent) + " sent, less the typical loss";
      finding.remedy = "clean both ends and measure the loss; modules read light to within 3 dB only";
      finding.figures = {figure("received", middle, "dBm"), figure("expected", expected, "dBm")};
    }
    if (quiet_.insert(id).second) work_.tell(std::move(finding));
    return false;
  }

  [[nodiscard]] std::optional<double> transmitted(PortId port, const OpticModel& optic) const {
    if (!port.exists() || modules_[port.index()] == nullptr) return std::nullopt;
    std::vector<double> lanes = lanes_of(port, modules_[port.index()]->transmit_dbm, optic);
    std::erase_if(lanes, [](double dbm) { return std::isinf(dbm); });
    if (lanes.empty()) return std::nullopt;
    return median(lanes);
  }

  VerificationWork& work_;
  std::vector<const ModuleReading*> modules_;  // by port
  std::set<CableId> rates_seen_;
  std::set<CableId> slow_;
  std::set<CableId> errors_seen_;
  std::set<CableId> noisy_;
  std::set<CableId> bursty_;
  std::set<PortId> lossy_;
  std::set<CableId> quiet_;
};

}  // namespace

void check_signals(VerificationWork& work) { SignalCheck(work).run(); }

}  // namespace eastwest
