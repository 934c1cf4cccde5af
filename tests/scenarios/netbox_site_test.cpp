// SPDX-License-Identifier: Apache-2.0
// NetBox export and import of whole sites. Law: import of an export gives a site of equal digest; and NetBox, as its forms say, refuses nothing.
#include "scenarios/netbox_site.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "core/random.hpp"
#include "scenarios/site_folder.hpp"
#include "tests/support/input_truncation.hpp"
#include "tests/support/netbox_checker.hpp"
#include "tests/support/temporary_directory.hpp"
#include "topology/plant/exchange/netbox_import.hpp"

namespace eastwest::tests {
namespace {

struct Made {
  Site site;
  BuiltSite built;
};

std::optional<Made> make(const std::string& path, Diagnostics& diagnostics) {
  std::optional<Site> site = load_site(path, {}, diagnostics);
  if (!site) return std::nullopt;
  std::optional<BuiltSite> built = build_site(*site, diagnostics);
  if (!built) return std::nullopt;
  return Made{std::move(*site), std::move(*built)};
}

Made make_text(const TemporaryDirectory& folder, const std::string& yaml) {
  Diagnostics diagnostics;
  std::optional<Made> made = make(folder.write("from/site.yaml", yaml), diagnostics);
  INFO(yaml);
  INFO(diagnostics.print());
  REQUIRE(made.has_value());
  return std::move(*made);
}

std::vector<ExchangeFile> exported(const Made& made, NetBoxDialect dialect) {
  Diagnostics diagnostics;
  std::vector<ExchangeFile> files = export_netbox(made.site, made.built, dialect, diagnostics);
  INFO(diagnostics.print());
  REQUIRE_FALSE(files.empty());
  return files;
}

/// Exports, checks against NetBox's forms, imports, builds and compares.
void round_trip(const std::string& yaml) {
  const TemporaryDirectory folder;
  const Made made = make_text(folder, yaml);
  for (const NetBoxDialect dialect : {NetBoxDialect::v4_6, NetBoxDialect::v4_4}) {
    const std::vector<ExchangeFile> files = exported(made, dialect);
    for (const std::string& refusal : netbox_refusals(files, dialect)) FAIL_CHECK(refusal);
    Diagnostics diagnostics;
    for (const ExchangeFile& file : import_netbox(files, "nb", diagnostics)) folder.write("back/" + file.path, file.text);
    const std::optional<Made> back = make(folder.file("back/site.yaml"), diagnostics);
    INFO(diagnostics.print());
    REQUIRE(back.has_value());
    CHECK(digest_of(back->built.plant, back->built.fabric) == digest_of(made.built.plant, made.built.fabric));
    CHECK(back->built.fabric.gpu_count == made.built.fabric.gpu_count);
  }
}

const std::string& text_of(const std::vector<ExchangeFile>& files, const std::string& path) {
  const auto found = std::find_if(files.begin(), files.end(), [&](const ExchangeFile& file) { return file.path == path; });
  REQUIRE(found != files.end());
  return found->text;
}

std::string& text_of(std::vector<ExchangeFile>& files, const std::string& path) {
  return const_cast<std::string&>(text_of(std::as_const(files), path));
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

constexpr const char* kRail =
    "topology: rail_optimised\nservers: 4\nhost_optic: 400g-dr4\nfabric_optic: 400g-dr4\nplant: {cabling: structured}\n";
constexpr const char* kCustom =
    "topology: custom\nswitch: custom\nhosts: [{name: h 1, rack: B07}, {name: 'h,2 \"x\"'}]\nswitches: [s1, s2]\n"
    "links: [{a: h 1, b: s1, length: 12.345 m}, {a: 'h,2 \"x\"', b: s2}, {a: s1, b: s2, rate: 200 Gb/s}]\n";

TEST_CASE("netbox: a structured rail-optimised site comes back with its digest") { round_trip(kRail); }

TEST_CASE("netbox: a multimode leaf-spine site comes back with its digest") {
  round_trip(
      "topology: leaf_spine\nservers: 8\nserver: dgx-h100\nhost_optic: 400g-sr4\nfabric_optic: 400g-sr4\n"
      "plant: {site: FRA1, room: H2, cabling: structured_fabric, multimode: om5, polarity: a, trunk_fibres: 24}\n");
}

TEST_CASE("netbox: a custom site with racks and hostile names comes back with its digest") { round_trip(kCustom); }

TEST_CASE("netbox: a trunk ends at a rear port with a position for every port behind which it lies") {
  const TemporaryDirectory folder;
  const std::vector<ExchangeFile> files = exported(make_text(folder, kRail), NetBoxDialect::v4_6);
  const std::string& cables = text_of(files, "16-cables.csv");
  CHECK(cables.find(",dcim.rearport,R01-09,SITE1,") != std::string::npos);  // 72 fibres, eight a link
  CHECK(cables.find(",dcim.frontport,F01,") != std::string::npos);
  CHECK(cables.find("MPO-12") != std::string::npos);
}

TEST_CASE("netbox: random small sites come back with their digests in both dialects") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, 7);
    const auto one_of = [&](std::initializer_list<const char*> words) { return std::string(words.begin()[random.below(words.size())]); };
    const bool rail = random.below(2) == 0;
    round_trip("topology: " + std::string(rail ? "rail_optimised" : "leaf_spine") + "\nservers: " + std::to_string(2 + random.below(7)) +
               "\nserver: " + one_of({"dgx-h100", "plain", "mi300x-8"}) + "\nhost_optic: " + one_of({"automatic", "400g-dr4", "400g-sr4"}) +
               "\nservers_per_rack: " + std::to_string(1 + random.below(4)) +
               "\nplant:\n  cabling: " + one_of({"point_to_point", "structured_fabric", "structured"}) +
               "\n  trunk_fibres: " + one_of({"24", "72", "144"}) + "\n  polarity: " + one_of({"a", "b"}) +
               "\n  lengths: " + one_of({"exact", "standard"}) + "\n  panel_ports: " + one_of({"24", "36"}) + "\n");
  }
}

TEST_CASE("netbox: retired cables and remarks come back in their places") {
  const TemporaryDirectory folder;
  const Made first = make_text(folder, kRail);
  Diagnostics diagnostics;
  for (const ExchangeFile& file : import_netbox(exported(first, NetBoxDialect::v4_6), "nb", diagnostics))
    folder.write("edited/" + file.path, file.text);
  std::string schedule = read_file(folder.file("edited/cable-schedule.csv"));
  const std::size_t columns =
      static_cast<std::size_t>(std::count(schedule.begin(), schedule.begin() + static_cast<std::ptrdiff_t>(schedule.find('\n')), ','));
  REQUIRE(schedule.starts_with("cable_id,a_device_or_panel,a_port,b_device_or_panel,b_port,length_m,"));
  std::string header = schedule.substr(0, schedule.find('\n'));
  std::string retired = "C999999" + std::string(columns, ',');
  const std::size_t status = header.find(",status");
  REQUIRE(status != std::string::npos);
  std::size_t at = 0;
  for (auto skip = std::count(header.begin(), header.begin() + static_cast<std::ptrdiff_t>(status) + 1, ','); skip > 0; --skip)
    at = retired.find(',', at) + 1;
  retired.insert(at, "retired");
  schedule.insert(header.size() + 1, retired + "\n");  // before all others
  folder.write("edited/cable-schedule.csv", schedule);
  const std::optional<Made> edited = make(folder.file("edited/site.yaml"), diagnostics);
  INFO(diagnostics.print());
  REQUIRE(edited.has_value());
  REQUIRE(edited->built.plant.pieces[0].status == PieceStatus::retired);
  for (const ExchangeFile& file : import_netbox(exported(*edited, NetBoxDialect::v4_6), "nb", diagnostics))
    folder.write("back/" + file.path, file.text);
  const std::optional<Made> back = make(folder.file("back/site.yaml"), diagnostics);
  REQUIRE(back.has_value());
  CHECK(digest_of(back->built.plant, back->built.fabric) == digest_of(edited->built.plant, edited->built.fabric));
  CHECK(digest_of(back->built.plant, back->built.fabric) != digest_of(first.built.plant, first.built.fabric));
}

TEST_CASE("netbox: columns may stand in any order, with id, in the words of NetBox's own export") {
  const TemporaryDirectory folder;
  const Made made = make_text(folder, kCustom);
  std::vector<ExchangeFile> files = exported(made, NetBoxDialect::v4_6);
  std::string& cables = text_of(files, "16-cables.csv");
  cables = replaced(cables, "side_a_site,side_a_device,side_a_type,side_a_name", "Site A,Device A,side_a_type,Termination A");
  std::string with_id = "ID,";
  std::size_t row = 0;
  for (const char c : cables) {
    with_id += c;
    if (c == '\n' && with_id.size() < cables.size() + 2 * ++row) with_id += std::to_string(row) + ",";
  }
  while (with_id.back() != '\n') with_id.pop_back();
  cables = "\xef\xbb\xbf" + with_id;
  Diagnostics diagnostics;
  for (const ExchangeFile& file : import_netbox(files, "nb", diagnostics)) folder.write("back/" + file.path, file.text);
  const std::optional<Made> back = make(folder.file("back/site.yaml"), diagnostics);
  INFO(diagnostics.print());
  REQUIRE(back.has_value());
  CHECK(digest_of(back->built.plant, back->built.fabric) == digest_of(made.built.plant, made.built.fabric));
}

TEST_CASE("netbox: names that NetBox would cut or confuse are refused, all in one pass") {
  const TemporaryDirectory folder;
  const Made made = make_text(folder, "topology: custom\nhosts: [" + std::string(65, 'h') + ", ' a ', B]\nswitches: [b]\nlinks: ['" +
                                          std::string(65, 'h') + " - b', {a: ' a ', b: b}, B - b]\n");
  Diagnostics diagnostics;
  CHECK(export_netbox(made.site, made.built, NetBoxDialect::v4_6, diagnostics).empty());
  const std::string told = diagnostics.print();
  CHECK(told.find("65 characters") != std::string::npos);
  CHECK(told.find("begins or ends with a blank") != std::string::npos);
  CHECK(told.find("case does not count") != std::string::npos);
}

// A NetBox of somebody else: two servers, a switch, and a patched link; no field of ours.
std::vector<ExchangeFile> foreign() {
  return {{"netbox_devices.csv",
           "Name,Role,Manufacturer,Type,Status,Site,Rack,Position,id\ngpu1,Compute,NVIDIA,DGX H100,active,FRA,R1,1,5\n"
           "gpu2,Compute,NVIDIA,DGX H100,active,FRA,R2,1,6\nsw1,ToR,NVIDIA,QM9700,active,FRA,R1,40,7\n"
           "pp1,Patch Panel,Acme,PP,active,FRA,R1,41,8\npp2,Patch "
           "Panel,Acme,PP,active,FRA,R2,41,9\nlonely,Compute,Acme,Box,active,FRA,R2,20,10\n"},
          {"netbox_interfaces.csv",
           "device,name,type,mgmt_only\ngpu1,ib0,infiniband-ndr,false\ngpu2,ib0,infiniband-ndr,false\nsw1,P1/1,infiniband-ndr,false\n"
           "sw1,P1/2,infiniband-ndr,false\nsw1,mgmt0,1000base-t,true\ngpu1,bmc,1000base-t,true\n"},
          {"netbox_rear-ports.csv", "device,name,type,positions\npp1,Rear,mpo,2\npp2,Rear,mpo,2\n"},
          {"netbox_front-ports.csv",
           "device,name,type,rear_port,rear_port_position\npp1,Front 1,mpo,Rear,1\npp1,Front 2,mpo,Rear,2\npp2,Front "
           "1,mpo,Rear,1\npp2,Front 2,mpo,Rear,2\n"},
          {"netbox_cables.csv",
           "side_a_device,side_a_type,side_a_name,side_b_device,side_b_type,side_b_name,type,status,label,length,length_unit\n"
           "gpu1,dcim.interface,ib0,sw1,dcim.interface,P1/1,dac-passive,connected,A1,2,m\n"
           "gpu2,dcim.interface,ib0,pp2,dcim.frontport,Front 2,smf-os2,connected,A2,10,ft\n"
           "pp2,dcim.rearport,Rear,pp1,dcim.rearport,Rear,smf-os2,connected,T1,35,m\n"
           "pp1,dcim.frontport,Front 2,sw1,dcim.interface,P1/2,smf-os2,connected,,3,m\n"
           "gpu1,dcim.interface,bmc,sw1,dcim.interface,mgmt0,cat6,connected,M1,3,m\n"}};
}

TEST_CASE("netbox: a foreign export gives a custom site, and tells what was guessed") {
  const TemporaryDirectory folder;
  Diagnostics diagnostics;
  for (const ExchangeFile& file : import_netbox(foreign(), "nb", diagnostics)) folder.write("back/" + file.path, file.text);
  const std::optional<Made> made = make(folder.file("back/site.yaml"), diagnostics);
  const std::string told = diagnostics.print();
  INFO(told);
  REQUIRE(made.has_value());
  CHECK(made->site.topology == "custom");
  const Fabric& fabric = made->built.fabric;
  REQUIRE(fabric.cables.size() == 2);
  CHECK(fabric.gpu_count == 16);
  CHECK(fabric.racks.size() == 2);
  CHECK(fabric.cables[0].medium == "dac-400g");
  CHECK(fabric.cables[1].length.mm == 3'048 + 35'000 + 3'000);  // 10 ft are 3.048 m
  CHECK(made->built.plant.channels[1].step_count == 3);
  CHECK(made->built.plant.pieces.size() == 4);
  CHECK(fabric.switches[0].model == "nv-qm9700");
  for (const char* word :
       {"no export of eastwest", "optics chosen", "management ports", "numbered by us", "left out: no link", "before NetBox 4.3"})
    CHECK_MESSAGE(told.find(word) != std::string::npos, word);
}

TEST_CASE(
    "netbox: ports of a foreign switch are those of their names, so that halves of a cage stay together; heights are the catalogue's") {
  const TemporaryDirectory folder;
  std::vector<ExchangeFile> files = foreign();
  for (ExchangeFile& file : files)
    for (std::size_t at = file.text.find("P1/2"); at != std::string::npos; at = file.text.find("P1/2", at))
      file.text.replace(at, 4, "P7/2");
  Diagnostics diagnostics;
  for (const ExchangeFile& file : import_netbox(files, "nb", diagnostics)) folder.write("back/" + file.path, file.text);
  const std::optional<Made> made = make(folder.file("back/site.yaml"), diagnostics);
  INFO(diagnostics.print());
  REQUIRE(made.has_value());
  const Fabric& fabric = made->built.fabric;
  const Plant& plant = made->built.plant;
  std::vector<std::string> ports;
  for (const Cable& cable : fabric.cables)
    for (const PortId end : {cable.a, cable.b})
      if (const Node& node = fabric.nodes[fabric.ports[end.index()].node.index()]; node.kind == NodeKind::network_switch)
        ports.push_back(std::to_string(fabric.ports[end.index()].index) + " " + plant.ports[end.index()]);
  CHECK(ports == std::vector<std::string>{"0 swp1s0", "13 swp7s1"});  // two ports a cage, S-QM
  for (const Device& device : plant.devices)
    if (device.kind != DeviceKind::panel) CHECK(device.height == (device.kind == DeviceKind::server ? 8u : 1u));
}

TEST_CASE("netbox: breakouts, wide racks, weights without unit, colours and ports in use twice are answered by name") {
  std::vector<ExchangeFile> files = foreign();
  files[4].text +=
      "gpu1,dcim.interface,\"ib1,ib2\",sw1,dcim.interface,P9,aoc,connected,B1,3,m\ngpu1,dcim.interface,ib3,sw1,dcim.interface,P3,aoc,"
      "connected,B2,3,parsec\n";
  files[1].text += "gpu1,ib0,infiniband-ndr,false\n";
  files.push_back(
      {"netbox_racks.csv", "site,name,width,u_height,max_weight,weight_unit\nFRA,R1,21,44,1500,\nFRA,R2,20,48,,\nFRA,R3,18,0.5,,\n"});
  files.push_back({"netbox_device-roles.csv", "name,slug,color\nToR,tor,bluish\n"});
  Diagnostics diagnostics;
  CHECK(import_netbox(files, "nb", diagnostics).empty());
  const std::string told = diagnostics.print();
  INFO(told);
  for (const char* word :
       {"one termination a side", "\"a_terminations\": [{\"object_type\": \"dcim.interface\", \"object_id\": ID}, {", "21 inches wide",
        "20 inches wide", "`width`: `18`", "`max_weight`", "`color`: `bluish`", "has `ib0` twice", "`parsec`"})
    CHECK_MESSAGE(told.find(word) != std::string::npos, word);
}

TEST_CASE("netbox: a device type with 62 of 64 ports is told; heights, weights and names are held") {
  std::string type = "manufacturer: NVIDIA\nmodel: QM9700\nslug: qm9700\nu_height: 1\nis_full_depth: true\ninterfaces:\n";
  for (int i = 0; i < 62; ++i) type += "  - {name: P" + std::to_string(i) + ", type: infiniband-ndr}\n";
  std::vector<ExchangeFile> files = foreign();
  files.push_back({"types/qm9700.yaml", type});
  Diagnostics diagnostics;
  CHECK_FALSE(import_netbox(files, "nb", diagnostics).empty());
  CHECK(diagnostics.print().find("has 62 interfaces; the catalogue has 64 ports of 400 Gb/s in 32 cages") != std::string::npos);

  files.back().text = "manufacturer: A\nmodel: B\nslug: A b\nu_height: 0.7\nweight: 3\nfront-ports:\n  - {name: " + std::string(65, 'x') +
                      ", type: mpo, rear_port: R}\nrear-ports:\n  - {name: S, type: mpo, positions: 4000}\n";
  Diagnostics wrong;
  CHECK(import_netbox(files, "nb", wrong).empty());
  const std::string told = wrong.print();
  INFO(told);
  for (const char* word : {"`slug`", "multiple of 0.5", "has no unit", "65 characters", "no rear port here", "1 to 1024"})
    CHECK_MESSAGE(told.find(word) != std::string::npos, word);
}

TEST_CASE("netbox: damaged files are survived") {
  const TemporaryDirectory folder;
  std::vector<ExchangeFile> files = foreign();
  for (const std::size_t index : {std::size_t{0}, std::size_t{3}, std::size_t{4}})
    survive_damage(files[index].text, 11 + index, [&](const std::string& text) {
      std::vector<ExchangeFile> damaged = files;
      damaged[index].text = text;
      Diagnostics diagnostics;
      (void)import_netbox(std::move(damaged), "nb", diagnostics);
      (void)diagnostics.print();
    });
  std::vector<ExchangeFile> own = exported(make_text(folder, kCustom), NetBoxDialect::v4_6);
  std::string& cables = text_of(own, "16-cables.csv");
  const std::string whole = cables;
  survive_damage(whole, 29, [&](const std::string& text) {
    cables = text;
    Diagnostics diagnostics;
    (void)import_netbox(own, "nb", diagnostics);
  });
}

}  // namespace
}  // namespace eastwest::tests
