// SPDX-License-Identifier: Apache-2.0
#include "workloads/serving/arrival_formats.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "core/input_text.hpp"

namespace eastwest {

namespace {

/// Known by the first line.
ArrivalFormat guess(std::string_view text) {
  if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return ArrivalFormat::azure;
  text.remove_prefix(start);
  if (text.front() == '{') return ArrivalFormat::mooncake;
  const std::string_view header = text.substr(0, text.find('\n'));
  if (header.find("Request tokens") != std::string_view::npos || header.find("Response tokens") != std::string_view::npos)
    return ArrivalFormat::burstgpt;
  if (header.find("num_prefill_tokens") != std::string_view::npos || header.find("num_decode_tokens") != std::string_view::npos)
    return ArrivalFormat::vidur;
  return ArrivalFormat::azure;
}

}  // namespace

ArrivalFormat arrival_format(std::string_view name) {
  if (name == "azure") return ArrivalFormat::azure;
  if (name == "burstgpt") return ArrivalFormat::burstgpt;
  if (name == "mooncake") return ArrivalFormat::mooncake;
  if (name == "vidur") return ArrivalFormat::vidur;
  EASTWEST_CHECK(name == "automatic", "the choices of `arrivals.format` are the formats");
  return ArrivalFormat::automatic;
}

std::vector<Arrival> read_arrivals(ArrivalFormat format, PrefixUse prefix, std::string_view text, const std::string& file,
                                   Diagnostics& diagnostics) {
  if (text.starts_with("\x1f\x8b")) {
    diagnostics.error(Place{file, 0, 0}, "the trace is compressed with gzip", "unpack it first: `gunzip FILE`");
    return {};
  }
  if (format == ArrivalFormat::automatic) format = guess(text);
  if (prefix.ideal && format != ArrivalFormat::mooncake) {
    diagnostics.error(Place{file, 0, 0}, "`arrivals.prefix_reuse` needs the block hashes of a Mooncake trace, and this is another",
                      "remove it, or give a Mooncake trace");
    return {};
  }
  switch (format) {
    case ArrivalFormat::burstgpt: return read_burstgpt_trace(text, file, diagnostics);
    case ArrivalFormat::vidur: return read_vidur_trace(text, file, diagnostics);
    case ArrivalFormat::mooncake: return read_mooncake_trace(text, prefix, file, diagnostics);
    default: return read_azure_trace(text, file, diagnostics);
  }
}

std::vector<Arrival> settle_arrivals(std::vector<Arrival> arrivals, const std::string& file, Diagnostics& diagnostics) {
  if (arrivals.empty()) {
    diagnostics.error(Place{file, 0, 0}, "the trace has no requests", "add at least one");
    return {};
  }
  std::stable_sort(arrivals.begin(), arrivals.end(), [](const Arrival& a, const Arrival& b) { return a.offset < b.offset; });
  const Duration first = arrivals.front().offset;
  constexpr std::int64_t kDay = 86'400'000'000'000'000;
  if ((arrivals.back().offset - first).ps > 100 * kDay) {
    diagnostics.error(
        Place{file, 0, 0},
        "the trace spans " + std::to_string((arrivals.back().offset - first).ps / kDay) + " days; at most 100 can be simulated", "cut it");
    return {};
  }
  for (Arrival& arrival : arrivals) arrival.offset = arrival.offset - first;
  return arrivals;
}

}  // namespace eastwest
