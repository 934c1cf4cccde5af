// SPDX-License-Identifier: Apache-2.0
// Loss tests against what the design expects of the link or piece: loss, both directions, every fibre, length, polarity.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

#include "analysis/hardware/checks.hpp"
#include "analysis/hardware/field_text.hpp"

namespace eastwest {

namespace {

/// All readings of one cable that say something.
struct TestedCable {
  const TestExpectation* expected = nullptr;
  std::vector<const LossReading*> readings;
  const LossReading* blank = nullptr;  // the first row that was not filled in
};

/// A loss below it is no loss of glass: the reference was set through a dirty cord.
constexpr Loss kLossLeast{-100};
/// Of a wavelength that is another window of the fibre, not the tolerance of a source.
constexpr double kWavelengthOff = 60;

bool says_something(const LossReading& one) { return one.loss || one.passed; }

std::string decibels_text(Loss loss) { return fixed_decibels(loss.decibels()) + " dB"; }

class TestCheck {
 public:
  explicit TestCheck(VerificationWork& work) : work_(work) {}

  void run() {
    std::map<std::string, TestedCable> tested;  // in the order of names
    for (const LossReading& one : work_.evidence.losses) {
      const TestExpectation* expected = work_.test_of(one.cable, one.at);
      if (expected == nullptr) continue;
      TestedCable& cable = tested[expected->name];
      cable.expected = expected;
      if (says_something(one)) cable.readings.push_back(&one);
      else if (cable.blank == nullptr) cable.blank = &one;
    }
    blank_files();
    std::uint64_t good = 0;
    std::uint64_t seen = 0;
    for (auto& [name, one] : tested) {
      keep_latest(one);
      if (one.readings.empty()) continue;
      ++seen;
      const std::size_t before = work_.result.findings.size();
      judge(one);
      good += work_.result.findings.size() == before ? 1 : 0;
    }
    no_result(tested);
    if (!one_way_.empty()) {
      HardwareFinding finding{FindingKind::missing_fibres, FindingSeverity::warning, one_way_.front(), {}, {}, {}, {}, {one_way_at_}};
      finding.others.assign(one_way_.begin() + 1, one_way_.end());
      finding.sentence = std::string("was tested in one direction only") +
                         (one_way_.size() == 1 ? "" : ", as " + std::to_string(one_way_.size() - 1) + " more cables");
      finding.remedy = "test the other direction too";
      work_.tell(std::move(finding));
    }
    std::uint64_t planned = 0;
    for (const TestExpectation& one : work_.design.tests)
      planned += !one.at.empty() && (one.cable != kNone || tested.contains(one.name)) ? 1 : 0;
    if (!tested.empty()) work_.result.counts.push_back({"cables, by loss test", planned, seen, good});
  }

 private:
  /// "2026-11-02T09:00": dates that sort as text.
  static bool is_iso_date(std::string_view text) {
    constexpr std::string_view kForm = "0000-00-00";
    return text.size() >= kForm.size() && std::equal(kForm.begin(), kForm.end(), text.begin(), [](char form, char letter) {
             return form == '0' ? letter >= '0' && letter <= '9' : letter == form;
           });
  }

  /// After cleaning the test is made again: where every row says when, the last of a fibre, direction and wavelength counts. Of dates of another form
  /// nobody knows which is later, and the worst counts.
  static void keep_latest(TestedCable& one) {
    if (!std::all_of(one.readings.begin(), one.readings.end(), [](const LossReading* reading) { return is_iso_date(reading->tested_at); }))
      return;
    std::map<std::tuple<std::optional<std::uint32_t>, TestDirection, std::optional<double>>, const LossReading*> latest;
    for (const LossReading* reading : one.readings) {
      const LossReading*& last = latest[{reading->fibre, reading->direction, reading->wavelength_nm}];
      if (last == nullptr || reading->tested_at >= last->tested_at) last = reading;
    }
    std::erase_if(one.readings, [&](const LossReading* reading) {
      return latest.at({reading->fibre, reading->direction, reading->wavelength_nm}) != reading;
    });
  }

  /// A form that nobody filled in is no test.
  void blank_files() {
    std::map<std::uint32_t, std::pair<bool, EvidenceLine>> files;
    for (const LossReading& one : work_.evidence.losses) {
      const auto at = files.try_emplace(one.at.file, std::pair{false, one.at}).first;
      at->second.first = at->second.first || says_something(one);
    }
    for (const auto& [file, state] : files) {
      if (state.first) continue;
      const std::string path = file < work_.evidence.files.size() ? work_.evidence.files[file].path : std::string("loss test");
      HardwareFinding finding{FindingKind::no_result, FindingSeverity::failed, path, {}, {}, {}, {}, {state.second}};
      finding.sentence = "no row of this loss test has a loss or a result: the form is empty";
      finding.remedy = "fill in `loss_db`, or leave the file out";
      work_.tell(std::move(finding));
    }
  }

  /// Cables whose rows wait to be filled in, in one finding.
  void no_result(const std::map<std::string, TestedCable>& tested) {
    HardwareFinding finding{FindingKind::no_result, FindingSeverity::warning, {}, {}, {}, {}, {}, {}};
    for (const auto& [name, one] : tested) {
      if (!one.readings.empty()) continue;
      (finding.item.empty() ? finding.item : finding.others.emplace_back()) = name;
      if (finding.seen.empty()) finding.seen.push_back(one.blank->at);
    }
    if (finding.item.empty()) return;
    const std::size_t more = finding.others.size();
    finding.sentence = (more == 0 ? std::string("its rows") : "its rows and those of " + std::to_string(more) + " more cables") +
                       " have no loss and no result: not tested yet";
    finding.remedy = "test, and fill in `loss_db`";
    work_.tell(std::move(finding));
  }

  [[nodiscard]] static HardwareFinding about(const TestedCable& one, FindingKind kind, FindingSeverity severity, const LossReading* at) {
    return {kind, severity, one.expected->name, {}, {}, {}, {}, {at == nullptr ? one.readings.front()->at : at->at}};
  }

  static std::string where(const LossReading& one) {
    std::string text = one.fibre ? "fibre " + std::to_string(*one.fibre) : std::string("a fibre");
    if (one.direction == TestDirection::a_to_b) text += " from A to B";
    if (one.direction == TestDirection::b_to_a) text += " from B to A";
    return text;
  }

  void judge(const TestedCable& one) {
    loss(one);
    fibres(one);
    length(one);
    polarity(one);
  }

  void loss(const TestedCable& one) {
    const TestExpectation& plan = *one.expected;
    const LossReading* worst = nullptr;  // the one farthest above what its wavelength should lose
    const LossReading* failed = nullptr;
    const LossReading* negative = nullptr;
    for (const LossReading* reading : one.readings) {
      const bool own_limit =
          (reading->loss && reading->limit && *reading->loss > *reading->limit) || (reading->margin && reading->margin->mdb < 0);
      if ((reading->passed == false || own_limit) && failed == nullptr) failed = reading;
      if (!reading->loss) continue;
      if (*reading->loss < kLossLeast) {
        if (negative == nullptr) negative = reading;
      } else if (worst == nullptr || above(plan, *reading) > above(plan, *worst)) {
        worst = reading;
      }
    }
    wavelengths(one);
    if (negative != nullptr) {
      HardwareFinding finding = about(one, FindingKind::marginal_loss, FindingSeverity::warning, negative);
      finding.figures = {figure("loss", negative->loss->decibels(), "dB")};
      finding.sentence =
          where(*negative) + " loses " + decibels_text(*negative->loss) + ": glass does not amplify, so the figure is left out";
      finding.remedy = "set the reference again with clean cords, and test again";
      work_.tell(std::move(finding));
    }
    if (worst != nullptr && plan.cable != kNone) work_.found(CableId{plan.cable}).loss = worst->loss;
    if (worst != nullptr && !plan.at.empty()) {
      const Loss most = plan.worst(worst->wavelength_nm);
      const Loss typical = plan.typical(worst->wavelength_nm);
      const bool budget = plan.limit.mdb > 0 && worst->loss->mdb - plan.plugs.mdb > plan.limit.mdb;
      // The form has two digits.
      if (budget || worst->loss->mdb > most.mdb + kRounding) {
        HardwareFinding finding = about(one, FindingKind::excess_loss, FindingSeverity::failed, worst);
        finding.sentence =
            where(*worst) + " loses " + decibels_text(*worst->loss) + ", " +
            (budget ? "the optics allow " + decibels_text(plan.limit) : "with every part at its limit it would be " + decibels_text(most));
        finding.remedy = "clean every connector and test again; then look for the worst event with an OTDR";
        figures(finding, *worst->loss, typical, most, plan.limit);
        return work_.tell(std::move(finding));
      }
      if (worst->loss->mdb > typical.mdb + limits::kLossAboveModel.mdb + kRounding) {
        HardwareFinding finding = about(one, FindingKind::marginal_loss, FindingSeverity::warning, worst);
        finding.sentence = where(*worst) + " loses " + decibels_text(*worst->loss) + ", the model " + decibels_text(typical) +
                           " (at most " + decibels_text(most) + ")";
        finding.remedy = "clean and test again: 0.3 dB above the model is a dirty or bent part";
        figures(finding, *worst->loss, typical, most, plan.limit);
        work_.tell(std::move(finding));
        if (failed == nullptr) return;
      }
    }
    if (failed != nullptr) {
      HardwareFinding finding = about(one, FindingKind::excess_loss, FindingSeverity::failed, failed);
      finding.sentence = where(*failed) +
                         (failed->passed == false ? " has the result FAIL" : " is above the limit that the test set was given") +
                         (failed->loss ? ", though its loss of " + decibels_text(*failed->loss) + " is within the design" : std::string()) +
                         (failed->limit ? "; the test set's limit was " + decibels_text(*failed->limit) : std::string());
      finding.remedy = "look at return loss, and at the limit that the test set was given; a test that failed is not taken over";
      return work_.tell(std::move(finding));
    }
    unequal(one);
  }

  /// Half of the last digit that a form has.
  static constexpr std::int64_t kRounding = 5;
  static std::int64_t above(const TestExpectation& plan, const LossReading& reading) {
    return reading.loss->mdb - plan.typical(reading.wavelength_nm).mdb;
  }

  void wavelengths(const TestedCable& one) {
    const TestExpectation& plan = *one.expected;
    for (const LossReading* reading : one.readings) {
      if (!reading->wavelength_nm || plan.at.empty()) continue;
      const bool known = std::any_of(plan.at.begin(), plan.at.end(), [&](const TestedWavelength& at) {
        return std::abs(at.wavelength_nm - *reading->wavelength_nm) <= kWavelengthOff;
      });
      if (known) continue;
      std::string planned;
      for (const TestedWavelength& at : plan.at) planned += (planned.empty() ? "" : " or ") + std::to_string(at.wavelength_nm);
      HardwareFinding finding = about(one, FindingKind::marginal_loss, FindingSeverity::warning, reading);
      finding.figures = {figure("wavelength", *reading->wavelength_nm, "nm")};
      finding.sentence =
          where(*reading) + " was tested at " + plain_number(*reading->wavelength_nm) + " nm, the optics use " + planned + " nm";
      finding.remedy = "test again at the wavelength of the optics: bends and glass lose differently at others";
      return work_.tell(std::move(finding));
    }
  }

  static void figures(HardwareFinding& finding, Loss loss, Loss typical, Loss worst, Loss limit) {
    finding.figures = {figure("loss", loss.decibels(), "dB"), figure("typical", typical.decibels(), "dB"),
                       figure("worst", worst.decibels(), "dB")};
    if (limit.mdb > 0) finding.figures.push_back(figure("limit", limit.decibels(), "dB"));
  }

  /// Both directions of one fibre and wavelength.
  bool unequal(const TestedCable& one) {
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

  void fibres(const TestedCable& one) {
    std::set<std::uint32_t> tested;
    bool far = false;
    for (const LossReading* reading : one.readings) {
      if (!reading->fibre) return;  // the test does not count them
      tested.insert(*reading->fibre);
      far = far || reading->far_fibre.has_value();
    }
    std::set<std::uint32_t> planned(one.expected->positions.begin(), one.expected->positions.end());
    if (planned.empty()) return;
    // Many test sets number the lit fibres on, and not the positions of the connector.
    if (!far && *tested.rbegin() <= planned.size()) {
      planned.clear();
      for (std::uint32_t k = 1; k <= one.expected->positions.size(); ++k) planned.insert(k);
    }
    std::vector<std::uint32_t> missing;
    std::vector<std::uint32_t> unknown;
    std::set_difference(planned.begin(), planned.end(), tested.begin(), tested.end(), std::back_inserter(missing));
    std::set_difference(tested.begin(), tested.end(), planned.begin(), planned.end(), std::back_inserter(unknown));
    if (!unknown.empty()) {
      HardwareFinding finding = about(one, FindingKind::unknown_name, FindingSeverity::warning, nullptr);
      finding.sentence = "fibre " + positions_text(unknown) + " was tested, light is on " + positions_text(one.expected->positions);
      finding.remedy = "write positions of the connector at end A, or number the fibres that are used from 1 on";
      work_.tell(std::move(finding));
    }
    one_way(one);
    if (missing.empty()) return;
    HardwareFinding finding = about(one, FindingKind::missing_fibres, FindingSeverity::failed, nullptr);
    finding.figures = {figure("tested", static_cast<double>(planned.size() - missing.size()), ""),
                       figure("planned", static_cast<double>(planned.size()), "")};
    finding.sentence = std::to_string(planned.size() - missing.size()) + " of " + fibre_count(planned.size()) +
                       (planned.size() == 1 ? " was tested, without " : " were tested, without ") + positions_text(missing);
    finding.remedy = "test the others; a fibre without light is broken or of wrong polarity";
    work_.tell(std::move(finding));
  }

  /// Glass is tested from both ends: a core that is off shows from one side only.
  void one_way(const TestedCable& one) {
    bool forth = false, back = false;
    for (const LossReading* reading : one.readings) {
      forth = forth || reading->direction == TestDirection::a_to_b;
      back = back || reading->direction == TestDirection::b_to_a;
    }
    if (forth == back) return;  // both, or nobody says which
    one_way_.push_back(one.expected->name);
    if (one_way_.size() == 1) one_way_at_ = one.readings.front()->at;
  }

  void length(const TestedCable& one) {
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

  void polarity(const TestedCable& one) {
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

  VerificationWork& work_;
  std::vector<std::string> one_way_;  // cables that were tested from one end
  EvidenceLine one_way_at_;
};

}  // namespace

void check_tests(VerificationWork& work) { TestCheck(work).run(); }

}  // namespace eastwest
