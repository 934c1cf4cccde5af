// SPDX-License-Identifier: Apache-2.0
// Arrival formats: request traces in the forms in which they are published, read into arrivals.
//
//   azure     TIMESTAMP,ContextTokens,GeneratedTokens                       dates; other columns are ignored (2025: NumImages)
//   burstgpt  Timestamp,...,Request tokens,Response tokens,...              seconds; columns by name; answers of 0 tokens failed: skipped
//   vidur     arrived_at,num_prefill_tokens,num_decode_tokens               seconds
//   mooncake  {"timestamp": ms, "input_length": n, "output_length": n, "hash_ids": [...]} per line; a block has 512 tokens
//
// Units after reading: core/quantity.hpp. Invariants: offsets count from the earliest request and are in order, ties in that of the
// file. Sources: AzurePublicDataset, HPMLL/BurstGPT, Vidur, Mooncake FAST25 release. LIMITATIONS: an ideal prefix cache never forgets
// and serves every instance at no cost; what it holds takes no memory and no attention over it is counted. For caches of instances only
// blocks that the prompt fills are kept: the last, partial one is never shared.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "workloads/serving/arrival.hpp"

namespace eastwest {

enum class ArrivalFormat : std::uint8_t { automatic, azure, burstgpt, mooncake, vidur };
/// By name, as the parameter gives it.
ArrivalFormat arrival_format(std::string_view name);

/// What becomes of the block ids of a Mooncake trace.
struct PrefixUse {
  bool ideal = false;                         // shortens prompts by what an ideal cache holds
  std::vector<std::uint64_t>* ids = nullptr;  // gets the ids that the arrivals then name
};

/// Mistakes go to `diagnostics` with line and column; with them nothing is returned. `prefix.ideal`: mooncake only.
std::vector<Arrival> read_arrivals(ArrivalFormat format, PrefixUse prefix, std::string_view text, const std::string& file,
                                   Diagnostics& diagnostics);

/// The formats but azure, which stands in arrival.hpp.
std::vector<Arrival> read_burstgpt_trace(std::string_view text, const std::string& file, Diagnostics& diagnostics);
std::vector<Arrival> read_vidur_trace(std::string_view text, const std::string& file, Diagnostics& diagnostics);
std::vector<Arrival> read_mooncake_trace(std::string_view text, PrefixUse prefix, const std::string& file, Diagnostics& diagnostics);

/// Sorts by time and lets the earliest be the first moment; an error when the span does not fit into a run.
std::vector<Arrival> settle_arrivals(std::vector<Arrival> arrivals, const std::string& file, Diagnostics& diagnostics);

}  // namespace eastwest
