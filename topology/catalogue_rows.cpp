// SPDX-License-Identifier: Apache-2.0
#include "topology/catalogue_table.hpp"

namespace eastwest {
namespace {

/// The budget on OM3 is "normally 0.1 dB lower" than on OM4 (general knowledge; 802.3cm says 1.7 and 1.8 dB, S-TIA1).
constexpr Loss kLossLessOnOm3{100};

}  // namespace

void read_row(TableReader& reader, SwitchModel& entry) {
  static constexpr std::string_view kModes[] = {"cut_through", "store_and_forward"};
  entry.vendor = reader.required("vendor");
  entry.model = reader.required("model");
  entry.protocol = reader.required("protocol");
  entry.ports = reader.count("ports");
  entry.port_rate = reader.rate("port_rate");
  entry.ports_400g = reader.count("ports_400g");
  entry.buffer = {reader.quantity("buffer", Dimension::bytes, false)};
  entry.latency = {reader.quantity("latency", Dimension::time, false, -1)};
  entry.mode = reader.choice("mode", kModes) == 0 ? ForwardingMode::cut_through : ForwardingMode::store_and_forward;
  entry.cages = reader.count("cages", false);
  entry.cage_type = reader.text("cage_type");
  entry.cage_power = {reader.quantity("cage_power", Dimension::power, false)};
  entry.power_typical = {reader.quantity("power_typical", Dimension::power, false)};
  entry.power_max = {reader.quantity("power_max", Dimension::power, false)};
  entry.rack_units = reader.count("rack_units", false);
  entry.weight_kg = reader.real("weight_kg", false);
}

void read_row(TableReader& reader, NicModel& entry) {
  entry.vendor = reader.required("vendor");
  entry.model = reader.required("model");
  entry.ports = reader.count("ports");
  entry.port_rate = reader.rate("port_rate");
  entry.latency = {reader.quantity("latency", Dimension::time)};
  entry.cage = reader.text("cage");
  entry.power_typical = {reader.quantity("power_typical", Dimension::power, false)};
  entry.power_max = {reader.quantity("power_max", Dimension::power, false)};
}

void read_row(TableReader& reader, GpuEntry& entry) {
  entry.vendor = reader.required("vendor");
  entry.model.name = entry.id;
  entry.model.memory = {reader.quantity("memory", Dimension::bytes)};
  entry.model.memory_bytes_per_second = reader.real("memory_terabytes_per_second") * 1e12;
  entry.model.flops_bf16 = reader.real("bf16_dense_teraflops") * 1e12;
  entry.model.flops_fp8 = reader.real("fp8_dense_teraflops", false) * 1e12;
  entry.scale_up_rate = reader.rate("scale_up_rate");
  entry.power_max = {reader.quantity("power_max", Dimension::power)};
}

void read_row(TableReader& reader, ServerModel& entry) {
  entry.vendor = reader.required("vendor");
  entry.model = reader.required("model");
  entry.gpu = reader.required("gpu");
  entry.gpus = reader.count("gpus");
  entry.nic = reader.text("nic");
  entry.nics = reader.count("nics");
  entry.nic_rate = reader.rate("nic_rate");
  entry.nic_cages = reader.text("nic_cages");
  entry.north_south_nics = reader.count("north_south_nics", false);
  entry.north_south_rate = {static_cast<std::uint64_t>(reader.quantity("north_south_rate", Dimension::rate, false))};
  entry.cooling = reader.text("cooling");
  entry.power_max = {reader.quantity("power_max", Dimension::power, false)};
  entry.rack_units = reader.count("rack_units", false);
  entry.weight_kg = reader.real("weight_kg", false);
}

void read_row(TableReader& reader, OpticModel& entry) {
  static constexpr std::string_view kMedia[] = {"copper", "mmf", "smf"};
  static constexpr std::string_view kReaches[] = {"reach_copper", "reach_om4", "reach_os2"};
  static constexpr std::string_view kAutomatic[] = {"", "yes"};
  static constexpr std::string_view kModulations[] = {"NRZ", "PAM4"};
  const auto reach = [&reader](std::string_view column) { return Length{reader.quantity(column, Dimension::length, false)}; };
  const auto loss = [&reader](std::string_view column, Loss otherwise) {
    return Loss{reader.quantity(column, Dimension::loss, false, otherwise.mdb)};
  };
  entry.name = reader.required("name");
  entry.protocol = reader.required("protocol");
  entry.rate = reader.rate("rate");
  const std::size_t medium = reader.choice("medium", kMedia);
  entry.medium = std::string(kMedia[medium]);
  entry.reach = {reader.quantity(kReaches[medium], Dimension::length)};
  entry.fec_latency = {reader.quantity("fec_latency", Dimension::time)};
  entry.module_latency = {reader.quantity("module_latency", Dimension::time)};
  entry.fec = reader.required("fec");
  entry.automatic = reader.choice("automatic", kAutomatic) == 1;
  entry.form_factors = reader.list("form_factors");
  entry.media_lanes = reader.count("media_lanes");
  entry.lane_gigabaud = reader.real("lane_gbaud");
  entry.modulation = reader.choice("modulation", kModulations) == 0 ? Modulation::nrz : Modulation::pam4;
  entry.wavelengths_nm = reader.counts("wavelength_nm", "/+-");
  entry.connector = reader.required("connector");
  entry.fibres = reader.count("fibres");
  entry.reach_om3 = reach("reach_om3");
  entry.reach_om4 = reach("reach_om4");
  entry.reach_om5 = reach("reach_om5");
  entry.reach_os2 = reach("reach_os2");
  entry.reach_copper = reach("reach_copper");
  entry.transmit_oma_min_dbm = reader.signed_real("tx_oma_min_dbm");
  entry.transmit_average_min_dbm = reader.signed_real("tx_average_min_dbm");
  entry.receive_sensitivity_oma_dbm = reader.signed_real("rx_sensitivity_oma_dbm");
  entry.loss_max = loss("loss_max", {});
  entry.loss_max_om3 = loss("loss_max_om3", {std::max<std::int64_t>(entry.loss_max.mdb - kLossLessOnOm3.mdb, 0)});
  entry.loss_max_om5 = loss("loss_max_om5", entry.loss_max);
  entry.pre_fec_ber = reader.real("pre_fec_ber");
  entry.fec_fill = {reader.quantity("fec_fill", Dimension::time, false, -1)};
  entry.power_typical = {reader.quantity("power_typical", Dimension::power, false)};
  entry.power_max = {reader.quantity("power_max", Dimension::power, false)};
  entry.sff8024_id = reader.code("sff8024_id");
  entry.cmis_media_type = reader.code("cmis_media_type");
  entry.cmis_media_id = reader.code("cmis_media_id");
}

void read_row(TableReader& reader, MediumModel& entry) {
  entry.name = reader.required("name");
  entry.delay_per_kilometre = {reader.quantity("delay_per_kilometre", Dimension::time)};
}

}  // namespace eastwest
