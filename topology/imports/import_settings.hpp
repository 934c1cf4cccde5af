// SPDX-License-Identifier: Apache-2.0
// Import settings: what the files of other simulators leave open about hosts and switches, declared once for all of them.
//
// The defaults are those of the simulators that the files come from: switches that store and forward and add no latency of
// their own, NICs without latency; a scenario may give better figures. Units: core/quantity.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/input_text.hpp"
#include "topology/assembly.hpp"
#include "topology/topology_kind.hpp"

namespace eastwest {

inline constexpr std::string_view kNoFile = "none";
/// What a cable of a file may have at most; sums over paths and planes then stay within 64 bits.
inline constexpr std::int64_t kRateMost = 100'000'000'000'000;  // bit/s: 100 Tb/s
inline constexpr std::int64_t kDelayMost = 1'000'000'000'000;   // ps: 1 s

/// `file_meaning`: one sentence on the file.
void append_import_parameters(std::vector<ParameterSpec>& list, std::string_view file_meaning);

struct ImportSettings {
  HostSettings host;  // one process, one NIC, no GPU
  SwitchSettings unit;
};
ImportSettings import_settings(const ParameterSet& parameters);

/// The text of `file`, fit for a text reader; nothing when an error went to `diagnostics`, at `place`.
std::optional<std::string> read_import(const ParameterSet& parameters, std::string_view expected, const Place& place,
                                       Diagnostics& diagnostics);

/// A delay that the file gives: no length, no optic.
inline void connect_with_delay(FabricAssembly& assembly, NodeId a, NodeId b, BitRate rate, Duration delay, double loss = 0) {
  assembly.connect(a, b, rate, cable_with_delay(delay), loss);
}

}  // namespace eastwest
