// SPDX-License-Identifier: Apache-2.0
#include "analysis/hardware/delivery_needs.hpp"

#include <algorithm>

#include "analysis/documents/bill_of_materials.hpp"
#include "analysis/documents/modules.hpp"
#include "analysis/hardware/field_text.hpp"

namespace eastwest {

namespace {

class Needs {
 public:
  explicit Needs(const VerificationDesign& design) : design_(design), view_(view_of(design.fabric, design.plant, design.catalogue, {})) {}

  std::vector<DeliveryNeed> take() {
    devices();
    modules();
    cables();
    return std::move(needs_);
  }

 private:
  DeliveryNeed& need_of(const DeliveryNeed& one) {
    for (DeliveryNeed& known : needs_)
      if (known.category == one.category && known.part == one.part && known.optic == one.optic && known.fibres == one.fibres) return known;
    needs_.push_back(one);
    return needs_.back();
  }

  void devices() {
    for (const BillItem& item : bill_of_materials(view_, nullptr)) {
      DeliveryNeed one;
      one.category = item.category;
      one.part = one.stem = item.part;
      one.device = one.named_only = true;
      if (item.category != "server" && item.category != "switch" && item.category != "rack" && item.category != "panel") continue;
      need_of(one).count += static_cast<std::int64_t>(item.total());
    }
  }

  void modules() {
    for (const Module& module : modules_of(view_)) {
      DeliveryNeed one;
      one.category = "module";
      one.part = one.stem = module.optic;
      const OpticModel* bought = design_.catalogue.find_optic(module.optic);
      const std::uint32_t first = cable_at(module.ports.front());
      one.optic = design_.catalogue.find_optic(design_.fabric.cables[first].medium);
      one.ports = bought == nullptr ? 1 : optic_ports(*bought);
      DeliveryNeed& need = need_of(one);
      for (const std::uint32_t port : module.ports) {
        const std::uint32_t cable = cable_at(port);
        if (need.count > 0 && design_.fabric.cables[cable].length <= need.use.length) continue;
        need.use.length = design_.fabric.cables[cable].length;
        if (cable < design_.tests.size()) need.use.loss = design_.tests[cable].channel_worst;
        const PlantChannel& channel = design_.plant.channels[cable];
        if (channel.step_count > 0) need.use.fibre = design_.plant.pieces[design_.plant.steps[channel.first_step].piece].fibre;
      }
      ++need.count;
    }
  }

  void cables() {
    for (const Piece& piece : design_.plant.pieces) {
      if (piece.status == PieceStatus::retired) continue;
      DeliveryNeed one;
      one.category = bill_category(piece);
      one.stem = bill_stem(piece);
      one.part = bill_part(one.stem, piece.order_length);
      one.cable = true;
      one.named_only = piece.construction == "custom";  // nobody said what it is made of
      one.length = piece.order_length;
      one.optic = design_.catalogue.find_optic(piece.construction);
      if (one.optic == nullptr) {
        one.fibre = piece.fibre;
        one.connector = piece.a.plug.connector;
        one.fibres = piece.fibres;
      }
      DeliveryNeed& need = need_of(one);
      need.needed = std::max(need.needed, piece.length);
      ++need.count;
    }
  }

  [[nodiscard]] std::uint32_t cable_at(std::uint32_t port) const {
    return design_.fabric.links[design_.fabric.ports[port].out.index()].cable.value;
  }

  const VerificationDesign& design_;
  const SiteView view_;
  std::vector<DeliveryNeed> needs_;
};

}  // namespace

std::string DeliveryNeed::text() const {
  if (device) return category + " `" + part + "`";
  if (named_only) return "cable `" + part + "`";
  std::string text;
  if (optic == nullptr) text = fibre + " " + connector + " with " + fibre_count(fibres) + ", " + to_string(length);
  else if (cable) text = optic->name + " of " + to_readable(length);
  else text = (ports > 1 && part != optic->id ? "twin-port modules of 2 x " : "modules ") + optic->name;
  return text + " (`" + part + "`)";
}

std::vector<DeliveryNeed> delivery_needs(const VerificationDesign& design) { return Needs(design).take(); }

std::string stem_of_bill(const std::string& part) {
  const std::size_t dash = part.rfind('-');
  if (dash == std::string::npos || !part.ends_with('m')) return part;
  const std::string_view number = std::string_view(part).substr(dash + 1, part.size() - dash - 2);
  return plain_real(number) ? part.substr(0, dash) : part;
}

std::optional<Part> cable_of_bill(const Catalogue& catalogue, const std::string& part) {
  const CableConstruction* best = nullptr;
  for (const CableConstruction& row : catalogue.cable_constructions())
    if ((row.type == "cord" || row.type == "trunk") && part.starts_with(row.id + "-") &&
        (best == nullptr || row.id.size() > best->id.size()))
      best = &row;
  if (best == nullptr) return std::nullopt;
  std::string_view rest = std::string_view(part).substr(best->id.size() + 1);
  const std::size_t dash = rest.find('-');
  if (dash == std::string_view::npos || !rest.starts_with("om") == !rest.starts_with("os")) return std::nullopt;
  Part cable;
  cable.part_number = part;
  cable.cable = true;
  cable.fibre = rest.substr(0, dash);
  rest.remove_prefix(dash + 1);
  cable.connector = rest.substr(0, std::min({rest.find('/'), rest.find("-pinned"), rest.find("-unpinned"), rest.size()}));
  cable.fibres = best->fibres;
  const std::string stem = stem_of_bill(part);
  if (stem.size() < part.size()) cable.length = metres(leading_number(std::string_view(part).substr(stem.size() + 1)));
  return cable;
}

}  // namespace eastwest
