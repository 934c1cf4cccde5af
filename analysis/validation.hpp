// SPDX-License-Identifier: Apache-2.0
// Validation: simulated times of collectives against measured ones, per point, table and class of sizes, and whether alternatives rank alike.
//
// A point's error is |ln(simulated / measured)|; that of a group is the geometric mean, exp(mean) - 1, so that half and twice as long count
// alike. Simulated is what was simulated and the measurement's `call`. Classes: floor below 1 MiB, middle from 1 to 64 MiB, plateau from
// 256 MiB; sizes in between belong to none. Alternatives are points of a table that differ in the algorithm alone; they rank
// alike when those that measured more than 2 % apart are simulated in the same order.
// Units: seconds. Bars: 20 %, 15 % and 5 % (docs/validation.md).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "analysis/measurement.hpp"

namespace eastwest {

struct ValidatedPoint {
  Measurement measurement;
  double measured = 0;    // s
  double simulated = 0;   // s; 0: could not be simulated
  std::string algorithm;  // that was played
  std::string diagnosis;  // why not simulated
};

struct ErrorGroup {
  std::uint32_t points = 0;
  double error = 0;  // 0.1: 10 % in the geometric mean
  double worst = 1;  // ratio simulated / measured of the point furthest off
};

enum SizeClass : std::uint8_t { kFloorSizes, kMiddleSizes, kPlateauSizes, kSizeClassCount };
inline constexpr std::array<double, kSizeClassCount> kErrorBars = {0.20, 0.15, 0.05};

struct ValidatedTable {
  std::string name;
  std::vector<ValidatedPoint> points;
  ErrorGroup all;
  ErrorGroup held_out;  // points on which nothing was fitted
  std::array<ErrorGroup, kSizeClassCount> classes;
  std::uint32_t rankings = 0;  // pairs of alternatives
  std::uint32_t misranked = 0;
  std::uint32_t failed = 0;  // points that could not be simulated
};

struct Validation {
  std::vector<ValidatedTable> tables;  // in order of appearance
  std::array<ErrorGroup, kSizeClassCount> classes;
  ErrorGroup all;
  ErrorGroup held_out;
  std::uint32_t rankings = 0;
  std::uint32_t misranked = 0;
  std::uint32_t failed = 0;
  [[nodiscard]] bool passed() const;
};

/// Whether a group stands within the bar of its class; an empty one does.
bool within_bar(const ErrorGroup& group, SizeClass size_class);

Validation validate_points(std::vector<ValidatedPoint> points);

/// Tables in Markdown, which a terminal shows as well: one line for each table, then every point.
std::string validation_markdown(const Validation& validation);
std::string validation_json(const Validation& validation);

}  // namespace eastwest
