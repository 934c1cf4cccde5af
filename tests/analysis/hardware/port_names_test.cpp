// SPDX-License-Identifier: Apache-2.0
#include "analysis/hardware/port_names.hpp"

#include <doctest/doctest.h>

#include "tests/support/delivery.hpp"

namespace eastwest::tests {
namespace {

TEST_CASE("port names: the site's own and those of common tools, on twin cages") {
  const DesignedSite site("topology: rail_optimised\nservers: 64\nserver: dgx-h100\nswitch: nv-qm9700\n");
  const PortNames names(site.site.fabric, site.site.plant, site.catalogue);
  const NodeId leaf = names.node("leaf-0");
  REQUIRE(leaf.exists());
  REQUIRE(names.ports_per_cage(leaf) == 2);
  const std::uint32_t first = site.site.fabric.nodes[leaf.index()].first_port;
  const auto index = [&](std::string_view interface) {
    const PortId port = names.port(leaf, interface);
    return port.exists() ? static_cast<int>(port.value - first) : -1;
  };
  CHECK(index("swp1s0") == 0);
  CHECK(index("swp1s1") == 1);
  CHECK(index("SWP3s1") == 5);
  CHECK(index("swp3") == 4);       // the cage
  CHECK(index("33") == 32);        // InfiniBand
  CHECK(index("2/2") == 3);        // cage and half
  CHECK(index("2_2") == 3);        // as a file may be called
  CHECK(index("sw2p1") == 2);      // XDR
  CHECK(index("P0.1") == 1);       // NetBox
  CHECK(index("Ethernet4") == 1);  // SONiC: four lanes a port
  CHECK(index("swp1s2") == -1);    // no third half
  CHECK(index("eth0") == -1);
  CHECK(index("") == -1);
  CHECK(names.name(names.port(leaf, "33")) == "leaf-0:swp17s0");
  CHECK(names.node("LEAF-0.hall.example") == leaf);
  CHECK(!names.node("leaf-99").exists());
  const NodeId server = names.node("server-03");
  CHECK(names.interface(names.port(server, "mlx5_4")) == "rail2");
  CHECK(names.port(server, "3") == names.port(server, "rail2"));
  CHECK(!names.port(server, "rail8").exists());
}

TEST_CASE("port names: a port that the design does not use is a port, with no cable") {
  const DesignedSite site("topology: rail_optimised\nservers: 8\nserver: dgx-h100\n");
  const PortNames names(site.site.fabric, site.site.plant, site.catalogue);
  const NodeId leaf = names.node("leaf-0");
  const PortId port = names.port(leaf, "swp40s1");
  REQUIRE(port.exists());
  CHECK(!names.is_planned(port));
  CHECK(!names.cable(port).exists());
  CHECK(!names.peer(port).exists());
  CHECK(names.node(port) == leaf);
  CHECK(names.name(port) == "leaf-0:swp40s1");
  CHECK(names.port(leaf, "swp40s1") == port);
}

TEST_CASE("port names: a switch has no port beyond its cages, and says how many it has") {
  const DesignedSite site("topology: rail_optimised\nservers: 64\nserver: dgx-h100\nswitch: nv-qm9700\n");
  const PortNames names(site.site.fabric, site.site.plant, site.catalogue);
  const NodeId leaf = names.node("leaf-0");
  CHECK(names.port(leaf, "swp32s1").exists());  // QM9700: 32 cages, 64 ports of 400 Gb/s
  CHECK(!names.port(leaf, "swp33").exists());
  CHECK(!names.port(leaf, "swp99").exists());
  CHECK(names.exceeded(leaf, "swp99") == 64);
  CHECK(names.exceeded(leaf, "swp32s1") == 0);
  CHECK(names.exceeded(leaf, "eth0") == 0);
  CHECK(names.exceeded(leaf, "65") == 0);  // where its aggregation node hangs
}

TEST_CASE("port names: compute adapters of a DGX are not numbered on; storage's are none of the design's") {
  const DesignedSite site("topology: rail_optimised\nservers: 2\nserver: dgx-h100\n");
  const PortNames names(site.site.fabric, site.site.plant, site.catalogue);
  const NodeId host = names.node("server-0");
  const std::uint32_t rails[] = {0, 3, 4, 5, 6, 9, 10, 11};
  for (std::uint32_t r = 0; r < 8; ++r)
    CHECK(names.port(host, "mlx5_" + std::to_string(rails[r])) == names.port(host, "rail" + std::to_string(r)));
  for (const char* storage : {"mlx5_1", "mlx5_2", "mlx5_7", "mlx5_8"}) CHECK_FALSE(names.port(host, storage).exists());
}

}  // namespace
}  // namespace eastwest::tests
