// SPDX-License-Identifier: Apache-2.0
// A packing list, or a bill of materials taken for one, against what the design needs. Works before anything is installed.
//
// First what a list calls by the bill's own name is set against the need of that name, then what is the very part, then what does the same, then
// what is left over is told as the wrong part of what is still missing, by specification; the rest is missing or extra. Servers, switches, racks and
// panels are compared when a list names one of their category; what no list names is one note. LIMITATIONS: spares that were ordered on purpose are extra.
#include <algorithm>
#include <optional>
#include <set>

#include "analysis/documents/document_text.hpp"
#include "analysis/hardware/checks.hpp"
#include "analysis/hardware/delivery_needs.hpp"
#include "analysis/hardware/field_text.hpp"

namespace eastwest {

namespace {

struct Need : DeliveryNeed {
  std::int64_t open = 0;
};

struct Supply {
  const InventoryItem* item = nullptr;
  std::string category;  // of the bill; "" when only its part is known
  std::string stem;      // of a cord or trunk that goes by the bill's name; "" otherwise
  std::optional<Part> part;
  const OpticModel* optic = nullptr;
  std::optional<Length> length;
  std::int64_t quantity = 0;
  std::int64_t left = 0;
};

enum class Fit : std::uint8_t { named, same, substitute, wrong };

class DeliveryCheck {
 public:
  explicit DeliveryCheck(VerificationWork& work) : work_(work) {}

  void run() {
    bool any = false;
    for (const InventoryItem& item : work_.evidence.inventory) any = any || !item.installed();
    if (!any) return;
    for (const DeliveryNeed& need : delivery_needs(work_.design)) needs_.push_back({need, need.count});
    for (const InventoryItem& item : work_.evidence.inventory)
      if (!item.installed()) take(item);
    leave_unnamed();
    std::int64_t planned = 0;
    for (const Need& need : needs_) planned += need.open;
    for (const Fit fit : {Fit::named, Fit::same, Fit::substitute, Fit::wrong})
      for (Need& need : needs_)
        for (Supply& supply : supplies_) set_against(need, supply, fit);
    std::int64_t seen = 0;
    for (const Supply& supply : supplies_) seen += supply.quantity;
    std::int64_t missing = 0;
    for (const Need& need : needs_)
      if (need.open > 0) {
        missing += need.open;
        tell_missing(need);
      }
    for (const Supply& supply : supplies_)
      if (supply.left > 0) tell_extra(supply);
    work_.result.counts.push_back({"pieces on packing lists", static_cast<std::uint64_t>(planned), static_cast<std::uint64_t>(seen),
                                   static_cast<std::uint64_t>(planned - missing - wrong_)});
  }

 private:
  /// A bill tells the quantity of each phase: of those that stand.
  [[nodiscard]] std::int64_t quantity_of(const InventoryItem& item) const {
    if (item.by_phase.empty()) return item.quantity;
    std::int64_t sum = 0;
    for (std::size_t p = 0; p < std::min(item.by_phase.size(), work_.design.plant.phases.size()); ++p) sum += item.by_phase[p];
    return sum;
  }

  /// The category of a server, switch, rack or panel; "" of anything else.
  [[nodiscard]] std::string device_category(const InventoryItem& item) const {
    for (const std::string_view category : {"server", "switch", "rack", "panel"})
      if (item.category == category) return item.category;
    if (!item.category.empty()) return {};
    for (const Need& need : needs_)
      if (need.device && need.part == item.part_number) return need.category;
    if (work_.design.catalogue.find_server(item.part_number) != nullptr) return "server";
    return work_.design.catalogue.find_switch(item.part_number) != nullptr ? "switch" : "";
  }

  void take(const InventoryItem& item) {
    // The same list sent twice, or the lists of two lorries that overlap: a serial number arrives once.
    std::size_t again = 0;
    for (const std::string& serial : item.serials)
      again += !serial.empty() && !serials_.insert(item.part_number + " " + serial).second ? 1 : 0;
    if (again > 0 && again == item.serials.size() && !item.installed()) {
      if (repeated_++ > 0) return;
      HardwareFinding finding{FindingKind::extra, FindingSeverity::warning, item.part_number, {}, {}, {}, {}, {item.at}};
      finding.sentence = "serial number " + quote_input(item.serials.front()) +
                         " stands on a packing list twice: it is counted once, as are others like it";
      finding.remedy = "leave out the list that was sent again";
      return work_.tell(std::move(finding));
    }
    Supply supply;
    supply.item = &item;
    supply.quantity = supply.left = quantity_of(item);
    supply.category = device_category(item);
    if (!supply.category.empty()) return supplies_.push_back(std::move(supply));
    supply.category = item.category;
    if (const Part* part = work_.design.parts.find(item.part_number)) supply.part = *part;
    else if ((supply.part = cable_of_bill(work_.design.catalogue, item.part_number))) supply.stem = stem_of_bill(item.part_number);
    if (supply.part) {
      supply.optic = work_.design.catalogue.find_optic(supply.part->optic);
      supply.length = item.length ? item.length : supply.part->length;
      const std::string end = item.part_number.substr(std::min(stem_of_bill(item.part_number).size() + 1, item.part_number.size()));
      if (!supply.length && supply.part->cable) supply.length = metres(leading_number(end));  // "aec-400g-7m"
    }
    const bool known = supply.part && (supply.part->cable || supply.optic != nullptr);
    const bool named = std::any_of(needs_.begin(), needs_.end(), [&](const Need& need) { return is_named(need, supply); });
    if (known || named) return supplies_.push_back(std::move(supply));
    if (supply.quantity > 0) unknown(item, supply.quantity);
  }

  [[nodiscard]] static bool is_named(const Need& need, const Supply& supply) {
    return need.part == supply.item->part_number && (supply.category.empty() || supply.category == need.category);
  }

  /// What no list names at all is told once and not compared.
  void leave_unnamed() {
    std::set<std::string> named;
    for (const Supply& supply : supplies_)
      for (const Need& need : needs_)
        if (need.device ? need.category == supply.category : is_named(need, supply)) named.insert(need.category);
    std::string list;
    std::string figures;
    for (Need& need : needs_) {
      if (!need.named_only || named.contains(need.category)) continue;
      if (list.find(need.category) == std::string::npos) list += (list.empty() ? "" : ", ") + need.category;
      figures += (figures.empty() ? "" : ", ") + std::to_string(need.open) + " of " + need.text();
      need.open = 0;
    }
    if (list.empty()) return;
    HardwareFinding finding{FindingKind::missing, FindingSeverity::note, list, {}, {}, {}, {}, {}};
    finding.sentence = "not in this list, so not compared: " + figures;
    finding.remedy = "nothing needs to be done when they come on another list";
    work_.tell(std::move(finding));
  }

  void unknown(const InventoryItem& item, std::int64_t quantity) {
    HardwareFinding finding{FindingKind::unknown_part, FindingSeverity::warning, item.part_number, {}, {}, {}, {}, {item.at}};
    finding.figures = {figure("quantity", static_cast<double>(quantity), "")};
    finding.sentence = std::to_string(quantity) + " of " + quote_input(item.part_number) + " arrived, which is in no table of parts";
    finding.remedy = "add it to a table parts.csv beside the evidence: part_number,kind,optic,fibre,connector,fibres";
    work_.tell(std::move(finding));
  }

  struct Judged {
    Fit fit = Fit::wrong;
    bool comparable = false;  // the one could have been meant for the other
    FindingKind kind = FindingKind::wrong_part;
    std::string reason;
  };

  [[nodiscard]] static bool same_connector(const std::string& a, const std::string& b) {
    return a.empty() || b.empty() || lower_case(a.substr(0, a.find('/'))) == lower_case(b.substr(0, b.find('/')));
  }

  [[nodiscard]] Judged judge(const Need& need, const Supply& supply) const {
    if (is_named(need, supply)) return {Fit::named, true, FindingKind::wrong_part, {}};
    if (need.device || !supply.part) {
      if (!need.device || need.category != supply.category) return {};
      return {Fit::wrong, true, FindingKind::wrong_part, "planned is another " + need.category};
    }
    if (need.cable != supply.part->cable) return {};
    if (!need.cable) {
      if (need.optic == nullptr) return {};
      LinkUse use = need.use;
      use.vendor_reach = supply.part->reach;
      const Substitution verdict = judge_substitution(*need.optic, *supply.optic, use);
      const std::uint32_t ports = optic_ports(*supply.optic);
      if (verdict.fits && ports != need.ports)
        return {Fit::wrong, true, FindingKind::wrong_part,
                "made for " + std::to_string(ports) + " ports a module, the cages have " + std::to_string(need.ports)};
      // A twin module is what two of the planned ends are, not another part.
      return {verdict.same || (verdict.fits && need.ports > 1) ? Fit::same
              : verdict.fits                                   ? Fit::substitute
                                                               : Fit::wrong,
              true, verdict.kind, verdict.reason};
    }
    if ((need.optic == nullptr) != (supply.optic == nullptr)) return {};
    Judged result{Fit::same, true, FindingKind::wrong_part, {}};
    if (need.optic != nullptr) {
      const Substitution verdict = judge_substitution(*need.optic, *supply.optic, {need.needed, {}, {}, {}, supply.part->reach});
      if (!verdict.fits) return {Fit::wrong, true, verdict.kind, verdict.reason};
      if (!verdict.same) result = {Fit::substitute, true, FindingKind::substitute, verdict.reason};
    } else {
      if (need.named_only || (!supply.category.empty() && supply.category != need.category)) return {};
      if (need.fibre != supply.part->fibre)
        return {Fit::wrong, true, FindingKind::wrong_fibre, supply.part->fibre + " fibre, planned " + need.fibre};
      if (!same_connector(need.connector, supply.part->connector) || (supply.part->fibres != 0 && supply.part->fibres < need.fibres))
        return {Fit::wrong, true, FindingKind::wrong_part,
                supply.part->connector + " with " + fibre_count(supply.part->fibres) + ", planned " + need.connector + " with " +
                    std::to_string(need.fibres)};
      if (supply.part->fibres > 0 && supply.part->fibres != need.fibres && (supply.part->fibres > 24) != (need.fibres > 24)) return {};
      if (!supply.stem.empty() && supply.stem != need.stem)  // other pins, polarity, polish or grade
        return {Fit::wrong, true, FindingKind::wrong_part, "planned is `" + need.stem + "`"};
    }
    if (!supply.length || *supply.length == need.length) return result;
    const std::string lengths = to_readable(*supply.length) + " long, ordered were " + to_readable(need.length) +
                                ", the longest way takes " + to_readable(need.needed);
    if (*supply.length < need.needed) return {Fit::wrong, true, FindingKind::wrong_length, lengths};
    // What is longer serves, when nothing needs it for itself.
    const bool near = supply.length->mm <= need.length.mm + std::max<std::int64_t>(need.length.mm / 4, 2'000);
    return {near ? Fit::substitute : Fit::wrong, true, FindingKind::wrong_length, lengths};
  }

  void set_against(Need& need, Supply& supply, Fit fit) {
    if (need.open == 0 || supply.left == 0) return;
    const Judged judged = judge(need, supply);
    if (judged.fit != fit || !judged.comparable) return;
    const std::int64_t count = std::min(need.open, supply.left);
    need.open -= count;
    supply.left -= count;
    if (fit == Fit::named || fit == Fit::same) return;
    HardwareFinding finding{fit == Fit::substitute ? FindingKind::substitute : judged.kind,
                            fit == Fit::substitute ? FindingSeverity::note : FindingSeverity::failed,
                            supply.item->part_number,
                            {},
                            {},
                            {},
                            {},
                            {supply.item->at}};
    finding.figures = {figure("quantity", static_cast<double>(count), "")};
    finding.sentence =
        std::to_string(count) + " of " + quote_input(supply.item->part_number) + " for " + need.text() + ": " + judged.reason;
    finding.remedy = fit == Fit::substitute ? "nothing needs to be done; note it for spares" : "send it back, or change the design";
    if (fit == Fit::wrong) wrong_ += count;
    work_.tell(std::move(finding));
  }

  void tell_missing(const Need& need) {
    HardwareFinding finding{FindingKind::missing, FindingSeverity::failed, need.text(), {}, {}, {}, {}, {}};
    finding.figures = {figure("quantity", static_cast<double>(need.open), "")};
    finding.sentence = std::to_string(need.open) + " of " + need.text() + (need.open == 1 ? " is" : " are") + " on no packing list";
    finding.remedy = "order them, or wait for the next delivery";
    work_.tell(std::move(finding));
  }

  void tell_extra(const Supply& supply) {
    HardwareFinding finding{FindingKind::extra, FindingSeverity::warning, supply.item->part_number, {}, {}, {}, {}, {supply.item->at}};
    finding.figures = {figure("quantity", static_cast<double>(supply.left), "")};
    finding.sentence = std::to_string(supply.left) + " of " + quote_input(supply.item->part_number) + " more than the design needs";
    finding.remedy = "keep them as spares, or send them back";
    work_.tell(std::move(finding));
  }

  VerificationWork& work_;
  std::set<std::string> serials_;  // with their part numbers
  std::size_t repeated_ = 0;
  std::vector<Need> needs_;
  std::vector<Supply> supplies_;
  std::int64_t wrong_ = 0;
};

}  // namespace

void check_delivery(VerificationWork& work) { DeliveryCheck(work).run(); }

}  // namespace eastwest
