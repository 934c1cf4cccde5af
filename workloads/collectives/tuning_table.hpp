// SPDX-License-Identifier: Apache-2.0
// The constants of NCCL's cost model, and which GPUs and switches can reduce: data/collective_tuning.csv and collective_hardware.csv.
//
// A constant is looked up by what it depends on; a cell that is empty in the table stands for any value. Units: us and GB/s (1e9 bytes
// per second), as NCCL has them. Generations are CUDA compute capabilities: 80 Ampere, 90 Hopper, 100 Blackwell.
// Invariants: the tables are built in and a test reads every row, so a constant that is not there is our bug.
// Source: NCCL 2.30 src/graph/tuning.cc and src/graph/search.cc.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace eastwest {

struct TuningKey {
  std::string_view quantity;
  std::string_view algorithm = {};
  std::string_view protocol = {};
  std::string_view link = {};    // "nvlink", "pci", "network"
  std::uint32_t generation = 0;  // 80, 90, 100
  std::uint32_t nodes = 0;       // 1, 2, 3 and more
};

/// The values of a constant; empty where the table has none.
std::vector<double> tuning_values(const TuningKey& key);
/// The only value of a constant that the table must have.
double tuning_value(const TuningKey& key);

struct CollectiveHardware {
  std::uint32_t generation = 0;  // of a GPU; 0: unknown
  bool reduces = false;          // GPU: its scale-up switch reduces and multicasts (NVLS); switch: reduces what passes (SHARP)
  bool splits_lines = false;     // server: its NICs may deliver the parts of 128 bytes one by one
};
/// What the table says of a GPU or switch model of the catalogue; nothing is known of others, and they do not reduce.
CollectiveHardware collective_hardware(std::string_view model);

}  // namespace eastwest
