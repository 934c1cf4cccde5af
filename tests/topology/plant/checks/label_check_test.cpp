// SPDX-License-Identifier: Apache-2.0
// Labels: ids once, one plug a port, and cords that lead nowhere.
#include "topology/plant/checks/label_check.hpp"

#include "tests/support/checked_site.hpp"

using namespace eastwest;
using tests::CheckedSite;
using tests::Complaints;
using tests::contains;

TEST_CASE("label check: a good site has at most its spare trunks to tell") {
  for (const Finding& finding : check_labels(CheckedSite().input())) CHECK(finding.rule == "labels.spare");
}

TEST_CASE("label check: an id that is given twice") {
  CheckedSite site;
  site.built.plant.pieces[1].id = site.built.plant.pieces[0].id;
  CHECK(site.complaints() == Complaints{"fail labels.id"});
  CHECK(contains(site.only("labels.id").sentence, "is the name of 2 pieces of cable"));
}

TEST_CASE("label check: two plugs in one port") {
  CheckedSite site;
  site.built.plant.pieces[1].a.port = site.built.plant.pieces[0].a.port;
  CHECK(site.complaints() == Complaints{"fail labels.port"});
  CHECK(contains(site.only("labels.port").sentence, "is plugged into server-00:rail0, where C0001 is already"));
}

TEST_CASE("label check: a cord that makes no link is dark, unless it is retired") {
  CheckedSite site;
  Piece cord = site.built.plant.pieces[0];
  cord.id = "C9999";
  cord.route_count = 0;
  const std::uint32_t c = site.structured_cable();
  cord.b = site.piece_of(c, 0).b;  // the front of a panel's port ...
  for (const Device& device : site.built.plant.devices)
    if (device.kind == DeviceKind::panel) {
      cord.a = cord.b = site.piece_of(c, 0).b;
      cord.a.device = cord.b.device = site.built.plant.find_device(device.name);
      cord.a.port = device.ports - 1;  // ... and two that no trunk reaches
      cord.b.port = device.ports;
      break;
    }
  site.built.plant.pieces.push_back(cord);
  CHECK(site.complaints() == Complaints{"warn labels.dark"});
  CHECK(site.only("labels.dark").item == "C9999");
  site.built.plant.pieces.back().status = PieceStatus::retired;
  CHECK(site.complaints().empty());
}
