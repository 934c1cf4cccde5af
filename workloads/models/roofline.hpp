// SPDX-License-Identifier: Apache-2.0
// Roofline: how long a piece of GPU work takes, the longer of its arithmetic and its memory traffic.
//
// time = max(FLOPs / (efficiency x peak), bytes / (efficiency x bandwidth)) + launch (Williams, Waterman, Patterson,
// "Roofline: an insightful visual performance model", CACM 2009). Units: FLOPs and bytes of one GPU; picoseconds.
// Invariants: one fixed order of operations, one rounding to the nearest picosecond at the end, so the same on every
// machine. LIMITATIONS: efficiency does not fall with small matrices; arithmetic and memory overlap perfectly.
#pragma once

#include "core/quantity.hpp"
#include "topology/fabric.hpp"

namespace eastwest {

/// The rates that a GPU sustains, efficiencies already applied.
struct GpuRates {
  double flops_per_second = 0;
  double memory_bytes_per_second = 0;
};

enum class Precision : std::uint8_t { bf16, fp8 };

/// Sustained rates of `model`; zero FLOP/s when it does not know `precision`.
GpuRates sustained_rates(const GpuModel& model, Precision precision, double compute_efficiency, double memory_efficiency);

/// Roofline in seconds, before rounding, to be summed further.
double roofline_seconds(double flops, double bytes, const GpuRates& rates);
Duration roofline_time(double flops, double bytes, const GpuRates& rates, Duration launch);

/// Nearest picosecond.
Duration to_duration(double seconds);

}  // namespace eastwest
