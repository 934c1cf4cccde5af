// SPDX-License-Identifier: Apache-2.0
// Values of NetBox. Laws: slugs are unique and plain; a length that NetBox can hold reads back to the millimetre; 1 ft = 0.3048 m.
#include "topology/plant/exchange/netbox_values.hpp"

#include <doctest/doctest.h>

#include "core/random.hpp"
#include "topology/plant/exchange/netbox_panels.hpp"
#include "topology/plant/exchange/netbox_records.hpp"

namespace eastwest {
namespace {

TEST_CASE("netbox values: slugs are plain and unique") {
  std::set<std::string> taken;
  CHECK(netbox_slug("NVIDIA QM9700", taken) == "nvidia-qm9700");
  CHECK(netbox_slug("nvidia  qm9700", taken) == "nvidia-qm9700-2");
  CHECK(netbox_slug("\xc3\xbc", taken) == "x");
  CHECK(netbox_slug(std::string(300, 'a'), taken).size() <= kNetBoxName);
}

TEST_CASE("netbox values: lengths read back to the millimetre") {
  RandomStream random(3, 1);
  for (int i = 0; i < 1'000; ++i) {
    const Length length{static_cast<std::int64_t>(random.below(9'000'000))};
    CAPTURE(length.mm);
    const auto written = netbox_length(length);
    REQUIRE(written.has_value());
    CHECK(read_netbox_length(written->value, written->unit) == length);
    const std::size_t point = written->value.find('.');
    CHECK((point == std::string::npos || written->value.size() - point <= 3));  // at most two decimals
  }
  CHECK(netbox_length({22'575})->unit == "cm");
  CHECK_FALSE(netbox_length({99'999'999'999'999}).has_value());
  CHECK(read_netbox_length("10", "ft") == Length{3'048});
  CHECK_FALSE(read_netbox_length("10", "").has_value());
  CHECK_FALSE(read_netbox_length("-1", "m").has_value());
  CHECK(read_netbox_weight("2", "lb") == Mass{907});
}

TEST_CASE("netbox values: colours, cables and interfaces") {
  CHECK(netbox_colour("yellow") == "ffeb3b");
  CHECK(is_netbox_colour("Dark Red"));
  CHECK(is_netbox_colour("FFEB3B"));
  CHECK_FALSE(is_netbox_colour("#ffeb3b"));
  CHECK(netbox_cable_type("trunk", "os2") == "smf-os2");
  CHECK(netbox_cable_type("active_optical", "om4") == "aoc");
  CHECK(netbox_cable_meaning("mmf-om4").fibre == "om4");
  CHECK(netbox_interface_type({400'000'000'000}, "OSFP twin", true) == "infiniband-ndr");
  CHECK(netbox_interface_type({800'000'000'000}, "OSFP or QSFP-DD800", false) == "800gbase-x-qsfpdd");
  CHECK(netbox_interface_type({50'000'000'000}, "", false) == "other");
  CHECK(netbox_interface_rate("1.6tbase-x-osfp1600").bits_per_second == 1'600'000'000'000);
  CHECK(netbox_interface_rate("400gbase-dr4").bits_per_second == 400'000'000'000);
  CHECK(netbox_interface_rate("1000base-t").bits_per_second == 0);
  CHECK_FALSE(netbox_dialect("4.5").has_value());
}

TEST_CASE("netbox values: files by their names") {
  CHECK(netbox_object_of("x/16-cables.csv") == "cables");
  CHECK(netbox_object_of("netbox_front_ports.csv") == "front-ports");
  CHECK(netbox_object_of("netbox_devices_2026-01-02.csv") == "devices");
  CHECK(netbox_object_of("notes.csv").empty());
  CHECK(netbox_object_of("cables.txt").empty());
}

TEST_CASE("netbox values: ports of panels are numbered by their names, or rear port by rear port") {
  NetBoxComponents components;
  components.rear_ports = {{"B", "mpo", 2}, {"A", "mpo", 1}};
  components.front_ports = {{"F01", "mpo", "A", 1}, {"F02", "mpo", "B", 1}, {"F03", "mpo", "B", 2}};
  NetBoxPanel panel = netbox_panel(components);
  CHECK_FALSE(panel.renumbered);
  CHECK(panel.port_of_front("F03") == "03");
  CHECK(panel.port_of_rear("B") == "02-03");
  CHECK(panel.port_of_rear("C").empty());
  components.front_ports = {{"left", "mpo", "A", 1}, {"up", "mpo", "B", 2}, {"down", "mpo", "B", 1}};
  panel = netbox_panel(components);
  CHECK(panel.renumbered);
  CHECK(panel.port_of_rear("B") == "01-02");
  CHECK(panel.port_of_front("up") == "02");
  CHECK(panel.port_of_rear("A") == "03");
}

}  // namespace
}  // namespace eastwest
