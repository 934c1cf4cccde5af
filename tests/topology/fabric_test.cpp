// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <functional>

#include "tests/topology/built_fabric.hpp"

namespace eastwest::tests {
namespace {

Fabric small_fabric() {
  return good_fabric("leaf_spine", {{"servers", "4"}, {"server", "dgx-h100"}, {"nics_per_server", "2"}, {"leaves", "2"}, {"spines", "2"}});
}

std::string after(const std::function<void(Fabric&)>& damage) {
  Fabric fabric = small_fabric();
  damage(fabric);
  const Status status = validate(fabric);
  return status ? "valid" : status.error().message;
}

TEST_CASE("fabric: names of ports and links") {
  const Fabric fabric = small_fabric();
  CHECK(fabric.nodes[0].name == "server-00");
  CHECK(fabric.port_name({0}) == "server-00:0");
  CHECK(fabric.link_name({0}) == "server-00:0 -> leaf-0:0");
  CHECK(fabric.link_name({1}) == "leaf-0:0 -> server-00:0");
  CHECK(fabric.cables[0].name == "C0001");
}

TEST_CASE("fabric: a GPU sends through NIC number GPU x NICs / GPUs of its host") {
  const Fabric fabric = small_fabric();  // 8 GPUs and 2 NICs a host
  CHECK(fabric.gpu_count == 32);
  for (std::uint32_t gpu = 0; gpu < fabric.gpu_count; ++gpu) {
    CHECK(fabric.host_of_gpu({gpu}) == gpu / 8);
    CHECK(fabric.endpoint_of_gpu({gpu}).value == gpu / 8 * 2 + (gpu % 8) / 4);
  }
}

TEST_CASE("fabric: validate sees every broken invariant") {
  CHECK(after([](Fabric&) {}) == "valid");
  CHECK(after([](Fabric& f) { f.racks.clear(); }) == "there is no rack");
  CHECK(after([](Fabric& f) {
          f = Fabric{};
          f.racks.emplace_back();
        }) == "there is no host");
  CHECK(after([](Fabric& f) { f.nodes[1].name.clear(); }) == "node 1 has no name");
  CHECK(after([](Fabric& f) { f.nodes[1].name = "server-00"; }) == "two nodes are called `server-00`");
  CHECK(after([](Fabric& f) { ++f.nodes[1].first_port; }) == "the ports of node `server-01` are not contiguous");
  CHECK(after([](Fabric& f) { f.ports[1].index = 0; }) == "port 1 of node `server-00` does not belong to it");
  CHECK(after([](Fabric& f) { f.ports.push_back({}); }) == "there are ports of no node");
  CHECK(after([](Fabric& f) { f.nodes[0].rack = 99; }) == "node `server-00` stands in a rack that does not exist");
  CHECK(after([](Fabric& f) { f.nodes[1].detail = 0; }) == "node `server-01` has no detail of its own");
  CHECK(after([](Fabric& f) { std::swap(f.nodes[0].detail, f.nodes[1].detail); }) == "the detail of node `server-00` names another node");
  CHECK(after([](Fabric& f) { f.nodes[0].tier = 1; }) == "node `server-00` has tier 1: hosts have 0, switches more");
  CHECK(after([](Fabric& f) { f.switches.emplace_back(); }) == "there is a switch without a node");
  CHECK(after([](Fabric& f) { f.links[0].target = {9'999}; }) == "link 0 ends at no port");
  CHECK(after([](Fabric& f) { f.links[0].cable = {}; }) == "link 0 belongs to no cable");
  CHECK(after([](Fabric& f) { f.ports[0].out = {2}; }) == "link 0 is not the link that its ports name");
  CHECK(after([](Fabric& f) { f.links[0].cable = {1}; }) == "link 0 does not run between the ends of its cable `C0002`");
  CHECK(after([](Fabric& f) { f.links[0].rate = {0}; }) == "link 0 of cable `C0001` has no rate");
  CHECK(after([](Fabric& f) { f.links[0].rate = {1}; }) == "cable `C0001` has two rates");
  CHECK(after([](Fabric& f) { f.links[0].delay = {-1}; }) == "link 0 of cable `C0001` has a negative delay");
  CHECK(after([](Fabric& f) { f.links[0].delay += Duration{1}; }) == "link 0: its delay is not the sum of the parts of cable `C0001`");
  CHECK(after([](Fabric& f) { f.links[0].frame_loss = 1.5; }) == "link 0 of cable `C0001` has a frame loss outside 0 to 1");
  CHECK(after([](Fabric& f) { f.cables[1].name = "C0001"; }) == "two cables are called `C0001`");
  CHECK(after([](Fabric& f) { f.cables[1].name.clear(); }) == "cable 1 has no name");
  CHECK(after([](Fabric& f) { f.hosts[1].first_gpu = 7; }) ==
        "the GPUs of host `server-01` are not numbered after those of the host before it");
  CHECK(after([](Fabric& f) { f.hosts[1].gpu_count = 0; }) == "host `server-01` can run no process");
  CHECK(after([](Fabric& f) { f.gpu_count = 31; }) == "the fabric counts 31 GPUs, its hosts 32");
  CHECK(after([](Fabric& f) { f.hosts[0].first_endpoint = 1; }) == "the endpoints of host `server-00` are missing or not contiguous");
  CHECK(after([](Fabric& f) { f.endpoints[0].port = {2}; }) == "endpoint 0 of host `server-00` is not one of its ports");
  CHECK(after([](Fabric& f) { f.endpoints.push_back(f.endpoints[0]); }) == "there are endpoints of no host");
  CHECK(after([](Fabric& f) { f.hosts[0].gpu_model = 3; }) == "host `server-00` has a GPU model that does not exist");
  CHECK(after([](Fabric& f) { f.hosts[0].nic_latency = {-1}; }) == "host `server-00` has a negative latency");
  CHECK(after([](Fabric& f) { f.hosts[0].scale_up_rate = {0}; }) == "host `server-00` has no scale-up rate");
  CHECK(after([](Fabric& f) { f.switches[0].latency = {-1}; }) == "switch `leaf-0` has a negative latency");
  CHECK(after([](Fabric& f) { f.switches[0].buffer = {0}; }) == "switch `leaf-0` has no buffer");
}

}  // namespace
}  // namespace eastwest::tests
