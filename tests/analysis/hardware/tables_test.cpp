// SPDX-License-Identifier: Apache-2.0
// Packing lists, inventories, point-to-point lists, loss tests and OTDR events.
#include <doctest/doctest.h>

#include "tests/support/evidence_text.hpp"

namespace eastwest::tests {
namespace {

TEST_CASE("inventory: a packing list with semicolons, and what is wrong with its rows") {
  const ReadText read =
      read_text(read_inventory,
                "\xef\xbb\xbfPart Number;Qty;Length;Serial Numbers\r\nMMS4X00-NM;2;;EX0001 EX0002\r\nMFP7E10-N010;4;10 m;\r\n"
                ";1;;\r\nX;many;;\r\nY;2;;A\r\nZ\r\n");
  REQUIRE(read.evidence.inventory.size() == 3);
  CHECK(read.evidence.inventory[0].part_number == "MMS4X00-NM");
  CHECK(read.evidence.inventory[0].quantity == 2);
  CHECK(read.evidence.inventory[0].serials == std::vector<std::string>{"EX0001", "EX0002"});
  CHECK(!read.evidence.inventory[0].installed());
  CHECK(read.evidence.inventory[1].length == Length{10'000});
  CHECK(read.told.find("input:4:1: warning: the row has no part number") != std::string::npos);
  CHECK(read.told.find("input:5:1: error: `qty` is `many`") != std::string::npos);
  CHECK(read.told.find("input:6:1: warning: the row says 2 pieces and lists 1 serial numbers") != std::string::npos);
  CHECK(read.told.find("input:7:1: error: 1 cells, the header has 4") != std::string::npos);
}

TEST_CASE("inventory: NetBox names device and interface; a length column tells its unit") {
  const ReadText read = read_text(read_inventory,
                                  "device,name,status,manufacturer,part_id,serial,component_type,component_name,length_ft\n"
                                  "leaf-r0,P0,active,EXAMPLE,EX-2DR4-500,EX0001,dcim.interface,P0.0,10\n");
  CHECK(read.told == "");
  REQUIRE(read.evidence.inventory.size() == 1);
  CHECK(read.evidence.inventory[0].installed());
  CHECK(read.evidence.inventory[0].component == "P0.0");
  CHECK(read.evidence.inventory[0].length == Length{3'048});
}

TEST_CASE("connections: columns by name, in any order") {
  const ReadText read = read_text(read_connections,
                                  "Z-Port,A-Rack,A-U,A-Node Name,A-Type,A-Port,Z-Rack,Z-RU,Z-Node Name,Z-Type\n"
                                  "swp1s0,A01,10,server-00,Host,1,A03,40,leaf-0,Switch\n,A01,10,server-00,Host,2,A03,40,leaf-0,Switch\n");
  REQUIRE(read.evidence.connections.size() == 1);
  CHECK(read.evidence.connections[0].a.device == "server-00");
  CHECK(read.evidence.connections[0].a.unit == "10");
  CHECK(read.evidence.connections[0].z.interface == "swp1s0");
  CHECK(read.warnings == 1);
  CHECK(read_text(read_connections, "A-Node,Z-Node,Z-Port\na,b,c\n").told.find("there is no column `a_port`") != std::string::npos);
}

TEST_CASE("loss tests: the canonical form; bad cells are told, the other rows stand") {
  const ReadText read = read_text(read_loss_tests,
                                  "cable_id,fibre,direction,wavelength_nm,length_m,loss_db,limit_db,margin_db,orl_db,result\n"
                                  "C000123,1,AB,1310,122.4,0.81,1.45,0.64,52,PASS\n"
                                  "C000123,1,BA,1310,122.4,0.83,1.45,0.90,52,FAIL\n"
                                  "C000123,x,sideways,1310,122.4,?,1.45,,52,PASS\n"
                                  ",1,AB,1310,1,1,1,0,1,FAIL\n");
  REQUIRE(read.evidence.losses.size() == 3);
  const LossReading& first = read.evidence.losses[0];
  CHECK(first.cable == "C000123");
  CHECK(first.fibre == 1u);
  CHECK(first.direction == TestDirection::a_to_b);
  CHECK(first.wavelength_nm == 1310.0);
  CHECK(first.length == Length{122'400});
  CHECK(first.loss == Loss{810});
  CHECK(first.limit == Loss{1450});
  CHECK(first.passed == true);
  CHECK(read.evidence.losses[1].direction == TestDirection::b_to_a);
  CHECK(read.evidence.losses[1].passed == false);
  CHECK(read.told.find("input:3:1: warning: the margin of `C000123` is not its limit less its loss") != std::string::npos);
  CHECK(read.told.find("input:4:1: error: `fibre` is `x`") != std::string::npos);
  CHECK(read.told.find("input:4:1: error: `loss_db` is `?`") != std::string::npos);
  CHECK(read.told.find("input:5:1: error: the test names no cable") != std::string::npos);
}

TEST_CASE("loss tests: an instrument's own columns, units and decimal comma, through a mapping") {
  Diagnostics diagnostics;
  const std::string mapping_text =
      "field,source_column,unit,decimal_mark,delimiter\ncable_id,Cable ID,,comma,semicolon\nfibre,Fiber,,,\ndirection,=AB,,,\n"
      "wavelength_nm,Lambda,um,,\nloss_db,Loss,dB,,\nlength_m,Len,ft,,\n";
  InputErrors errors("map.csv", mapping_text, diagnostics);
  EvidenceContext context;
  context.mappings.push_back(read_column_mapping(mapping_text, errors));
  CHECK(!errors.any());
  CHECK(context.mappings[0].delimiter == ';');
  CHECK(context.mappings[0].decimal_mark == ',');
  const ReadText read =
      read_text(read_loss_tests, "Report;1 March\nOperator;kw\n\nCable ID;Fiber;Lambda;Loss;Len\nC0001;2;1,31;0,81;1.000\n", {}, context);
  CHECK(read.told == "");
  REQUIRE(read.evidence.losses.size() == 1);
  CHECK(read.evidence.losses[0].cable == "C0001");
  CHECK(read.evidence.losses[0].fibre == 2u);
  CHECK(read.evidence.losses[0].direction == TestDirection::a_to_b);
  CHECK(read.evidence.losses[0].wavelength_nm == doctest::Approx(1310));
  CHECK(read.evidence.losses[0].loss == Loss{810});
  CHECK(read.evidence.losses[0].length == Length{304'800});
  CHECK(read.evidence.losses[0].at.line == 5);
}

TEST_CASE("loss tests: a mapping with a field that does not exist") {
  const std::string text = "field,source_column,unit,decimal_mark,delimiter\ncabel_id,Cable,,,\nloss_db,,,,\nfibre,F,,star,\n";
  Diagnostics diagnostics;
  InputErrors errors("map.csv", text, diagnostics);
  CHECK(read_column_mapping(text, errors).fields.size() == 1);
  const std::string told = diagnostics.print();
  CHECK(told.find("map.csv:2:1: error: there is no field `cabel_id`") != std::string::npos);
  CHECK(told.find("did you mean `cable_id`?") != std::string::npos);
  CHECK(told.find("map.csv:3:1: error: `loss_db` has no source column") != std::string::npos);
  CHECK(told.find("map.csv:4:1: error: `decimal_mark` is `star`") != std::string::npos);
}

TEST_CASE("otdr events: the canonical form") {
  const ReadText read = read_text(read_otdr_events,
                                  "cable_id,fibre,direction,wavelength_nm,event,type,distance_m,loss_db,reflectance_db,segment_db_per_km,"
                                  "cumulative_db\nC000123,1,AB,1310,2,connector,61.2,0.18,-57,0.33,0.42\n");
  CHECK(read.told == "");
  REQUIRE(read.evidence.events.size() == 1);
  const OtdrEvent& event = read.evidence.events[0];
  CHECK(event.number == 2);
  CHECK(event.type == "connector");
  CHECK(event.distance == Length{61'200});
  CHECK(event.loss == Loss{180});
  CHECK(event.reflectance_db == -57.0);
  CHECK(event.cumulative == Loss{420});
}

}  // namespace
}  // namespace eastwest::tests
