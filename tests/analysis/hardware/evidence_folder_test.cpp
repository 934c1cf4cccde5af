// SPDX-License-Identifier: Apache-2.0
#include "analysis/hardware/evidence_folder.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/places.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {
namespace {

std::string origin(std::string_view path) {
  const EvidenceOrigin one = evidence_origin(path);
  return one.device + " " + one.interface;
}

TEST_CASE("evidence folder: the naming rule") {
  CHECK(origin("leaf-0.lldp.json") == "leaf-0 ");
  CHECK(origin("leaf-0/lldp.json") == "leaf-0 ");
  CHECK(origin("lldp/leaf-0.json") == "leaf-0 ");
  CHECK(origin("leaf-0.json") == "leaf-0 ");
  CHECK(origin("leaf-0.ethtool.swp1.json") == "leaf-0 swp1");
  CHECK(origin("leaf-0.ethtool-m.swp1.json") == "leaf-0 swp1");
  CHECK(origin("leaf-0/ethtool-swp1.json") == "leaf-0 swp1");
  CHECK(origin("leaf-0/ethtool-m-swp1.txt") == "leaf-0 swp1");
  CHECK(origin("leaf-0/ethtool/swp1.json") == "leaf-0 swp1");
  CHECK(origin("leaf-0/swp1.json") == "leaf-0 swp1");
  CHECK(origin("day-2/leaf-0.fec.swp1.json") == "leaf-0 swp1");
  CHECK(origin("leaf-0.module.P0.0.json") == "leaf-0 P0.0");
  CHECK(origin("leaf-0.hall-1.example.state_db.json") == "leaf-0.hall-1.example ");
}

TEST_CASE("evidence folder: every format is known by the content of its corpus") {
  std::size_t known = 0;
  for (const auto& folder : std::filesystem::directory_iterator(std::filesystem::path(source_directory()) / "tests/fuzz/corpus")) {
    const std::string name = folder.path().filename().string();
    const auto formats = evidence_formats();
    const bool evidence = std::any_of(formats.begin(), formats.end(), [&](const EvidenceFormat& format) { return format.name == name; });
    if (!evidence) continue;  // parsers of other files have corpora too
    ++known;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().filename().string().starts_with("bad-")) continue;
      CAPTURE(entry.path().string());
      const EvidenceFormat* format = recognise_evidence(read_file(entry.path()), {});
      REQUIRE(format != nullptr);
      CHECK(format->name == name);
    }
  }
  CHECK(known >= 12);
}

TEST_CASE("evidence folder: files of all kinds, unknown ones named and left out") {
  const TemporaryDirectory folder;
  folder.write("leaf-0.lldp.json", R"({"lldp":[{"interface":[{"name":"swp1","chassis":[{"name":[{"value":"server-00"}]}],
    "port":[{"id":[{"type":"ifname","value":"eth0"}]}]}]}]})");
  folder.write("leaf-0/ethtool-swp1.json", R"json([{"identifier": 25, "vendor_pn": "EX", "length_(smf)": 0.5
}])json");
  folder.write("packing.csv", "part_number,quantity\nEX,4\n");
  folder.write("photo.jpg", std::string("\xff\xd8\x00\x01", 4));
  folder.write("notes.md", "nothing here\n");
  folder.write(".hidden/lldp.json", "{");
  Diagnostics diagnostics;
  const auto evidence = read_evidence(folder.path().string(), diagnostics);
  REQUIRE(evidence.has_value());
  CHECK(evidence->neighbours.at(0).device == "leaf-0");
  CHECK(evidence->modules.at(0).device == "leaf-0");
  CHECK(evidence->modules.at(0).interface == "swp1");
  CHECK(evidence->inventory.at(0).quantity == 4);
  REQUIRE(evidence->files.size() == 5);
  CHECK(evidence->files[0].path == "leaf-0/ethtool-swp1.json");
  CHECK(evidence->files[0].format == "ethtool_modules");
  CHECK(evidence->files[1].format == "lldp");
  CHECK(evidence->files[2].format.empty());
  const std::string told = diagnostics.print();
  CHECK(!diagnostics.has_errors());
  CHECK(told.find("notes.md: warning: this is no kind of evidence that is known") != std::string::npos);
  CHECK(told.find("photo.jpg: warning: the file is not a text file") != std::string::npos);
}

TEST_CASE("evidence folder: nothing to read is an error, a single file is enough") {
  const TemporaryDirectory folder;
  const std::string file = folder.write("x.txt", "nothing\n");
  Diagnostics nothing;
  CHECK(!read_evidence(folder.path().string(), nothing).has_value());
  CHECK(nothing.print().find("none of the 1 files holds evidence") != std::string::npos);
  Diagnostics missing;
  CHECK(!read_evidence(folder.file("absent"), missing).has_value());
  CHECK(missing.print().find("there is no such file or folder") != std::string::npos);
  Diagnostics single;
  const auto evidence = read_evidence(folder.write("packing.csv", "part_number,quantity\nEX,4\n"), single);
  REQUIRE(evidence.has_value());
  CHECK(evidence->inventory.size() == 1);
  CHECK(single.all().empty());
}

}  // namespace
}  // namespace eastwest::tests
