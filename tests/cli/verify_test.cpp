// SPDX-License-Identifier: Apache-2.0
// `eastwest verify` from the outside: exit codes, the table, JSON, and the site as built, which is a site again and agrees with the evidence.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/support/delivery.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {
namespace {

constexpr const char* kSite = "topology: rail_optimised\nservers: 8\nserver: dgx-h100\nhost_optic: 400g-dr4\nfabric_optic: 400g-dr4\n";

void write_all(const TemporaryDirectory& folder, const std::string& where, const std::vector<EvidenceText>& files) {
  for (const EvidenceText& file : files) folder.write(where + "/" + file.path, file.text);
}

TEST_CASE("verify: a clean delivery passes") {
  const TemporaryDirectory folder;
  const std::string site_file = folder.write("site.yaml", kSite);
  const DesignedSite site(kSite);
  write_all(folder, "clean", evidence_of(site, clean_delivery(site)));
  const ProgramResult run = run_program({"verify", site_file, "--received", folder.file("clean")});
  CAPTURE(run.errors);
  CHECK(run.exit_code == 0);
  CHECK(run.errors.empty());
  CHECK(run.output.find("0 failed, 0 warnings, 0 notes") != std::string::npos);
  CHECK(run.output.find("cables, by neighbours") != std::string::npos);
}

TEST_CASE("verify: a structured site as built has its racks, panels and pathways beside its schedule") {
  const TemporaryDirectory folder;
  const std::string text = std::string(kSite) + "plant: {cabling: structured_fabric}\n";
  const std::string site_file = folder.write("site.yaml", text);
  const DesignedSite site(text);
  Delivery delivery = clean_delivery(site);
  std::swap(delivery.cables[0].b, delivery.cables[8].b);
  write_all(folder, "received", evidence_of(site, delivery));
  const ProgramResult run = run_program({"verify", site_file, "--received", folder.file("received"), "--as-built", folder.file("found")});
  CHECK(run.exit_code == 1);
  const DesignedSite found(read_file(folder.file("found/site.yaml")), folder.file("found"));
  CHECK(found.site.fabric.cables.size() == site.site.fabric.cables.size());
  CHECK(found.site.plant.devices.size() == site.site.plant.devices.size());
  CHECK(run_program({"check", folder.file("found/site.yaml")}).exit_code == 0);
}

TEST_CASE("verify: deviations fail, and the site as built agrees with what was found") {
  const TemporaryDirectory folder;
  const std::string site_file = folder.write("site.yaml", kSite);
  const DesignedSite site(kSite);
  Delivery delivery = clean_delivery(site);
  // Two cables of a leaf exchanged, one not plugged, one lossy, one slow.
  const auto& cables = site.site.fabric.cables;
  std::swap(delivery.cables[0].b, delivery.cables[8].b);
  delivery.cables[20].missing = true;
  delivery.cables[30].loss_db = 1.0;
  delivery.cables[40].rate = 200'000'000'000;
  write_all(folder, "received", evidence_of(site, delivery));
  const ProgramResult run =
      run_program({"verify", site_file, "--received", folder.file("received"), "--as-built", folder.file("found"), "--json"});
  CAPTURE(run.errors);
  REQUIRE(run.exit_code == 1);
  const auto json = nlohmann::json::parse(run.output);
  CHECK(json["passed"] == false);
  REQUIRE(json["findings"].size() == 4);
  CHECK(json["findings"][0]["kind"] == "missing");
  CHECK(json["findings"][0]["item"] == cables[20].name);
  CHECK(json["findings"][1]["kind"] == "swapped_ports");
  CHECK(json["findings"][2]["kind"] == "wrong_speed");
  CHECK(json["findings"][3]["kind"] == "excess_loss");

  const std::string measured = read_file(folder.file("found/measured.csv"));
  CHECK(measured.find("\n" + cables[30].name + ",") != std::string::npos);
  const DesignedSite as_found = [&] {
    // The same folder, so that its tables are found.
    return DesignedSite(read_file(folder.file("found/site.yaml")), folder.file("found"));
  }();
  CHECK(as_found.site.fabric.cables.size() == cables.size() - 1);
  const auto find = [&](const std::string& name) {
    return *std::find_if(as_found.site.fabric.cables.begin(), as_found.site.fabric.cables.end(),
                         [&](const Cable& cable) { return cable.name == name; });
  };
  CHECK(as_found.site.fabric.port_name(find(cables[0].name).b) == site.site.fabric.port_name(cables[8].b));
  CHECK(as_found.site.fabric.port_name(find(cables[8].name).b) == site.site.fabric.port_name(cables[0].b));
  CHECK(find(cables[30].name).margin_db < find(cables[31].name).margin_db);
  const Cable slow = find(cables[40].name);
  CHECK(as_found.site.fabric.links[as_found.site.fabric.ports[slow.a.index()].out.index()].rate == BitRate{200'000'000'000});

  // Against the site as built the same evidence has neither swap nor missing cable nor slow link.
  const ProgramResult again = run_program({"verify", folder.file("found/site.yaml"), "--received", folder.file("received"), "--json"});
  CAPTURE(again.errors);
  const auto second = nlohmann::json::parse(again.output);
  for (const auto& finding : second["findings"]) {
    CAPTURE(finding.dump());
    CHECK(finding["kind"] != "swapped_ports");
    CHECK(finding["kind"] != "missing");
    CHECK(finding["kind"] != "wrong_speed");
  }
}

TEST_CASE("verify: a scenario as built runs, and costs what the deviations cost") {
  const TemporaryDirectory folder;
  const std::string jobs = "jobs:\n  all_reduce:\n    kind: collective\n    algorithm: ring_all_reduce\n    size: 4 MiB\n";
  std::string indented = "site:\n";
  const std::string text = kSite;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    indented += "  " + text.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
  const std::string scenario = folder.write("job.yaml", indented + jobs);
  const DesignedSite site(kSite);
  Delivery delivery = clean_delivery(site);
  delivery.cables[0].rate = 100'000'000'000;  // of server-00's first rail
  write_all(folder, "received", evidence_of(site, delivery));
  const ProgramResult run = run_program({"verify", scenario, "--received", folder.file("received"), "--as-built", folder.file("found")});
  CAPTURE(run.errors);
  CHECK(run.exit_code == 1);
  const auto time = [&](const std::string& file) {
    const ProgramResult played = run_program({"run", file, "--no-trace", "--quiet", "--json", "--fidelity", "flow"});
    CAPTURE(played.errors);
    REQUIRE(played.exit_code == 0);
    return nlohmann::json::parse(played.output)["simulated_s"].get<double>();
  };
  CHECK(time(folder.file("found/scenario.yaml")) > 1.5 * time(scenario));
}

TEST_CASE("verify: nothing to read is bad input, a broken file among good ones is a failed item") {
  const TemporaryDirectory folder;
  const std::string site_file = folder.write("site.yaml", kSite);
  folder.write("nothing/notes.md", "hello\n");
  CHECK(run_program({"verify", site_file, "--received", folder.file("nothing")}).exit_code == 2);
  CHECK(run_program({"verify", site_file, "--received", folder.file("absent")}).exit_code == 2);
  CHECK(run_program({"verify", folder.file("absent.yaml"), "--received", folder.file("nothing")}).exit_code == 2);
  const DesignedSite site(kSite);
  write_all(folder, "received", evidence_of(site, clean_delivery(site)));
  folder.write("received/more.csv", "cable_id,loss_db\nC0001,much\n");
  folder.write("received/photo.txt", "cheese\n");
  const ProgramResult run = run_program({"verify", site_file, "--received", folder.file("received")});
  CHECK(run.exit_code == 1);
  CHECK(run.errors.find("more.csv:2:1: error: `loss_db` is `much`") != std::string::npos);
  CHECK(run.errors.find("photo.txt: warning: this is no kind of evidence that is known") != std::string::npos);
  CHECK(run.output.find("failed: unreadable") != std::string::npos);
}

}  // namespace
}  // namespace eastwest::tests
