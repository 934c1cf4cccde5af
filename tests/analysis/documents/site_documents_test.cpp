// SPDX-License-Identifier: Apache-2.0
// The documents as a whole: same bytes twice, closed links, hostile names kept harmless, elevations, graph, change log, ids that stay.
#include <algorithm>
#include <map>
#include <set>

#include "analysis/documents/document_text.hpp"
#include "analysis/documents/graphviz.hpp"
#include "analysis/documents/rack_elevation.hpp"
#include "tests/support/documented_site.hpp"
#include "topology/plant/phases.hpp"

using namespace eastwest;
using tests::DocumentedSite;
using tests::occurrences;
using tests::Table;

namespace {

std::map<std::string, std::string> by_name(const Documents& documents) {
  std::map<std::string, std::string> files;
  for (const DocumentFile& file : documents.files) CHECK_MESSAGE(files.emplace(file.name, file.bytes).second, file.name);
  return files;
}

/// Values of `attribute="..."` in `text`, in order.
std::vector<std::string> attributes(const std::string& text, const std::string& attribute) {
  std::vector<std::string> values;
  const std::string opening = " " + attribute + "=\"";
  for (std::size_t at = text.find(opening); at != std::string::npos; at = text.find(opening, at + 1)) {
    const std::size_t first = at + opening.size();
    values.push_back(text.substr(first, text.find('"', first) - first));
  }
  return values;
}

/// Every opening tag of `tag` is closed.
void check_closed(const std::string& text, const std::string& tag) {
  CAPTURE(tag);
  CHECK(occurrences(text, "<" + tag + ">") + occurrences(text, "<" + tag + " ") == occurrences(text, "</" + tag + ">"));
}

constexpr const char* kHostile =
    "{topology: custom, server: plain, hosts: ['=1+1', '<script>alert(1)</script>', 'a\"b&c'], switches: ['@s'], "
    "links: [{a: '=1+1', b: '@s', length: 2 m}, {a: '<script>alert(1)</script>', b: '@s', length: 2 m}, {a: 'a\"b&c', b: '@s', length: 2 "
    "m}]}";

}  // namespace

TEST_CASE("documents: the same site gives the same bytes twice, and the list names every file") {
  const DocumentedSite site(tests::kGrowingSite);
  const DocumentedSite again(tests::kGrowingSite);
  const Result<Documents> one = site.documents(2);
  const Result<Documents> two = again.documents(2);
  REQUIRE(one.has_value());
  REQUIRE(two.has_value());
  const auto files = by_name(*one);
  CHECK(files == by_name(*two));
  CHECK(one->summary == two->summary);
  const Table contents(files.at("contents.csv"));
  CHECK(contents.rows() == files.size());
  for (const auto& [name, bytes] : files) {
    CHECK(contents.cell(contents.find("file", name), "what") != "");
    CHECK_MESSAGE(!bytes.empty(), name);
    // No date of today stands in a document.
    CHECK_MESSAGE(bytes.find("20:") == std::string::npos, name);
  }
}

TEST_CASE("documents: every link of the book leads to a place in it, every id stands once") {
  const DocumentedSite site(tests::kGrowingSite);
  for (const std::uint32_t phase : {0u, 2u}) {
    CAPTURE(phase);
    const Result<Documents> documents = site.documents(phase);
    REQUIRE(documents.has_value());
    const std::string book = by_name(*documents).at("index.html");
    std::set<std::string> ids;
    for (const std::string& id : attributes(book, "id")) CHECK_MESSAGE(ids.insert(id).second, id);
    std::size_t broken = 0;
    for (const std::string& target : attributes(book, "href")) {
      REQUIRE(target.starts_with('#'));
      if (ids.contains(target.substr(1))) continue;
      ++broken;
      MESSAGE("leads nowhere: " << target);
    }
    CHECK(broken == 0);
    for (const char* tag : {"table", "tr", "td", "section", "article", "svg", "g", "a", "ul", "li", "div", "p"}) check_closed(book, tag);
    // Nothing is fetched from outside.
    CHECK(attributes(book, "src").empty());
    CHECK(book.find("url(http") == std::string::npos);
    const Plant& plant = site.built.plant;
    for (const Piece& piece : plant.pieces) CHECK(ids.contains(anchor("cable", piece.id)) == (piece.phase <= phase));
  }
}

TEST_CASE("documents: a hostile name opens no tag and no formula") {
  const DocumentedSite site(kHostile);
  const Result<Documents> documents = site.documents(0);
  REQUIRE(documents.has_value());
  for (const auto& [name, bytes] : by_name(*documents)) {
    CAPTURE(name);
    if (name.ends_with(".html") || name.ends_with(".svg")) {
      CHECK(bytes.find("<script>alert(1)") == std::string::npos);
      CHECK(bytes.find("a\"b&c") == std::string::npos);
      CHECK(bytes.find("&lt;script&gt;") != std::string::npos);
    }
    // The schedule is the site's own table and is read back to the letter.
    if (!name.ends_with(".csv") || name == "cable-schedule.csv") continue;
    const Table table(bytes);
    for (const auto& row : table.table.rows)
      for (const std::string& cell : row) CHECK_MESSAGE((cell.empty() || (cell.front() != '=' && cell.front() != '@')), cell);
  }
}

TEST_CASE("elevations: one group per device, units from the bottom, later phases dashed") {
  const DocumentedSite site(tests::kGrowingSite);
  std::vector<Device> later;
  for (const Device& device : site.built.plant.devices)
    if (device.phase > 0) later.push_back(device);
  REQUIRE_FALSE(later.empty());
  const FabricPart part = part_of_phase(site.built.fabric, site.built.plant, 0);
  const Result<std::vector<LinkQuality>> qualities = link_qualities(part.plant, part.fabric, site.catalogue, site.built.settings);
  REQUIRE(qualities.has_value());
  const SiteView view = view_of(part.fabric, part.plant, site.catalogue, *qualities);
  std::size_t devices = 0;
  std::size_t dashed = 0;
  for (std::uint32_t r = 0; r < part.plant.racks.size(); ++r) {
    const std::string drawing = rack_elevation(view, r, later, true);
    devices += occurrences(drawing, "<g id=\"rack-device-");
    dashed += occurrences(drawing, "\" class=\"later\"><title>");
    for (const char* tag : {"svg", "g", "text", "style"}) check_closed(drawing, tag);
    const RackSums now = rack_sums(view, r, later);
    CHECK(now.units_used + now.units_reserved + now.units_free == part.plant.racks[r].units);
    const RackSums whole = rack_sums(site.view, r, {});
    CHECK(now.units_free == whole.units_free);
    CHECK(now.power_kw <= whole.power_kw);
  }
  CHECK(devices == site.built.plant.devices.size());
  CHECK(dashed == later.size());
  // A 2 U device at unit 1 of a 48 U rack ends at the bottom line: 44 + 46 x 14.
  const DocumentedSite one("{topology: custom, server: plain, hosts: [h], switches: [s], links: [{a: h, b: s, length: 2 m}]}");
  const std::string drawing = rack_elevation(one.view, 0, {}, true);
  CHECK(drawing.find("y=\"688.5\"") != std::string::npos);
}

TEST_CASE("graphviz: every cable is on one edge, every node in the cluster of its rack") {
  const DocumentedSite site(tests::kGrowingSite);
  const std::string graph = write_graphviz(site.built.fabric);
  std::size_t cables = 0;
  for (std::size_t at = graph.find(" -- "); at != std::string::npos; at = graph.find(" -- ", at + 1)) {
    const std::string line = graph.substr(at, graph.find('\n', at) - at);
    const std::size_t number = std::min(line.find("label=\""), line.find("tooltip=\""));
    cables += number == std::string::npos ? 1 : std::stoul(line.substr(line.find('"', number) + 1));
  }
  CHECK(cables == site.built.fabric.cables.size());
  std::set<std::uint32_t> racks;
  for (const Node& node : site.built.fabric.nodes) racks.insert(node.rack);
  CHECK(occurrences(graph, "subgraph \"cluster_") == racks.size());
  // 16 hosts are drawn each by itself, 24 by racks of four: 8 NICs each on 8 leaves, so 4 cables from a rack to a leaf.
  CHECK(occurrences(graph, "    \"server-15\"") == 2);
  const DocumentedSite many(
      "{topology: rail_optimised, servers: 24, server: dgx-h100, switch: nv-qm9700, servers_per_rack: 4, rails_per_leaf: 1}");
  const std::string racked = write_graphviz(many.built.fabric);
  CHECK(occurrences(racked, "4 servers\\n32 NICs\"") == 6);
  CHECK(racked.find("\"server-00 to server-03\" -- \"leaf-0\" [tooltip=\"4 cables\"") != std::string::npos);
  CHECK(racked.find("tier 0 to tier 1: 48 lines of 4 cables\\l") != std::string::npos);
  CHECK(racked.find("\"server-05\"") == std::string::npos);
  std::size_t counted = 0;
  for (std::size_t at = racked.find(" -- "); at != std::string::npos; at = racked.find(" -- ", at + 1)) {
    const std::string line = racked.substr(at, racked.find('\n', at) - at);
    const std::size_t tooltip = line.find("tooltip=\"");
    counted += tooltip == std::string::npos ? 1 : std::stoul(line.substr(tooltip + 9));
  }
  CHECK(counted == many.built.fabric.cables.size());
  const DocumentedSite hostile(kHostile);
  CHECK(write_graphviz(hostile.built.fabric).find("\"a\\\"b&c\"") != std::string::npos);
}

TEST_CASE("change log: added, removed, moved, re-terminated, length and optic by the stable id; nothing of equal versions") {
  const DocumentedSite site("{topology: leaf_spine, servers: 4, leaves: 2, switch: nv-qm9700, fabric_optic: 400g-dr4}");
  const SiteRecord before = record_of(site.built.plant, site.built.fabric);
  CHECK(changes_between(before, before).empty());
  SiteRecord after = before;
  REQUIRE(after.cables.size() > 8);
  const std::string gone = after.cables[0].piece.id;
  after.cables.erase(after.cables.begin());
  after.cables[1].b_device = "leaf-9";
  after.cables[2].b_port = "other";
  after.cables[3].piece.length += Length{500};
  after.cables[4].link.medium = "400g-fr4";
  std::swap(after.cables[5].a_device, after.cables[5].b_device);
  std::swap(after.cables[5].a_port, after.cables[5].b_port);  // the same cable, written from its other end
  ScheduleRow fresh = after.cables[6];
  fresh.piece.id = "C9999";
  after.cables.push_back(fresh);
  after.devices[0].unit += 1;
  std::map<std::string, std::string> what;
  for (const Change& change : changes_between(before, after)) {
    CHECK_MESSAGE(what.emplace(change.id, change.what).second, change.id);
    if (change.what != "added") CHECK_FALSE(change.reason.empty());
  }
  const std::map<std::string, std::string> expected = {{gone, "removed"},
                                                       {after.cables[1].piece.id, "moved"},
                                                       {after.cables[2].piece.id, "re-terminated"},
                                                       {after.cables[3].piece.id, "length"},
                                                       {after.cables[4].piece.id, "optic"},
                                                       {"C9999", "added"},
                                                       {after.devices[0].name, "moved"}};
  CHECK(what == expected);
  CHECK(Table(write_change_log(changes_between(before, after))).rows() == expected.size());
}

TEST_CASE("change log: with the ids of an earlier schedule, one server more leaves every id, one fewer retires it for good") {
  const std::string opening = "{topology: leaf_spine, leaves: 2, switch: nv-qm9700, fabric_optic: 400g-dr4, servers: ";
  const tests::TemporaryDirectory folder;
  const DocumentedSite four(opening + "4}");
  folder.write("four.csv", write_schedule(four.built.plant, four.built.fabric));
  const SiteRecord first = record_of(four.built.plant, four.built.fabric);

  const DocumentedSite five(opening + "5, plant: {ids: four.csv}}", folder.path().string());
  const SiteRecord second = record_of(five.built.plant, five.built.fabric);
  std::map<std::string, std::string> ends;
  for (const ScheduleRow& row : first.cables) ends[row.piece.id] = row.a_device + ":" + row.a_port + " " + row.b_device + ":" + row.b_port;
  std::size_t kept = 0;
  for (const ScheduleRow& row : second.cables) {
    if (!ends.contains(row.piece.id) || row.piece.status == PieceStatus::retired) continue;
    ++kept;
    CHECK(ends[row.piece.id] == row.a_device + ":" + row.a_port + " " + row.b_device + ":" + row.b_port);
  }
  CHECK(kept >= 4 * 8);  // every cable of the four servers is where it was
  for (const Change& change : changes_between(first, second)) CHECK_MESSAGE(change.what != "moved", change.id);

  folder.write("five.csv", write_schedule(five.built.plant, five.built.fabric));
  const DocumentedSite back(opening + "4, plant: {ids: five.csv}}", folder.path().string());
  folder.write("back.csv", write_schedule(back.built.plant, back.built.fabric));
  std::set<std::string> retired;
  for (const Piece& piece : back.built.plant.pieces)
    if (piece.status == PieceStatus::retired) retired.insert(piece.id);
  std::set<std::string> before;  // uplinks that five servers moved to other ports
  for (const Piece& piece : five.built.plant.pieces)
    if (piece.status == PieceStatus::retired) before.insert(piece.id);
  for (const std::string& id : before) CHECK(retired.contains(id));
  CHECK(retired.size() > before.size());
  std::size_t removed = 0;
  for (const Change& change : changes_between(second, record_of(back.built.plant, back.built.fabric)))
    if (change.item == "cable" && change.what == "removed") removed += retired.contains(change.id) ? 1 : 0;
  CHECK(removed == retired.size() - before.size());

  const DocumentedSite again(opening + "6, plant: {ids: back.csv}}", folder.path().string());
  for (const Piece& piece : again.built.plant.pieces)
    if (retired.contains(piece.id)) CHECK(piece.status == PieceStatus::retired);
  // A site with retired ids has all its documents.
  const Result<Documents> documents = again.documents(0);
  REQUIRE(documents.has_value());
  for (const std::string& id : retired) CHECK(by_name(*documents).at("index.html").find(anchor("cable", id)) != std::string::npos);
}

TEST_CASE("documents: a cable that comes before its device is told, not drawn") {
  const DocumentedSite site(tests::kGrowingSite);
  BuiltSite broken = site.built;
  for (Piece& piece : broken.plant.pieces)
    if (piece.phase == 2) {
      piece.phase = 0;
      break;
    }
  const Result<Documents> documents = documents_of({.fabric = broken.fabric,
                                                    .plant = broken.plant,
                                                    .settings = broken.settings,
                                                    .catalogue = site.catalogue,
                                                    .phase = 2,
                                                    .prices = nullptr,
                                                    .times = {},
                                                    .previous = nullptr});
  REQUIRE_FALSE(documents.has_value());
  CHECK(documents.error().message.find("comes in phase") != std::string::npos);
}

TEST_CASE("documents: every kind of fabric has its book, wherever its racks stand") {
  for (const std::string site : {"{topology: torus, server: plain}", "{topology: dragonfly, plant: {lengths: standard}}",
                                 "{topology: multi_plane, servers: 8}", "{topology: leaf_spine, servers: 4, link_delay: 500 ns}",
                                 "{topology: leaf_spine, servers: 12, leaves: 3, plant: {cabling: structured, connector_grade: standard, "
                                 "polarity: a}, host_optic: 400g-sr4}"}) {
    CAPTURE(site);
    const DocumentedSite documented(site);
    const Result<Documents> documents = documented.documents(0);
    REQUIRE(documents.has_value());
    const auto files = by_name(*documents);
    CHECK(Table(files.at("labels.csv")).rows() == 2 * documented.built.plant.pieces.size());
    CHECK(files.at("index.html").size() > 10'000);
  }
}
