// SPDX-License-Identifier: Apache-2.0
#include "analysis/documents/documents.hpp"

#include <set>

#include "analysis/documents/book.hpp"
#include "analysis/documents/document_text.hpp"
#include "analysis/documents/graphviz.hpp"
#include "analysis/documents/labels.hpp"
#include "analysis/documents/port_maps.hpp"
#include "analysis/documents/pull_list.hpp"
#include "analysis/documents/rack_elevation.hpp"
#include "analysis/documents/strand_map.hpp"
#include "topology/plant/phases.hpp"

namespace eastwest {

namespace {

/// A piece must not come before what it is plugged into, nor a link before its pieces.
Status check_phases(const Plant& plant, const Fabric& fabric) {
  for (const Piece& piece : plant.pieces) {
    if (piece.status == PieceStatus::retired) continue;
    for (const PieceEnd* end : {&piece.a, &piece.b})
      if (end->device != kNone && plant.devices[end->device].phase > piece.phase)
        return Error{"cable `" + piece.id + "` of phase " + std::to_string(piece.phase + 1) + " is plugged into `" +
                         plant.devices[end->device].name + "`, which comes in phase " +
                         std::to_string(plant.devices[end->device].phase + 1),
                     "give the device an earlier phase, or the cable a later one"};
  }
  for (std::uint32_t c = 0; c < plant.channels.size(); ++c)
    for (std::uint32_t s = 0; s < plant.channels[c].step_count; ++s) {
      const Piece& piece = plant.pieces[plant.steps[plant.channels[c].first_step + s].piece];
      if (piece.phase > plant.channels[c].phase)
        return Error{"link `" + fabric.cables[c].name + "` of phase " + std::to_string(plant.channels[c].phase + 1) + " runs over `" +
                         piece.id + "`, which comes in phase " + std::to_string(piece.phase + 1),
                     "give the trunk an earlier phase, or the cords a later one"};
    }
  return Done{};
}

/// A file name that no earlier one equals, on file systems that do not know capitals either.
std::string unique_name(const std::string& stem, const std::string& ending, std::set<std::string>& taken) {
  const auto key = [](std::string text) {
    for (char& c : text)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
  };
  std::string name = stem + ending;
  for (int i = 2; !taken.insert(key(name)).second; ++i) name = stem + "." + std::to_string(i) + ending;
  return name;
}

}  // namespace

Result<Documents> documents_of(const DocumentRequest& request) {
  if (const Status status = check_phases(request.plant, request.fabric); !status) return status.error();
  const bool partly = request.phase + 1 < request.plant.phases.size();
  const FabricPart part = partly ? part_of_phase(request.fabric, request.plant, request.phase) : FabricPart{};
  const Fabric& fabric = partly ? part.fabric : request.fabric;
  const Plant& plant = partly ? part.plant : request.plant;
  const Result<std::vector<LinkQuality>> whole_qualities =
      link_qualities(request.plant, request.fabric, request.catalogue, request.settings);
  if (!whole_qualities) return whole_qualities.error();
  const Result<std::vector<LinkQuality>> qualities = link_qualities(plant, fabric, request.catalogue, request.settings);
  if (!qualities) return qualities.error();
  const SiteView whole = view_of(request.fabric, request.plant, request.catalogue, *whole_qualities);
  const SiteView view = view_of(fabric, plant, request.catalogue, *qualities);
  std::vector<Device> later;
  for (const Device& device : request.plant.devices)
    if (device.phase > request.phase) later.push_back(device);

  const Growth growth = growth_of(whole, request.times);
  const std::vector<BillItem> bill = bill_of_materials(whole, request.prices);
  const Result<std::vector<PlannedTest>> tests = planned_tests(view);
  if (!tests) return tests.error();
  std::vector<Change> changes;
  if (request.previous != nullptr) changes = changes_between(*request.previous, record_of(request.plant, request.fabric));
  Result<std::string> sheet = write_label_sheet(view);
  if (!sheet) return sheet.error();

  Documents documents;
  const auto add = [&](std::string name, std::string what, std::string bytes) {
    documents.files.push_back({std::move(name), std::move(what), std::move(bytes)});
  };
  add("index.html", "the book: everything in one page, with search and links",
      write_book({.view = &view,
                  .whole = &whole,
                  .phase = request.phase,
                  .later = &later,
                  .growth = &growth,
                  .tests = &*tests,
                  .bill = &bill,
                  .prices = request.prices,
                  .changes = request.previous == nullptr ? nullptr : &changes}));
  add("cable-schedule.csv", "every piece of cable, one a row; the site reads it back", write_schedule(plant, fabric));
  add("labels.csv", "labels of both ends of every piece, for label printers", write_labels_csv(view));
  add("labels.html", "labels with QR codes, 24 a sheet of A4", std::move(sheet).value());
  add("port-maps.csv", "every port of every switch, server and panel", write_port_maps(view));
  add("strand-map.csv", "every fibre of every trunk, its colours and its link", write_strand_map(view));
  add("pull-bundles.csv", "bundles in the order in which they are pulled", write_pull_bundles(whole));
  add("pull-list.csv", "bundles by pathway, with its fill before and after", write_pull_list(whole));
  add("bill-of-materials.csv", "what is bought, by part and length, per phase", write_bill_of_materials(whole, request.prices));
  add("test-plan.csv", "expected loss and limits of every link and trunk, per wavelength", write_test_plan(view, *tests));
  add("loss-test-links.csv", "form for the loss of links, fibre by fibre", write_loss_form(*tests, false));
  add("loss-test-trunks.csv", "form for the loss of trunks, fibre by fibre", write_loss_form(*tests, true));
  add("growth.csv", "what each phase buys, pulls and patches, with hours and cost", write_growth(whole, growth, request.prices));
  add("growth-touched.csv", "what a phase touches of earlier ones, and why", write_touched(growth));
  add("growth-reserves.csv", "what is left of pathways, ports, units, power and trunk legs after each phase", write_reserves(growth));
  if (request.previous != nullptr) add("change-log.csv", "changes against the previous version", write_change_log(changes));
  add("fabric.dot", "the fabric as a graph for Graphviz", write_graphviz(fabric));
  std::set<std::string> taken;
  for (std::uint32_t r = 0; r < plant.racks.size(); ++r)
    add("elevations/" + unique_name(file_stem(plant.racks[r].name), ".svg", taken), "elevation of rack " + plant.racks[r].name,
        rack_elevation(view, r, later, true));
  std::string contents = safe_row({"file", "what"});
  for (const DocumentFile& file : documents.files) contents += safe_row({file.name, file.what});
  contents += safe_row({"contents.csv", "this list"});
  add("contents.csv", "this list", std::move(contents));

  documents.summary = growth_summary(whole, growth, request.prices);
  if (request.previous != nullptr) {
    std::size_t touched = 0;
    for (const Change& change : changes) touched += touches(change) ? 1 : 0;
    documents.summary += std::to_string(changes.size()) + " changes against the previous version, " + std::to_string(touched) +
                         " of them touch what stood already\n";
  }
  return documents;
}

}  // namespace eastwest
