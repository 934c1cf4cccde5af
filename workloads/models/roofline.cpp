// SPDX-License-Identifier: Apache-2.0
#include "workloads/models/roofline.hpp"

#include <algorithm>
#include <cmath>

namespace eastwest {

GpuRates sustained_rates(const GpuModel& model, Precision precision, double compute_efficiency, double memory_efficiency) {
  const double peak = precision == Precision::fp8 ? model.flops_fp8 : model.flops_bf16;
  return {peak * compute_efficiency, model.memory_bytes_per_second * memory_efficiency};
}

double roofline_seconds(double flops, double bytes, const GpuRates& rates) {
  return std::max(flops / rates.flops_per_second, bytes / rates.memory_bytes_per_second);
}

Duration to_duration(double seconds) { return {std::llround(std::min(seconds * 1e12, 9e18))}; }

Duration roofline_time(double flops, double bytes, const GpuRates& rates, Duration launch) {
  return to_duration(roofline_seconds(flops, bytes, rates)) + launch;
}

}  // namespace eastwest
