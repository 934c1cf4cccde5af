// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/checks/pathway_check.hpp"

#include <algorithm>
#include <cmath>

namespace eastwest {

namespace {

std::string_view catalogue_kind(PathwayKind kind) {
  switch (kind) {
    case PathwayKind::basket: return "basket";
    case PathwayKind::duct: return "raceway";
    case PathwayKind::conduit: return "conduit";
    case PathwayKind::tray:
    case PathwayKind::drop: break;
  }
  return "tray";
}

PathwayShape shape_of(const Pathway& pathway) {
  const auto mm = [](Length length) { return static_cast<double>(length.mm); };
  if (pathway.kind == PathwayKind::conduit) return {0, 0, mm(pathway.width)};
  return {mm(pathway.width), mm(pathway.depth), 0};
}

/// The limits of a pathway with so many cables: a conduit's by the code, the others' by the site.
PathwayModel limits_of(const CheckInput& input, const Pathway& pathway, std::uint64_t cables) {
  PathwayModel limits;
  if (const PathwayModel* model = input.catalogue.find_pathway(catalogue_kind(pathway.kind), cables)) limits = *model;
  if (pathway.kind == PathwayKind::conduit) {
    limits.fill_initial = limits.fill_max;
  } else {
    limits.fill_initial = pathway.fill_initial;
    limits.fill_max = pathway.fill_most;
  }
  return limits;
}

std::string shape_text(const Pathway& pathway) {
  const auto mm = [](Length length) { return std::to_string(length.mm); };
  if (pathway.kind == PathwayKind::conduit) return "conduit of " + mm(pathway.width) + " mm";
  return std::string(to_string(pathway.kind)) + " of " + mm(pathway.width) + " x " + mm(pathway.depth) + " mm";
}

/// The next width in steps of 50 mm that brings `fill` under `most`.
std::string wider(const Pathway& pathway, double fill, double most) {
  const double wanted = static_cast<double>(pathway.width.mm) * fill / most;
  const auto width = static_cast<std::int64_t>(std::ceil(wanted / 50 - 1e-9)) * 50;
  return std::to_string(width) + " mm wide";
}

}  // namespace

const CableConstruction* construction_of_piece(const CheckInput& input, const Piece& piece) {
  if (const CableConstruction* own = input.catalogue.find_cable_construction(piece.construction)) return own;
  const OpticModel* optic = input.catalogue.find_optic(piece.construction);  // cables with ends of their own are called as they are
  return optic == nullptr ? nullptr : input.catalogue.find_construction_of(*optic, piece.length);
}

std::vector<PathwayUse> pathway_uses(const CheckInput& input) {
  const Plant& plant = input.plant;
  const std::size_t phases = plant.phases.size();
  std::vector<std::vector<std::map<double, std::uint64_t>>> counts(plant.pathways.size(),
                                                                   std::vector<std::map<double, std::uint64_t>>(phases));
  std::vector<PathwayUse> uses(plant.pathways.size());
  for (PathwayUse& use : uses) use.not_known.assign(phases, 0);
  for (const Piece& piece : plant.pieces) {
    if (piece.status == PieceStatus::retired) continue;
    const CableConstruction* construction = construction_of_piece(input, piece);
    for (std::uint32_t r = 0; r < piece.route_count; ++r) {
      const std::uint32_t pathway = plant.routes[piece.first_route + r];
      for (std::size_t p = piece.phase; p < phases; ++p) {
        if (construction == nullptr) ++uses[pathway].not_known[p];
        else ++counts[pathway][p][construction->diameter_mm];
      }
    }
  }
  for (std::size_t w = 0; w < uses.size(); ++w)
    for (std::size_t p = 0; p < phases; ++p) {
      std::vector<CableGroup> groups;
      std::uint64_t cables = 0;
      for (const auto& [diameter, count] : counts[w][p]) {
        groups.push_back({diameter, count});
        cables += count;
      }
      uses[w].phases.push_back(pathway_fill(shape_of(plant.pathways[w]), groups, limits_of(input, plant.pathways[w], cables)));
    }
  return uses;
}

std::vector<Finding> check_pathways(const CheckInput& input, const std::vector<PathwayUse>& uses) {
  const Plant& plant = input.plant;
  const auto name = [&](std::uint32_t w) { return plant.pathways[w].name; };
  CaseGroups full, initial, conduits, unknown;
  std::vector<std::size_t> broken_at(uses.size(), 0);
  for (std::uint32_t w = 0; w < uses.size(); ++w) {
    const Pathway& pathway = plant.pathways[w];
    const std::string key = std::string(to_string(pathway.kind)) + " " + std::to_string(pathway.width.mm) + " " +
                            std::to_string(pathway.depth.mm) + " " + std::to_string(pathway.fill_most) + " " +
                            std::to_string(pathway.fill_initial);
    if (uses[w].not_known.back() > 0) unknown.add("", w, static_cast<double>(uses[w].not_known.back()));
    const auto fails = [](const PathwayFill& fill) { return fill.verdict == Verdict::fail; };
    const auto broken = std::find_if(uses[w].phases.begin(), uses[w].phases.end(), fails);
    if (broken != uses[w].phases.end()) {
      broken_at[w] = static_cast<std::size_t>(broken - uses[w].phases.begin());
      (pathway.kind == PathwayKind::conduit ? conduits : full).add(key + " " + std::to_string(broken_at[w]), w, uses[w].phases.back().fill);
    } else if (pathway.kind != PathwayKind::conduit && uses[w].phases.front().verdict == Verdict::warn) {
      initial.add(key, w, uses[w].phases.front().fill);
    }
  }
  const auto phase_text = [&](std::size_t p) {
    return plant.phases.size() == 1 ? std::string() : " at phase " + std::to_string(p + 1) + " (" + plant.phases[p].name + ")";
  };
  std::vector<Finding> findings;
  for (const CaseGroups::Group& group : full.sorted()) {
    const Pathway& pathway = plant.pathways[group.worst];
    const PathwayFill& last = uses[group.worst].phases.back();
    Finding finding = finding_of(group, FindingLevel::fail, "pathways.fill", name);
    finding.sentence = "(" + shape_text(pathway) + ") is " + percent_text(last.fill) + " full with " + std::to_string(last.cables) +
                       " cables" + phase_text(plant.phases.size() - 1);
    if (broken_at[group.worst] + 1 < plant.phases.size()) {
      const std::size_t p = broken_at[group.worst];
      finding.sentence += ", and too full from phase " + std::to_string(p + 1) + " on (" + plant.phases[p].name + ": " +
                          percent_text(uses[group.worst].phases[p].fill) + ")";
    }
    finding.limit = percent_text(pathway.fill_most) + " at most (`fill_most` of the site; 40 % of TIA-569, S-HTH1)";
    finding.remedy = "a " + std::string(to_string(pathway.kind)) + " " + wider(pathway, last.fill, pathway.fill_most) +
                     ", a second one beside it, or trunks instead of single cords";
    findings.push_back(std::move(finding));
  }
  for (const CaseGroups::Group& group : conduits.sorted()) {
    const Pathway& pathway = plant.pathways[group.worst];
    const PathwayFill& fill = uses[group.worst].phases[broken_at[group.worst]];
    const PathwayModel limits = limits_of(input, pathway, fill.cables);
    Finding finding = finding_of(group, FindingLevel::fail, "pathways.conduit", name);
    finding.sentence = "(" + shape_text(pathway) + ") is " + percent_text(fill.fill) + " full with " +
                       count_text(fill.cables, "cable", "cables") + phase_text(broken_at[group.worst]);
    finding.limit = percent_text(limits.fill_max) + " with " +
                    (limits.cables_from >= 3   ? "three cables and more"
                     : limits.cables_from == 2 ? "two cables"
                                               : "one cable") +
                    " (" + source_of(limits.origin, "fill_max") + ", NEC chapter 9 table 1)";
    finding.remedy = "a wider conduit, or a second one";
    findings.push_back(std::move(finding));
  }
  for (const CaseGroups::Group& group : initial.sorted()) {
    const Pathway& pathway = plant.pathways[group.worst];
    const PathwayFill& first = uses[group.worst].phases.front();
    Finding finding = finding_of(group, FindingLevel::warn, "pathways.fill", name);
    finding.sentence = "(" + shape_text(pathway) + ") is " + percent_text(first.fill) + " full with " + std::to_string(first.cables) +
                       " cables" + phase_text(0) + ", more than a new design should use";
    finding.limit = percent_text(pathway.fill_initial) + " at first (`fill_initial` of the site; 25 % of S-LEV)";
    finding.remedy = "a " + std::string(to_string(pathway.kind)) + " " + wider(pathway, first.fill, pathway.fill_initial) +
                     ", or trunks instead of single cords";
    findings.push_back(std::move(finding));
  }
  for (const CaseGroups::Group& group : unknown.sorted()) {
    Finding finding = finding_of(group, FindingLevel::note, "pathways.unknown", name);
    finding.sentence = "has " + count_text(uses[group.worst].not_known.back(), "cable", "cables") + " of unknown diameter: not in its fill";
    finding.remedy = "the construction of these cables, in the schedule or by their optics";
    findings.push_back(std::move(finding));
  }
  CaseGroups bends;
  for (std::uint32_t i = 0; i < plant.pieces.size(); ++i)
    if (plant.pieces[i].status != PieceStatus::retired && plant.pieces[i].route_count > 0)
      if (const CableConstruction* construction = construction_of_piece(input, plant.pieces[i])) {
        const Length radius = bend_radius(*construction, false, input.catalogue.find_fibre(plant.pieces[i].fibre));
        bends.add(construction->id, i, static_cast<double>(radius.mm));
      }
  for (const CaseGroups::Group& group : bends.sorted()) {
    const CableConstruction& construction = *construction_of_piece(input, plant.pieces[group.worst]);
    const FibreModel* fibre = input.catalogue.find_fibre(plant.pieces[group.worst].fibre);
    Finding finding = finding_of(group, FindingLevel::note, "pathways.bend", [&](std::uint32_t i) { return plant.pieces[i].id; });
    finding.sentence = "is `" + construction.id + "`: bend it no tighter than " +
                       std::to_string(bend_radius(construction, false, fibre).mm) + " mm at rest and " +
                       std::to_string(bend_radius(construction, true, fibre).mm) + " mm while it is pulled";
    finding.limit = "radii of data/cable_constructions.csv (" + source_of(construction.origin, "bend_radius_installed") + ")";
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace eastwest
