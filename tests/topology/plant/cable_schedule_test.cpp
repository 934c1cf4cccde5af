// SPDX-License-Identifier: Apache-2.0
// The cable schedule: what is wrong is told with its line; channels are traced through panels; ids are kept and never given twice.
#include "topology/plant/cable_schedule.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "tests/support/built_plant.hpp"
#include "tests/support/input_truncation.hpp"
#include "topology/plant/table_file.hpp"

using namespace eastwest;
using tests::good_site;
using tests::try_site;

namespace {

const std::string kSite = "{topology: leaf_spine, servers: 4, leaves: 2, switch: nv-qm9700, fabric_optic: 400g-dr4, plant: {";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, from);
  return text.replace(at, from.size(), to);
}

/// The line that starts with `id`.
std::string line_of(const std::string& schedule, const std::string& id) {
  const std::size_t at = schedule.find("\n" + id + ",") + 1;
  return schedule.substr(at, schedule.find('\n', at) - at);
}

}  // namespace

TEST_CASE("cable schedule: a swap of two cables in the schedule is a swap in the fabric") {
  const BuiltSite first = good_site(kSite + "}}");
  const tests::TemporaryDirectory folder;
  const std::string tables = tests::write_tables(first, folder);
  std::string schedule = write_schedule(first.plant, first.fabric);
  const std::string one = line_of(schedule, "C0001");
  const std::string other = line_of(schedule, "C0009");
  const auto leaf_of = [](const std::string& line) { return line.find("leaf-0") != std::string::npos ? "leaf-0" : "leaf-1"; };
  CHECK(std::string(leaf_of(one)) == "leaf-0");
  // The far ends change places: device and port.
  Diagnostics diagnostics;
  std::vector<ScheduleRow> rows = read_schedule(schedule, "s.csv", diagnostics);
  REQUIRE(!diagnostics.has_errors());
  const auto row = [&](const std::string& id) {
    return std::find_if(rows.begin(), rows.end(), [&](const ScheduleRow& r) { return r.piece.id == id; });
  };
  const std::string port_one = row("C0001")->b_port;
  const std::size_t last = first.fabric.cables.size();
  CAPTURE(last);
  const auto far = std::find_if(rows.begin(), rows.end(), [&](const ScheduleRow& r) { return r.b_device == "leaf-1"; });
  REQUIRE(far != rows.end());
  schedule = replaced(schedule, "leaf-0," + port_one + ",", "SWAP," + port_one + ",");
  schedule = replaced(schedule, "leaf-1," + far->b_port + ",", "leaf-0," + port_one + ",");
  schedule = replaced(schedule, "SWAP," + port_one + ",", "leaf-1," + far->b_port + ",");
  folder.write("cables.csv", schedule);
  const BuiltSite swapped = good_site(kSite + tables + "}}", folder.path().string());
  const auto leaf = [](const BuiltSite& built, const std::string& cable) {
    for (const Cable& c : built.fabric.cables)
      if (c.name == cable) return built.fabric.nodes[built.fabric.ports[c.b.index()].node.index()].name;
    return std::string();
  };
  CHECK(leaf(first, "C0001") == "leaf-0");
  CHECK(leaf(swapped, "C0001") == "leaf-1");
  CHECK(leaf(swapped, far->piece.id) == "leaf-0");
  CHECK(swapped.fabric.structure == Structure::tiers);
}

TEST_CASE("cable schedule: mistakes of a schedule are told together, each with its line") {
  const BuiltSite first = good_site(kSite + "cabling: structured_fabric}}");
  const tests::TemporaryDirectory folder;
  const std::string tables = tests::write_tables(first, folder);
  std::string schedule = write_schedule(first.plant, first.fabric);
  const std::string line = line_of(schedule, "C0001");
  const auto broken = [&](const std::string& from, const std::string& to) {
    folder.write("cables.csv", replaced(schedule, line, replaced(line, from, to)));
    Diagnostics diagnostics;
    CHECK_FALSE(try_site(kSite + tables + "}}", diagnostics, folder.path().string()).has_value());
    const std::string text = diagnostics.print();
    CHECK_MESSAGE((text.find("cables.csv:2:") != std::string::npos || text.find("cables.csv:3:") != std::string::npos), text);
    return text;
  };
  CHECK(broken("server-00", "server-0x").find("did you mean `server-0") != std::string::npos);
  CHECK(broken(",planned,", ",plannd,").find("planned, ordered") != std::string::npos);
  CHECK(broken(",rail0,", ",rail9,").find("which has no such port") != std::string::npos);
  CHECK(broken("C0001", "C0002").find("stands in line") != std::string::npos);
  CHECK(broken("A01.drop", "A09.drop").find("no pathway of the site") != std::string::npos);
  CHECK(broken(",400 Gb/s,", ",,").find("has no `rate`") != std::string::npos);
}

namespace {

/// What a schedule of a custom site with a switch of eight ports and panels in two racks is told; "" when it is taken.
struct SmallSchedule {
  tests::TemporaryDirectory folder;
  std::string plant = "cabling: point_to_point";
  static constexpr const char* kHeader = "cable_id,type,a_device_or_panel,a_port,b_device_or_panel,b_port,pmd,rate,fibre_type\n";

  std::optional<BuiltSite> build(const std::string& rows, Diagnostics& diagnostics, const char* header = kHeader) {
    folder.write("cables.csv", header + rows);
    folder.write("devices.csv",
                 "device,kind,rack,unit,height,ports\nh0,server,A01,1,1,\nh1,server,A02,1,1,\ns0,switch,A01,10,1,\n"
                 "A01-40,panel,A01,40,1,24\nA02-40,panel,A02,40,1,24\n");
    return try_site(
        "{topology: custom, server: plain, switch: custom, hosts: [{name: h0, rack: A01}, {name: h1, rack: A02}], switches: [{name: s0, "
        "rack: A01}], "
        "links: "
        "[h0 - s0, h1 - s0], plant: {devices: devices.csv, schedule: cables.csv, " +
            plant + "}}",
        diagnostics, folder.path().string());
  }
  std::string told(const std::string& rows, const char* header = kHeader) {
    Diagnostics diagnostics;
    static_cast<void>(build(rows, diagnostics, header));
    return diagnostics.print();
  }
};

const std::string kStructured =
    "C1A,cord,h1,rail0,A02-40,01,400g-dr4,400 Gb/s,\nT1,trunk,A02-40,01-04,A01-40,01-04,,,\nC1B,cord,A01-40,01,s0,swp1,,,\n"
    "C2,cord,h0,rail0,s0,swp2,400g-dr4,400 Gb/s,\n";

}  // namespace

TEST_CASE("cable schedule: a number that may be two ports is an error with both readings, one that can be one port only is taken") {
  SmallSchedule small;
  CHECK(small.told("C1,cord,h0,0,s0,0,400g-dr4,400 Gb/s,\nC2,cord,h1,rail0,s0,2,400g-dr4,400 Gb/s,\n") == "");
  const std::string told = small.told("C1,cord,h0,rail0,s0,1,400g-dr4,400 Gb/s,\n");
  CHECK(told.find("cables.csv:2:") != std::string::npos);
  CHECK(told.find("which may be `swp2`, counted from 0, or `swp1`, counted from 1") != std::string::npos);
}

TEST_CASE("cable schedule: two trunks over one another are one mistake, not one a strand") {
  SmallSchedule small;
  const std::string told = small.told(kStructured + "T2,trunk,A02-40,03-06,A01-40,07-10,,,\n");
  CHECK(told.find("cables.csv:6:") != std::string::npos);
  const std::string words = "are both plugged into";
  const std::size_t first = told.find(words);
  REQUIRE(first != std::string::npos);
  CHECK(told.find(words, first + 1) == std::string::npos);
}

TEST_CASE("cable schedule: cords of one link that say different optics or rates, and fibre that nobody knows") {
  SmallSchedule small;
  CHECK(small.told(kStructured) == "");
  const std::string optics = small.told(replaced(kStructured, "s0,swp1,,,", "s0,swp1,400g-fr4,,"));
  CHECK(optics.find("cables.csv:4:") != std::string::npos);
  CHECK(optics.find("`pmd` of cable `C1B` is `400g-fr4`, and `400g-dr4` of `C1A`, the first cord of the same link") != std::string::npos);
  CHECK(small.told(replaced(kStructured, "s0,swp1,,,", "s0,swp1,,200 Gb/s,")).find("`rate` of cable `C1B`") != std::string::npos);
  CHECK(small.told(replaced(kStructured, "s0,swp1,,,", "s0,swp1,,,ss2")).find("did you mean `os2`?") != std::string::npos);
  // The optics may stand at either cord.
  CHECK(small.told(replaced(replaced(kStructured, "01,400g-dr4,400 Gb/s,", "01,,,"), "s0,swp1,,,", "s0,swp1,400g-dr4,400 Gb/s,")) == "");
}

TEST_CASE("cable schedule: a short row takes grade, multimode fibre and polarity from the site") {
  SmallSchedule small;
  small.plant = "connector_grade: standard, multimode: om5, polarity: a";
  Diagnostics diagnostics;
  std::string rows = kStructured;
  for (int i = 0; i < 2; ++i) rows = replaced(rows, "400g-dr4", "400g-sr4");
  const std::optional<BuiltSite> built = small.build(rows, diagnostics);
  REQUIRE_MESSAGE(built.has_value(), diagnostics.print());
  const auto piece = [&](const std::string& id) {
    return *std::find_if(built->plant.pieces.begin(), built->plant.pieces.end(), [&](const Piece& p) { return p.id == id; });
  };
  for (const char* id : {"C1A", "T1", "C1B", "C2"}) {
    CAPTURE(id);
    CHECK(piece(id).fibre == "om5");
    CHECK(piece(id).a.plug.grade == ConnectorGrade::standard);
    CHECK(piece(id).b.plug.grade == ConnectorGrade::standard);
  }
  // Method A: straight but for the last cord; a single cord crosses.
  CHECK(piece("C1A").polarity == FibrePolarity::straight_a);
  CHECK(piece("T1").polarity == FibrePolarity::straight_a);
  CHECK(piece("C1B").polarity == FibrePolarity::reversed_b);
  CHECK(piece("C2").polarity == FibrePolarity::reversed_b);
  CHECK(piece("T1").a.plug.gender == PinGender::pinned);
}

TEST_CASE("cable schedule: pieces that make no channel are warned of at their line, and the site is built for the check") {
  SmallSchedule small;
  Diagnostics diagnostics;
  const std::optional<BuiltSite> built =
      small.build("C1,direct_copper,h0,rail0,s0,swp1,400g-dr4,400 Gb/s,copper\nC2,cord,h1,rail0,s0,swp2,400g-dr4,400 Gb/s,\n", diagnostics);
  REQUIRE(built.has_value());
  const std::string told = diagnostics.print();
  CHECK(told.find("cables.csv:2: warning: link `C1`") != std::string::npos);
  CHECK(told.find("cables.csv:3:") == std::string::npos);
}

TEST_CASE("cable schedule: survives damage") {
  const BuiltSite built = good_site(kSite + "cabling: structured_fabric}}");
  std::string schedule = write_schedule(built.plant, built.fabric);
  schedule.resize(schedule.find("\nC0002"));  // the header and one row: every beginning is read
  tests::survive_damage(schedule, 11, [](std::string_view text) {
    Diagnostics diagnostics;
    static_cast<void>(read_schedule(text, "s.csv", diagnostics));
  });
}

TEST_CASE("cable schedule: ids stay with their ends when the site grows, and none is given twice") {
  const BuiltSite first = good_site(kSite + "cabling: structured_fabric}}");
  const tests::TemporaryDirectory folder;
  folder.write("old.csv", write_schedule(first.plant, first.fabric));
  const std::string larger = "{topology: leaf_spine, servers: 6, leaves: 2, switch: nv-qm9700, fabric_optic: 400g-dr4, plant: {";
  const BuiltSite grown = good_site(larger + "cabling: structured_fabric, ids: old.csv}}", folder.path().string());
  const auto ends = [](const BuiltSite& built) {
    std::map<std::string, std::set<std::string>> map;
    for (const Piece& piece : built.plant.pieces)
      if (piece.status != PieceStatus::retired)
        map[piece.id] = {built.plant.end_name(built.fabric, piece.a), built.plant.end_name(built.fabric, piece.b)};
    return map;
  };
  const auto before = ends(first);
  const auto after = ends(grown);
  std::size_t same = 0;
  for (const auto& [id, where] : before) {
    const auto found = after.find(id);
    if (found != after.end()) {
      CHECK(found->second == where);  // an id never moves
      ++same;
    } else {
      CHECK(std::any_of(grown.plant.pieces.begin(), grown.plant.pieces.end(),
                        [&, id = id](const Piece& piece) { return piece.id == id && piece.status == PieceStatus::retired; }));
    }
  }
  // Two servers more, so servers and ports of leaves move up: what keeps its ends keeps its id.
  CHECK(same >= 24);
  // Growing twice from the grown schedule changes nothing: retired rows stay retired.
  folder.write("old.csv", write_schedule(grown.plant, grown.fabric));
  const BuiltSite again = good_site(larger + "cabling: structured_fabric, ids: old.csv}}", folder.path().string());
  CHECK(write_schedule(again.plant, again.fabric) == write_schedule(grown.plant, grown.fabric));
}

TEST_CASE("table file: cells that need quotes read back") {
  const std::string row = csv_row(std::vector<std::string>{"a,b", "say \"x\"", "line\nfeed", ""});
  CHECK(row == "\"a,b\",\"say \"\"x\"\"\",\"line\nfeed\",\n");
  CHECK(metres_text({22'500}) == "22.5");
  CHECK(metres_text({7}) == "0.007");
  CHECK(share_text(0.4) == "0.4");
}
