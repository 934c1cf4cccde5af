// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>

namespace eastwest {

namespace {

constexpr double kSameRank = 1.02;

std::optional<SizeClass> class_of(Bytes size) {
  if (size.count < 1 << 20) return kFloorSizes;
  if (size.count <= 64 << 20) return kMiddleSizes;
  if (size.count >= 256 << 20) return kPlateauSizes;
  return std::nullopt;
}

double ratio(const ValidatedPoint& point) { return point.simulated / point.measured; }

ErrorGroup group(const std::vector<ValidatedPoint>& points, const std::function<bool(const ValidatedPoint&)>& belongs) {
  ErrorGroup result;
  double sum = 0;
  for (const ValidatedPoint& point : points) {
    if (point.simulated <= 0 || !belongs(point)) continue;
    const double off = std::abs(std::log(ratio(point)));
    if (off > std::abs(std::log(result.worst))) result.worst = ratio(point);
    sum += off;
    ++result.points;
  }
  if (result.points != 0) result.error = std::expm1(sum / result.points);
  return result;
}

bool alternatives(const Measurement& a, const Measurement& b) {
  return a.algorithm != b.algorithm && a.topology == b.topology && a.server == b.server && a.servers == b.servers && a.gpus == b.gpus &&
         a.operation == b.operation && a.size == b.size;
}

void rank(ValidatedTable& table) {
  for (std::size_t i = 0; i < table.points.size(); ++i)
    for (std::size_t j = i + 1; j < table.points.size(); ++j) {
      const ValidatedPoint* fast = &table.points[i];
      const ValidatedPoint* slow = &table.points[j];
      if (fast->simulated <= 0 || slow->simulated <= 0 || !alternatives(fast->measurement, slow->measurement)) continue;
      if (slow->measured < fast->measured) std::swap(fast, slow);
      if (slow->measured < kSameRank * fast->measured) continue;
      ++table.rankings;
      if (slow->simulated <= fast->simulated) ++table.misranked;
    }
}

template <typename Groups>
void judge(const std::vector<ValidatedPoint>& points, Groups& groups) {
  groups.all = group(points, [](const ValidatedPoint&) { return true; });
  groups.held_out = group(points, [](const ValidatedPoint& point) { return !point.measurement.fitted; });
  for (unsigned c = 0; c < kSizeClassCount; ++c)
    groups.classes[c] = group(points, [c](const ValidatedPoint& point) { return class_of(point.measurement.size) == SizeClass(c); });
}

}  // namespace

bool within_bar(const ErrorGroup& group, SizeClass size_class) { return group.points == 0 || group.error <= kErrorBars[size_class]; }

bool Validation::passed() const {
  if (failed != 0 || misranked != 0) return false;
  for (const ValidatedTable& table : tables)
    for (unsigned c = 0; c < kSizeClassCount; ++c)
      if (!within_bar(table.classes[c], SizeClass(c))) return false;
  return true;
}

Validation validate_points(std::vector<ValidatedPoint> points) {
  Validation validation;
  judge(points, validation);
  for (ValidatedPoint& point : points) {
    const std::string& name = point.measurement.table;
    auto table = std::find_if(validation.tables.begin(), validation.tables.end(), [&](const ValidatedTable& t) { return t.name == name; });
    if (table == validation.tables.end()) {
      table = validation.tables.emplace(validation.tables.end());
      table->name = name;
    }
    if (point.simulated <= 0) ++table->failed;
    table->points.push_back(std::move(point));
  }
  for (ValidatedTable& table : validation.tables) {
    judge(table.points, table);
    rank(table);
    validation.rankings += table.rankings;
    validation.misranked += table.misranked;
    validation.failed += table.failed;
  }
  return validation;
}

}  // namespace eastwest
