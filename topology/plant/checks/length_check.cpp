// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/checks/length_check.hpp"

#include <cstdlib>
#include <set>

namespace eastwest {

namespace {

Length length_of_route(const Plant& plant, const Piece& piece) {
  Length sum;
  for (std::uint32_t r = 0; r < piece.route_count; ++r) sum += plant.pathways[plant.routes[piece.first_route + r]].length;
  return sum;
}

}  // namespace

std::vector<Finding> check_lengths(const CheckInput& input) {
  const Plant& plant = input.plant;
  CaseGroups untrue, shorter, order, unrouted, twice;
  for (std::uint32_t p = 0; p < plant.pieces.size(); ++p) {
    const Piece& piece = plant.pieces[p];
    if (piece.status == PieceStatus::retired || piece.a.device == kNone || piece.b.device == kNone) continue;
    const Length way = length_of_route(plant, piece);
    const bool apart = plant.devices[piece.a.device].rack != plant.devices[piece.b.device].rack;
    if (apart && piece.route_count == 0 && !plant.pathways.empty()) unrouted.add("", p, static_cast<double>(piece.length.mm));
    std::set<std::uint32_t> seen;
    for (std::uint32_t r = 0; r < piece.route_count; ++r)
      if (!seen.insert(plant.routes[piece.first_route + r]).second) {
        twice.add(plant.pathways[plant.routes[piece.first_route + r]].name, p);
        break;
      }
    // Where the table does not say how long the way is, its pathways do.
    const Length route = piece.route_length.mm > 0 ? piece.route_length : way;
    if (apart && piece.route_count > 0 && piece.route_length.mm > 0 && std::abs(piece.route_length.mm - way.mm) > kLengthRounding.mm)
      untrue.add(length_text(piece.route_length) + " " + length_text(way), p,
                 static_cast<double>(std::abs(piece.route_length.mm - way.mm)));
    if (piece.length.mm + kLengthRounding.mm < route.mm)
      shorter.add(length_text(piece.length) + " " + length_text(route), p, static_cast<double>(route.mm - piece.length.mm));
    if (piece.order_length.mm > 0 && piece.order_length.mm + kLengthRounding.mm < piece.length.mm)
      order.add(length_text(piece.order_length) + " " + length_text(piece.length), p,
                static_cast<double>(piece.length.mm - piece.order_length.mm));
  }
  std::vector<Finding> findings;
  const auto tell = [&](const CaseGroups& groups, const char* rule, const auto& sentence, const std::string& limit,
                        const std::string& remedy) {
    for (const CaseGroups::Group& group : groups.sorted()) {
      Finding finding = finding_of(group, FindingLevel::fail, rule, [&](std::uint32_t p) { return plant.pieces[p].id; });
      finding.sentence = sentence(plant.pieces[group.worst], group);
      finding.limit = limit;
      finding.remedy = remedy;
      findings.push_back(std::move(finding));
    }
  };
  tell(
      shorter, "pathways.length",
      [&](const Piece& piece, const CaseGroups::Group&) {
        return "is " + length_text(piece.length) + " long, and its way along the pathways is " +
               length_text(piece.route_length.mm > 0 ? piece.route_length : length_of_route(plant, piece)) + ": it does not reach";
      },
      "a cable is at least as long as its way",
      "leave `route_length_m`, `length_m` and `order_length_m` of its row empty: they follow from the route");
  tell(
      untrue, "pathways.length",
      [&](const Piece& piece, const CaseGroups::Group&) {
        return "has a way of " + length_text(piece.route_length) + " in the schedule, and its pathways are " +
               length_text(length_of_route(plant, piece)) + " together";
      },
      "the length of a way is that of its pathways (`length` of the table `plant.pathways`)",
      "leave `route_length_m`, `length_m` and `order_length_m` of its row empty, or correct the pathways");
  tell(
      order, "pathways.order",
      [&](const Piece& piece, const CaseGroups::Group&) {
        return "is ordered " + length_text(piece.order_length) + " long, and " + length_text(piece.length) + " are to be installed";
      },
      "what is bought is at least what is installed",
      "order a longer one, or leave `order_length_m` empty for the next length that is sold");
  tell(
      unrouted, "pathways.unrouted",
      [&](const Piece& piece, const CaseGroups::Group&) {
        const auto rack = [&](const PieceEnd& end) { return plant.racks[plant.devices[end.device].rack].name; };
        return "joins rack " + rack(piece.a) + " and rack " + rack(piece.b) +
               " and lies in no pathway: no fill, length or bundle counts it";
      },
      "a cable between two racks lies in pathways", "name them in `route`, or leave `route` and its lengths empty for the shortest way");
  tell(
      twice, "pathways.route", [&](const Piece&, const CaseGroups::Group& group) { return "goes through " + group.key + " twice"; },
      "a way goes through a pathway once", "leave `route` and lengths of its row empty for the shortest way");
  return findings;
}

}  // namespace eastwest
