// SPDX-License-Identifier: Apache-2.0
#include "topology/cabling.hpp"

#include <cstdlib>

namespace eastwest {

namespace {

std::string row_letters(std::uint32_t row) {
  std::string letters;
  for (std::uint64_t rest = std::uint64_t{row} + 1; rest > 0; rest = (rest - 1) / 26)
    letters.insert(letters.begin(), static_cast<char>('A' + (rest - 1) % 26));
  return letters;
}

int medium_order(const OpticModel& optic) { return optic.medium == "copper" ? 0 : optic.medium == "mmf" ? 1 : 2; }

std::int64_t steps(std::uint32_t a, std::uint32_t b) { return std::llabs(static_cast<long long>(a) - static_cast<long long>(b)); }

std::uint32_t racks_for(std::uint32_t count, std::uint32_t per_rack) { return (count + per_rack - 1) / per_rack; }

}  // namespace

Rack RackGrid::rack(std::uint32_t index) const {
  Rack result;
  result.row = index / racks_per_row;
  result.column = index % racks_per_row;
  const std::string column = std::to_string(result.column + 1);
  result.name = row_letters(result.row) + (column.size() < 2 ? "0" : "") + column;
  return result;
}

Length RackGrid::cable_length(const Rack& a, const Rack& b) const {
  if (a.row == b.row && a.column == b.column) return vertical_drop + slack;
  return vertical_drop * 2 + rack_pitch * steps(a.column, b.column) + row_pitch * steps(a.row, b.row) + slack;
}

CableParts cable_with_delay(Duration delay) {
  CableParts parts;
  parts.delay_medium = delay;
  return parts;
}

CableParts cable_with_optic(const Catalogue& catalogue, const OpticModel& optic, Length length) {
  const MediumModel* medium = catalogue.find_medium(optic.medium);
  EASTWEST_CHECK(medium != nullptr, "a catalogue with an optic of unknown medium was loaded");
  CableParts parts;
  parts.length = length;
  parts.medium = optic.id;
  parts.delay_medium = medium->delay(length);
  parts.delay_modules = optic.module_latency * 2;
  parts.delay_fec = optic.fec_latency;
  return parts;
}

const OpticModel* automatic_optic(const Catalogue& catalogue, BitRate rate, Length length) {
  const OpticModel* best = nullptr;
  for (const OpticModel& optic : catalogue.optics()) {
    if (!optic.automatic || optic.rate != rate || optic.reach < length) continue;
    if (best == nullptr || medium_order(optic) < medium_order(*best) ||
        (medium_order(optic) == medium_order(*best) && optic.reach < best->reach))
      best = &optic;
  }
  return best;
}

Result<CableParts> choose_cable(const Catalogue& catalogue, const CableRule& rule, BitRate rate, Length length) {
  if (rule.delay.ps >= 0) return cable_with_delay(rule.delay);
  const std::string delay_remedy = "give `" + std::string(rule.delay_parameter) + "`";
  if (rule.optic != "automatic") {
    const OpticModel* optic = catalogue.find_optic(rule.optic);
    EASTWEST_CHECK(optic != nullptr, "a cable rule names an optic that was not looked up");
    if (optic->rate == rate) return cable_with_optic(catalogue, *optic, length);
    return Error{"`" + std::string(rule.optic_parameter) + "` `" + optic->id + "` runs at " + to_string(optic->rate) + ", the link at " +
                     to_string(rate),
                 "choose an optic of " + to_string(rate) + ", `automatic`, or " + delay_remedy};
  }
  if (const OpticModel* optic = automatic_optic(catalogue, rate, length)) return cable_with_optic(catalogue, *optic, length);
  if (automatic_optic(catalogue, rate, Length{0}) == nullptr)
    return Error{"the catalogue has no optic for links of " + to_string(rate), delay_remedy + " or choose another rate"};
  return Error{"no optic of " + to_string(rate) + " reaches " + to_readable(length), "shorten the cable or " + delay_remedy};
}

GroupRacks place_group(const RackGrid& grid, std::uint32_t servers, std::uint32_t switches, std::vector<Rack>& racks) {
  const auto first = static_cast<std::uint32_t>(racks.size());
  const std::uint32_t server_racks = racks_for(servers, grid.servers_per_rack);
  const bool shared = switches == 1 && server_racks > 0;
  const std::uint32_t network_racks = shared ? 0 : racks_for(switches, grid.switches_per_rack);
  const std::uint32_t before = network_racks == 0 ? server_racks : (server_racks + 1) / 2;
  for (std::uint32_t r = 0; r < server_racks + network_racks; ++r) racks.push_back(grid.rack(first + r));

  GroupRacks group;
  for (std::uint32_t s = 0; s < servers; ++s) {
    const std::uint32_t rack = s / grid.servers_per_rack;
    group.servers.push_back(first + rack + (rack < before ? 0 : network_racks));
  }
  for (std::uint32_t s = 0; s < switches; ++s)
    group.switches.push_back(shared ? first + (server_racks - 1) / 2 : first + before + s / grid.switches_per_rack);
  return group;
}

}  // namespace eastwest
