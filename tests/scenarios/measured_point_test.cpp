// SPDX-License-Identifier: Apache-2.0
#include "scenarios/measured_point.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace eastwest;
using namespace eastwest::literals;

namespace {

Measurement ring_of_eight() {
  Measurement measurement;
  measurement.table = "mine";
  measurement.topology = "rail_optimised";
  measurement.server = "dgx-h200";
  measurement.operation = "all_reduce";
  measurement.algorithm = "ring";
  measurement.size = 8_GiB;
  measurement.bus_bandwidth = 365.6e9;
  measurement.place = {"mine.csv", 2, 1};
  return measurement;
}

}  // namespace

TEST_CASE("measured point: bus bandwidth becomes time, 2 (n - 1) / n S over it, and the call is added to what is simulated") {
  Measurement measurement = ring_of_eight();
  const ValidatedPoint point = play_measurement(measurement);
  CHECK(point.diagnosis.empty());
  CHECK(point.measurement.gpus == 8);
  CHECK(point.measured == doctest::Approx(1.75 * 8589934592.0 / 365.6e9));
  CHECK(point.simulated == doctest::Approx(point.measured).epsilon(0.05));
  measurement.call = 1e-3;
  CHECK(play_measurement(measurement).simulated == doctest::Approx(1e-3 + point.simulated));
}

TEST_CASE("measured point: GPUs are taken evenly from all servers, so one of each of two servers goes over the fabric") {
  Measurement measurement = ring_of_eight();
  measurement.servers = 2;
  measurement.gpus = 2;
  measurement.size = 64_MiB;
  CHECK(measured_scenario(measurement).find("gpus: [0, 8]") != std::string::npos);
  CHECK(play_measurement(measurement).simulated > 64.0 * (1 << 20) / 50e9);  // through a NIC of 400 Gb/s, not over NVLink
  measurement.gpus = 4;
  CHECK(measured_scenario(measurement).find("gpus: [0-1, 8-9]") != std::string::npos);
}

TEST_CASE("measured point: what cannot be played says why") {
  Measurement measurement = ring_of_eight();
  measurement.server = "dgx-z900";
  CHECK(play_measurement(measurement).simulated == 0);
  CHECK(play_measurement(measurement).diagnosis.find("dgx-z900") != std::string::npos);
  measurement = ring_of_eight();
  measurement.server = "dgx-a100";
  measurement.algorithm = "nvls";
  CHECK(play_measurement(measurement).diagnosis.find("NVLS needs a scale-up switch") != std::string::npos);
}

TEST_CASE("measured point: tables on which nothing was fitted, inside a server and over four, stay where docs/validation.md has them") {
  std::vector<ValidatedPoint> points;
  for (const Measurement& row : builtin_measurements())
    if (row.table == "h200-server-reduce-scatter" || (row.table == "h100-ib-4" && row.size > 8_MiB))
      points.push_back(play_measurement(row));
  const Validation validation = validate_points(std::move(points));
  REQUIRE(validation.tables.size() == 2);
  CHECK(validation.failed == 0);
  for (const ValidatedTable& table : validation.tables) CHECK(table.all.error < 0.12);
}
