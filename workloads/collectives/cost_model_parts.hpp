// SPDX-License-Identifier: Apache-2.0
// What predicting a collective's time (cost_model.cpp) and charging a schedule for its protocol (protocol_cost.cpp) have in common: constants
// of the tables looked up for a machine. Units: us and GB/s, as in the tables.
#pragma once

#include <cstdint>
#include <string_view>

#include "workloads/collectives/cost_model.hpp"

namespace eastwest {

std::uint32_t log2_floor(std::uint32_t n);
/// "nvlink", or "pci" where the GPU is not known.
std::string_view inside_link(const Machine& machine);
/// Algorithms without constants of their own (hierarchical, pairwise, direct, ...) are charged as rings.
std::string_view charged_as(std::string_view algorithm);
/// us; 0 where the table has nothing.
double tuning_latency(std::string_view quantity, std::string_view algorithm, std::string_view protocol, std::string_view link = {});
/// A constant that the table must have for the machine's generation and number of hosts.
double tuning_limit(std::string_view quantity, std::string_view algorithm, std::string_view protocol, const Machine& machine);
/// Steps of a ring.
double ring_steps(const Machine& machine, CollectiveOperation operation);
/// The protocol's name, which outlives the request; "" for one that there is not.
std::string_view protocol_name(std::string_view protocol);

}  // namespace eastwest
