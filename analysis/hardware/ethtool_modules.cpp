// SPDX-License-Identifier: Apache-2.0
// `ethtool --json -m IF`: ethtool's cmis.c and sff-common.c, its JSON patches and Documentation of the netdev list.
//
// An array with one object per module; powers in mW, bias in mA, lengths in m but length_(smf) in km. Some releases print module_temperature
// and module_voltage twice, first the measured number, then an object of thresholds; a later one calls the numbers ..._measurement. Earlier
// ones print rcvr_signal_avg_optical_power or receiver_signal_oma instead of rx_power. Not taken, since they are wrong in the field:
// laser_wavelength_tolerance (computed from the wrong byte) and alarm flags per channel. A passive DAC has no page with reach or light.
#include "analysis/hardware/field_text.hpp"
#include "analysis/hardware/json_tree.hpp"
#include "analysis/hardware/readers.hpp"

namespace eastwest {

namespace {

constexpr std::string_view kFaultKeys[] = {"rx_loss_of_signal", "tx_loss_of_signal", "rx_loss_of_lock", "tx_loss_of_lock", "tx_fault"};

/// Of the module as a whole; those of channels are wrong in the field.
constexpr std::string_view kAlarmKeys[] = {"module_temperature_high_alarm", "module_temperature_low_alarm", "module_voltage_high_alarm",
                                           "module_voltage_low_alarm"};

std::optional<std::uint32_t> small(const JsonValue& value, std::uint64_t most) {
  const auto count = value.count();
  return count && *count <= most ? std::optional(static_cast<std::uint32_t>(*count)) : std::nullopt;
}

class ModuleReader {
 public:
  ModuleReader(const EvidenceOrigin& origin, InputErrors& errors, Evidence& evidence)
      : origin_(origin), errors_(errors), evidence_(evidence) {}

  void visit(const JsonValue& value, const std::string& interface) {
    if (value.is_array()) {
      for (const JsonValue& child : value.children()) visit(child, interface);
    } else if (value.is_object() && (value.member("identifier") || value.member("vendor_pn") || value.member("vendor_name"))) {
      read(value, interface);
    } else if (value.is_object()) {
      bool any = false;
      for (const JsonValue& child : value.children())
        if (child.is_object() || child.is_array()) {
          any = true;
          visit(child, child.key());
        }
      if (!any)
        errors_.warning(value.place(), "this object describes no module; it is left out", "a module has `identifier` and `vendor_pn`");
    } else {
      errors_.warning(value.place(), "this is no module; it is left out", "`ethtool --json -m IF` prints an array of objects");
    }
  }

  void read(const JsonValue& value, const std::string& interface) {
    ModuleReading module;
    module.at = {origin_.file, value.place().line};
    module.device = text(value, "device");
    if (module.device.empty()) module.device = origin_.device;
    module.interface = text(value, "ifname");
    if (module.interface.empty()) module.interface = interface.empty() ? origin_.interface : interface;
    if (module.interface.empty())
      errors_.warning(value.place(), "the module does not say in which interface it sits",
                      "name the file DEVICE.ethtool.INTERFACE.json, as docs/verify.md tells");
    identity(value, module);
    reach(value, module);
    light(value, module);
    for (const std::string_view key : kFaultKeys) faults(value.member(key), key, module);
    for (const std::string_view key : kAlarmKeys) faults(value.member(key), key, module);
    const std::string state = value.member("module_state").words() + value.member("module_state_description").words();
    if (state.find("ault") != std::string::npos || value.member("module_state").count() == 6u)
      module.faults.emplace_back("module_state fault");
    else if (state.find("LowPwr") != std::string::npos) module.faults.emplace_back("module_state low power");
    evidence_.modules.push_back(std::move(module));
  }

 private:
  static std::string text(const JsonValue& value, std::string_view key) {
    std::string words = value.member(key).words();
    return says_nothing(words) ? std::string() : words;
  }

  void identity(const JsonValue& value, ModuleReading& module) {
    module.vendor = text(value, "vendor_name");
    module.part_number = text(value, "vendor_pn");
    module.serial = text(value, "vendor_sn");
    module.revision = text(value, "vendor_rev");
    module.identifier = small(value.member("identifier"), 255);
    module.identifier_text = text(value, "identifier_description");
    module.power_class = small(value.member("power_class"), 8);
    if (const auto watts = value.member("max_power").real(); watts && *watts >= 0 && *watts < 1000)
      module.power_max = Power{static_cast<std::int64_t>(*watts * 1000 + 0.5)};
    module.connector = small(value.member("connector"), 255);
    module.connector_text = text(value, "connector_description");
    module.technology = text(value, "transmitter_technology_description");
    module.technology_code = small(value.member("transmitter_technology"), 255);
    module.media_type = small(value.member("media_type"), 255);
    module.media_code = small(value.member("module_media_interface_id"), 255);
    if (module.part_number.empty())
      errors_.warning(value.place(), "the module gives no part number (`vendor_pn`)", "it is judged by what else it says");
  }

  void reach(const JsonValue& value, ModuleReading& module) {
    if (const auto nm = value.member("laser_wavelength").real(); nm && *nm > 0) module.wavelength_nm = nm;
    const JsonValue cable = value.member("cable_assembly_length");
    if (cable.is_text()) {  // "> 6.3km"
      std::string_view words = trimmed(std::string_view(cable_words_ = cable.words()));
      module.cable_length_at_least = words.starts_with('>');
      if (module.cable_length_at_least) words.remove_prefix(1);
      auto length = leading_number(words);
      if (length && behind_number(words).starts_with("km")) *length *= 1000;
      module.cable_length = metres(length);
      if (!module.cable_length)
        errors_.warning(cable.place(), "`cable_assembly_length` is " + quote_input(cable_words_), "a number of metres, or \"> 6.3km\"");
    } else if (const auto length = cable.real(); length && *length > 0) {
      module.cable_length = metres(length);
    }
    module.flat_memory = true;
    for (const JsonValue& child : value.children()) {
      if (!child.key().starts_with("length_(")) continue;
      module.flat_memory = false;
      const auto number = child.real();
      if (!number || *number <= 0) continue;
      const std::string& key = child.key();
      if (key.starts_with("length_(smf")) module.reach_smf = metres(*number * 1000);
      else if (key.starts_with("length_(om5")) module.reach_om5 = metres(number);
      else if (key.starts_with("length_(om4")) module.reach_om4 = metres(number);
      else if (key.starts_with("length_(om3")) module.reach_om3 = metres(number);
    }
  }

  void light(const JsonValue& value, ModuleReading& module) {
    module.bias_ma = numbers(value.member("laser_tx_bias_current"));
    module.transmit_dbm = powers(value.member("transmit_avg_optical_power"));
    const JsonValue receive = value.member("rx_power");
    if (receive.is_object()) {
      module.receive_dbm = powers(receive.member("values"));
      module.receive_is_oma = receive.member("type").words().find("OMA") != std::string::npos;
    } else if (receive) {
      module.receive_dbm = powers(receive);
    } else if (const JsonValue average = value.member("rcvr_signal_avg_optical_power")) {
      module.receive_dbm = powers(average);
    } else if (const JsonValue amplitude = value.member("receiver_signal_oma")) {
      module.receive_dbm = powers(amplitude);
      module.receive_is_oma = true;
    }
    module.temperature_c = measured(value, "module_temperature");
    module.voltage_v = measured(value, "module_voltage");
  }

  static std::optional<double> measured(const JsonValue& value, const std::string& key) {
    if (const auto number = value.member(key + "_measurement").real()) return number;
    return value.member(key, JsonKind::number).real();
  }

  std::vector<double> numbers(const JsonValue& value) {
    std::vector<double> all;
    if (value.is_number()) all.push_back(*value.real());
    for (const JsonValue& child : value.is_array() ? value.children() : std::vector<JsonValue>{}) {
      const auto number = child.real();
      if (number) all.push_back(*number);
      else errors_.warning(child.place(), "this is not the figure of a lane; it is left out", "lanes are numbers");
    }
    return all;
  }

  std::vector<double> powers(const JsonValue& value) {
    std::vector<double> all = numbers(value);
    for (double& power : all) power = decibel_milliwatts(power);
    return all;
  }

  static void faults(const JsonValue& value, std::string_view key, ModuleReading& module) {
    if (value.truth().value_or(false)) module.faults.emplace_back(key);
    if (!value.is_array()) return;
    std::size_t lane = 0;
    for (const JsonValue& child : value.children()) {
      ++lane;
      if (child.truth().value_or(false)) module.faults.push_back(std::string(key) + " on lane " + std::to_string(lane));
    }
  }

  const EvidenceOrigin& origin_;
  InputErrors& errors_;
  Evidence& evidence_;
  std::string cable_words_;
};

}  // namespace

void read_ethtool_modules(std::string_view text, const EvidenceOrigin& origin, const EvidenceContext&, InputErrors& errors,
                          Evidence& evidence) {
  const JsonTree tree = read_json(text, errors);
  ModuleReader reader(origin, errors, evidence);
  for (const std::uint32_t root : tree.roots) reader.visit({tree, root}, {});
}

}  // namespace eastwest
