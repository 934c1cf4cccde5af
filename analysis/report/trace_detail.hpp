// SPDX-License-Identifier: Apache-2.0
// Trace detail: what a report shows beyond the rows of analysis/trace_reader.hpp: the fabric, links over time, verdicts, events.
//
// Units: core/quantity.hpp; margins in dB. Invariants: every link names two nodes that exist, every index in `ranks` is in range; of a
// trace whose writer never finished only committed rows are read. LIMITATIONS: links over time are kept in the resolution of `LinkGrid`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/report/link_grid.hpp"
#include "analysis/trace_reader.hpp"

namespace eastwest {

struct FabricNode {
  std::string name;
  std::string model;
  std::string rack;
  bool host = false;
  std::uint8_t tier = 0;  // 0 host, 1 leaf, 2 spine, 3 core
};

struct FabricLink {
  std::uint32_t source = 0;  // into nodes
  std::uint32_t target = 0;
  std::uint32_t cable = 0xffff'ffffu;  // into cables, or none
  BitRate rate;
  Duration delay;
  double frame_loss = 0;
};

struct FabricCable {
  std::string name;
  std::string a;  // port
  std::string b;
  std::string medium;
  Length length;
  Duration delay_medium;
  Duration delay_modules;
  Duration delay_fec;
  std::optional<double> margin = {};       // dB left of the optical budget, worse direction; none: the trace does not say
  std::optional<double> pre_fec_ber = {};  // bit error rate before correction
};

struct TraceRank {
  std::uint16_t job = 0;
  std::string host;
};

struct TraceDetail {
  std::vector<FabricNode> nodes;
  std::vector<FabricLink> links;  // as TraceData::link_names
  std::vector<FabricCable> cables;
  std::vector<TraceRank> ranks;
  std::vector<Sanity> sanity;  // empty while unsealed
  std::vector<EventRow> events;
  LinkGrid grid;
};

/// Of the trace that `data` was read from.
Result<TraceDetail> read_trace_detail(const TraceData& data, const GridLimits& limits = {});

/// Of every node "host", "leaf", "spine" or "core"; "switch" where all switches are of one tier and joined to each other.
std::vector<std::string> node_roles(const TraceDetail& detail);

}  // namespace eastwest
