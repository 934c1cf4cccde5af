// SPDX-License-Identifier: Apache-2.0
// Link file: the topology text of SimAI and of HPCC's ns-3 simulator as it stands in the file, read and checked.
//
//   SimAI:  nodes gpus_per_server nvswitches switches links gpu_type     HPCC:  nodes switches links
//   ids of the NVSwitches, then of the switches                                 ids of the switches
//   a b 400Gbps 0.0005ms 0                                                      rate, delay and loss probability of each link
//
// One stream of words; the header is known by the number of words on its first line. Rates and delays are those of ns-3
// (a delay without unit is in seconds). Units after reading: core/quantity.hpp. Sources: SimAI ns-3 front end, HPCC
// simulation/scratch/third.cc. LIMITATIONS: the companion files (flows, traces, configuration) are not read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/input_text.hpp"
#include "core/quantity.hpp"

namespace eastwest {

struct LinkFile {
  enum class Role : std::uint8_t { endpoint, nvswitch, network_switch };
  struct Link {
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    BitRate rate;
    Duration delay;
    double loss = 0;
    Word at;  // its first word
  };
  bool simai = false;
  std::uint32_t gpus_per_server = 1;
  std::string gpu_type;     // "" of HPCC
  std::vector<Role> roles;  // per node id
  std::vector<Link> links;
  std::uint32_t endpoints = 0;
};

/// Mistakes go to `errors`; with them the result is of no use. `check_counts`: whether a wrong number of links is an error.
LinkFile read_link_file(std::string_view text, bool check_counts, InputErrors& errors);

}  // namespace eastwest
