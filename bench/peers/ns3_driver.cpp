// SPDX-License-Identifier: Apache-2.0
// Runs a work in ns-3 packet by packet: `ns3_driver WORK`. UDP over IPv4 over point-to-point links, routed by ns3_router.hpp.
//
// Transport, the same as eastwest's `window`: so many packets in flight per flow, sent at line rate; flows of a host take turns packet
// by packet; an answer after every n-th packet and after the last of a message. Frames have eastwest's size on the wire: PPP 2, IPv4 20
// and UDP 8 bytes of ns-3, and payload for the rest of header and gap. Queues are unbounded: nothing is lost, nothing is sent again.
#include <ns3/core-module.h>
#include <ns3/internet-module.h>
#include <ns3/network-module.h>
#include <ns3/point-to-point-module.h>

#include <deque>

#include "bench/peers/driver_report.hpp"
#include "bench/peers/ns3_cable.hpp"
#include "bench/peers/ns3_queue.hpp"
#include "bench/peers/ns3_router.hpp"

using namespace ns3;
using peers::kBase;
using peers::PortQueue;
using peers::Router;

namespace {

constexpr std::uint16_t kPort = 4791;
constexpr std::uint32_t kSwitchBase = 0x0b000000;  // 11.0.0.0: addresses that nobody sends to
constexpr std::int64_t kStack = 30;                // PPP 2 + IPv4 20 + UDP 8

/// What travels in front of the payload: which flow, which packet or how many have arrived, and whether an answer is due.
class PeerHeader : public Header {
 public:
  std::uint32_t flow = 0;
  std::uint32_t sequence = 0;
  std::uint8_t flags = 0;  // 1: last of a message; 2: this is an answer

  static TypeId GetTypeId() {
    static const TypeId kId = TypeId("peers::Header").SetParent<Header>().AddConstructor<PeerHeader>();
    return kId;
  }
  TypeId GetInstanceTypeId() const override { return GetTypeId(); }
  std::uint32_t GetSerializedSize() const override { return 9; }
  void Serialize(Buffer::Iterator at) const override {
    at.WriteU32(flow);
    at.WriteU32(sequence);
    at.WriteU8(flags);
  }
  std::uint32_t Deserialize(Buffer::Iterator at) override {
    flow = at.ReadU32();
    sequence = at.ReadU32();
    flags = at.ReadU8();
    return 9;
  }
  void Print(std::ostream&) const override {}
};

struct PostedMessage {
  std::uint32_t send = 0;
  std::uint32_t end = 0;  // number of the packet behind its last
  std::int64_t bytes = 0;
  std::uint32_t packets = 0;
};

struct FlowState {
  // Sender
  std::uint32_t next = 0;
  std::uint32_t acked = 0;
  std::uint32_t end = 0;
  bool queued = false;                 // in the host's ring
  std::deque<PostedMessage> messages;  // not all acknowledged
  std::size_t sending = 0;             // index of the message that holds `next`
  // Receiver
  std::uint32_t expected = 0;
  std::uint32_t unanswered = 0;
  std::deque<PostedMessage> coming;
};

struct HostState {
  Ptr<Socket> socket;
  Ptr<PortQueue> queue;
  std::deque<std::uint32_t> ring;  // flows that may send
};

class Simulation {
 public:
  explicit Simulation(const peers::WorkFile& work)
      : work_(work), flows_(work.flows.size()), hosts_(work.hosts), player(work, [this](std::uint32_t send) { post(send); }) {}

  void build();
  std::uint64_t hops() const { return hops_; }

 private:
  void route(const NodeContainer& nodes, const std::vector<std::uint32_t>& interface_of);

  void post(std::uint32_t send) {
    const peers::Operation& operation = work_.operations[send];
    FlowState& flow = flows_[operation.flow];
    PostedMessage message{send, 0, operation.bytes, work_.packets_of(operation.bytes)};
    flow.end += message.packets;
    message.end = flow.end;
    flow.messages.push_back(message);
    flow.coming.push_back(message);
    offer(operation.flow);
  }

  bool may_send(std::uint32_t f) const {
    const FlowState& flow = flows_[f];
    return flow.next < flow.end && flow.next - flow.acked < work_.flows[f].window;
  }

  /// Puts a flow that may send into its host's ring; an idle link takes from it at once.
  void offer(std::uint32_t f) {
    HostState& host = hosts_[work_.flows[f].from];
    if (!flows_[f].queued && may_send(f)) {
      flows_[f].queued = true;
      host.ring.push_back(f);
    }
    if (host.queue->idle) pull(work_.flows[f].from);
  }

  void pull(std::uint32_t h) {
    HostState& host = hosts_[h];
    if (host.ring.empty()) return;
    const std::uint32_t f = host.ring.front();
    host.ring.pop_front();
    flows_[f].queued = false;
    send_packet(f);
    if (may_send(f)) {
      flows_[f].queued = true;
      host.ring.push_back(f);
    }
  }

  void send_packet(std::uint32_t f) {
    FlowState& flow = flows_[f];
    const peers::Flow& plan = work_.flows[f];
    const PostedMessage& message = flow.messages[flow.sending];
    const std::uint32_t index = flow.next - (message.end - message.packets);
    const bool last = index + 1 == message.packets;
    PeerHeader header;
    header.flow = f;
    header.sequence = flow.next++;
    header.flags = last ? 1 : 0;
    if (last) ++flow.sending;
    const std::int64_t payload = last ? message.bytes - static_cast<std::int64_t>(index) * work_.mtu : work_.mtu;
    emit(hosts_[plan.from].socket, plan.to, header, payload + work_.header);
  }

  /// One frame of `bytes`, without the gap, to a host.
  void emit(const Ptr<Socket>& socket, std::uint32_t to, const PeerHeader& header, std::int64_t bytes) {
    Ptr<Packet> packet = Create<Packet>(static_cast<std::uint32_t>(bytes + work_.gap - kStack - header.GetSerializedSize()));
    packet->AddHeader(header);
    InetSocketAddress address(Ipv4Address(kBase + to), kPort);
    if ((header.flags & 2) != 0) address.SetTos(peers::kAnswerTos);
    socket->SendTo(packet, 0, address);
  }

  void received(Ptr<Socket> socket) {
    while (Ptr<Packet> packet = socket->Recv()) {
      PeerHeader header;
      packet->RemoveHeader(header);
      if ((header.flags & 2) != 0) answered(header);
      else arrived(header);
    }
  }

  void arrived(const PeerHeader& header) {
    FlowState& flow = flows_[header.flow];
    if (header.sequence != flow.expected) NS_FATAL_ERROR("a packet overtook another on one path");
    ++flow.expected;
    const bool last = (header.flags & 1) != 0;
    if (++flow.unanswered >= work_.ack_every || last) {
      flow.unanswered = 0;
      PeerHeader answer;
      answer.flow = header.flow;
      answer.sequence = flow.expected;
      answer.flags = 2;
      emit(hosts_[work_.flows[header.flow].to].socket, work_.flows[header.flow].from, answer, work_.ack_size);
    }
    if (!last) return;
    const std::uint32_t send = flow.coming.front().send;
    flow.coming.pop_front();
    player.arrived(send, Simulator::Now().GetPicoSeconds());
  }

  void answered(const PeerHeader& header) {
    FlowState& flow = flows_[header.flow];
    if (header.sequence <= flow.acked) return;
    flow.acked = header.sequence;
    while (!flow.messages.empty() && flow.messages.front().end <= flow.acked) {
      const std::uint32_t send = flow.messages.front().send;
      flow.messages.pop_front();
      --flow.sending;
      player.acknowledged(send);
    }
    offer(header.flow);
  }

  const peers::WorkFile& work_;
  std::vector<FlowState> flows_;
  std::vector<HostState> hosts_;
  std::uint64_t hops_ = 0;

 public:
  peers::Player player;
};

void Simulation::build() {
  NodeContainer nodes;
  nodes.Create(work_.hosts + work_.switches);
  InternetStackHelper stack;
  stack.SetIpv6StackInstall(false);
  stack.Install(nodes);
  std::vector<std::uint32_t> interface_of;  // by link: the interface through which it leaves its node
  for (std::size_t l = 0; l < work_.links.size(); l += 2) {
    Ptr<peers::Cable> cable = CreateObject<peers::Cable>();
    for (const std::size_t side : {l, l + 1}) {
      const peers::Link& link = work_.links[side];
      Ptr<PointToPointNetDevice> device = CreateObject<PointToPointNetDevice>();
      Ptr<PortQueue> queue = CreateObject<PortQueue>();
      queue->SetMaxSize(QueueSize(QueueSizeUnit::PACKETS, 0xffff'ffffu));
      queue->control_bytes = static_cast<std::uint32_t>(work_.ack_size + work_.gap);
      queue->hops = &hops_;
      device->SetAddress(Mac48Address::Allocate());
      device->SetMtu(static_cast<std::uint16_t>(work_.mtu + work_.header + work_.gap));
      device->SetDataRate(DataRate(link.rate));
      device->SetQueue(queue);
      nodes.Get(link.from)->AddDevice(device);
      device->Attach(cable);
      cable->add(device, PicoSeconds(link.delay));
      const bool host = link.from < work_.hosts;
      if (host) {
        hosts_[link.from].queue = queue;
        queue->when_empty = [this, h = link.from] { pull(h); };
      }
      Ptr<Ipv4> ipv4 = nodes.Get(link.from)->GetObject<Ipv4>();
      interface_of.push_back(ipv4->AddInterface(device));
      const auto address = static_cast<std::uint32_t>(host ? kBase + link.from : kSwitchBase + side);
      ipv4->AddAddress(interface_of.back(), Ipv4InterfaceAddress(Ipv4Address(address), Ipv4Mask::GetOnes()));
      ipv4->SetUp(interface_of.back());
    }
  }
  route(nodes, interface_of);
  for (std::uint32_t h = 0; h < work_.hosts; ++h) {
    hosts_[h].socket = Socket::CreateSocket(nodes.Get(h), UdpSocketFactory::GetTypeId());
    hosts_[h].socket->Bind(InetSocketAddress(Ipv4Address::GetAny(), kPort));
    hosts_[h].socket->SetRecvCallback(MakeCallback(&Simulation::received, this));
  }
}

void Simulation::route(const NodeContainer& nodes, const std::vector<std::uint32_t>& interface_of) {
  std::vector<Ptr<Router>> routers;
  for (std::uint32_t n = 0; n < nodes.GetN(); ++n) {
    routers.push_back(CreateObject<Router>());
    nodes.Get(n)->GetObject<Ipv4>()->SetRoutingProtocol(routers.back());
    routers.back()->seal(n < work_.hosts);
  }
  for (const peers::Flow& flow : work_.flows) {
    for (const std::uint32_t link : flow.forward)
      routers[work_.links[link].from]->add(Router::key(flow.from, flow.to, false), interface_of[link]);
    for (const std::uint32_t link : flow.back)
      routers[work_.links[link].from]->add(Router::key(flow.to, flow.from, true), interface_of[link]);
  }
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) {
    std::fprintf(stderr, "usage: ns3_driver WORK\n");
    return 2;
  }
  Time::SetResolution(Time::PS);
  peers::WorkFile work;
  if (!peers::read_work(words[1], work)) return 2;
  Simulation simulation(work);
  simulation.build();
  const peers::Stopwatch watch;
  // From inside the first event: a packet sent before the simulator runs would find its interfaces unfinished.
  Simulator::Schedule(PicoSeconds(0), [&simulation] { simulation.player.start(); });
  Simulator::Run();
  peers::print_report("ns-3", simulation.player, simulation.hops(), watch);
  return simulation.player.messages() * 2 == work.operations.size() ? 0 : 1;
}
