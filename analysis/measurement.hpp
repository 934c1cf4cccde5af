// SPDX-License-Identifier: Apache-2.0
// Measurements: what collectives took on real hardware, as a table that the model is held against.
//
// A CSV file with a header row. `server` (catalogue id), `servers`, `operation`, `size` and one of `time_us` and
// `busbw_gigabytes_per_second` are needed; the rest may be left out: `table` (what belongs together; else the file's name), `gpus`
// (else all), `algorithm` (else auto), `topology` (else rail_optimised), `call_us` (what the way of measuring adds to every call, such as
// a launch from Python), `fitted` (yes: constants of the model were chosen on this point), `source`, `note`.
// Units: us, GB/s of 1e9 bytes; sizes as nccl-tests reports them. Invariants: `time_us` is above `call_us`; `gpus` are as
// many on every server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/quantity.hpp"

namespace eastwest {

struct Measurement {
  std::string table;
  std::string topology;
  std::string server;
  std::uint32_t servers = 1;
  std::uint32_t gpus = 0;  // of all servers together; 0: all that they have
  std::string operation;   // "all_reduce"
  std::string algorithm;   // "auto", "ring", ...
  Bytes size;
  double seconds = 0;        // as measured; 0: given as bus bandwidth
  double bus_bandwidth = 0;  // bytes per second; 0: given as time
  double call = 0;           // s
  bool fitted = false;
  Place place;
};

/// Nothing when an error went to `diagnostics`. `file` is the name in messages.
std::optional<std::vector<Measurement>> read_measurements(std::string_view text, const std::string& file, Diagnostics& diagnostics);
/// The tables of data/collective_measurements.csv.
std::vector<Measurement> builtin_measurements();

/// What data/measured_tables.csv says of a built-in table; empty for others.
struct MeasuredTable {
  std::string title;
  std::string remark;  // why the model is where it is
};
MeasuredTable describe_measured_table(std::string_view table);

}  // namespace eastwest
