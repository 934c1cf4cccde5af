// SPDX-License-Identifier: Apache-2.0
// Laws: what SimAI's and HPCC's topology text says is what the fabric has: nodes by id, rates, delays, loss, planes; and every
// mistake stands at its word.
#include <doctest/doctest.h>

#include "tests/support/input_truncation.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/topology/built_fabric.hpp"

namespace eastwest::tests {
namespace {

// Two servers of two GPUs, each GPU with an NVLink and one link into each of two planes; node 10 is the spine of plane 0.
constexpr const char* kTwoPlanes =
    "11 2 2 5 14 H100\n"
    "4 5 6 7 8 9 10\n"
    "0 4 2880Gbps 0.000025ms 0\n0 6 200Gbps 0.0005ms 0\n0 8 200Gbps 0.0005ms 0\n"
    "1 4 2880Gbps 0.000025ms 0\n1 6 200Gbps 0.0005ms 0\n1 8 200Gbps 0.0005ms 0\n"
    "2 5 2880Gbps 0.000025ms 0\n2 7 200Gbps 0.0005ms 0\n2 8 200Gbps 0.0005ms 0\n"
    "3 5 2880Gbps 0.000025ms 0\n3 7 200Gbps 0.0005ms 0\n3 8 200Gbps 0.0005ms 0\n"
    "6 10 400Gbps 0.001ms 0.25\n7 10 400Gbps 0.001ms 0\n";

constexpr const char* kHpcc = "4 1 3\n3\n0 3 100Gbps 1us 0\n1 3 50GBps 0.000002 0\n2 3 100Gbps 1us 0\n";

BuiltFabric build_text(const TemporaryDirectory& folder, const std::string& text, Settings settings = {}) {
  settings.emplace_back("file", folder.write("topology", text));
  return build_fabric("simai_topology", settings);
}

std::string complaint(const std::string& text) {
  const TemporaryDirectory folder;
  const BuiltFabric built = build_text(folder, text);
  REQUIRE(built.diagnostics.has_errors());
  const Diagnostic& first = built.diagnostics.all().front();
  return std::to_string(first.place.line) + ":" + std::to_string(first.place.column) + " " + first.message;
}

}  // namespace

TEST_CASE("simai topology: servers, NVSwitch domains, planes and links as the file says") {
  const TemporaryDirectory folder;
  const BuiltFabric built = build_text(folder, kTwoPlanes);
  CHECK_MESSAGE(built.diagnostics.all().empty(), built.diagnostics.print());
  const Fabric& fabric = built.fabric;
  REQUIRE(validate(fabric).has_value());
  CHECK(fabric.hosts.size() == 2);
  CHECK(fabric.gpu_count == 4);
  CHECK(fabric.switches.size() == 5);  // node 9 has no link, and is there
  CHECK(fabric.cables.size() == 10);
  const Host& host = fabric.hosts[0];
  CHECK(host.scale_up_rate == BitRate{2'880'000'000'000});
  CHECK(host.scale_up_latency.ps == 50'000);  // two links of 25 ns
  CHECK(host.nic_ports == 2);
  CHECK(fabric.gpu_models[host.gpu_model].name == test_catalogue().find_gpu("h100-sxm")->model.name);
  CHECK(neighbour(fabric, "server-00", 0) == "switch-6");
  CHECK(neighbour(fabric, "server-00", 1) == "switch-8");  // port 1 of NIC 0: the other plane
  CHECK(neighbour(fabric, "server-01", 2) == "switch-7");
  CHECK(fabric.links[0].rate == BitRate{200'000'000'000});
  CHECK(fabric.links[0].delay.ps == 500'000);
  CHECK(fabric.links[2 * 8].delay.ps == 1'000'000);
  CHECK(fabric.links[2 * 8].frame_loss == doctest::Approx(0.25));
  CHECK(switches_of_tier(fabric, 2) == 1);
  CHECK(fabric.switches[0].mode == ForwardingMode::store_and_forward);
}

TEST_CASE("simai topology: the header of HPCC, rates in bytes and delays in bare seconds, as ns-3 reads them") {
  const TemporaryDirectory folder;
  const BuiltFabric built = build_text(folder, kHpcc, {{"switch_mode", "cut_through"}, {"switch_latency", "300 ns"}});
  CHECK_MESSAGE(built.diagnostics.all().empty(), built.diagnostics.print());
  CHECK(built.fabric.hosts.size() == 3);
  CHECK(built.fabric.links[2].rate == BitRate{400'000'000'000});
  CHECK(built.fabric.links[2].delay.ps == 2'000'000);
  CHECK(built.fabric.switches[0].latency.ps == 300'000);
  CHECK(built.fabric.hosts[0].gpu_model == 0xffff'ffffu);
}

TEST_CASE("simai topology: every mistake has its place and words") {
  CHECK(complaint("1 2\n") == "1:1 the first line has 2 words, no header of a topology file");
  CHECK(complaint("4 1 x\n3\n") == "1:5 expected the number of links and found `x`");
  CHECK(complaint("4 2 1\n3 3\n0 3 1Gbps 1us 0\n") == "2:3 the switch id 3 stands twice");
  CHECK(complaint("4 1 1\n9\n0 3 1Gbps 1us 0\n") == "2:1 expected a switch id and found `9`");
  CHECK(complaint("3 1 2\n2\n0 2 1Gbps 1us 0\n1 2 1Gbit 1us 0\n") == "4:5 `1Gbit` is not a rate");
  CHECK(complaint("3 1 2\n2\n0 2 1Gbps 1us 0\n1 2 1Gbps soon 0\n") == "4:11 `soon` is not a delay");
  CHECK(complaint("3 1 2\n2\n0 2 1Gbps 1us 0\n1 2 200Tbps 1us 0\n") == "4:5 `200Tbps` is more than 100 Tb/s");
  CHECK(complaint("3 1 2\n2\n0 2 1Gbps 1us 0\n1 2 1Gbps 5000000s 0\n") == "4:11 `5000000s` is more than 1 s");
  CHECK(complaint("3 1 2\n2\n0 2 1Gbps 1us 0\n1 2 1Gbps 1us 2\n") == "4:15 `2` is not a probability of loss");
  CHECK(complaint("3 1 2\n2\n0 2 1Gbps 1us 0\n7 2 1Gbps 1us 0\n") == "4:1 `7` is not a node of this file");
  CHECK(complaint("3 1 2\n2\n0 2 1Gbps 1us 0\n1 1 1Gbps 1us 0\n") == "4:1 the link joins node 1 with itself");
  CHECK(complaint("3 1 2\n2\n0 2 1Gbps 1us 0\n1 2 1Gbps\n") == "4:1 the last link is not complete");
  CHECK(complaint("3 1 3\n2\n0 2 1Gbps 1us 0\n1 2 1Gbps 1us 0\n") == "1:5 the header announces 3 links and the file has 2");
  CHECK(complaint("3 1 2\n2\n0 2 1Gbps 1us 0\n0 1 1Gbps 1us 0\n") == "4:1 nodes 0 and 1 are joined directly, without a switch");
  CHECK(complaint("3 1 1\n2\n0 2 1Gbps 1us 0\n") == "0:0 node 1 has no link to a switch of the network");
  CHECK(complaint("6 2 1 1 5 H100\n4 5\n0 4 1Gbps 1us 0\n1 4 1Gbps 1us 0\n2 4 1Gbps 1us 0\n0 5 1Gbps 1us 0\n1 5 1Gbps 1us 0\n") ==
        "5:1 NVSwitch 4 joins GPUs of two servers");
  CHECK(complaint("4 2 1 1 3 H100\n2 3\n0 2 1Gbps 1us 0\n1 2 1Gbps 1us 0\n2 3 1Gbps 1us 0\n") ==
        "5:1 NVSwitch 2 is joined to another switch");
  CHECK(complaint("\x1f\x8b") == "0:0 the file is compressed with gzip");
}

TEST_CASE("simai topology: a wrong count is a warning where the user says so, a missing file an error at the site") {
  const TemporaryDirectory folder;
  const BuiltFabric built = build_text(folder, "3 1 3\n2\n0 2 1Gbps 1us 0\n1 2 1Gbps 1us 0\n", {{"check_counts", "false"}});
  CHECK_FALSE(built.diagnostics.has_errors());
  CHECK(built.diagnostics.all().size() == 1);
  CHECK(built.fabric.hosts.size() == 2);
  const BuiltFabric missing = build_fabric("simai_topology", {{"file", folder.file("none")}});
  CHECK(missing.diagnostics.all().front().place.file == "site.yaml");
  const BuiltFabric unnamed = build_fabric("simai_topology", {});
  CHECK(unnamed.diagnostics.all().front().message == "this topology is read from a file, and `file` is not given");
}

TEST_CASE("simai topology: damaged files are refused or read, never fatal") {
  const TemporaryDirectory folder;
  survive_damage(kTwoPlanes, 7, [&](const std::string& text) {
    const BuiltFabric built = build_text(folder, text);
    if (!built.diagnostics.has_errors()) CHECK(validate(built.fabric).has_value());
  });
}

}  // namespace eastwest::tests
