// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/pfc_headroom.hpp"

#include <cmath>

namespace eastwest {
namespace {

constexpr std::int64_t kPauseQuanta = 60;
constexpr std::int64_t kQuantumBits = 512;

}  // namespace

Duration pfc_response(BitRate rate) { return serialisation({kPauseQuanta * kQuantumBits / 8}, rate); }

Bytes pfc_headroom(const PfcTerms& terms) {
  const std::int64_t span = 2 * terms.link_delay.ps + terms.pipeline.ps + terms.response.ps;
  const double bytes = static_cast<double>(span) * 1e-12 * terms.rate.bytes_per_second();
  return {static_cast<std::int64_t>(std::ceil(bytes)) + terms.frames * terms.frame.count + terms.pause_frame.count};
}

Bytes planning_headroom(Duration glass_delay, BitRate rate, Bytes mtu, Duration pipeline) {
  return pfc_headroom({glass_delay, pipeline, pfc_response(rate), rate, mtu, 2, {}});
}

}  // namespace eastwest
