// SPDX-License-Identifier: Apache-2.0
#include "analysis/hardware/as_built.hpp"

#include <algorithm>
#include <optional>

#include "analysis/hardware/checks.hpp"
#include "analysis/hardware/field_text.hpp"
#include "topology/plant/cable_schedule.hpp"
#include "topology/plant/recabling.hpp"

namespace eastwest {

namespace {

class Builder {
 public:
  Builder(const VerificationDesign& design, const AsFound& found)
      : design_(design),
        found_(found),
        names_(design.fabric, design.plant, design.catalogue),
        fabric_(design.fabric),
        plant_(design.plant) {}

  Result<AsBuilt> run() {
    const std::vector<LinkFacts> facts = link_facts(design_.fabric);
    std::vector<LinkFacts> kept_facts;
    fabric_.cables.clear();
    plant_.channels.clear();
    for (std::uint32_t c = 0; c < design_.fabric.cables.size(); ++c) {
      const std::string why = absence(c);
      if (!why.empty()) {
        retire(c, why);
        continue;
      }
      LinkFacts fact = facts[c];
      if (found_.cables[c].rate) fact.rate = *found_.cables[c].rate;
      kept_facts.push_back(fact);
      fabric_.cables.push_back(moved(c));
      plant_.channels.push_back(design_.plant.channels[c]);
      measure(c);
    }
    for (const ExtraCable& one : found_.extra)
      result_.notes.push_back("a cable joins " + names_.name(one.a) + " and " + names_.name(one.b) + "; add it to the schedule by hand");
    if (const Status linked = relink(fabric_, kept_facts); !linked)
      return Error{"the evidence does not make one site: " + linked.error().message, "take the lists of neighbours again, all at one time"};
    result_.schedule = write_schedule(plant_, fabric_);
    if (!measured_.empty()) result_.measured = "cable_id,loss_db,pre_fec_ber\n" + measured_;
    return std::move(result_);
  }

 private:
  /// Why the design's cable carries nothing; "" when it does.
  [[nodiscard]] std::string absence(std::uint32_t c) {
    const FoundCable& found = found_.cables[c];
    if (found.missing) return "not plugged";
    for (const PortId port : {found.a, found.b})
      if (!names_.is_planned(port)) {
        result_.notes.push_back(design_.fabric.cables[c].name + " is plugged into " + names_.name(port) +
                                ", which the design does not use; it is left out");
        return "plugged into " + names_.name(port);
      }
    if (!found.medium.empty() && !found.up) return found.medium + " does not work here";
    return {};
  }

  void retire(std::uint32_t c, const std::string& why) {
    const PlantChannel& channel = design_.plant.channels[c];
    for (std::uint32_t s = 0; s < channel.step_count; ++s) {
      Piece& piece = plant_.pieces[plant_.steps[channel.first_step + s].piece];
      if (piece.kind == PieceKind::trunk) continue;  // it carries others
      piece.status = PieceStatus::retired;
      piece.remarks.notes = why;
    }
  }

  Cable moved(std::uint32_t c) {
    Cable cable = design_.fabric.cables[c];
    const FoundCable& found = found_.cables[c];
    replug(c, cable.a, found.a);
    replug(c, cable.b, found.b);
    cable.a = found.a;
    cable.b = found.b;
    return cable;
  }

  /// Moves the end of the channel that is at port `from`.
  void replug(std::uint32_t c, PortId from, PortId to) {
    if (from == to) return;
    const Port& old = design_.fabric.ports[from.index()];
    const Port& port = design_.fabric.ports[to.index()];
    const PlantChannel& channel = design_.plant.channels[c];
    for (std::uint32_t s = 0; s < channel.step_count; ++s) {
      Piece& piece = plant_.pieces[plant_.steps[channel.first_step + s].piece];
      const Piece& planned = design_.plant.pieces[plant_.steps[channel.first_step + s].piece];
      for (const auto& [end, plan] : {std::pair(&piece.a, &planned.a), std::pair(&piece.b, &planned.b)})
        if (plan->device == old.node.value && plan->port == old.index) {
          end->device = port.node.value;
          end->port = port.index;
          if (plant_.devices[old.node.index()].rack == plant_.devices[port.node.index()].rack) continue;
          piece.first_route = 0;  // the way is another; the length stays that of the cable
          piece.route_count = 0;
        }
    }
  }

  void measure(std::uint32_t c) {
    const FoundCable& found = found_.cables[c];
    const TestExpectation& plan = design_.tests[c];
    // The plugs into the modules are part of what the modules' makers promise, not of the loss that their budget bears.
    const std::string loss =
        found.loss && plan.limit.mdb > 0 ? plain_number(std::max(0.0, found.loss->decibels() - plan.plugs.decibels())) : std::string();
    const OpticModel* optic = design_.catalogue.find_optic(design_.fabric.cables[c].medium);
    const bool counted =
        found.pre_fec_ber && *found.pre_fec_ber > 0 && *found.pre_fec_ber < 0.5 && optic != nullptr && optic->pre_fec_ber > 0;
    const std::string ber = counted ? plain_number(*found.pre_fec_ber) : std::string();
    if (!loss.empty() || !ber.empty()) measured_ += plan.name + "," + loss + "," + ber + "\n";
    const PlantChannel& channel = design_.plant.channels[c];
    if (!loss.empty() && channel.step_count == 1) plant_.pieces[plant_.steps[channel.first_step].piece].remarks.loss_measured = loss;
  }

  const VerificationDesign& design_;
  const AsFound& found_;
  const PortNames names_;
  Fabric fabric_;
  Plant plant_;
  AsBuilt result_;
  std::string measured_;
};

}  // namespace

Result<AsBuilt> as_built(const VerificationDesign& design, const AsFound& found) { return Builder(design, found).run(); }

}  // namespace eastwest
