// SPDX-License-Identifier: Apache-2.0
// SONiC's text and database (labels and keys: sonic-utilities sfp_helper.py, sonic-platform-common cmis.py).
#include <doctest/doctest.h>

#include <cmath>

#include "tests/support/evidence_text.hpp"

namespace eastwest::tests {
namespace {

TEST_CASE("sonic eeprom: labels, lanes in dBm, ports without modules") {
  const ReadText read = read_text(read_sonic_eeprom, R"(Ethernet0: SFP EEPROM detected
        Application Advertisement: 400GAUI-8 C2M (Annex 120E) - Host Assign (0x1) - 400GBASE-DR4 (Cl 124) - Media Assign (0x1)
                                   100GAUI-2 C2M (Annex 135G) - Host Assign (0x55) - 100GBASE-FR1 (Cl 140) - Media Assign (0xf)
        Connector: MPO 1x12
        Extended Identifier: Power Class 6 (12.0W Max)
        Length Cable Assembly(m): 0.0
        Media Interface Technology: 1310 nm EML
        Vendor Name: EXAMPLE
        Vendor PN: EX-DR4-500
        Vendor SN: EX0002
        ChannelMonitorValues:
                RX1Power: -0.97dBm
                TX1Power: 1.1dBm
        ChannelThresholdValues:
                RxPowerHighAlarm  : 3.4001dBm
        ModuleMonitorValues:
                Temperature: 30.2539C
Ethernet4: SFP EEPROM Not detected
Ethernet8: SFP EEPROM is not applicable for RJ45 port
)",
                                  {0, "leaf-0", {}});
  CHECK(read.told == "");
  REQUIRE(read.evidence.modules.size() == 1);
  const ModuleReading& module = read.evidence.modules[0];
  CHECK(module.interface == "Ethernet0");
  CHECK(module.part_number == "EX-DR4-500");
  CHECK(module.media_text == "400GBASE-DR4 (Cl 124)");
  CHECK(module.power_class == 6u);
  CHECK(module.power_max == Power{12'000});
  CHECK(!module.cable_length.has_value());
  CHECK(module.receive_dbm == std::vector<double>{-0.97});
  CHECK(module.transmit_dbm == std::vector<double>{1.1});
  CHECK(module.temperature_c == 30.2539);
}

TEST_CASE("sonic database: bare hashes, dumps with values, one object per table") {
  const ReadText read = read_text(read_sonic_database, R"json({ "TRANSCEIVER_INFO|Ethernet0": { "type": "OSFP 8X Pluggable Transceiver",
    "manufacturer": "EXAMPLE ", "model": "EX-2DR4-500", "serial": "EX0001", "cable_length": "0", "media_lane_count": "4",
    "ext_identifier": "Power Class 8 (17.0W Max)", "encoding": "Not supported for CMIS cables",
    "application_advertisement": "{1: {'host_electrical_interface_id': '400GAUI-4', 'module_media_interface_id': '400GBASE-DR4 (Cl 124)'}}" },
    "TRANSCEIVER_DOM_SENSOR|Ethernet0": {"ttl": -0.001, "type": "hash", "value": {"temperature": "51.2", "rx1power": "-0.9", "rx2power": "-inf",
      "rx3power": "N/A", "tx1power": "1.0"}},
    "TRANSCEIVER_STATUS|Ethernet0": {"rxlos1": "False", "rxlos2": "True"},
    "TRANSCEIVER_VDM_REAL_VALUE|Ethernet0": {"prefec_ber_avg_media_input1": "1e-9", "prefec_ber_avg_media_input2": "3.1e-8",
      "prefec_ber_avg_host_input1": "1e-5", "prefec_ber_max_media_input1": "1e-3"},
    "TRANSCEIVER_PM": {"Ethernet4": {"prefec_ber_curr": "2e-7"}},
    "PORT_TABLE|Ethernet0": {"speed": "400000", "netdev_oper_status": "up"}
})json",
                                  {0, "leaf-0", {}});
  CHECK(read.told == "");
  REQUIRE(read.evidence.modules.size() == 1);
  const ModuleReading& module = read.evidence.modules[0];
  CHECK(module.vendor == "EXAMPLE");
  CHECK(module.media_text == "400GBASE-DR4 (Cl 124)");
  CHECK(module.media_lanes == 4u);
  CHECK(module.power_class == 8u);
  REQUIRE(module.receive_dbm.size() == 2);
  CHECK(module.receive_dbm[0] == -0.9);
  CHECK(std::isinf(module.receive_dbm[1]));
  CHECK(module.faults == std::vector<std::string>{"rxlos2"});
  REQUIRE(read.evidence.errors.size() == 2);
  CHECK(read.evidence.errors[0].pre_fec_ber == 3.1e-8);
  CHECK(read.evidence.errors[1].interface == "Ethernet4");
  CHECK(read.evidence.errors[1].pre_fec_ber == 2e-7);
  REQUIRE(read.evidence.speeds.size() == 1);
  CHECK(read.evidence.speeds[0].rate == BitRate{400'000'000'000});
  CHECK(read.evidence.speeds[0].up == true);
}

}  // namespace
}  // namespace eastwest::tests
