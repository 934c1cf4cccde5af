// SPDX-License-Identifier: Apache-2.0
// `ethtool -I --json --show-fec IF` (ethtool netlink/fec.c; histogram of Linux 6.18) and the text of plain `ethtool IF`.
//
// FEC: an array of {ifname, config, active, statistics {corrected_blocks, uncorrectable_blocks, corrected_bits: {total, lanes}, hist: [{bin_low,
// bin_high, total, lanes}]}}; lanes and hist are optional. Counters run since they were cleared. Settings: "Settings for swp1:", then lines
// `Speed: 400000Mb/s`, `Lanes: 4`, `Link detected: yes`.
#include <algorithm>

#include "analysis/hardware/field_text.hpp"
#include "analysis/hardware/json_tree.hpp"
#include "analysis/hardware/readers.hpp"

namespace eastwest {

namespace {

constexpr std::uint32_t kSymbolErrorsMost = 544;  // symbols of a KP4 codeword

class FecReader {
 public:
  FecReader(const EvidenceOrigin& origin, InputErrors& errors, Evidence& evidence)
      : origin_(origin), errors_(errors), evidence_(evidence) {}

  void visit(const JsonValue& value, const std::string& interface) {
    if (value.is_array()) {
      for (const JsonValue& child : value.children()) visit(child, interface);
    } else if (value.is_object() && (value.member("active") || value.member("statistics") || value.member("config"))) {
      read(value, interface);
    } else if (value.is_object()) {
      for (const JsonValue& child : value.children()) visit(child, child.key());
    } else {
      errors_.warning(value.place(), "this holds no FEC settings; it is left out",
                      "`ethtool -I --json --show-fec IF` prints an array of objects");
    }
  }

 private:
  void read(const JsonValue& value, const std::string& interface) {
    ErrorReading reading;
    reading.at = {origin_.file, value.place().line};
    reading.device = value.member("device").words();
    if (reading.device.empty()) reading.device = origin_.device;
    reading.interface = value.member("ifname").words();
    if (reading.interface.empty()) reading.interface = interface.empty() ? origin_.interface : interface;
    if (reading.interface.empty())
      errors_.warning(value.place(), "these counters do not say of which interface they are",
                      "keep `ifname`, or name the file "
                      "DEVICE.fec.INTERFACE.json");
    const JsonValue active = value.member("active");
    if (active.is_text()) reading.encodings.push_back(active.words());
    for (const JsonValue& child : active.children())
      if (child.is_text()) reading.encodings.push_back(child.words());
    const JsonValue statistics = value.member("statistics");
    if (!statistics.is_object()) {
      errors_.warning(value.place(), "there are no counters of errors here", "ask for them with `ethtool -I --json --show-fec IF`");
    } else {
      reading.corrected_blocks = total(statistics, "corrected_blocks");
      reading.uncorrectable_blocks = total(statistics, "uncorrectable_blocks");
      reading.corrected_bits = total(statistics, "corrected_bits");
      for (const JsonValue& lane : statistics.member("corrected_blocks").member("lanes").children())
        if (const auto count = lane.count()) reading.corrected_blocks_by_lane.push_back(*count);
      histogram(statistics.member("hist"), reading);
    }
    evidence_.errors.push_back(std::move(reading));
  }

  std::optional<std::uint64_t> total(const JsonValue& statistics, std::string_view key) {
    const JsonValue counter = statistics.member(key);
    if (!counter) return std::nullopt;
    const auto count = counter.is_object() ? counter.member("total").count() : counter.count();
    if (!count) errors_.error(counter.place(), quote_input(key) + " is no count", "it is a whole number, or an object with `total`");
    return count;
  }

  void histogram(const JsonValue& bins, ErrorReading& reading) {
    for (const JsonValue& bin : bins.children()) {
      const auto low = bin.member("bin_low").count();
      const auto high = bin.member("bin_high").count();
      const auto count = bin.member("total").count();
      if (!low || !high || !count || *low > *high || *high > kSymbolErrorsMost) {
        errors_.error(bin.place(), "this is no bin of the FEC histogram", "it has `bin_low`, `bin_high` from 0 to 544 and `total`");
        continue;
      }
      reading.histogram.push_back({static_cast<std::uint32_t>(*low), static_cast<std::uint32_t>(*high), *count});
    }
    std::sort(reading.histogram.begin(), reading.histogram.end(), [](const FecBin& a, const FecBin& b) { return a.low < b.low; });
    for (std::size_t i = 1; i < reading.histogram.size(); ++i)
      if (reading.histogram[i].low <= reading.histogram[i - 1].high) {
        errors_.error(bins.place(), "two bins of the FEC histogram overlap", "take the counters once more");
        reading.histogram.clear();
        return;
      }
  }

  const EvidenceOrigin& origin_;
  InputErrors& errors_;
  Evidence& evidence_;
};

std::optional<BitRate> speed_of(std::string_view text) {
  const auto number = leading_number(text);
  const std::string unit = lower_case(behind_number(text));
  const double scale = unit.starts_with("mb") ? 1e6 : unit.starts_with("gb") ? 1e9 : unit.starts_with("kb") ? 1e3 : 0;
  if (!number || scale == 0 || *number <= 0 || *number * scale > 1e15) return std::nullopt;
  return BitRate{static_cast<std::uint64_t>(*number * scale + 0.5)};
}

}  // namespace

void read_ethtool_fec(std::string_view text, const EvidenceOrigin& origin, const EvidenceContext&, InputErrors& errors,
                      Evidence& evidence) {
  const JsonTree tree = read_json(text, errors);
  FecReader reader(origin, errors, evidence);
  for (const std::uint32_t root : tree.roots) reader.visit({tree, root}, {});
}

void read_ethtool_settings(std::string_view text, const EvidenceOrigin& origin, const EvidenceContext&, InputErrors& errors,
                           Evidence& evidence) {
  std::uint32_t line = 0;
  SpeedReading* current = nullptr;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view words = trimmed(text.substr(begin, end - begin));
    begin = end + 1;
    ++line;
    constexpr std::string_view kOpening = "Settings for ";
    const std::size_t colon = words.find(':');
    if (words.starts_with(kOpening) && words.ends_with(':')) {
      SpeedReading reading;
      reading.at = {origin.file, line};
      reading.device = origin.device;
      reading.interface = std::string(trimmed(words.substr(kOpening.size(), words.size() - kOpening.size() - 1)));
      evidence.speeds.push_back(std::move(reading));
      current = &evidence.speeds.back();
    } else if (current != nullptr && colon != std::string_view::npos) {
      const std::string_view key = words.substr(0, colon);
      const std::string_view value = trimmed(words.substr(colon + 1));
      if (key == "Speed") {
        current->rate = speed_of(value);
        if (!current->rate && !value.starts_with("Unknown"))
          errors.warning(line, 1, "`Speed` is " + quote_input(value), "ethtool writes `400000Mb/s`");
      } else if (key == "Lanes") {
        if (const auto lanes = whole_number(value, 1, 64)) current->lanes = static_cast<std::uint32_t>(*lanes);
      } else if (key == "Link detected") {
        current->up = value.starts_with("yes");
      }
    }
  }
}

}  // namespace eastwest
