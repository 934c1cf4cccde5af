// SPDX-License-Identifier: Apache-2.0
// Arrivals: when inference requests come and how long they are.
//
// Units: offsets in picoseconds from the first moment of the job; tokens are counts of at least 1.
// Invariants: arrivals are in order of time; ties keep the order of their source.
// Source of the random ones: a Poisson process (exponential gaps), or gaps of a gamma law with a given coefficient of variation
// (gamma_draw.hpp), and lognormal lengths, the usual stand-in for measured prompt and answer lengths.
// LIMITATIONS: prompt and answer lengths are drawn independently; bursts are those of a renewal process, without memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/quantity.hpp"

namespace eastwest {

struct Arrival {
  Duration offset;
  std::uint32_t prompt_tokens = 1;
  std::uint32_t output_tokens = 1;
  std::uint32_t prefix_first = 0;  // its prompt's whole prefix blocks, in the list of ids that was read with the arrivals
  std::uint32_t prefix_count = 0;
  friend constexpr bool operator==(const Arrival&, const Arrival&) = default;
};

/// Reads a trace in the format of the Azure LLM inference traces: a header with the columns TIMESTAMP, ContextTokens
/// and GeneratedTokens in any order among others, then a row per request; LF or CRLF. A timestamp is
/// `YYYY-MM-DD HH:MM:SS` with up to 12 fraction digits and an optional UTC offset (`Z`, `+00:00`). Offsets count from
/// the earliest row. Mistakes go to `diagnostics` with line and column; after 20 the rest is only counted.
std::vector<Arrival> read_azure_trace(std::string_view text, const std::string& file, Diagnostics& diagnostics);

enum class LengthLaw : std::uint8_t { fixed, lognormal };

enum class ArrivalProcess : std::uint8_t { poisson, gamma };

struct DrawnArrivals {
  ArrivalProcess process = ArrivalProcess::poisson;
  double variation = 1;  // gamma: coefficient of variation of the gaps
  double requests_per_second = 1;
  std::int64_t requests = 0;  // 0: until `duration`
  Duration duration;          // 0: no limit in time; one of the two must be set
  double prompt_tokens = 1;   // means
  double output_tokens = 1;
  LengthLaw lengths = LengthLaw::lognormal;
  double sigma = 1;                    // of the logarithm
  std::int64_t tokens_maximum = 8192;  // prompt and output are each cut to this
  std::uint64_t seed = 0;
  std::uint64_t stream = 0;  // distinct per job
};

std::vector<Arrival> draw_arrivals(const DrawnArrivals& wish);

}  // namespace eastwest
