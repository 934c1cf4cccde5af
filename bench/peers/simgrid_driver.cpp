// SPDX-License-Identifier: Apache-2.0
// Runs a work in SimGrid as flows: `simgrid_driver WORK`. Plain max-min sharing on the paths that the work names.
//
// Model: CM02 without cross-traffic, factors 1, no TCP window bound. The bytes of a message on the wire (headers and gaps included) flow
// at the max-min rate of its path, then the latency of the path passes. Latency is a timer of ours over links without latency, because
// CM02 gives a flow less the longer its path is (its sharing penalty), which no switch does. Messages of one flow go one
// after another, as on a queue pair. They are one-sided communications between hosts, without actors or mailboxes: the
// cheapest way that SimGrid offers.
#include <simgrid/kernel/Timer.hpp>
#include <simgrid/s4u.hpp>

#include <cmath>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/peers/driver_report.hpp"

using namespace peers;
namespace s4u = simgrid::s4u;

namespace {

struct Simulation {
  const WorkFile& work;
  std::vector<s4u::Host*> hosts;
  std::vector<s4u::CommPtr> comms;                // by send operation, while under way
  std::vector<s4u::CommPtr> done;                 // over, but still in use by whoever called `completed`
  std::vector<std::deque<std::uint32_t>> queues;  // by flow: sends that wait for their turn, the one under way in front
  std::unordered_map<const s4u::Activity*, std::uint32_t> send_of;
  Player player;

  explicit Simulation(const WorkFile& file)
      : work(file), comms(file.operations.size()), queues(file.flows.size()), player(file, [this](std::uint32_t send) { post(send); }) {}

  static std::int64_t now() { return std::llround(s4u::Engine::get_clock() * 1e12); }

  void build() {
    auto* zone = s4u::create_full_zone("fabric");
    for (std::uint32_t i = 0; i < work.hosts; ++i) hosts.push_back(zone->create_host("h" + std::to_string(i), 1e9)->seal());
    std::vector<s4u::Link*> links;
    for (std::size_t i = 0; i < work.links.size(); ++i)
      links.push_back(zone->create_link("l" + std::to_string(i), static_cast<double>(work.links[i].rate) / 8)->set_latency(0)->seal());
    for (const Flow& flow : work.flows) {
      std::vector<s4u::LinkInRoute> path;
      for (const std::uint32_t link : flow.forward) path.emplace_back(links[link]);
      zone->add_route(hosts[flow.from]->get_netpoint(), hosts[flow.to]->get_netpoint(), nullptr, nullptr, path, false);
    }
    zone->seal();
  }

  void post(std::uint32_t send) {
    std::deque<std::uint32_t>& queue = queues[work.operations[send].flow];
    queue.push_back(send);
    if (queue.size() == 1) start(send);
  }

  void start(std::uint32_t send) {
    const Operation& operation = work.operations[send];
    const Flow& path = work.flows[operation.flow];
    s4u::CommPtr comm = s4u::Comm::sendto_init(hosts[path.from], hosts[path.to]);
    comm->set_payload_size(static_cast<std::uint64_t>(work.wire_bytes(operation.bytes)));
    send_of[comm.get()] = send;
    comms[send] = comm;
    comm->vetoable_start();
  }

  /// The last bit has left.
  void completed(const s4u::Activity& activity) {
    const auto found = send_of.find(&activity);
    if (found == send_of.end()) return;
    const std::uint32_t send = found->second;
    send_of.erase(found);
    done.push_back(std::move(comms[send]));
    const Operation& operation = work.operations[send];
    const Flow& path = work.flows[operation.flow];
    std::deque<std::uint32_t>& queue = queues[operation.flow];
    queue.pop_front();
    if (!queue.empty()) start(queue.front());
    const double arrival = s4u::Engine::get_clock() + static_cast<double>(path.latency) * 1e-12;
    simgrid::kernel::timer::Timer::set(arrival, [this, send] {
      done.clear();
      player.arrived(send, now());
    });
    if (operation.next_count != 0)
      simgrid::kernel::timer::Timer::set(arrival + static_cast<double>(path.answer) * 1e-12, [this, send] { player.acknowledged(send); });
  }
};

}  // namespace

int main(int count, char** words) {
  if (count != 2) {
    std::fprintf(stderr, "usage: simgrid_driver WORK\n");
    return 2;
  }
  std::string quiet = "--log=xbt_cfg.thresh:warning";
  std::vector<char*> arguments = {words[0], quiet.data(), nullptr};
  int argument_count = 2;
  s4u::Engine engine(&argument_count, arguments.data());
  s4u::Engine::set_config("network/model:CM02");
  s4u::Engine::set_config("network/crosstraffic:0");
  s4u::Engine::set_config("network/TCP-gamma:0");
  s4u::Engine::set_config("network/latency-factor:1");
  s4u::Engine::set_config("network/bandwidth-factor:1");
  s4u::Engine::set_config("network/weight-S:0");
  // Differences in time below this count as none; the default, 1e-9 s, is a third of a small message.
  s4u::Engine::set_config("surf/precision:1e-12");
  s4u::Engine::set_config("maxmin/precision:1e-9");
  WorkFile work;
  if (!read_work(words[1], work)) return 2;
  Simulation simulation(work);
  simulation.build();
  s4u::Activity::on_completion_cb([&simulation](const s4u::Activity& activity) { simulation.completed(activity); });
  const Stopwatch watch;
  simulation.player.start();
  engine.run();
  print_report("simgrid", simulation.player, 0, watch);
  return simulation.player.messages() * 2 == work.operations.size() ? 0 : 1;
}
