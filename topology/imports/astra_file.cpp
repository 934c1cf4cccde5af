// SPDX-License-Identifier: Apache-2.0
#include "topology/imports/astra_file.hpp"

#include <yaml-cpp/yaml.h>

#include <array>
#include <string>

#include "topology/imports/import_settings.hpp"

namespace eastwest {

namespace {

constexpr std::array<std::string_view, 4> kKeys{"topology", "npus_count", "bandwidth", "latency"};
constexpr std::int64_t kNpusMost = 1 << 18;
constexpr std::size_t kDimensionsMost = 16;

struct Entry {
  std::string text;
  Word at;
};

Word word_at(const YAML::Mark& mark) {
  return {{}, static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1)};
}

/// The list behind `key`; empty when it is missing or something else.
std::vector<Entry> list_of(const YAML::Node& root, std::string_view key, InputErrors& errors) {
  std::vector<Entry> entries;
  const YAML::Node list = root[std::string(key)];
  if (!list.IsDefined()) {
    errors.error(1, 1, "the file has no `" + std::string(key) + "`", "it needs topology, npus_count, bandwidth and latency");
    return entries;
  }
  if (!list.IsSequence() || list.size() == 0 || list.size() > kDimensionsMost) {
    errors.error(word_at(list.Mark()), "`" + std::string(key) + "` is not a list of 1 to " + std::to_string(kDimensionsMost) + " values",
                 "write one value per dimension, such as `[8, 2]`");
    return entries;
  }
  for (const YAML::Node& item : list) {
    if (!item.IsScalar())
      errors.error(word_at(item.Mark()), "a value of `" + std::string(key) + "` is not plain", "write one word or number");
    else entries.push_back({item.Scalar(), word_at(item.Mark())});
  }
  return entries;
}

void warn_of_others(const YAML::Node& root, InputErrors& errors) {
  for (const auto& pair : root) {
    const std::string key = pair.first.IsScalar() ? pair.first.Scalar() : "";
    bool known = false;
    for (const std::string_view name : kKeys) known = known || key == name;
    if (!known)
      errors.warning(word_at(pair.first.Mark()), "the key " + quote_input(key) + " is not read",
                     "only topology, npus_count, bandwidth and latency are");
  }
}

void read_shape(const Entry& entry, AstraDimension& dimension, InputErrors& errors) {
  if (entry.text == "Ring") dimension.shape = AstraDimension::Shape::ring;
  else if (entry.text == "FullyConnected") dimension.shape = AstraDimension::Shape::fully_connected;
  else if (entry.text == "Switch") dimension.shape = AstraDimension::Shape::switched;
  else {
    const std::string near = nearest_name(entry.text, {"Ring", "FullyConnected", "Switch"});
    errors.error(entry.at, "there is no topology " + quote_input(entry.text),
                 near.empty() ? "write Ring, FullyConnected or Switch" : "did you mean `" + near + "`?");
  }
}

/// `scale` units per written one, within [least, most].
std::int64_t read_number(const Entry& entry, std::string_view what, std::int64_t scale, std::int64_t least, std::int64_t most,
                         InputErrors& errors) {
  const auto value = scaled_number(entry.text, scale);
  if (value && *value > most) {
    errors.error(entry.at, quote_input(entry.text) + " is more than a cable may have", "the most is 12500 GB/s and 1e9 ns");
    return least;
  }
  if (value && *value >= least) return *value;
  errors.error(entry.at, quote_input(entry.text) + " is not " + std::string(what), "write a number, such as `50.0`");
  return least;
}

std::vector<AstraDimension> read_root(const YAML::Node& root, InputErrors& errors) {
  if (!root.IsMap()) {
    errors.error(1, 1, "the file is not a map of lists", "it needs topology, npus_count, bandwidth and latency");
    return {};
  }
  std::array<std::vector<Entry>, 4> lists;
  for (std::size_t i = 0; i < kKeys.size(); ++i) lists[i] = list_of(root, kKeys[i], errors);
  warn_of_others(root, errors);
  if (errors.any()) return {};
  for (std::size_t i = 1; i < lists.size(); ++i)
    if (lists[i].size() != lists[0].size())
      errors.error(lists[i].front().at,
                   "`" + std::string(kKeys[i]) + "` has " + std::to_string(lists[i].size()) + " values and `topology` " +
                       std::to_string(lists[0].size()),
                   "write one value per dimension in each list");
  if (errors.any()) return {};
  std::vector<AstraDimension> dimensions(lists[0].size());
  std::int64_t npus = 1;
  for (std::size_t d = 0; d < dimensions.size(); ++d) {
    read_shape(lists[0][d], dimensions[d], errors);
    const auto count = whole_number(lists[1][d].text, 2, kNpusMost);
    if (!count) errors.error(lists[1][d].at, quote_input(lists[1][d].text) + " is not a number of NPUs", "write a whole number from 2 on");
    dimensions[d].npus = static_cast<std::uint32_t>(count.value_or(2));
    npus = std::min(npus * dimensions[d].npus, 2 * kNpusMost);
    dimensions[d].rate = {static_cast<std::uint64_t>(read_number(lists[2][d], "a bandwidth in GB/s", 8'000'000'000, 1, kRateMost, errors))};
    dimensions[d].latency = {read_number(lists[3][d], "a latency in ns", 1'000, 0, kDelayMost, errors)};
  }
  if (npus > kNpusMost)
    errors.error(lists[1][0].at, "the network has more than " + std::to_string(kNpusMost) + " NPUs", "lower `npus_count`");
  return dimensions;
}

}  // namespace

std::vector<AstraDimension> read_astra_network(std::string_view text, InputErrors& errors) {
  constexpr std::size_t kLongest = 1 << 20;
  if (text.size() > kLongest) {
    errors.error(0, 0, "the file is larger than 1 MiB", "a network.yml has four short lists");
    return {};
  }
  try {
    return read_root(YAML::Load(std::string(text)), errors);
  } catch (const YAML::Exception& failure) {
    errors.error(word_at(failure.mark), "the file is not YAML: " + failure.msg, "compare it with ASTRA-sim's examples");
    return {};
  }
}

}  // namespace eastwest
