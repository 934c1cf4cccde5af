// SPDX-License-Identifier: Apache-2.0
// Ports of switches by the names of Cumulus, NVOS, Arista, NX-OS and SONiC; halves of a cage stay together where only some are in use.
#include "topology/plant/exchange/netbox_ports.hpp"

#include <doctest/doctest.h>

using namespace eastwest;

namespace {

using Ports = std::vector<std::uint32_t>;

Ports ports(const std::vector<std::string>& names, std::uint32_t per_cage, std::uint32_t limit = 64) {
  const auto found = ports_by_name(names, per_cage, limit);
  REQUIRE(found.has_value());
  return *found;
}

}  // namespace

TEST_CASE("netbox ports: cage and half, of a switch with two ports a cage") {
  CHECK(ports({"swp3s1", "swp1s0", "swp32s1"}, 2) == Ports{5, 0, 63});
  CHECK(ports({"P3/2", "P1/1", "P32/2"}, 2) == Ports{5, 0, 63});
  CHECK(ports({"Ethernet1/3/2", "Ethernet1/1/1"}, 2) == Ports{5, 0});
  CHECK(ports({"Ethernet3/5", "Ethernet1/1"}, 2) == Ports{5, 0});  // lanes 1 and 5 of eight
  CHECK(ports({"P1/1", "P1/2"}, 2) == Ports{0, 1});
}

TEST_CASE("netbox ports: one number, from 1, from 0, in lanes, and in a slot") {
  CHECK(ports({"swp7", "swp1"}, 1) == Ports{6, 0});
  CHECK(ports({"port0", "port3", "port5"}, 1) == Ports{0, 3, 5});
  CHECK(ports({"Ethernet0", "Ethernet8", "Ethernet40"}, 1) == Ports{0, 1, 5});
  CHECK(ports({"Ethernet0", "Ethernet4", "Ethernet12"}, 2) == Ports{0, 1, 3});
  CHECK(ports({"Ethernet1/7", "Ethernet1/31", "Ethernet1/1"}, 1) == Ports{6, 30, 0});
}

TEST_CASE("netbox ports: names that say nothing, twice the same port, or one that the switch has not") {
  CHECK_FALSE(ports_by_name({"left", "right"}, 1, 64).has_value());
  CHECK_FALSE(ports_by_name({"swp1", "eth1"}, 1, 64).has_value());
  CHECK_FALSE(ports_by_name({"swp65"}, 1, 64).has_value());
  CHECK_FALSE(ports_by_name({"swp1", "swp01"}, 1, 64).has_value());
  CHECK_FALSE(ports_by_name({"swp99999999999999999999"}, 1, 64).has_value());
}

TEST_CASE("netbox ports: ranks count numbers as numbers") {
  CHECK(ranks_by_name({"ib10", "ib2", "ib1"}) == Ports{2, 1, 0});
  CHECK(ranks_by_name({"b", "a1", "a"}) == Ports{2, 1, 0});
}
