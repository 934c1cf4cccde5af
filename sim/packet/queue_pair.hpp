// SPDX-License-Identifier: Apache-2.0
// Messages and queue pairs: what NICs send, and both ends' state of the reliable connection that carries it.
//
// Packets of a queue pair are numbered from 0 over all its messages. Sender and receiver halves live in different hosts
// and are touched only by the domain that owns the host; the halves are padded to cache lines for that reason. A
// receiver reads a message's immutable fields and those written before its first packet left, which is at least
// one window earlier. Units: ps, bytes, packets.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/idle_path.hpp"
#include "sim/packet/port_state.hpp"
#include "sim/packet/transports/transport_kind.hpp"
#include "workloads/large_vector.hpp"

namespace eastwest::packet {

struct Message {
  std::int64_t bytes = 0;
  std::int64_t start = 0;                  // its operation started
  std::uint32_t send_operation = kNil;     // none for a driver's transfer
  std::uint32_t receive_operation = kNil;  // a driver's transfer: index into Traffic::driver_transfers
  std::uint32_t queue_pair = kNil;         // none: over the scale-up domain
  std::uint32_t packets = 0;               // scale-up: unused
  std::uint32_t first_packet = 0;          // number within the queue pair, set when posted
  std::uint32_t next = kNil;               // behind it on the same queue pair or scale-up port
  std::int64_t left = 0;                   // scale-up: bytes not yet started
  std::uint32_t retransmits = 0;
  std::uint32_t source = 0;  // ranks
  std::uint32_t destination = 0;
  std::uint16_t job = 0;
  std::uint8_t traffic_class = 1;
};

struct DriverTransfer {
  std::uint32_t driver;
  std::uint64_t cookie;
};

/// What never changes about a queue pair.
struct QueuePairPlan {
  std::uint32_t source_node = 0;
  std::uint32_t destination_node = 0;
  std::uint16_t source_endpoint = 0;
  std::uint16_t destination_endpoint = 0;
  std::uint16_t source_port = 0;  // within the node
  std::uint16_t destination_port = 0;
  std::uint16_t entropy = 0;
  std::uint16_t answer_entropy = 0;
  std::uint8_t priority = 1;  // of its packets when they enter the fabric
  IdlePath path;
};

struct alignas(64) Sender {
  std::uint32_t next = 0;              // packet to send next
  std::uint32_t acked = 0;             // all before it are acknowledged
  std::uint32_t end = 0;               // posted
  std::uint32_t sent = 0;              // highest ever sent + 1
  std::uint32_t first_message = kNil;  // holds `acked`
  std::uint32_t message = kNil;        // holds `next`
  std::uint32_t last_message = kNil;
  std::uint32_t ready_next = kNil;  // behind it in the NIC's ready ring
  std::int64_t next_time = 0;       // not before, by pacing
  std::int64_t progress = 0;        // last time that `acked` moved or sending began
  std::uint32_t repair_next = 0;    // selective repeat: next hole to look at
  std::uint32_t repair_end = 0;     // holes before it count as lost
  std::uint32_t selective_end = 0;  // highest selectively acknowledged + 1
  std::uint32_t selective = 0;      // packets from `acked` on that are selectively acknowledged
  std::uint32_t trimmed = 0;        // packets known to be cut, to be sent again
  std::uint32_t trimmed_next = 0;   // none of them before it
  std::uint8_t retries = 0;
  bool in_ring = false;
  bool waking = false;  // a wake event is pending
  bool timer = false;   // a timeout event is pending
  bool dead = false;    // gave up
  TransportState transport;
};

struct alignas(64) Receiver {
  std::uint32_t expected = 0;
  std::uint32_t unacknowledged = 0;  // packets since the last ack
  std::uint32_t heard = 0;           // packets since the last answer, whatever became of them
  std::uint32_t marked = 0;          // of these, with an ECN mark
  std::int64_t notified = -1;        // last CNP; -1: never
  bool nacked = false;               // the current gap was reported
};

/// Message and queue-pair tables of a run. Grown only between windows.
struct Traffic {
  LargeVector<Message> messages;
  LargeVector<std::uint32_t> arrived;  // by message: packets in the receiver's memory; empty with go-back-N
  std::vector<DriverTransfer> driver_transfers;
  LargeVector<QueuePairPlan> plans;
  LargeVector<Sender> senders;
  LargeVector<Receiver> receivers;
  std::uint32_t words = 0;                 // 64-bit words per queue pair of the two bit rings, 0 with go-back-N
  std::vector<std::uint64_t> sender_bits;  // selectively acknowledged packets, by number modulo words * 64
  std::vector<std::uint64_t> receiver_bits;
  std::vector<std::uint64_t> trimmed_bits;  // sender: packets to be sent again; empty without trimming
  std::vector<std::byte> cold;              // TransportKind::cold_bytes per queue pair
  const TransportKind* transport = nullptr;

  [[nodiscard]] bool selective() const { return words != 0; }
  /// What the transport of a queue pair is handed. Cold bytes are a multiple of 8, so a vector's storage is aligned for them.
  TransportContext context(const NetworkOptions& network, std::uint32_t queue_pair) {
    return {network, cold.empty() ? nullptr : cold.data() + static_cast<std::size_t>(queue_pair) * transport->cold_bytes};
  }
};

inline bool ring_bit(const std::vector<std::uint64_t>& bits, std::uint32_t words, std::uint32_t queue_pair, std::uint32_t packet) {
  const std::uint32_t at = packet % (words * 64);
  return ((bits[static_cast<std::size_t>(queue_pair) * words + at / 64] >> (at % 64)) & 1u) != 0;
}
inline void set_ring_bit(std::vector<std::uint64_t>& bits, std::uint32_t words, std::uint32_t queue_pair, std::uint32_t packet,
                         bool value) {
  const std::uint32_t at = packet % (words * 64);
  std::uint64_t& word = bits[static_cast<std::size_t>(queue_pair) * words + at / 64];
  const std::uint64_t mask = std::uint64_t{1} << (at % 64);
  word = value ? word | mask : word & ~mask;
}

}  // namespace eastwest::packet
