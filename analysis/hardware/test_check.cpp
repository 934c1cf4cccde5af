// SPDX-License-Identifier: Apache-2.0
// Loss tests and OTDR events against what the design expects of the link or piece: loss, both directions, every fibre, length, polarity.
#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/hardware/checks.hpp"
#include "analysis/hardware/field_text.hpp"

namespace eastwest {

namespace {

/// All readings of one cable.
struct Tested {
  const TestExpectation* expected = nullptr;
  std::vector<const LossReading*> readings;
};

std::string decibels_text(Loss loss) { return fixed_decibels(loss.decibels()) + " dB"; }

class TestCheck {
 public:
  explicit TestCheck(VerificationWork& work) : work_(work) {
    for (const TestExpectation& one : work.design.tests) expected_.emplace(lower_case(one.name), &one);
  }

  void run() {
    std::map<std::string, Tested> tested;  // in the order of names
    std::set<std::string> unknown;
    for (const LossReading& one : work_.evidence.losses) {
      const auto found = expected_.find(lower_case(one.cable));
      if (found == expected_.end()) {
        if (unknown.insert(one.cable).second) unknown_cable(one.cable, one.at);
        continue;
      }
      Tested& cable = tested[found->second->name];
      cable.expected = found->second;
      cable.readings.push_back(&one);
    }
    std::uint64_t good = 0;
    for (const auto& [name, one] : tested) {
      const std::size_t before = work_.result.findings.size();
      judge(one);
      good += work_.result.findings.size() == before ? 1 : 0;
    }
    if (!tested.empty()) work_.result.counts.push_back({"cables, by loss test", work_.fabric().cables.size(), tested.size(), good});
    for (const OtdrEvent& one : work_.evidence.events) {
      const auto found = expected_.find(lower_case(one.cable));
      if (found != expected_.end()) event(*found->second, one);
      else if (unknown.insert(one.cable).second) unknown_cable(one.cable, one.at);
    }
  }

 private:
  void unknown_cable(const std::string& name, const EvidenceLine& at) {
    std::vector<std::string> known;
    for (const auto& [lower, one] : expected_) known.push_back(one->name);
    const std::string near = nearest_name(name, known);
    HardwareFinding finding{FindingKind::unknown_name, FindingSeverity::warning, name, {}, {}, {}, {}, {at}};
    finding.sentence = "a test names the cable " + quote_input(name) + ", which is not in the design";
    finding.remedy = near.empty() ? "write ids as they stand in the cable schedule" : "did you mean `" + near + "`?";
    work_.tell(std::move(finding));
  }

  [[nodiscard]] static HardwareFinding about(const Tested& one, FindingKind kind, FindingSeverity severity, const LossReading* at) {
    return {kind, severity, one.expected->name, {}, {}, {}, {}, {at == nullptr ? one.readings.front()->at : at->at}};
  }

  static std::string where(const LossReading& one) {
    std::string text = one.fibre ? "fibre " + std::to_string(*one.fibre) : std::string("a fibre");
    if (one.direction == TestDirection::a_to_b) text += " from A to B";
    if (one.direction == TestDirection::b_to_a) text += " from B to A";
    return text;
  }

  void judge(const Tested& one) {
    loss(one);
    fibres(one);
    length(one);
    polarity(one);
  }

  void loss(const Tested& one) {
    const TestExpectation& plan = *one.expected;
    const LossReading* worst = nullptr;
    const LossReading* failed = nullptr;
    for (const LossReading* reading : one.readings) {
      if (reading->loss && (worst == nullptr || *reading->loss > *worst->loss)) worst = reading;
      if (reading->passed == false && failed == nullptr) failed = reading;
    }
    if (worst != nullptr && plan.cable != kNone) work_.found(CableId{plan.cable}).loss = worst->loss;
    if (worst != nullptr && plan.limit.mdb > 0 && *worst->loss > plan.limit) {
      HardwareFinding finding = about(one, FindingKind::excess_loss, FindingSeverity::failed, worst);
      finding.sentence = where(*worst) + " loses " + decibels_text(*worst->loss) + ", the optics allow " + decibels_text(plan.limit);
      finding.remedy = "clean every connector and test again; then look for the worst event with an OTDR";
      figures(finding, *worst->loss, plan);
      return work_.tell(std::move(finding));
    }
    if (worst != nullptr && *worst->loss > plan.typical + limits::kLossAboveModel) {
      HardwareFinding finding = about(one, FindingKind::marginal_loss, FindingSeverity::warning, worst);
      finding.sentence = where(*worst) + " loses " + decibels_text(*worst->loss) + ", the model " + decibels_text(plan.typical) +
                         " (at most " + decibels_text(plan.worst) + ")";
      finding.remedy = "clean and test again: 0.3 dB above the model is a dirty or bent part";
      figures(finding, *worst->loss, plan);
      return work_.tell(std::move(finding));
    }
    if (unequal(one)) return;
    if (failed != nullptr) {
      HardwareFinding finding = about(one, FindingKind::marginal_loss, FindingSeverity::warning, failed);
      finding.sentence = where(*failed) + " has the result FAIL, though its loss is within the design" +
                         (failed->limit ? "; the test set's limit was " + decibels_text(*failed->limit) : std::string());
      finding.remedy = "look at return loss, and at the limit that the test set was given";
      work_.tell(std::move(finding));
    }
  }

  static void figures(HardwareFinding& finding, Loss loss, const TestExpectation& plan) {
    finding.figures = {figure("loss", loss.decibels(), "dB"), figure("typical", plan.typical.decibels(), "dB"),
                       figure("worst", plan.worst.decibels(), "dB")};
    if (plan.limit.mdb > 0) finding.figures.push_back(figure("limit", plan.limit.decibels(), "dB"));
  }

  /// Both directions of one fibre and wavelength.
  bool unequal(const Tested& one) {
    for (const LossReading* ab : one.readings)
      for (const LossReading* ba : one.readings) {
        if (ab->direction != TestDirection::a_to_b || ba->direction != TestDirection::b_to_a || ab->fibre != ba->fibre ||
            ab->wavelength_nm != ba->wavelength_nm || !ab->loss || !ba->loss ||
            std::abs(ab->loss->mdb - ba->loss->mdb) <= limits::kLossBetweenEnds.mdb)
          continue;
        HardwareFinding finding = about(one, FindingKind::marginal_loss, FindingSeverity::warning, ab);
        finding.figures = {figure("A to B", ab->loss->decibels(), "dB"), figure("B to A", ba->loss->decibels(), "dB")};
        finding.sentence = where(*ab) + " loses " + decibels_text(*ab->loss) + ", the other way " + decibels_text(*ba->loss);
        finding.remedy = "clean both ends and test again; a core of another diameter does this too";
        finding.seen.push_back(ba->at);
        work_.tell(std::move(finding));
        return true;
      }
    return false;
  }

  void fibres(const Tested& one) {
    std::set<std::uint32_t> tested;
    for (const LossReading* reading : one.readings) {
      if (!reading->fibre) return;  // the test does not count them
      tested.insert(*reading->fibre);
    }
    if (tested.size() >= one.expected->fibres) return;
    HardwareFinding finding = about(one, FindingKind::missing_fibres, FindingSeverity::failed, nullptr);
    finding.figures = {figure("tested", static_cast<double>(tested.size()), ""), figure("planned", one.expected->fibres, "")};
    finding.sentence = std::to_string(tested.size()) + " fibres were tested, the link uses " + std::to_string(one.expected->fibres);
    finding.remedy = "test the others; a fibre without light is broken or of wrong polarity";
    work_.tell(std::move(finding));
  }

  void length(const Tested& one) {
    const Length planned = one.expected->length;
    const LossReading* worst = nullptr;
    for (const LossReading* reading : one.readings)
      if (reading->length && (worst == nullptr || off(*reading->length, planned) > off(*worst->length, planned))) worst = reading;
    if (worst == nullptr || planned.mm == 0) return;
    const std::int64_t difference = off(*worst->length, planned);
    const bool wrong =
        difference > limits::kLengthSmallest.mm &&
        (difference > limits::kLengthOff.mm || static_cast<double>(difference) > limits::kLengthShare * static_cast<double>(planned.mm));
    if (!wrong) return;
    HardwareFinding finding = about(one, FindingKind::wrong_length, FindingSeverity::warning, worst);
    finding.figures = {figure("length", worst->length->metres(), "m"), figure("planned", planned.metres(), "m")};
    finding.sentence = where(*worst) + " is " + to_readable(*worst->length) + " long, planned were " + to_readable(planned);
    finding.remedy =
        "is it the right cable, and the refractive index of the test set? else correct the schedule: delay and headroom follow";
    work_.tell(std::move(finding));
  }

  static std::int64_t off(Length a, Length b) { return std::abs(a.mm - b.mm); }

  void polarity(const Tested& one) {
    const std::vector<std::uint32_t>& map = one.expected->far_position;
    for (const LossReading* reading : one.readings) {
      if (!reading->fibre || !reading->far_fibre || *reading->fibre == 0 || *reading->fibre > map.size()) continue;
      const std::uint32_t planned = map[*reading->fibre - 1];
      const bool right = *reading->far_fibre == planned;
      if (right) continue;
      HardwareFinding finding = about(one, FindingKind::wrong_polarity, FindingSeverity::failed, reading);
      finding.sentence =
          where(*reading) + " arrives at position " + std::to_string(*reading->far_fibre) + ", planned is " + std::to_string(planned);
      finding.remedy = "one cord of the channel is of another type: exchange it";
      return work_.tell(std::move(finding));
    }
  }

  void event(const TestExpectation& plan, const OtdrEvent& one) {
    if (!one.loss || *one.loss <= limits::kEventLoss || one.type == "end" || one.type == "launch") return;
    HardwareFinding finding{FindingKind::marginal_loss, FindingSeverity::warning, plan.name, {}, {}, {}, {}, {one.at}};
    finding.figures = {figure("event loss", one.loss->decibels(), "dB"), figure("limit", limits::kEventLoss.decibels(), "dB")};
    finding.sentence = "the " + (one.type.empty() ? std::string("event") : one.type) +
                       (one.distance ? " at " + to_readable(*one.distance) : std::string()) + " loses " + decibels_text(*one.loss) +
                       "; a mated pair may lose " + decibels_text(limits::kEventLoss);
    finding.remedy = "clean or remake that connection";
    work_.tell(std::move(finding));
  }

  VerificationWork& work_;
  std::map<std::string, const TestExpectation*> expected_;
};

}  // namespace

void check_tests(VerificationWork& work) { TestCheck(work).run(); }

}  // namespace eastwest
