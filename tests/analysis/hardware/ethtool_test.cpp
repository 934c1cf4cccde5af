// SPDX-License-Identifier: Apache-2.0
// Modules, counters and settings as ethtool prints them; shapes from its sources (cmis.c, netlink/fec.c) and JSON patches.
#include <doctest/doctest.h>

#include <cmath>

#include "tests/support/evidence_text.hpp"

namespace eastwest::tests {
namespace {

TEST_CASE("ethtool modules: measured figures and thresholds share a name, and powers become dBm") {
  const ReadText read = read_text(read_ethtool_modules, R"json([ { "identifier": 25, "power_class": 8, "max_power": 17.0, "connector": 39,
    "transmitter_technology": 6, "laser_wavelength": 1310.0, "laser_wavelength_tolerance": 94.8, "length_(smf)": 0.5, "length_(om4)": 0,
    "vendor_name": "EXAMPLE         ", "vendor_pn": "EX-2DR4-500", "vendor_sn": "EX0001",
    "rx_loss_of_signal": ["No","Yes"], "tx_fault": false, "module_temperature": 51.2,
    "transmit_avg_optical_power": [1.2589, 0], "rx_power": {"values": [0.8128, 0.0], "type": "Rcvr signal avg optical power"},
    "module_temperature": {"high_alarm_threshold": 80.0} } ])json",
                                  {0, "leaf-0", "swp1"});
  CHECK(read.told == "");
  REQUIRE(read.evidence.modules.size() == 1);
  const ModuleReading& module = read.evidence.modules[0];
  CHECK(module.device == "leaf-0");
  CHECK(module.interface == "swp1");
  CHECK(module.vendor == "EXAMPLE");
  CHECK(module.part_number == "EX-2DR4-500");
  CHECK(module.serial == "EX0001");
  CHECK(module.identifier == 25u);
  CHECK(module.power_class == 8u);
  CHECK(module.power_max == Power{17'000});
  CHECK(module.wavelength_nm == 1310.0);
  CHECK(module.reach_smf == Length{500'000});
  CHECK(!module.reach_om4.has_value());
  CHECK(!module.flat_memory);
  CHECK(!module.carries_copper());
  CHECK(module.temperature_c == 51.2);
  CHECK(module.transmit_dbm.at(0) == doctest::Approx(1.0).epsilon(1e-4));
  CHECK(std::isinf(module.transmit_dbm.at(1)));
  CHECK(module.receive_dbm.at(0) == doctest::Approx(-0.9).epsilon(1e-3));
  CHECK(!module.receive_is_oma);
  CHECK(module.faults == std::vector<std::string>{"rx_loss_of_signal on lane 2"});
}

TEST_CASE("ethtool modules: older releases, flat memory of copper, a full length field, several modules by name") {
  const ReadText read =
      read_text(read_ethtool_modules,
                R"json([{"ifname": "swp1", "identifier": "0x19", "cable_assembly_length": 2.0, "transmitter_technology": 10,
     "max_power": "0.10W", "vendor_pn": "EX-DAC-2"}]
    [{"ifname": "swp2", "identifier": 24, "vendor_pn": "EX-LR", "cable_assembly_length": "> 6.3km", "length_(smf)": 10,
      "receiver_signal_oma": [0.5], "module_temperature_measurement": 40.5, "module_temperature": {"high_alarm_threshold": 80}}]
    {"swp3": [{"vendor_pn": "EX-SR", "identifier": 24, "length_(om4)": 100, "rcvr_signal_avg_optical_power": [1]}]})json");
  CHECK(read.errors == 0);
  REQUIRE(read.evidence.modules.size() == 3);
  const ModuleReading& copper = read.evidence.modules[0];
  CHECK(copper.flat_memory);
  CHECK(copper.carries_copper());
  CHECK(copper.identifier == 25u);
  CHECK(copper.cable_length == Length{2'000});
  CHECK(copper.power_max == Power{100});
  const ModuleReading& far = read.evidence.modules[1];
  CHECK(far.cable_length == Length{6'300'000});
  CHECK(far.cable_length_at_least);
  CHECK(far.receive_is_oma);
  CHECK(far.temperature_c == 40.5);
  CHECK(far.reach_smf == Length{10'000'000});
  CHECK(far.at.line == 3);
  CHECK(read.evidence.modules[2].interface == "swp3");
  CHECK(read.evidence.modules[2].receive_dbm.at(0) == doctest::Approx(0));
  CHECK(read.evidence.modules[2].reach_om4 == Length{100'000});
}

TEST_CASE("ethtool modules: what is left out is told with its line") {
  const ReadText read = read_text(read_ethtool_modules, "[{\"identifier\": 25},\n {\"size\": 3},\n 7]");
  CHECK(read.evidence.modules.size() == 1);
  CHECK(read.told.find("input:1:") != std::string::npos);
  CHECK(read.told.find("in which interface") != std::string::npos);
  CHECK(read.told.find("input:2:") != std::string::npos);
  CHECK(read.told.find("input:3:") != std::string::npos);
  CHECK(read.errors == 0);
}

TEST_CASE("ethtool fec: counters, lanes and the histogram in order") {
  const ReadText read = read_text(read_ethtool_fec, R"([ { "ifname": "eth0", "config": ["RS"], "active": ["RS"],
    "statistics": { "corrected_blocks": {"total": 104729, "lanes": [1200, 98]}, "uncorrectable_blocks": {"total": 0},
      "corrected_bits": {"total": 120000},
      "hist": [ {"bin_low": 1, "bin_high": 1, "total": 51000}, {"bin_low": 0, "bin_high": 0, "total": 900000000, "lanes": [1, 2]} ] } } ])");
  CHECK(read.told == "");
  REQUIRE(read.evidence.errors.size() == 1);
  const ErrorReading& reading = read.evidence.errors[0];
  CHECK(reading.interface == "eth0");
  CHECK(reading.encodings == std::vector<std::string>{"RS"});
  CHECK(reading.corrected_blocks == 104729u);
  CHECK(reading.uncorrectable_blocks == 0u);
  CHECK(reading.corrected_bits == 120000u);
  CHECK(reading.corrected_blocks_by_lane == std::vector<std::uint64_t>{1200, 98});
  REQUIRE(reading.histogram.size() == 2);
  CHECK(reading.histogram[0].count == 900000000u);
  CHECK(reading.histogram[1].low == 1);
}

TEST_CASE("ethtool fec: settings without counters, impossible bins") {
  CHECK(read_text(read_ethtool_fec, R"([{"ifname": "a", "config": ["Auto"], "active": ["RS"]}])").told.find("ethtool -I") !=
        std::string::npos);
  const ReadText overlap = read_text(read_ethtool_fec, R"([{"ifname": "a", "active": ["RS"], "statistics": {"hist": [
    {"bin_low": 0, "bin_high": 3, "total": 1}, {"bin_low": 2, "bin_high": 5, "total": 1}]}}])");
  CHECK(overlap.errors == 1);
  CHECK(overlap.evidence.errors.at(0).histogram.empty());
  CHECK(read_text(read_ethtool_fec,
                  R"([{"ifname": "a", "active": ["RS"], "statistics": {"hist": [{"bin_low": 4, "bin_high": 3, "total": 1}]}}])")
            .errors == 1);
  CHECK(read_text(read_ethtool_fec, R"([{"ifname": "a", "active": ["RS"], "statistics": {"corrected_bits": {"total": -4}}}])").errors == 1);
}

TEST_CASE("ethtool settings: speed, lanes and whether the link is up") {
  const ReadText read = read_text(read_ethtool_settings,
                                  "Settings for swp1:\n\tSpeed: 400000Mb/s\n\tLanes: 4\n\tLink detected: yes\n"
                                  "Settings for swp2:\n\tSpeed: Unknown!\n\tLink detected: no\n");
  CHECK(read.told == "");
  REQUIRE(read.evidence.speeds.size() == 2);
  CHECK(read.evidence.speeds[0].rate == BitRate{400'000'000'000});
  CHECK(read.evidence.speeds[0].lanes == 4u);
  CHECK(read.evidence.speeds[0].up == true);
  CHECK(read.evidence.speeds[1].interface == "swp2");
  CHECK(!read.evidence.speeds[1].rate.has_value());
  CHECK(read.evidence.speeds[1].up == false);
}

}  // namespace
}  // namespace eastwest::tests
