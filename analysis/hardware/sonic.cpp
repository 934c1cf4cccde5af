// SPDX-License-Identifier: Apache-2.0
// SONiC: `show interfaces transceiver eeprom [-d]` as text, and dumps of STATE_DB as JSON.
//
// Text: "EthernetN: SFP EEPROM detected", then indented `Label: value` (sonic-utilities utilities_common/sfp_helper.py). Database: tables
// TRANSCEIVER_INFO, _DOM_SENSOR, _STATUS, _PM and _VDM_REAL_VALUE per interface and PORT_TABLE, each a hash of texts
// (sonic-platform-common cmis.py), bare, under `value` as sonic-db-dump writes it, or one object per table. Powers are dBm here. Blanks at
// the end and "N/A" are common; "Not supported for CMIS cables" stands where a field has no meaning.
#include <algorithm>

#include "analysis/hardware/field_text.hpp"
#include "analysis/hardware/json_tree.hpp"
#include "analysis/hardware/readers.hpp"

namespace eastwest {

namespace {

std::string known(std::string_view value) { return says_nothing(value) ? std::string() : std::string(trimmed(value)); }

/// "Power Class 8 (17.0W Max)".
void take_power(std::string_view value, ModuleReading& module) {
  constexpr std::string_view kClass = "Power Class ";
  const std::size_t at = value.find(kClass);
  if (at == std::string_view::npos) return;
  if (const auto number = leading_number(value.substr(at + kClass.size())); number && *number >= 1 && *number <= 8)
    module.power_class = static_cast<std::uint32_t>(*number);
  const std::size_t open = value.find('(', at);
  if (open == std::string_view::npos) return;
  const std::string_view inside = value.substr(open + 1);
  if (const auto watts = leading_number(inside); watts && *watts >= 0 && *watts < 1000 && behind_number(inside).starts_with("W"))
    module.power_max = Power{static_cast<std::int64_t>(*watts * 1000 + 0.5)};
}

/// The first media interface of "{1: {'host_electrical_interface_id': ..., 'module_media_interface_id': '400GBASE-DR4 (Cl 124)', ...".
std::string first_media(std::string_view advertised) {
  constexpr std::string_view kKey = "'module_media_interface_id': ";
  const std::size_t at = advertised.find(kKey);
  if (at == std::string_view::npos || at + kKey.size() >= advertised.size()) return {};
  const char mark = advertised[at + kKey.size()];  // python quotes with " where the text holds '
  std::string_view rest = advertised.substr(at + kKey.size() + 1);
  return mark == '\'' || mark == '"' ? std::string(trimmed(rest.substr(0, rest.find(mark)))) : std::string();
}

/// The media part of "400GAUI-8 C2M (Annex 120E) - Host Assign (0x1) - 400GBASE-DR4 (Cl 124) - Media Assign (0x1)".
std::string media_of_line(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t dash = text.find(" - ");
    parts.push_back(trimmed(text.substr(0, dash)));
    if (dash == std::string_view::npos) break;
    text.remove_prefix(dash + 3);
  }
  for (std::size_t i = 1; i < parts.size(); ++i)
    if (!parts[i].starts_with("Host Assign") && !parts[i].starts_with("Media Assign")) return std::string(parts[i]);
  return {};
}

void set_lane(std::vector<double>& lanes, std::size_t lane, double value) {
  if (lane == 0 || lane > 16) return;
  if (lanes.size() < lane) lanes.resize(lane, decibel_milliwatts(0));
  lanes[lane - 1] = value;
}

/// "rx3power", "RX3Power", "tx1bias": 3 of the first two; 0 for another field.
std::size_t lane_of(const std::string& field, std::string_view before, std::string_view after) {
  if (!field.starts_with(before) || !field.ends_with(after) || field.size() <= before.size() + after.size()) return 0;
  return static_cast<std::size_t>(
      whole_number(std::string_view(field).substr(before.size(), field.size() - before.size() - after.size()), 1, 16).value_or(0));
}

/// One field by either of its names; true when it was one of a module.
void take_field(const std::string& field, std::string_view value, ModuleReading& module) {
  const auto count = [&](std::uint64_t most) -> std::optional<std::uint32_t> {
    const auto number = whole_or_hexadecimal(trimmed(value));
    return number && *number <= most ? std::optional(static_cast<std::uint32_t>(*number)) : std::nullopt;
  };
  const auto positive = [&]() -> std::optional<double> {
    const auto number = leading_number(value);
    return number && *number > 0 ? number : std::nullopt;
  };
  if (field == "type" || field == "identifier") module.identifier_text = known(value);
  else if (field == "manufacturer" || field == "vendor_name") module.vendor = known(value);
  else if (field == "model" || field == "vendor_pn") module.part_number = known(value);
  else if (field == "serial" || field == "vendor_sn") module.serial = known(value);
  else if (field == "vendor_rev" || field == "hardware_rev") module.revision = module.revision.empty() ? known(value) : module.revision;
  else if (field == "connector") module.connector_text = known(value);
  else if (field == "ext_identifier" || field == "extended_identifier") take_power(value, module);
  else if (field == "cable_length" || field == "length_cable_assembly_m") module.cable_length = metres(positive());
  else if (field == "media_interface_technology") module.technology = known(value);
  else if (field == "host_lane_count") module.host_lanes = count(16);
  else if (field == "media_lane_count") module.media_lanes = count(16);
  else if (field == "application_advertisement")
    module.media_text = value.find('{') != std::string_view::npos ? first_media(value) : media_of_line(value);
  else if (field == "specification_compliance") {
    const std::string words = lower_case(known(value));
    if (words.find("passive_copper") != std::string::npos || words.find("passive copper") != std::string::npos) module.media_type = 3;
    else if (words.find("active_cable") != std::string::npos) module.media_type = 4;
    else if (words.find("sm_media") != std::string::npos) module.media_type = 2;
    else if (words.find("mm_media") != std::string::npos) module.media_type = 1;
  } else if (field == "temperature") module.temperature_c = leading_number(value);
  else if (field == "voltage" || field == "vcc") module.voltage_v = leading_number(value);
  else if (const auto number = leading_number(value)) {
    if (const std::size_t lane = lane_of(field, "rx", "power")) set_lane(module.receive_dbm, lane, *number);
    else if (const std::size_t sent = lane_of(field, "tx", "power")) set_lane(module.transmit_dbm, sent, *number);
    else if (const std::size_t driven = lane_of(field, "tx", "bias")) set_lane(module.bias_ma, driven, *number);
  } else if (lower_case(trimmed(value)) == "-inf") {
    if (const std::size_t lane = lane_of(field, "rx", "power")) set_lane(module.receive_dbm, lane, decibel_milliwatts(0));
    else if (const std::size_t sent = lane_of(field, "tx", "power")) set_lane(module.transmit_dbm, sent, decibel_milliwatts(0));
  }
}

class DatabaseReader {
 public:
  DatabaseReader(const EvidenceOrigin& origin, InputErrors& errors, Evidence& evidence)
      : origin_(origin), errors_(errors), evidence_(evidence) {}

  void visit(const JsonValue& root) {
    if (root.is_array()) {
      for (const JsonValue& child : root.children()) visit(child);
      return;
    }
    if (!root.is_object())
      return errors_.warning(root.place(), "this is no dump of a database; it is left out", "a dump is one JSON object");
    for (const JsonValue& table : root.children()) {
      const std::size_t bar = table.key().find_first_of("|:");
      if (bar != std::string::npos) entry(table.key().substr(0, bar), table.key().substr(bar + 1), table);
      else
        for (const JsonValue& row : table.children())
          if (row.is_object()) entry(table.key(), row.key(), row);
    }
  }

  void finish() {
    for (ModuleReading& module : modules_) {
      if (module.vendor.empty() && module.part_number.empty() && module.identifier_text.empty() && module.receive_dbm.empty()) {
        errors_.warning(module.at.line, 1, "the tables say nothing of the module in " + quote_input(module.interface), "it is left out");
        continue;
      }
      evidence_.modules.push_back(std::move(module));
    }
    for (ErrorReading& reading : readings_) evidence_.errors.push_back(std::move(reading));
  }

 private:
  template <class Reading>
  Reading& of(std::vector<Reading>& all, const std::string& interface, const JsonValue& at) {
    for (Reading& one : all)
      if (one.interface == interface) return one;
    Reading one;
    one.at = {origin_.file, at.place().line};
    one.device = origin_.device;
    one.interface = interface;
    all.push_back(std::move(one));
    return all.back();
  }

  void entry(const std::string& table, const std::string& interface, JsonValue row) {
    if (row.member("value").is_object()) row = row.member("value");
    if (!row.is_object()) return;
    if (table == "TRANSCEIVER_INFO" || table == "TRANSCEIVER_DOM_SENSOR") {
      ModuleReading& module = of(modules_, interface, row);
      for (const JsonValue& field : row.children()) take_field(field_name(field.key()), field.words(), module);
    } else if (table == "TRANSCEIVER_STATUS") {
      status(row, of(modules_, interface, row));
    } else if (table == "TRANSCEIVER_PM" || table == "TRANSCEIVER_VDM_REAL_VALUE" || table == "TRANSCEIVER_VDM") {
      error_rates(row, interface);
    } else if (table == "PORT_TABLE") {
      speed(row, interface);
    }
  }

  static void status(const JsonValue& row, ModuleReading& module) {
    for (const JsonValue& field : row.children()) {
      const std::string name = field_name(field.key());
      const bool fault = name.starts_with("rxlos") || name.starts_with("txfault") || name.starts_with("txlos") ||
                         name.starts_with("rxcdrlol") || name.starts_with("txcdrlol");
      if (fault && field.truth().value_or(false)) module.faults.push_back(name);
    }
  }

  void error_rates(const JsonValue& row, const std::string& interface) {
    // The average where it is given, else what it is now; of several lanes the worst. The light comes in at the media side.
    std::optional<double> average;
    std::optional<double> current;
    for (const JsonValue& field : row.children()) {
      const std::string name = field_name(field.key());
      if (!name.starts_with("prefec_ber") || name.find("host_input") != std::string::npos) continue;
      const auto value = field.real();
      if (!value || *value < 0 || *value > 1) continue;
      auto& into = name.starts_with("prefec_ber_avg") ? average : current;
      if (name.starts_with("prefec_ber_avg") || name.starts_with("prefec_ber_curr")) into = std::max(into.value_or(0), *value);
    }
    if (average || current) of(readings_, interface, row).pre_fec_ber = average ? average : current;
  }

  void speed(const JsonValue& row, const std::string& interface) {
    const auto megabits = row.member("speed").count();
    if (!megabits || *megabits == 0 || *megabits > 100'000'000) return;
    SpeedReading reading;
    reading.at = {origin_.file, row.place().line};
    reading.device = origin_.device;
    reading.interface = interface;
    reading.rate = BitRate{*megabits * 1'000'000};
    reading.up = row.member("netdev_oper_status").truth();
    if (!reading.up) reading.up = row.member("oper_status").truth();
    evidence_.speeds.push_back(std::move(reading));
  }

  const EvidenceOrigin& origin_;
  InputErrors& errors_;
  Evidence& evidence_;
  std::vector<ModuleReading> modules_;
  std::vector<ErrorReading> readings_;
};

}  // namespace

void read_sonic_eeprom(std::string_view text, const EvidenceOrigin& origin, const EvidenceContext&, InputErrors& errors,
                       Evidence& evidence) {
  std::uint32_t line = 0;
  ModuleReading module;
  bool open = false;
  const auto close = [&] {
    if (open) evidence.modules.push_back(std::move(module));
    open = false;
  };
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view raw = text.substr(begin, end - begin);
    const std::string_view words = trimmed(raw);
    begin = end + 1;
    ++line;
    const std::size_t colon = words.find(':');
    if (words.empty()) continue;
    if (!raw.starts_with(' ') && !raw.starts_with('\t') && colon != std::string_view::npos &&
        words.find("EEPROM") != std::string_view::npos) {
      close();
      if (lower_case(words).find("not ") != std::string::npos || words.find("N/A") != std::string_view::npos) continue;
      module = {};
      module.at = {origin.file, line};
      module.device = origin.device;
      module.interface = std::string(trimmed(words.substr(0, colon)));
      open = true;
      continue;
    }
    if (!open) {
      errors.warning(line, 1, "this line is of no interface; it is left out: " + quote_input(words),
                     "keep the output of `show interfaces transceiver eeprom`");
      continue;
    }
    if (colon == std::string_view::npos) continue;  // a further application
    const std::string field = field_name(words.substr(0, colon));
    if (field.ends_with("alarm") || field.ends_with("warning")) continue;  // thresholds
    take_field(field, words.substr(colon + 1), module);
  }
  close();
}

void read_sonic_database(std::string_view text, const EvidenceOrigin& origin, const EvidenceContext&, InputErrors& errors,
                         Evidence& evidence) {
  const JsonTree tree = read_json(text, errors);
  DatabaseReader reader(origin, errors, evidence);
  for (const std::uint32_t root : tree.roots) reader.visit({tree, root});
  reader.finish();
}

}  // namespace eastwest
