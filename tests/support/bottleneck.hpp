// SPDX-License-Identifier: Apache-2.0
// One queue and N senders that always have data: the smallest network on which a transport's published fixed points show.
//
// Time goes in slots of one full packet on the wire. In a slot, in this order: acknowledgements reach the senders; each
// sender (the first one changes every slot) may send one packet; packets sent half a round trip ago join the queue, are marked by
// RED on the queue that they find, or trimmed where it is full; the queue sends one packet. A receiver answers every packet
// and sends a notification for a mark at most every cnp_interval. An idle round trip is exactly `base_slots` slots.
// Units: ps, bytes, slots. Nothing is lost but by trimming; nothing is reordered.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/packet/transports/transport_kind.hpp"

namespace eastwest::tests {

struct BottleneckSettings {
  const TransportKind* kind = nullptr;
  NetworkOptions options;
  BitRate rate;  // of the bottleneck and of every sender
  std::int64_t base_slots = 0;
  std::uint32_t hops = 1;
  std::uint32_t senders = 1;
  std::int64_t stagger_slots = 0;   // sender k begins at k times it
  std::int64_t mark_min = 1 << 30;  // packets in the queue
  std::int64_t mark_max = 1 << 30;
  double mark_probability = 1;
  std::int64_t capacity = 1 << 30;  // packets; one that finds so many is trimmed
  std::uint64_t seed = 1;
};

/// What was seen since the last `clear`.
struct BottleneckFigures {
  std::int64_t slots = 0;
  std::int64_t busy = 0;  // slots in which the queue sent
  std::int64_t queue_min = 1 << 30;
  std::int64_t queue_max = 0;
  double queue_sum = 0;
  double alpha_sum = 0;       // of real[1] of sender 0, by slot: alpha in dctcp and dcqcn
  double round_trip_sum = 0;  // by acknowledgement, slots
  std::int64_t acknowledged = 0;
  std::int64_t marked = 0;
  std::int64_t trimmed = 0;
  std::int64_t unsound = 0;             // acknowledgements after which rate or window was out of bounds or not a number
  std::vector<std::int64_t> delivered;  // packets by sender

  [[nodiscard]] double utilisation() const { return static_cast<double>(busy) / static_cast<double>(slots); }
  [[nodiscard]] double queue_mean() const { return queue_sum / static_cast<double>(slots); }
  [[nodiscard]] double alpha_mean() const { return alpha_sum / static_cast<double>(slots); }
  [[nodiscard]] double round_trip_mean() const { return round_trip_sum / static_cast<double>(acknowledged); }
  /// (sum x)^2 / (n sum x^2): 1 when all are equal, 1/n when one has all. Jain et al., DEC TR-301, 1984.
  [[nodiscard]] double fairness() const;
};

class Bottleneck {
 public:
  explicit Bottleneck(const BottleneckSettings& settings);
  void run(std::int64_t slots);
  void clear();
  [[nodiscard]] const BottleneckFigures& figures() const { return figures_; }
  [[nodiscard]] const TransportState& state(std::size_t sender) const { return senders_[sender].state; }
  [[nodiscard]] std::int64_t slot_ps() const { return slot_ps_; }
  [[nodiscard]] std::int64_t queue() const { return static_cast<std::int64_t>(queue_.size() - queue_head_); }
  /// Senders from `first` on stop sending.
  void stop_from(std::size_t first);

 private:
  struct Packet {
    std::uint32_t sender;
    std::uint32_t sequence;
    std::int64_t birth;
    bool marked = false;
    bool trimmed = false;
    HopTelemetry telemetry;
  };
  struct Sender {
    TransportState state;
    alignas(8) std::byte cold[256] = {};
    std::int64_t in_flight = 0;  // packets
    std::int64_t next_time = 0;
    std::int64_t first_slot = 0;
    std::int64_t notified = -1;
    std::uint32_t sent = 0;
    bool stopped = false;
  };
  void answers(std::int64_t now);
  void sends(std::int64_t now);
  void joins();
  void serves(std::int64_t now);
  std::vector<Packet>& ring(std::vector<std::vector<Packet>>& of, std::int64_t slot) {
    return of[static_cast<std::size_t>(slot) % of.size()];
  }

  BottleneckSettings settings_;
  std::int64_t slot_ps_;
  std::int64_t packet_bytes_;  // on the wire
  std::int64_t forward_;       // slots from a sender to the queue
  std::int64_t backward_;      // slots from the end of service to the sender
  std::int64_t slot_ = 0;
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t drawn_ = 0;
  std::vector<Sender> senders_;
  std::vector<std::vector<Packet>> under_way_;  // by slot of arrival at the queue
  std::vector<std::vector<Packet>> returning_;  // by slot of arrival at the sender
  std::vector<Packet> queue_;
  std::size_t queue_head_ = 0;
  BottleneckFigures figures_;
};

}  // namespace eastwest::tests
