// SPDX-License-Identifier: Apache-2.0
// Ports by name: which port of a switch an interface of a foreign NetBox is, so that halves of a cage stay halves of a cage.
//
// Forms, of one device all alike: "swp3s1" is half 1 of cage 3; "P3/2" is half 2 of cage 3, and so is "Ethernet1/3/2" (slot first); where the
// second number counts lanes (1 and 5), the second half is 5; "Ethernet1/7" is port 7 where all first numbers are one slot; "Ethernet0",
// "Ethernet8" count lanes, in steps of what they have in common; "port7" is port 7. One number counts from 0 where a 0 stands among them.
// Source: names of Cumulus and NVOS, Arista EOS, Cisco NX-OS and SONiC (general knowledge).
// LIMITATIONS: lanes of which only every second cage is in use look like wider steps, up to eight.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace eastwest {

/// The port from 0 of each name, all below `limit` and none twice; nothing where the names do not say it. `per_cage`: ports of a cage, 0: not
/// known.
std::optional<std::vector<std::uint32_t>> ports_by_name(const std::vector<std::string>& names, std::uint32_t per_cage, std::uint32_t limit);

/// The rank of each name when numbers in names count as numbers: "ib2" before "ib10".
std::vector<std::uint32_t> ranks_by_name(const std::vector<std::string>& names);

}  // namespace eastwest
