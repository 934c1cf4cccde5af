// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/breakout.hpp"

#include <cmath>

namespace eastwest {
namespace {

std::string style(std::uint32_t legs) { return legs == 1 ? "a straight cord" : "a 1:" + std::to_string(legs) + " splitter"; }

void check_leg(const OpticModel& near, std::uint32_t lanes, const OpticModel& far, std::vector<PlantViolation>& out) {
  const std::string opening = "`" + near.id + "` gives a leg " + std::to_string(lanes) + (lanes == 1 ? " lane" : " lanes");
  // A twin-port module at the far end takes part with one of its ends.
  const std::uint32_t far_lanes = far.media_lanes / ends_of(far);
  if (far.medium != near.medium)
    out.push_back({"breakout", "`" + near.id + "` and `" + far.id + "` are for different media, " + near.medium + " and " + far.medium,
                   "modules for the same kind of fibre at both ends"});
  if (far_lanes != lanes && !(lanes < far_lanes && is_parallel(far) && lanes > 0 && far_lanes % lanes == 0 && far_lanes / lanes == 2))
    out.push_back(
        {"breakout", opening + ", and `" + far.id + "` has " + std::to_string(far_lanes), "a module of as many lanes as the leg carries"});
  if (std::fabs(far.lane_gigabaud - near.lane_gigabaud) > 0.01 || far.modulation != near.modulation)
    out.push_back({"breakout", "the lanes of `" + near.id + "` and `" + far.id + "` run at different rates",
                   "modules of the same rate per lane at both ends"});
}

}  // namespace

std::uint32_t ends_of(const OpticModel& optic) { return optic.connector.starts_with("2x") ? 2 : 1; }

bool is_parallel(const OpticModel& optic) { return optic.fibres != 0 && optic.fibres == 2 * optic.media_lanes; }

std::vector<std::pair<std::uint32_t, std::uint32_t>> lane_positions(std::uint32_t positions, std::uint32_t lanes) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> list;
  for (std::uint32_t lane = 1; lane <= lanes && 2 * lane <= positions; ++lane) list.emplace_back(lane, positions + 1 - lane);
  return list;
}

std::vector<PlantViolation> check_breakout(const OpticModel& near, std::span<const BreakoutUse> uses) {
  std::vector<PlantViolation> out;
  const std::uint32_t ends = ends_of(near);
  const std::uint32_t lanes = near.media_lanes / ends;
  if (uses.size() > ends)
    out.push_back({"breakout",
                   "`" + near.id + "` has " + std::to_string(ends) + (ends == 1 ? " end" : " ends") + " for cords, not " +
                       std::to_string(uses.size()),
                   "a twin-port module, or fewer cords"});
  for (const BreakoutUse& use : uses) {
    if (use.legs == 0 || lanes % use.legs != 0) {
      out.push_back({"breakout",
                     std::to_string(lanes) + " lanes of `" + near.id + "` cannot be divided into " + std::to_string(use.legs) + " legs",
                     "a straight cord, 1:2 or 1:4"});
      continue;
    }
    if (use.legs > 1 && !is_parallel(near))
      out.push_back({"breakout", "`" + near.id + "` has its lanes on one fibre or in one cable, which " + style(use.legs) + " cannot part",
                     "a module with a fibre for each lane, such as DR4 or SR4"});
    if (use.far.size() > use.legs)
      out.push_back(
          {"breakout", style(use.legs) + " has no leg for " + std::to_string(use.far.size()) + " modules", "more legs, or fewer modules"});
    for (const OpticModel* far : use.far) check_leg(near, lanes / use.legs, *far, out);
  }
  for (std::size_t i = 1; i < uses.size() && i < ends; ++i)
    if (uses[i].legs != uses[0].legs)
      out.push_back({"breakout", "the two ends of `" + near.id + "` have " + style(uses[0].legs) + " and " + style(uses[i].legs),
                     "the same style of cord in both ends of a twin-port module"});
  return out;
}

}  // namespace eastwest
