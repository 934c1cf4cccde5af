// SPDX-License-Identifier: Apache-2.0
#include "analysis/documents/pull_list.hpp"

#include <algorithm>
#include <map>
#include <numbers>
#include <tuple>

#include "analysis/documents/document_text.hpp"
#include "topology/plant/pathway_fill.hpp"

namespace eastwest {

namespace {

std::vector<std::uint32_t> route_of(const Plant& plant, const Piece& piece) {
  const auto first = plant.routes.begin() + piece.first_route;
  return {first, first + piece.route_count};
}

std::string bundle_name(const Bundle& bundle) {
  const std::string number = std::to_string(bundle.order);
  return "P" + std::to_string(bundle.phase + 1) + "-B" + std::string(number.size() < 3 ? 3 - number.size() : 0, '0') + number;
}

std::vector<std::string> ids_of(const Plant& plant, const Bundle& bundle) {
  std::vector<std::string> ids;
  for (const std::uint32_t p : bundle.pieces) ids.push_back(plant.pieces[p].id);
  return ids;
}

std::string route_text(const Plant& plant, const Piece& piece) {
  std::string text;
  for (const std::uint32_t pathway : route_of(plant, piece)) text += (text.empty() ? "" : " ") + plant.pathways[pathway].name;
  return text;
}

std::string_view verdict(const Pathway& pathway, double fill, std::uint32_t phase) {
  if (fill > pathway.fill_most) return "too full";
  return phase == 0 && fill > pathway.fill_initial ? "above the initial design" : "ok";
}

}  // namespace

bool is_pulled(const Plant& plant, const Piece& piece) {
  return piece.status != PieceStatus::retired && piece.a.device != kNone && piece.b.device != kNone &&
         plant.devices[piece.a.device].rack != plant.devices[piece.b.device].rack;
}

double area_mm2(const Catalogue& catalogue, const Piece& piece) {
  const double diameter = diameter_mm(catalogue, piece);
  return cable_area_mm2(diameter > 0 ? diameter : kUnknownDiameter);
}

double usable_mm2(const Pathway& pathway) {
  const auto width = static_cast<double>(pathway.width.mm);
  if (pathway.kind == PathwayKind::conduit) return std::numbers::pi * width * width / 4;
  return width * static_cast<double>(pathway.depth.mm);
}

std::vector<Bundle> bundles_of(const SiteView& view) {
  const Plant& plant = *view.plant;
  using Key = std::tuple<std::uint32_t, bool, std::vector<std::uint32_t>, std::string, std::uint32_t, std::uint32_t>;
  std::map<Key, std::vector<std::uint32_t>> groups;
  for (std::uint32_t p = 0; p < plant.pieces.size(); ++p) {
    const Piece& piece = plant.pieces[p];
    if (piece.status == PieceStatus::retired || piece.a.device == kNone || piece.b.device == kNone) continue;
    const std::uint32_t a = plant.devices[piece.a.device].rack;
    const std::uint32_t b = plant.devices[piece.b.device].rack;
    groups[{piece.phase, !is_pulled(plant, piece), route_of(plant, piece), piece.construction, std::min(a, b), std::max(a, b)}].push_back(
        p);
  }
  std::vector<Bundle> bundles;
  for (auto& [key, pieces] : groups) {
    const bool inside = std::get<1>(key);
    // Trunks are stiff and go one by one; the longest of each group first.
    std::stable_sort(pieces.begin(), pieces.end(),
                     [&](std::uint32_t x, std::uint32_t y) { return plant.pieces[x].length > plant.pieces[y].length; });
    const std::size_t most = plant.pieces[pieces.front()].kind == PieceKind::trunk ? 1 : kBundleMost;
    for (std::size_t first = 0; first < pieces.size(); first += inside ? pieces.size() : most) {
      Bundle bundle;
      bundle.phase = std::get<0>(key);
      bundle.order = inside ? 0 : 1;
      const std::size_t last = inside ? pieces.size() : std::min(pieces.size(), first + most);
      bundle.pieces.assign(pieces.begin() + static_cast<std::ptrdiff_t>(first), pieces.begin() + static_cast<std::ptrdiff_t>(last));
      for (const std::uint32_t p : bundle.pieces) bundle.area_mm2 += area_mm2(*view.catalogue, plant.pieces[p]);
      bundles.push_back(std::move(bundle));
    }
  }
  const auto rank = [&](const Bundle& bundle) {
    const Piece& first = plant.pieces[bundle.pieces.front()];
    return std::tuple{bundle.phase, !bundle.pulled(), -first.route_length.mm, -first.length.mm, bundle.pieces.front()};
  };
  std::sort(bundles.begin(), bundles.end(), [&](const Bundle& x, const Bundle& y) { return rank(x) < rank(y); });
  std::uint32_t order = 0;
  for (std::size_t i = 0; i < bundles.size(); ++i) {
    if (i == 0 || bundles[i].phase != bundles[i - 1].phase) order = 0;
    if (bundles[i].pulled()) bundles[i].order = ++order;
  }
  return bundles;
}

std::vector<PathwayLoad> pathway_loads(const SiteView& view) {
  const Plant& plant = *view.plant;
  const std::size_t phases = plant.phases.size();
  std::vector<PathwayLoad> loads(plant.pathways.size());
  for (std::size_t w = 0; w < loads.size(); ++w) {
    loads[w].usable_mm2 = usable_mm2(plant.pathways[w]);
    loads[w].cables.assign(phases, 0);
    loads[w].fill.assign(phases, 0);
  }
  for (const Piece& piece : plant.pieces) {
    if (piece.status == PieceStatus::retired) continue;
    const double area = area_mm2(*view.catalogue, piece);
    for (const std::uint32_t w : route_of(plant, piece))
      for (std::size_t p = piece.phase; p < phases; ++p) {
        ++loads[w].cables[p];
        if (loads[w].usable_mm2 > 0) loads[w].fill[p] += area / loads[w].usable_mm2;
      }
  }
  return loads;
}

std::string write_pull_bundles(const SiteView& view) {
  const Plant& plant = *view.plant;
  std::string text = safe_row({"phase", "order", "bundle", "cables", "cable_ids", "construction", "diameter_mm", "from", "to", "length_m",
                               "order_length_m", "bend_radius_mm", "route"});
  for (const Bundle& bundle : bundles_of(view)) {
    if (!bundle.pulled()) continue;
    const Piece& first = plant.pieces[bundle.pieces.front()];
    const CableConstruction* row = construction_row(*view.catalogue, first);
    Length longest;
    for (const std::uint32_t p : bundle.pieces) longest = std::max(longest, plant.pieces[p].order_length);
    const Length bend = row == nullptr ? Length{} : bend_radius(*row, true, view.catalogue->find_fibre(first.fibre));
    text +=
        safe_row({std::to_string(bundle.phase + 1), std::to_string(bundle.order), bundle_name(bundle), std::to_string(bundle.pieces.size()),
                  id_ranges(ids_of(plant, bundle)), first.construction, row == nullptr ? "" : fixed_digits(row->diameter_mm, 1),
                  plant.racks[plant.devices[first.a.device].rack].name, plant.racks[plant.devices[first.b.device].rack].name,
                  metres(first.length), metres(longest), bend.mm == 0 ? "" : std::to_string(bend.mm), route_text(plant, first)});
  }
  return text;
}

std::string write_pull_list(const SiteView& view) {
  const Plant& plant = *view.plant;
  const std::vector<Bundle> bundles = bundles_of(view);
  std::vector<std::vector<std::uint32_t>> of_pathway(plant.pathways.size());
  for (std::uint32_t b = 0; b < bundles.size(); ++b)
    for (const std::uint32_t w : route_of(plant, plant.pieces[bundles[b].pieces.front()])) of_pathway[w].push_back(b);
  std::string text = safe_row({"pathway", "kind", "from", "to", "phase", "order", "bundle", "cables", "construction", "fill_before",
                               "fill_after", "fill_most", "verdict"});
  for (std::uint32_t w = 0; w < plant.pathways.size(); ++w) {
    const Pathway& pathway = plant.pathways[w];
    const double usable = usable_mm2(pathway);
    double filled = 0;
    for (const std::uint32_t b : of_pathway[w]) {
      const Bundle& bundle = bundles[b];
      const double before = usable > 0 ? filled / usable : 0;
      filled += bundle.area_mm2;
      const double after = usable > 0 ? filled / usable : 0;
      text += safe_row({pathway.name, to_string(pathway.kind), pathway.from, pathway.to, std::to_string(bundle.phase + 1),
                        bundle.pulled() ? std::to_string(bundle.order) : "", bundle.pulled() ? bundle_name(bundle) : "cords of the rack",
                        std::to_string(bundle.pieces.size()), plant.pieces[bundle.pieces.front()].construction, fixed_digits(before, 4),
                        fixed_digits(after, 4), fixed_digits(pathway.fill_most, 4), verdict(pathway, after, bundle.phase)});
    }
  }
  return text;
}

}  // namespace eastwest
