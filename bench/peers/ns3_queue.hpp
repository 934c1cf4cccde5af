// SPDX-License-Identifier: Apache-2.0
// A port's queue for ns-3: acknowledgements strictly first, then data in order, without bound; and a NIC that is asked for
// its next packet only when its link is free, so that flows take turns packet by packet instead of a window at a time.
#pragma once

#include <ns3/network-module.h>

#include <cstdint>
#include <functional>

namespace peers {

class PortQueue : public ns3::Queue<ns3::Packet> {
 public:
  static ns3::TypeId GetTypeId() {
    static const ns3::TypeId kId = ns3::TypeId("peers::PortQueue").SetParent<ns3::Queue<ns3::Packet>>().AddConstructor<PortQueue>();
    return kId;
  }

  std::uint32_t control_bytes = 0;   // packets up to this size are acknowledgements
  std::function<void()> when_empty;  // of a NIC: may send one more packet through its socket, which comes back to Enqueue
  std::uint64_t* hops = nullptr;     // counts every packet that leaves
  bool idle = true;                  // nothing is being transmitted

  bool Enqueue(ns3::Ptr<ns3::Packet> packet) override {
    if (packet->GetSize() > control_bytes) return DoEnqueue(GetContainer().end(), packet);
    auto at = GetContainer().begin();
    while (at != GetContainer().end() && (*at)->GetSize() <= control_bytes) ++at;
    return DoEnqueue(at, packet);
  }

  ns3::Ptr<ns3::Packet> Dequeue() override {
    if (GetContainer().empty()) {
      // The device is free: a packet sent from here starts at once, through the inner call of this function.
      idle = true;
      if (when_empty) when_empty();
      return nullptr;
    }
    idle = false;
    ++*hops;
    return DoDequeue(GetContainer().begin());
  }

  ns3::Ptr<ns3::Packet> Remove() override { return DoRemove(GetContainer().begin()); }
  ns3::Ptr<const ns3::Packet> Peek() const override { return DoPeek(GetContainer().begin()); }
};

}  // namespace peers
