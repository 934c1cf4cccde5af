// SPDX-License-Identifier: Apache-2.0
// A router of our own for ns-3: the outgoing interface from (source, destination, data or answer), one look-up in a hash table.
//
// ns-3's own routers scan linearly (Ipv4GlobalRouting) or choose per packet at random; neither is what a fabric with ECMP does. The
// work names every path, so this router needs no hash function of its own to choose one. A host address is kBase + its number.
#pragma once

#include <ns3/internet-module.h>
#include <ns3/network-module.h>

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace peers {

constexpr std::uint32_t kBase = 0x0a000000;  // 10.0.0.0
constexpr std::uint8_t kAnswerTos = 0x10;    // acknowledgements take paths of their own

class Router : public ns3::Ipv4RoutingProtocol {
 public:
  static std::uint64_t key(std::uint32_t from, std::uint32_t to, bool answer) {
    return (std::uint64_t{from} << 33) | (std::uint64_t{to} << 1) | (answer ? 1u : 0u);
  }
  void add(std::uint64_t path, std::uint32_t interface) { next_.emplace(path, interface); }

  /// After the last interface is there: one route object per interface, shared by all packets.
  void seal(bool host) {
    host_ = host;
    for (std::uint32_t i = 0; i < ipv4_->GetNInterfaces(); ++i) {
      ns3::Ptr<ns3::Ipv4Route> route = ns3::Create<ns3::Ipv4Route>();
      route->SetOutputDevice(ipv4_->GetNetDevice(i));
      route->SetGateway(ns3::Ipv4Address("12.0.0.1"));  // must be one, is not looked at: a cable has one other end
      route->SetSource(ipv4_->GetAddress(i, 0).GetLocal());
      routes_.push_back(route);
    }
  }

  ns3::Ptr<ns3::Ipv4Route> RouteOutput(ns3::Ptr<ns3::Packet>, const ns3::Ipv4Header&, ns3::Ptr<ns3::NetDevice>,
                                       ns3::Socket::SocketErrno& error) override {
    error = ns3::Socket::ERROR_NOTERROR;
    return routes_[1];  // a host has one link; interface 0 is the loopback
  }

  bool RouteInput(ns3::Ptr<const ns3::Packet> packet, const ns3::Ipv4Header& header, ns3::Ptr<const ns3::NetDevice> device,
                  UnicastForwardCallback forward, MulticastForwardCallback, LocalDeliverCallback local, ErrorCallback) override {
    if (host_) {
      local(packet, header, static_cast<std::uint32_t>(ipv4_->GetInterfaceForDevice(device)));
      return true;
    }
    const auto found =
        next_.find(key(header.GetSource().Get() - kBase, header.GetDestination().Get() - kBase, header.GetTos() == kAnswerTos));
    if (found == next_.end()) return false;
    forward(routes_[found->second], packet, header);
    return true;
  }

  void NotifyInterfaceUp(std::uint32_t) override {}
  void NotifyInterfaceDown(std::uint32_t) override {}
  void NotifyAddAddress(std::uint32_t, ns3::Ipv4InterfaceAddress) override {}
  void NotifyRemoveAddress(std::uint32_t, ns3::Ipv4InterfaceAddress) override {}
  void SetIpv4(ns3::Ptr<ns3::Ipv4> ipv4) override { ipv4_ = ipv4; }
  void PrintRoutingTable(ns3::Ptr<ns3::OutputStreamWrapper>, ns3::Time::Unit) const override {}

 private:
  ns3::Ptr<ns3::Ipv4> ipv4_;
  std::vector<ns3::Ptr<ns3::Ipv4Route>> routes_;
  std::unordered_map<std::uint64_t, std::uint32_t> next_;
  bool host_ = false;
};

}  // namespace peers
