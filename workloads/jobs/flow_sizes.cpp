// SPDX-License-Identifier: Apache-2.0
#include "workloads/jobs/flow_sizes.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "core/check.hpp"
#include "topology/csv.hpp"

namespace eastwest {

namespace embedded {
extern const std::string_view flow_sizes_csv;
}  // namespace embedded

namespace {

double number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  EASTWEST_CHECK(error == std::errc{} && end == text.data() + text.size(), "sizes and shares of the built-in flow sizes are numbers");
  return value;
}

void check(const FlowSizes& sizes) {
  const auto& points = sizes.points;
  bool ascends = points.size() >= 2 && points.front().share == 0 && points.back().share == 1 && points.back().bytes > 0;
  for (std::size_t i = 1; i < points.size(); ++i)
    ascends = ascends && points[i - 1].share < points[i].share && points[i - 1].bytes <= points[i].bytes;
  EASTWEST_CHECK(ascends, "a built-in distribution of flow sizes ascends from share 0 to share 1");
}

std::vector<FlowSizes> read_table() {
  const Result<CsvTable> table = parse_csv(embedded::flow_sizes_csv);
  EASTWEST_CHECK(table.has_value(), "the built-in table of flow sizes is a table");
  const auto name = table->column("distribution");
  const auto bytes = table->column("bytes");
  const auto share = table->column("share");
  EASTWEST_CHECK(name && bytes && share, "the built-in table of flow sizes has its columns");
  std::vector<FlowSizes> all;
  for (const std::vector<std::string>& cells : table->rows) {
    if (all.empty() || all.back().name != cells[*name]) all.push_back({cells[*name], {}});
    all.back().points.push_back({number(cells[*bytes]), number(cells[*share])});
  }
  for (const FlowSizes& sizes : all) check(sizes);
  return all;
}

}  // namespace

double FlowSizes::mean() const {
  double sum = 0;
  for (std::size_t i = 1; i < points.size(); ++i)
    sum += (points[i].share - points[i - 1].share) * (points[i].bytes + points[i - 1].bytes) / 2;
  return sum;
}

Bytes FlowSizes::at(double u) const {
  const auto above =
      std::upper_bound(points.begin(), points.end(), u, [](double value, const FlowSizePoint& p) { return value < p.share; });
  if (above == points.end()) return {std::llround(points.back().bytes)};
  if (above == points.begin()) return {std::max(std::llround(points.front().bytes), 1LL)};
  const FlowSizePoint& low = *(above - 1);
  const double bytes = low.bytes + (u - low.share) / (above->share - low.share) * (above->bytes - low.bytes);
  return {std::max(std::llround(bytes), 1LL)};
}

const std::vector<FlowSizes>& published_flow_sizes() {
  static const std::vector<FlowSizes> all = read_table();
  return all;
}

const FlowSizes& find_flow_sizes(std::string_view name) {
  const std::vector<FlowSizes>& all = published_flow_sizes();
  const auto found = std::find_if(all.begin(), all.end(), [&](const FlowSizes& sizes) { return sizes.name == name; });
  EASTWEST_CHECK(found != all.end(), "every distribution that can be chosen is in the table of flow sizes");
  return *found;
}

FlowSizes fixed_flow_size(Bytes size) {
  const auto bytes = static_cast<double>(size.count);
  return {"fixed", {{bytes, 0}, {bytes, 1}}};
}

}  // namespace eastwest
