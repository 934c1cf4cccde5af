// SPDX-License-Identifier: Apache-2.0
// A point-to-point channel for ns-3 with a delay of its own in each direction: a link into a switch includes its pipeline.
#pragma once

#include <ns3/core-module.h>
#include <ns3/network-module.h>
#include <ns3/point-to-point-module.h>

#include <utility>

namespace peers {

class Cable : public ns3::PointToPointChannel {
 public:
  static ns3::TypeId GetTypeId() {
    static const ns3::TypeId kId = ns3::TypeId("peers::Cable").SetParent<ns3::PointToPointChannel>().AddConstructor<Cable>();
    return kId;
  }

  /// Twice, for either end: the device and the delay of what it sends.
  void add(ns3::Ptr<ns3::PointToPointNetDevice> device, ns3::Time delay) {
    (ends_[0].device == nullptr ? ends_[0] : ends_[1]) = {std::move(device), delay};
  }

  bool TransmitStart(ns3::Ptr<const ns3::Packet> packet, ns3::Ptr<ns3::PointToPointNetDevice> source, ns3::Time transmission) override {
    const bool first = ends_[0].device == source;
    const ns3::Ptr<ns3::PointToPointNetDevice>& target = ends_[first ? 1 : 0].device;
    ns3::Simulator::ScheduleWithContext(target->GetNode()->GetId(), transmission + ends_[first ? 0 : 1].delay,
                                        &ns3::PointToPointNetDevice::Receive, target, packet->Copy());
    return true;
  }

 private:
  struct End {
    ns3::Ptr<ns3::PointToPointNetDevice> device;
    ns3::Time delay;
  };
  End ends_[2];
};

}  // namespace peers
