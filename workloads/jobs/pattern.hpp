// SPDX-License-Identifier: Apache-2.0
// Patterns: what the job kinds without reduction share: point-to-point flows under one collective record.
//
// Units: bytes, picoseconds after the start of the job. Invariants: a pattern has one label, so the trace reports the
// time from its first start to its last byte; its size is that of the busiest rank (most bytes sent or received), so
// that size / time never exceeds what one rank's ports can carry.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "workloads/workload.hpp"

namespace eastwest {

struct PatternFlow {
  std::uint32_t from = 0;  // rank within the job
  std::uint32_t to = 0;
  Bytes bytes;
  Duration start;  // after the start of the job
};

/// Adds the flows, in the order given, as job `context.job`. `algorithm` names the pattern.
void append_pattern(std::string_view algorithm, std::span<const PatternFlow> flows, const JobContext& context, ScheduleBuilder& builder);

/// True when the job has the two ranks that every pattern needs; otherwise says so.
bool has_two_ranks(const JobContext& context, Diagnostics& diagnostics);

/// A permutation of 0..n-1 without fixed point, uniform over all of them (n >= 2): Fisher-Yates shuffles, the first
/// one that moves everything. A pure function of (n, seed, stream).
std::vector<std::uint32_t> random_derangement(std::uint32_t n, std::uint64_t seed, std::uint64_t stream);

}  // namespace eastwest
