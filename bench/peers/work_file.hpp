// SPDX-License-Identifier: Apache-2.0
// The plain text in which a work is handed to other simulators, so that all of them run exactly the same. C++17, no library.
//
// Lines, numbers in decimal, ids counted from 0 in the order of the lines:
//   packet MTU HEADER GAP ACK_SIZE ACK_EVERY     bytes, packets: full payload, headers, silence on the wire, acknowledgement
//   nodes HOSTS SWITCHES                         hosts are nodes 0 to HOSTS - 1, switches follow; rank i runs on host i
//   link FROM TO RATE DELAY                      one direction; bit/s and ps: propagation and, into a switch, its pipeline
//   flow FROM TO WINDOW LATENCY ANSWER N LINK... M LINK...   hosts; packets in flight; ps on an idle path from the last bit of
//                                                a message at the sender to all of it at the receiver, and back to the end of
//                                                its acknowledgement; links of the data, then of the acknowledgements
//   send FLOW BYTES MATCH WAITS N NEXT...        operation: starts when WAITS predecessors are over; MATCH is its receive;
//   receive MATCH WAITS N NEXT...                operations NEXT wait for it. A send is over when it is acknowledged.
// Invariants: nodes store and forward; every host has one link out, which is its first.
#pragma once

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <istream>
#include <string>
#include <vector>

namespace peers {

struct Link {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint64_t rate = 0;
  std::int64_t delay = 0;
};

struct Flow {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint32_t window = 0;
  std::int64_t latency = 0;
  std::int64_t answer = 0;
  std::vector<std::uint32_t> forward;
  std::vector<std::uint32_t> back;
};

struct Operation {
  bool send = false;
  std::uint32_t flow = 0;   // send
  std::int64_t bytes = 0;   // send
  std::uint32_t match = 0;  // the operation at the other end
  std::uint32_t waits = 0;
  std::uint32_t first_next = 0;  // into WorkFile::next
  std::uint32_t next_count = 0;
};

struct WorkFile {
  std::int64_t mtu = 0;
  std::int64_t header = 0;
  std::int64_t gap = 0;
  std::int64_t ack_size = 0;
  std::uint32_t ack_every = 1;
  std::uint32_t hosts = 0;
  std::uint32_t switches = 0;
  std::vector<Link> links;
  std::vector<Flow> flows;
  std::vector<Operation> operations;
  std::vector<std::uint32_t> next;

  std::uint32_t packets_of(std::int64_t bytes) const { return static_cast<std::uint32_t>((bytes + mtu - 1) / mtu); }
  /// Bytes of a message on the wire, all frames with their headers and gaps.
  std::int64_t wire_bytes(std::int64_t bytes) const { return bytes + packets_of(bytes) * (header + gap); }
};

inline std::vector<std::uint32_t> read_list(std::istream& words) {
  std::size_t count = 0;
  words >> count;
  std::vector<std::uint32_t> list(count);
  for (std::uint32_t& item : list) words >> item;
  return list;
}

inline void read_operation(WorkFile& work, std::istream& words, bool send) {
  Operation operation;
  operation.send = send;
  if (send) words >> operation.flow >> operation.bytes;
  words >> operation.match >> operation.waits;
  operation.first_next = static_cast<std::uint32_t>(work.next.size());
  words >> operation.next_count;
  for (std::uint32_t i = 0; i < operation.next_count; ++i) {
    std::uint32_t item = 0;
    words >> item;
    work.next.push_back(item);
  }
  work.operations.push_back(operation);
}

/// False, with a line to standard error, when the file is not as described.
inline bool read_work(const char* path, WorkFile& work) {
  std::ifstream file(path);
  std::string kind;
  while (file >> kind) {
    if (kind == "packet") {
      file >> work.mtu >> work.header >> work.gap >> work.ack_size >> work.ack_every;
    } else if (kind == "nodes") {
      file >> work.hosts >> work.switches;
    } else if (kind == "link") {
      Link link;
      file >> link.from >> link.to >> link.rate >> link.delay;
      work.links.push_back(link);
    } else if (kind == "flow") {
      Flow flow;
      file >> flow.from >> flow.to >> flow.window >> flow.latency >> flow.answer;
      flow.forward = read_list(file);
      flow.back = read_list(file);
      work.flows.push_back(flow);
    } else if (kind == "send" || kind == "receive") {
      read_operation(work, file, kind == "send");
    } else {
      file.setstate(std::ios::failbit);
    }
    if (!file) break;
  }
  if (file.eof() && !work.operations.empty()) return true;
  std::fprintf(stderr, "%s is not a work: something is wrong at or before a line `%s`\n", path, kind.c_str());
  return false;
}

}  // namespace peers
