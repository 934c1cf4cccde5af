// SPDX-License-Identifier: Apache-2.0
// LLDP in both of lldpcli's JSON forms, and InfiniBand as ibnetdiscover prints it (grammar: rdma-core, sec_topology-file.rst).
#include <doctest/doctest.h>

#include "tests/support/evidence_text.hpp"

namespace eastwest::tests {
namespace {

std::string link(const NeighbourReading& one) {
  return one.device + ":" + one.interface + " - " + one.peer_device + ":" + one.peer_interface;
}

TEST_CASE("lldp: json0 and every shape of json say the same") {
  const EvidenceOrigin origin{0, "leaf-0", {}};
  const ReadText json0 = read_text(read_lldp, R"({"lldp":[{"interface":[{"name":"swp1","via":"LLDP",
    "chassis":[{"id":[{"type":"mac","value":"02:00:00:00:00:01"}],"name":[{"value":"gpu-001"}]}],
    "port":[{"id":[{"type":"ifname","value":"ib0"}],"descr":[{"value":"rail0"}]}]}]}]})",
                                   origin);
  const ReadText one = read_text(read_lldp, R"({"lldp": {"interface": {"swp1": {"chassis": {"gpu-001": {"id": {"type": "mac",
    "value": "02:00:00:00:00:01"}}}, "port": {"id": {"type": "ifname", "value": "ib0"}, "descr": "rail0"}}}}})",
                                 origin);
  const ReadText list = read_text(read_lldp, R"({"lldp": {"interface": [{"swp1": {"chassis": {"gpu-001": {"id": {"type": "mac",
    "value": "02:00:00:00:00:01"}}}, "port": {"id": {"type": "ifname", "value": "ib0"}, "descr": "rail0"}}}]}})",
                                  origin);
  for (const ReadText* read : {&json0, &one, &list}) {
    CHECK(read->told == "");
    REQUIRE(read->evidence.neighbours.size() == 1);
    CHECK(link(read->evidence.neighbours[0]) == "leaf-0:swp1 - gpu-001:ib0");
    CHECK(read->evidence.neighbours[0].peer_chassis == "02:00:00:00:00:01");
    CHECK(read->evidence.neighbours[0].peer_description == "rail0");
  }
}

TEST_CASE("lldp: without a name the chassis id, for a MAC as port id the description") {
  const ReadText read = read_text(read_lldp, R"({"lldp": {"interface": {"swp2": [{"chassis": {"id": {"type": "mac", "value": "02:01"}},
    "port": {"id": {"type": "mac", "value": "02:02"}, "descr": "eth3"}}, {"chassis": {"id": {"type": "local", "value": "x"}},
    "port": {"id": {"type": "local", "value": "7"}}}]}}})",
                                  {0, "leaf-0", {}});
  CHECK(read.told == "");
  REQUIRE(read.evidence.neighbours.size() == 2);
  CHECK(link(read.evidence.neighbours[0]) == "leaf-0:swp2 - 02:01:eth3");
  CHECK(link(read.evidence.neighbours[1]) == "leaf-0:swp2 - x:7");
  CHECK(read_text(read_lldp, R"({"a": 1})").told.find("lldpcli -f json0") != std::string::npos);
  CHECK(read_text(read_lldp, R"({"lldp": []})").told == "");
}

constexpr const char* kPair = R"(# Topology file: generated on Thu Jan  1 00:00:00 2026
vendid=0x2c9
switchguid=0x2c90300000100(2c90300000100)
Switch	65 "S-0002c90300000100"		# "MF0;leaf-r0:MQM9700/U1" enhanced port 0 lid 3 lmc 0
[1]	"H-0002c90300000010"[1](2c90300000011) 		# "gpu-001 mlx5_0" lid 11 4xNDR
[33]	"S-0002c90300000200"[1]		# "spine-0" lid 7 2xNDR s=4 w=2 v=1

Switch	65 "S-0002c90300000200"		# "spine-0" enhanced port 0 lid 7 lmc 0
[1]	"S-0002c90300000100"[33]		# "MF0;leaf-r0:MQM9700/U1" lid 3 2xNDR

Ca	1 "H-0002c90300000010"		# "gpu-001 mlx5_0"
[1](2c90300000011) 	"S-0002c90300000100"[1]		# lid 11 lmc 0 "MF0;leaf-r0:MQM9700/U1" lid 3 4xNDR
)";

TEST_CASE("ibnetdiscover: every link from both ends, with names, width and speed") {
  const ReadText read = read_text(read_ibnetdiscover, kPair);
  CHECK(read.told == "");
  REQUIRE(read.evidence.neighbours.size() == 4);
  CHECK(link(read.evidence.neighbours[0]) == "leaf-r0:1 - gpu-001:mlx5_0");
  CHECK(read.evidence.neighbours[0].rate == BitRate{400'000'000'000});
  CHECK(read.evidence.neighbours[0].width == 4u);
  CHECK(link(read.evidence.neighbours[1]) == "leaf-r0:33 - spine-0:1");
  CHECK(read.evidence.neighbours[1].rate == BitRate{200'000'000'000});
  CHECK(link(read.evidence.neighbours[2]) == "spine-0:1 - leaf-r0:33");
  CHECK(link(read.evidence.neighbours[3]) == "gpu-001:mlx5_0 - leaf-r0:1");
}

TEST_CASE("ibnetdiscover: a node name map renames, also with descriptions that say nothing") {
  EvidenceContext context;
  context.infiniband_names.push_back({0x0002c90300000200, "spine-left"});
  const ReadText read = read_text(read_ibnetdiscover, kPair, {}, context);
  CHECK(link(read.evidence.neighbours[1]) == "leaf-r0:33 - spine-left:1");
}

TEST_CASE("ibnetdiscover: ends that contradict each other are told with both lines") {
  std::string text = kPair;
  text.replace(text.find("[33]\t\t# \"MF0"), 4, "[34]");
  const ReadText read = read_text(read_ibnetdiscover, text);
  CHECK(read.errors == 0);
  CHECK(read.told.find("input:6:1: warning: the other end of this link, line 9, lists another one") != std::string::npos);
  CHECK(read.told.find("input:9:1: warning: the other end of this link does not list it") != std::string::npos);
  text = kPair;
  text.replace(text.rfind("4xNDR"), 5, "1xNDR");
  CHECK(read_text(read_ibnetdiscover, text).told.find("the ends of this link differ: `4xNDR` here, `1xNDR` on line 12") !=
        std::string::npos);
}

TEST_CASE("ibnetdiscover: mistakes with their lines, all in one pass") {
  const ReadText read = read_text(read_ibnetdiscover, "[1]\t\"H-1\"[1]\nSwitch\t65\nhello there\nSwitch 1 \"S-5\" # \"a\"\n[1] \"H-6\"\n");
  CHECK(read.errors == 3);
  CHECK(read.told.find("input:1:1: error: a link stands before any node") != std::string::npos);
  CHECK(read.told.find("input:2:1: error: this is no node") != std::string::npos);
  CHECK(read.told.find("input:3:1: warning: this line is not of `ibnetdiscover`") != std::string::npos);
  CHECK(read.told.find("input:5:1: error: this is no link") != std::string::npos);
}

TEST_CASE("infiniband ports: the port report says the same links") {
  const ReadText read =
      read_text(read_infiniband_ports,
                R"(SW     3  1 0x0002c90300000100 4x NDR - CA    11  1 0x0002c90300000011 ( 'MF0;leaf-r0:MQM9700/U1' - 'gpu-001 mlx5_0' )
SW     3  2 0x0002c90300000100 4x SDR                                  'leaf-r0'
CA    11  2 0x0002c90300000011 ?? ??? - SW     3  1 0x0002c90300000100 ( 'gpu-001 mlx5_0' - 'leaf-r0' )
SW     3  1 - 4x NDR x - CA
)");
  REQUIRE(read.evidence.neighbours.size() == 2);
  CHECK(link(read.evidence.neighbours[0]) == "leaf-r0:1 - gpu-001:mlx5_0");
  CHECK(read.evidence.neighbours[0].rate == BitRate{400'000'000'000});
  CHECK(link(read.evidence.neighbours[1]) == "gpu-001:mlx5_0/2 - leaf-r0:1");
  CHECK(!read.evidence.neighbours[1].rate.has_value());
}

}  // namespace
}  // namespace eastwest::tests
