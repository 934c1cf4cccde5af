// SPDX-License-Identifier: Apache-2.0
// Fabrics small enough to draw, for tests that compare the engines with closed forms.
//
// Hosts have one NIC and one process unless said otherwise; every cable has the same rate and delay.
#pragma once

#include <string>
#include <vector>

#include "core/parameter.hpp"
#include "sim/options.hpp"
#include "sim/simulation.hpp"
#include "topology/fabric.hpp"
#include "workloads/workload.hpp"

namespace eastwest::test {

struct SmallFabricOptions {
  BitRate rate{400'000'000'000};
  Duration delay{1'000'000};         // 1 us
  Duration switch_latency{600'000};  // 600 ns
  Duration nic_latency{0};
  Duration scale_up_latency{1'000'000};
  BitRate scale_up_rate{3'600'000'000'000};
  ForwardingMode mode = ForwardingMode::cut_through;
  Bytes buffer{64 << 20};
  std::uint32_t gpus = 1;  // per host; NICs as many
};

/// Builds by hand, so that these tests do not depend on the builders they would otherwise have to trust.
class SmallFabric {
 public:
  explicit SmallFabric(SmallFabricOptions options = {}) : options_(options) {
    fabric_.topology = "test";
    fabric_.racks.push_back({"rack-0", 0, 0});
  }
  NodeId add_host(std::uint32_t nics = 1);
  NodeId add_switch();
  CableId connect(NodeId a, NodeId b);
  CableId connect(NodeId a, NodeId b, BitRate rate, Duration delay);
  /// Ports are made contiguous here.
  [[nodiscard]] Fabric finish();

 private:
  struct Edge {
    NodeId a;
    NodeId b;
    BitRate rate;
    Duration delay;
  };
  SmallFabricOptions options_;
  Fabric fabric_;
  std::vector<Edge> edges_;
};

/// host - switch x `switches` - host.
Fabric line(std::uint32_t switches, SmallFabricOptions options = {});
/// `hosts` around one switch.
Fabric star(std::uint32_t hosts, SmallFabricOptions options = {});
/// `leaves` with `hosts` each, every leaf joined to every one of `spines`.
Fabric two_tier(std::uint32_t leaves, std::uint32_t hosts, std::uint32_t spines, SmallFabricOptions options = {});

/// Network options at their declared defaults, with `changes` such as {"mtu=1024 B", "pfc=false"}.
NetworkOptions network(std::vector<std::string> changes = {});

/// One rank per GPU of the fabric, in order, one job.
Workload all_gpus(const Fabric& fabric, const std::string& name = "job");

struct Flow {
  std::uint32_t from;
  std::uint32_t to;
  Bytes bytes;
  Duration start{0};
};
/// A workload of independent messages; flows with a later start wait for a compute of that length.
Workload flows(const Fabric& fabric, const std::vector<Flow>& list);

struct Outcomes {
  RunResult result;
  std::vector<FlowRow> flows;  // by id
  std::vector<LinkRow> links;
  std::vector<EventRow> events;
  std::vector<PacketRow> packets;
};
/// Runs and collects all rows; a failing `simulate` fails the test.
Outcomes play(const Fabric& fabric, Workload workload, SimulationOptions options);
SimulationOptions options_with(NetworkOptions network);

}  // namespace eastwest::test
