// SPDX-License-Identifier: Apache-2.0
// The formats of evidence and how each is known by its content; the first that fits is it.
#include <array>

#include "analysis/hardware/field_table.hpp"
#include "analysis/hardware/field_text.hpp"
#include "analysis/hardware/readers.hpp"

namespace eastwest {

namespace {

bool is_json(std::string_view head) {
  if (head.starts_with("\xef\xbb\xbf")) head.remove_prefix(3);
  head = trimmed(head.substr(0, 256));
  return head.starts_with('{') || head.starts_with('[');
}
bool holds(std::string_view head, std::string_view what) { return head.find(what) != std::string_view::npos; }

/// Some line begins with `beginning`.
bool line_begins(std::string_view head, std::string_view beginning) {
  for (std::size_t at = head.find(beginning); at != std::string_view::npos; at = head.find(beginning, at + 1))
    if (at == 0 || head[at - 1] == '\n') return true;
  return false;
}

bool is_lldp(std::string_view head, const EvidenceContext&) { return is_json(head) && holds(head, "\"lldp\""); }
bool is_sonic_database(std::string_view head, const EvidenceContext&) {
  return is_json(head) && (holds(head, "\"TRANSCEIVER_") || holds(head, "\"PORT_TABLE"));
}
bool is_ethtool_fec(std::string_view head, const EvidenceContext&) {
  return is_json(head) && (holds(head, "\"corrected_blocks\"") || holds(head, "\"uncorrectable_blocks\"") ||
                           (holds(head, "\"config\"") && holds(head, "\"active\"")));
}
bool is_ethtool_modules(std::string_view head, const EvidenceContext&) {
  return is_json(head) && (holds(head, "\"vendor_pn\"") || holds(head, "\"vendor_name\"") || holds(head, "\"identifier_description\"") ||
                           holds(head, "\"identifier\""));
}
bool is_ethtool_settings(std::string_view head, const EvidenceContext&) { return line_begins(head, "Settings for "); }
bool is_infiniband_names(std::string_view head, const EvidenceContext&) {
  return line_begins(head, "0x") && !is_json(head) && holds(head, "\"");
}
bool is_ibnetdiscover(std::string_view head, const EvidenceContext&) {
  return !is_json(head) && (line_begins(head, "# Topology file") || line_begins(head, "vendid=") || line_begins(head, "Switch\t") ||
                            line_begins(head, "Ca\t") || line_begins(head, "Switch ") || line_begins(head, "Ca "));
}
bool is_infiniband_ports(std::string_view head, const EvidenceContext&) {
  return !is_json(head) && (line_begins(head, "SW ") || line_begins(head, "CA ")) && holds(head, " 0x");
}
bool is_sonic_eeprom(std::string_view head, const EvidenceContext&) {
  return !is_json(head) && holds(head, "EEPROM") && holds(head, "etected");
}

bool is_column_mapping(std::string_view head, const EvidenceContext&) {
  const auto fields = header_fields(head);
  return has_field(fields, {"field"}) && has_field(fields, {"source_column"});
}
bool is_parts(std::string_view head, const EvidenceContext&) { return is_part_table(head); }
bool is_otdr(std::string_view head, const EvidenceContext&) {
  const auto fields = header_fields(head);
  return has_field(fields, {"cable_id"}) && has_field(fields, {"event"}) && has_field(fields, {"distance"});
}
bool is_loss_test(std::string_view head, const EvidenceContext& context) {
  const auto fields = header_fields(head);
  if (has_field(fields, {"cable_id"}) && has_field(fields, {"loss"})) return true;
  if (is_json(head)) return false;
  for (const ColumnMapping& mapping : context.mappings)
    if (FieldTable::fits(head, mapping)) return true;
  return false;
}
bool is_connections(std::string_view head, const EvidenceContext&) {
  const auto fields = header_fields(head);
  return has_field(fields, {"a_port", "a_interface"}) && has_field(fields, {"z_port", "z_interface", "b_port"}) &&
         has_field(fields, {"a_node_name", "a_node", "a_device"});
}
bool is_bill(std::string_view head, const EvidenceContext&) {
  const auto fields = header_fields(head);
  return has_field(fields, {"category"}) && has_field(fields, {"part"}) && has_field(fields, {"total", "phase_1"}) &&
         !has_field(fields, {"device"});
}
bool is_inventory(std::string_view head, const EvidenceContext&) {
  const auto fields = header_fields(head);
  return fields.size() > 1 && !has_field(fields, {"far_end"}) &&  // a port map names the model of each device
         has_field(fields, {"part_number", "part_id", "part_no", "part", "pn", "mpn", "item_number", "sku", "model"}) &&
         has_field(fields, {"quantity", "qty", "count", "pieces", "shipped", "quantity_shipped", "serial", "serials", "serial_number",
                            "serial_numbers", "serial_no", "sn", "device"});
}

constexpr std::array<EvidenceFormat, 16> kFormats = {{
    {"lldp", "LLDP neighbours, `lldpcli -f json0 show neighbors`", is_lldp, read_lldp},
    {"sonic_database", "SONiC STATE_DB as JSON", is_sonic_database, read_sonic_database},
    {"ethtool_fec", "FEC counters, `ethtool -I --json --show-fec IF`", is_ethtool_fec, read_ethtool_fec},
    {"ethtool_modules", "modules, `ethtool --json -m IF`", is_ethtool_modules, read_ethtool_modules},
    {"ethtool_settings", "speeds, `ethtool IF`", is_ethtool_settings, read_ethtool_settings},
    {"ibnetdiscover", "InfiniBand topology, `ibnetdiscover`", is_ibnetdiscover, read_ibnetdiscover},
    {"infiniband_ports", "InfiniBand ports, `ibnetdiscover -p`", is_infiniband_ports, read_infiniband_ports},
    {"infiniband_names", "names of InfiniBand nodes", is_infiniband_names, nullptr},
    {"sonic_eeprom", "modules, `show interfaces transceiver eeprom`", is_sonic_eeprom, read_sonic_eeprom},
    {"column_mapping", "columns of a test instrument", is_column_mapping, nullptr},
    {"part_table", "part numbers", is_parts, read_part_table},
    {"otdr_events", "OTDR events", is_otdr, read_otdr_events},
    {"loss_tests", "loss tests", is_loss_test, read_loss_tests},
    {"connections", "point-to-point list", is_connections, read_connections},
    {"bill_of_materials", "bill of materials of `eastwest docs`", is_bill, read_bill},
    {"inventory", "packing list or inventory", is_inventory, read_inventory},
}};

}  // namespace

std::span<const EvidenceFormat> evidence_formats() { return kFormats; }

const EvidenceFormat* recognise_evidence(std::string_view text, const EvidenceContext& context) {
  constexpr std::size_t kHead = std::size_t{1} << 16;
  const std::string_view head = text.substr(0, kHead);
  for (const EvidenceFormat& format : kFormats)
    if (format.recognise(head, context)) return &format;
  return nullptr;
}

}  // namespace eastwest
