// SPDX-License-Identifier: Apache-2.0
// What is plugged where, from InfiniBand's view, from a point-to-point list, and from one side only.
#include <doctest/doctest.h>

#include <cstdio>
#include <functional>

#include "tests/support/delivery.hpp"

namespace eastwest::tests {
namespace {

constexpr const char* kInfiniband = "topology: rail_optimised\nservers: 64\nserver: dgx-h100\nswitch: nv-qm9700\n";

std::string hexadecimal(std::uint32_t number) {
  char text[17];
  std::snprintf(text, sizeof text, "%016x", number);
  return text;
}

/// As ibnetdiscover prints the fabric; every NIC of a server is a node of its own. `speed` of a cable.
std::string ibnetdiscover(const DesignedSite& site, const std::function<std::string(CableId)>& speed) {
  const Fabric& fabric = site.site.fabric;
  const auto is_host = [&](PortId port) { return fabric.nodes[fabric.ports[port.index()].node.index()].kind == NodeKind::host; };
  const auto id = [&](PortId port) {
    const Port& one = fabric.ports[port.index()];
    return is_host(port) ? "H-" + hexadecimal(0x10000 + port.value) : "S-" + hexadecimal(0x100 + one.node.value);
  };
  const auto described = [&](PortId port) {
    const Port& one = fabric.ports[port.index()];
    const std::string& name = fabric.nodes[one.node.index()].name;
    constexpr int kAdapters[] = {0, 3, 4, 5, 6, 9, 10, 11};  // of a DGX H100
    return is_host(port) ? name + " mlx5_" + std::to_string(kAdapters[one.index]) : "MF0;" + name + ":MQM9700/U1";
  };
  const auto number = [&](PortId port) { return is_host(port) ? 1u : fabric.ports[port.index()].index + 1; };
  std::string text = "# Topology file: generated on Thu Jan  1 00:00:00 2026\n";
  const auto link = [&](PortId port) {
    const LinkId out = fabric.ports[port.index()].out;
    const PortId peer = fabric.links[out.index()].target;
    return "[" + std::to_string(number(port)) + "]\t\"" + id(peer) + "\"[" + std::to_string(number(peer)) + "]\t\t# \"" + described(peer) +
           "\" lid 7 " + speed(fabric.links[out.index()].cable) + "\n";
  };
  for (const Node& node : fabric.nodes)
    for (std::uint32_t p = 0; p < node.port_count; ++p) {
      const PortId port{node.first_port + p};
      if (node.kind == NodeKind::host || p == 0)
        text += std::string("\n") + (node.kind == NodeKind::host ? "Ca\t1" : "Switch\t65") + " \"" + id(port) + "\"\t\t# \"" +
                described(port) + "\" lid 3\n";
      text += link(port);
    }
  return text;
}

TEST_CASE("cabling check: a clean fabric of 512 GPUs as ibnetdiscover sees it, and a link on half of its lanes") {
  const DesignedSite site(kInfiniband);
  const auto whole = [](CableId) { return std::string("4xNDR"); };
  const Verification clean = verified(site, {{"ibnetdiscover.txt", ibnetdiscover(site, whole)}});
  for (const HardwareFinding& one : clean.findings) FAIL_CHECK(one.item << ": " << one.sentence);
  REQUIRE(clean.counts.size() == 2);
  CHECK(clean.counts[0].matched == site.site.fabric.cables.size());
  CHECK(clean.counts[1].matched == site.site.fabric.cables.size());
  const auto half = [](CableId cable) { return std::string(cable.value == 40 ? "2xNDR" : cable.value == 50 ? "4xHDR" : "4xNDR"); };
  const Verification result = verified(site, {{"ibnetdiscover.txt", ibnetdiscover(site, half)}});
  REQUIRE(result.findings.size() == 2);
  CHECK(result.findings[0].kind == FindingKind::wrong_speed);
  CHECK(result.findings[0].item == site.site.fabric.cables[50].name);
  CHECK(result.findings[1].kind == FindingKind::wrong_width);
  CHECK(result.findings[1].item == site.site.fabric.cables[40].name);
}

TEST_CASE("cabling check: a point-to-point list is a list of cables") {
  const DesignedSite site("topology: rail_optimised\nservers: 8\nserver: dgx-h100\n");
  const Fabric& fabric = site.site.fabric;
  const PortNames names(fabric, site.site.plant, site.catalogue);
  const auto list = [&](std::uint32_t swapped, std::uint32_t with) {
    std::string text = "A-Rack,A-U,A-Node Name,A-Type,A-Port,Z-Rack,Z-RU,Z-Node Name,Z-Type,Z-Port\n";
    for (std::uint32_t c = 0; c < fabric.cables.size(); ++c) {
      const PortId a = fabric.cables[c].a;
      const PortId b = fabric.cables[c == swapped ? with : c == with ? swapped : c].b;
      text += "A01,1," + fabric.nodes[names.node(a).index()].name + ",Host," + names.interface(a) + ",A02,40," +
              fabric.nodes[names.node(b).index()].name + ",Switch," + names.interface(b) + "\n";
    }
    return text;
  };
  CHECK(verified(site, {{"p2p.csv", list(0, 0)}}).findings.empty());
  const Verification rails = verified(site, {{"p2p.csv", list(0, 1)}});  // two NICs of server-00
  REQUIRE(rails.findings.size() == 1);
  CHECK(rails.findings[0].kind == FindingKind::miswired_rail);
  CHECK(rails.findings[0].others == std::vector<std::string>{fabric.cables[1].name});
  const Verification ports = verified(site, {{"p2p.csv", list(0, 8)}});  // two servers on leaf-0
  REQUIRE(ports.findings.size() == 1);
  CHECK(ports.findings[0].kind == FindingKind::swapped_ports);
}

TEST_CASE("cabling check: what only the switches see is enough, what nobody lists is not judged, strangers are named once") {
  const DesignedSite site("topology: rail_optimised\nservers: 8\nserver: dgx-h100\n");
  Delivery delivery = clean_delivery(site);
  delivery.cables[3].missing = true;
  std::vector<EvidenceText> files;
  for (EvidenceText& file : evidence_of(site, delivery))
    if (file.path.starts_with("leaf-") && file.path.ends_with(".lldp.json")) files.push_back(std::move(file));
  const Verification result = verified(site, files);
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].kind == FindingKind::missing);
  CHECK(result.findings[0].item == site.site.fabric.cables[3].name);
  CHECK(verified(site, {{"leaf-99.lldp.json", files.front().text}}).passed());
  std::string lists;
  for (const char* port : {"swp1s0", "swp1s1"})
    lists += std::string(lists.empty() ? "" : ",") + "{\"name\":\"" + port + "\",\"chassis\":[{\"name\":[{\"value\":\"sevrer-00\"}]}]," +
             "\"port\":[{\"id\":[{\"type\":\"ifname\",\"value\":\"rail0\"}]}]}";
  const Verification strangers = verified(site, {{"leaf-0.lldp.json", "{\"lldp\":[{\"interface\":[" + lists + "]}]}"}});
  std::size_t named = 0;
  for (const HardwareFinding& one : strangers.findings) {
    if (one.kind == FindingKind::missing && one.item == site.site.fabric.cables[0].name)
      CHECK(one.sentence.ends_with("leaf-0:swp1s0 sees `sevrer-00:rail0`, which the design does not know"));
    if (one.kind != FindingKind::unknown_name) continue;
    ++named;
    CHECK(one.remedy == "did you mean `server-00`?");
  }
  CHECK(named == 1);
}

TEST_CASE("cabling check: a list of neighbours that was cut off is one finding, and a port that the switch has not is another") {
  const DesignedSite site("topology: rail_optimised\nservers: 8\nserver: dgx-h100\n");
  const PortNames names(site.site.fabric, site.site.plant, site.catalogue);
  std::vector<EvidenceText> files = evidence_of(site, clean_delivery(site));
  std::erase_if(files, [](const EvidenceText& file) { return !file.path.ends_with(".lldp.json"); });
  const auto entry = [](const std::string& port) {
    return "{\"name\":\"" + port + "\",\"chassis\":[{\"name\":[{\"value\":\"server-00\"}]}]," +
           "\"port\":[{\"id\":[{\"type\":\"ifname\",\"value\":\"rail0\"}]}]}";
  };
  const PortId first = names.peer(names.port("server-00", "rail0"));
  const std::string leaf = site.site.fabric.nodes[names.node(first).index()].name;
  const auto with = [&](const std::string& ports) {
    std::size_t replaced = 0;
    for (EvidenceText& file : files)
      if (file.path == leaf + ".lldp.json") {
        file.text = "{\"lldp\":[{\"interface\":[" + ports + "]}]}";
        ++replaced;
      }
    REQUIRE(replaced == 1);
    return verified(site, files);
  };
  const Verification cut = with(entry(names.interface(first)));
  REQUIRE(cut.findings.size() == 1);
  CHECK(cut.findings[0].kind == FindingKind::missing);
  CHECK(cut.findings[0].severity == FindingSeverity::failed);
  CHECK(cut.findings[0].item == leaf);
  CHECK(cut.findings[0].others.size() > 4);
  for (const FoundCable& one : cut.found.cables) CHECK(!one.missing);  // the other ends see them
  const Verification beyond = with(entry(names.interface(first)) + "," + entry("swp999"));
  REQUIRE(beyond.findings.size() == 2);
  CHECK(beyond.findings[1].kind == FindingKind::unknown_name);
  CHECK(beyond.findings[1].severity == FindingSeverity::warning);
  CHECK(beyond.findings[1].item == leaf + ":swp999");
}

}  // namespace
}  // namespace eastwest::tests
