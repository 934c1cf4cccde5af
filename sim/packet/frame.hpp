// SPDX-License-Identifier: Apache-2.0
// A frame: the 32 bytes that travel by value through inboxes, queues and mail; there is no other packet object.
//
// Units: picoseconds, bytes, packets. Invariants: `time` is when the node that holds it in its inbox handles it; while
// a frame waits in a queue the field is free and carries the queue's link, and `ingress` of a frame that waits in a switch is
// the account that it is charged to. `node` is set for mail only. (time, ingress, kind) is unique per node:
// a link serialises frames, so two of one kind never arrive together. That is the content order of design and digest.
#pragma once

#include <cstdint>
#include <type_traits>

namespace eastwest::packet {

enum class FrameKind : std::uint8_t {
  data,
  ack,    // sequence: all packets before it have arrived
  sack,   // as ack, and packet `selective` has arrived out of order
  nack,   // as ack, and the packet `sequence` was expected when another came
  cnp,    // congestion notification
  trim,   // as ack, and packet `selective` arrived as its header only
  pause,  // PFC, of its priority
  resume,
  credit,  // InfiniBand: `message` bytes of its priority have left the buffer
};

inline constexpr unsigned kClassCount = 4;          // of traffic: 0 control (strictly first), 1 to 3 data
inline constexpr unsigned kPriorityCount = 8;       // of a link, each a queue: 0 control, then the data classes' virtual channels
inline constexpr std::uint8_t kFlagMarked = 1;      // ECN congestion experienced
inline constexpr std::uint8_t kFlagAckRequest = 2;  // last of a message or ack due
inline constexpr std::uint8_t kFlagRetransmitted = 4;
inline constexpr std::uint8_t kFlagTrimmed = 8;  // cut to its header by a switch without room
inline constexpr std::uint8_t kFlagOnward = 16;  // routes by table: past its intermediate, on the way to its target

struct Frame {
  std::int64_t time;                    //  8  when handled, while in mail or far ahead; link while queued
  std::uint32_t message;                // 12  index into the message table (data and its answers)
  std::uint32_t sequence;               // 16  packet number within the queue pair
  std::uint32_t birth;                  // 20  data: start of transmission in ticks of 1024 ps; sack: the selective packet
  std::uint16_t destination;            // 22  endpoint
  std::uint16_t node;                   // 24  node that it travels to, for mail
  std::uint16_t ingress;                // 26  port at that node
  std::uint16_t bytes;                  // 28  in buffers: payload and headers
  std::uint16_t entropy;                // 30  what hashing switches see of the queue pair
  std::uint16_t kind_and_priority : 8;  // 31  kind in the low 4 bits, priority above
  std::uint16_t flags : 8;              // 32  (not bytes: a store to a byte may alias anything, and the loops reload)

  [[nodiscard]] FrameKind kind() const { return static_cast<FrameKind>(kind_and_priority & 15u); }
  [[nodiscard]] unsigned priority() const { return kind_and_priority >> 4; }
};
static_assert(sizeof(Frame) == 32 && std::is_trivially_copyable_v<Frame>);

constexpr std::uint8_t pack(FrameKind kind, unsigned priority) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(kind) | (priority << 4));
}

constexpr std::uint32_t birth_ticks(std::int64_t ps) { return static_cast<std::uint32_t>(ps >> 10); }
/// Age of a frame in ps, exact to 1.024 ns, right up to 4.4 s.
constexpr std::int64_t age_ps(std::int64_t now, std::uint32_t birth) {
  return static_cast<std::int64_t>(static_cast<std::uint32_t>(birth_ticks(now) - birth)) << 10;
}

}  // namespace eastwest::packet
