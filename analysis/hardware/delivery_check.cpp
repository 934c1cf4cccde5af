// SPDX-License-Identifier: Apache-2.0
// A packing list against what the design needs: modules by optic, cables by kind and length. Works before anything is installed.
//
// Needed are the modules of all cages that have a link (one for the ports of a twin cage) and the pieces of the cable schedule with their order
// lengths. First what is the very part is set against the need, then what does the same, then what is left over is told as the wrong part of
// what is still missing, by specification; the rest is missing or extra. LIMITATIONS: spares that were ordered on purpose are extra.
#include <algorithm>
#include <optional>

#include "analysis/hardware/checks.hpp"
#include "analysis/hardware/field_text.hpp"
#include "analysis/hardware/substitution.hpp"

namespace eastwest {

namespace {

struct Need {
  const OpticModel* optic = nullptr;  // of modules and cables with fixed ends
  bool cable = false;
  std::uint32_t ports = 1;  // of each module
  std::string fibre;        // of cords and trunks
  std::string connector;
  std::uint32_t fibres = 0;
  Length length;  // of cables: to order; of modules: of the longest link
  Length needed;  // of cables: the longest way among them
  LinkUse use;
  std::int64_t open = 0;
  [[nodiscard]] std::string text() const {
    if (!cable) return (ports > 1 ? "twin-port modules of 2 x " : "modules ") + optic->name;
    if (optic != nullptr) return optic->name + " of " + to_string(length);
    return fibre + " " + connector + " with " + std::to_string(fibres) + " fibres, " + to_string(length);
  }
};

struct Supply {
  const InventoryItem* item = nullptr;
  const Part* part = nullptr;
  const OpticModel* optic = nullptr;
  std::optional<Length> length;
  std::int64_t left = 0;
};

enum class Fit : std::uint8_t { same, substitute, wrong };

class DeliveryCheck {
 public:
  explicit DeliveryCheck(VerificationWork& work) : work_(work) {}

  void run() {
    for (const InventoryItem& item : work_.evidence.inventory)
      if (!item.installed()) take(item);
    if (!any_) return;
    need_modules();
    need_cables();
    std::int64_t planned = 0;
    for (const Need& need : needs_) planned += need.open;
    for (const Fit fit : {Fit::same, Fit::substitute, Fit::wrong})
      for (Need& need : needs_)
        for (Supply& supply : supplies_) set_against(need, supply, fit);
    std::int64_t seen = 0;
    for (const Supply& supply : supplies_) seen += supply.item->quantity;
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
  void take(const InventoryItem& item) {
    any_ = true;
    Supply supply;
    supply.item = &item;
    supply.part = work_.design.parts.find(item.part_number);
    supply.left = item.quantity;
    if (supply.part == nullptr) return unknown(item);
    supply.optic = work_.design.catalogue.find_optic(supply.part->optic);
    supply.length = item.length ? item.length : supply.part->length;
    if (!supply.part->cable && supply.optic == nullptr) return unknown(item);
    supplies_.push_back(supply);
  }

  void unknown(const InventoryItem& item) {
    HardwareFinding finding{FindingKind::unknown_part, FindingSeverity::warning, item.part_number, {}, {}, {}, {}, {item.at}};
    finding.figures = {figure("quantity", static_cast<double>(item.quantity), "")};
    finding.sentence = std::to_string(item.quantity) + " of " + quote_input(item.part_number) + " arrived, which is in no table of parts";
    finding.remedy = "add it to a table parts.csv beside the evidence: part_number,kind,optic,fibre,connector,fibres";
    work_.tell(std::move(finding));
  }

  [[nodiscard]] const Piece* only_piece(std::uint32_t c) const {
    const PlantChannel& channel = work_.design.plant.channels[c];
    return channel.step_count == 0 ? nullptr : &work_.design.plant.pieces[work_.design.plant.steps[channel.first_step].piece];
  }

  Need& need_of(const Need& one) {
    for (Need& known : needs_)
      if (known.optic == one.optic && known.cable == one.cable && known.ports == one.ports && known.fibre == one.fibre &&
          known.connector == one.connector && known.fibres == one.fibres && (!one.cable || known.length == one.length))
        return known;
    needs_.push_back(one);
    return needs_.back();
  }

  void need_modules() {
    const Fabric& fabric = work_.fabric();
    for (std::uint32_t p = 0; p < fabric.ports.size(); ++p) {
      const PortId port{p};
      const PortId cage = work_.names.cage(port);
      const CableId id = work_.names.cable(port);
      const OpticModel* optic = id.exists() ? work_.optic(id) : nullptr;
      if (optic == nullptr || optic->connector == "integral") continue;
      Need one;
      one.optic = optic;
      one.ports = work_.names.ports_per_cage(fabric.ports[p].node);
      one.fibre = {};
      Need& need = need_of(one);
      if (need.open == 0 || work_.cable(id).length > need.use.length) {
        need.use.length = work_.cable(id).length;
        if (id.index() < work_.design.tests.size()) need.use.loss = work_.design.tests[id.index()].channel_worst;
        const Piece* piece = only_piece(id.value);
        if (piece != nullptr) need.use.fibre = piece->fibre;
      }
      const std::uint32_t index = fabric.ports[p].index;
      // One module for the ports of a cage: counted at the first of them that is used.
      const std::uint32_t first = fabric.ports[cage.index()].index;
      bool counted = false;
      for (std::uint32_t i = first; i < index; ++i) counted = counted || work_.names.cable(PortId{p - (index - i)}).exists();
      if (!counted) ++need.open;
    }
  }

  void need_cables() {
    const Plant& plant = work_.design.plant;
    std::vector<const OpticModel*> fixed(plant.pieces.size(), nullptr);
    for (std::uint32_t c = 0; c < plant.channels.size(); ++c)
      for (std::uint32_t s = 0; s < plant.channels[c].step_count; ++s)
        if (const OpticModel* optic = work_.optic(CableId{c}); optic != nullptr && optic->connector == "integral")
          fixed[plant.steps[plant.channels[c].first_step + s].piece] = optic;
    for (std::size_t i = 0; i < plant.pieces.size(); ++i) {
      const Piece& piece = plant.pieces[i];
      if (piece.status == PieceStatus::retired || piece.construction == "custom") continue;
      Need one;
      one.cable = true;
      one.optic = fixed[i];
      one.length = piece.order_length;
      if (fixed[i] == nullptr) {
        one.fibre = piece.fibre;
        one.connector = piece.a.plug.connector;
        one.fibres = piece.fibres;
      }
      Need& need = need_of(one);
      need.needed = std::max(need.needed, piece.length);
      ++need.open;
    }
  }

  struct Judged {
    Fit fit = Fit::wrong;
    bool comparable = false;  // the one could have been meant for the other
    FindingKind kind = FindingKind::wrong_part;
    std::string reason;
  };

  [[nodiscard]] static bool same_connector(const std::string& a, const std::string& b) {
    return a.empty() || b.empty() || a.substr(0, a.find('/')) == b.substr(0, b.find('/'));
  }

  [[nodiscard]] Judged judge(const Need& need, const Supply& supply) const {
    if (need.cable != supply.part->cable) return {};
    if (!need.cable) {
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
      if (need.fibre != supply.part->fibre)
        return {Fit::wrong, true, FindingKind::wrong_fibre, supply.part->fibre + " fibre, planned " + need.fibre};
      if (!same_connector(need.connector, supply.part->connector) || (supply.part->fibres != 0 && supply.part->fibres < need.fibres))
        return {Fit::wrong, true, FindingKind::wrong_part,
                supply.part->connector + " with " + std::to_string(supply.part->fibres) + " fibres, planned " + need.connector + " with " +
                    std::to_string(need.fibres)};
      if (supply.part->fibres > 0 && supply.part->fibres != need.fibres && (supply.part->fibres > 24) != (need.fibres > 24)) return {};
    }
    if (!supply.length || *supply.length == need.length) return result;
    const std::string lengths =
        to_string(*supply.length) + " long, ordered were " + to_string(need.length) + ", the longest way takes " + to_string(need.needed);
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
    if (fit == Fit::same) return;
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
    finding.sentence = std::to_string(need.open) + " of " + need.text() + " are on no packing list";
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
  bool any_ = false;
  std::vector<Need> needs_;
  std::vector<Supply> supplies_;
  std::int64_t wrong_ = 0;
};

}  // namespace

void check_delivery(VerificationWork& work) { DeliveryCheck(work).run(); }

}  // namespace eastwest
