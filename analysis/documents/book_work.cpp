// SPDX-License-Identifier: Apache-2.0
// Chapters of the book: pathways and pulls, what is bought, tests, growth, changes.
#include <algorithm>
#include <map>

#include "analysis/documents/book.hpp"
#include "analysis/documents/book_writer.hpp"
#include "analysis/documents/document_text.hpp"
#include "analysis/documents/pull_list.hpp"

namespace eastwest {

namespace {

std::string decibels(Loss loss) { return fixed_digits(loss.decibels(), 2); }

void write_pathways(const BookInput& input, BookWriter& book) {
  const SiteView& view = *input.whole;
  const Plant& plant = *view.plant;
  book.chapter("pathways", "Pathways and pulls",
               "How full every pathway is after each phase, of its inside area, and what is pulled in which order: the longest first.");
  const std::vector<PathwayLoad> loads = pathway_loads(view);
  std::vector<std::string> columns = {"pathway", "kind", "from", "to", "length m"};
  for (std::size_t p = 0; p < plant.phases.size(); ++p) columns.push_back("phase " + std::to_string(p + 1));
  columns.insert(columns.end(), {"cables at last", "limit"});
  book.table(columns);
  for (std::uint32_t w = 0; w < plant.pathways.size(); ++w) {
    const Pathway& pathway = plant.pathways[w];
    std::vector<Html> cells = {plain(pathway.name), plain(to_string(pathway.kind)), plain(pathway.from), plain(pathway.to),
                               plain(metres(pathway.length))};
    for (const double fill : loads[w].fill)
      cells.push_back(fill > pathway.fill_most ? Html{"<b class=\"bad\">" + document_percent(fill) + "</b>"}
                                               : plain(document_percent(fill)));
    cells.push_back(plain(std::to_string(loads[w].cables.back())));
    cells.push_back(plain(document_percent(pathway.fill_most)));
    book.row(anchor("pathway", pathway.name), cells);
  }
  book.end_table();
  book.heading("pulls", plain("Pulls in order"));
  book.table({"phase", "order", "cables", "ids", "construction", "from", "to", "length m", "route"});
  for (const Bundle& bundle : bundles_of(view)) {
    if (!bundle.pulled()) continue;
    const Piece& first = plant.pieces[bundle.pieces.front()];
    std::vector<std::string> ids;
    for (const std::uint32_t p : bundle.pieces) ids.push_back(plant.pieces[p].id);
    std::vector<Html> route;
    for (std::uint32_t r = 0; r < first.route_count; ++r) {
      const std::string& name = plant.pathways[plant.routes[first.first_route + r]].name;
      route.push_back(link_to("pathway", name, name));
    }
    book.row("", {plain(std::to_string(bundle.phase + 1)), plain(std::to_string(bundle.order)), plain(std::to_string(bundle.pieces.size())),
                  plain(id_ranges(ids)), plain(first.construction), rack_link(view, plant.devices[first.a.device].rack),
                  rack_link(view, plant.devices[first.b.device].rack), plain(metres(first.length)), joined(route, " ")});
  }
  book.end_table();
  book.end_chapter();
}

void write_bill(const BookInput& input, BookWriter& book) {
  const std::size_t phases = input.whole->plant->phases.size();
  book.chapter("bill", "What is bought",
               "By part and length, per phase. Twin-port modules are counted once for the two ports of their cage.");
  std::vector<std::string> columns = {"category", "part", "description", "length m"};
  for (std::size_t p = 0; p < phases; ++p) columns.push_back("phase " + std::to_string(p + 1));
  columns.emplace_back("total");
  if (input.prices != nullptr) columns.insert(columns.end(), {"unit price", "price " + input.prices->currency});
  columns.emplace_back("note");
  book.table(columns);
  for (const BillItem& item : *input.bill) {
    std::vector<Html> cells = {plain(item.category), plain(item.part), plain(item.description),
                               plain(item.length.mm == 0 ? "" : metres(item.length))};
    for (const std::uint32_t count : item.count) cells.push_back(plain(std::to_string(count)));
    cells.push_back(plain(std::to_string(item.total())));
    if (input.prices != nullptr) {
      cells.push_back(plain(item.price ? money(*item.price) : "no price"));
      cells.push_back(plain(item.price ? money(*item.price * static_cast<std::int64_t>(item.total())) : ""));
    }
    cells.push_back(plain(item.note));
    book.row("", cells);
  }
  book.end_table();
  if (input.prices != nullptr) {
    const BillSum sum = sum_of(*input.bill, phases);
    book.paragraph(plain("Sum of what has a price: " + money(sum.total) + " " + input.prices->currency + ". " +
                         (sum.without_price.empty() ? std::string("Every part has one.")
                                                    : std::to_string(sum.without_price.size()) + " parts have none and are not in it.")));
  }
  book.end_chapter();
}

void write_tests(const BookInput& input, BookWriter& book) {
  const SiteView& view = *input.view;
  book.chapter(
      "tests", "Test plan",
      "What a tester should find. More than accept, which is typical + 0.3 dB or the worst case where that is less: clean and "
      "look again. "
      "More than worst: failed. Trunks, and cords between two modules, are tested between two reference cords, so that both their plugs "
      "count; links through panels from plug to plug with three. Fibres are positions of the connector. The forms loss-test-links.csv and "
      "loss-test-trunks.csv take the results fibre by fibre.");
  book.table(
      {"test", "from", "to", "nm", "fibres", "length m", "connections", "splices", "typical dB", "accept dB", "worst dB", "budget dB"});
  for (const PlannedTest& test : *input.tests) {
    const bool link = test.link != kNone;
    const Plant& plant = *view.plant;
    book.row("", {link ? fabric_link(view, test.link) : cable_link(view, test.trunk),
                  link ? port_link(view, view.fabric->cables[test.link].a) : end_link(view, plant.pieces[test.trunk].a),
                  link ? port_link(view, view.fabric->cables[test.link].b) : end_link(view, plant.pieces[test.trunk].b),
                  plain(std::to_string(test.wavelength_nm)), plain(positions_text(test.positions)), plain(metres(test.length)),
                  plain(std::to_string(test.connections)), plain(std::to_string(test.splices)), plain(decibels(test.typical)),
                  plain(decibels(test.accept())), plain(decibels(test.worst)), plain(test.budget.mdb == 0 ? "" : decibels(test.budget))});
  }
  book.end_table();
  if (input.tests->empty())
    book.paragraph(plain("There is no glass between modules: copper and active cables are judged by their error counters."));
  book.end_chapter();
}

/// The item of each kind with the least reserve, as a share of its limit, phase by phase.
void write_reserve_table(const BookInput& input, BookWriter& book) {
  const std::size_t phases = input.growth->phases.size();
  std::vector<std::string> kinds;
  std::map<std::pair<std::string, std::uint32_t>, const Reserve*> tightest;
  const auto share = [](const Reserve& reserve) { return reserve.limit > 0 ? reserve.used / reserve.limit : reserve.used > 0 ? 2 : 0; };
  for (const Reserve& reserve : input.growth->reserves) {
    if (std::find(kinds.begin(), kinds.end(), reserve.kind) == kinds.end()) kinds.push_back(reserve.kind);
    const Reserve*& best = tightest[{reserve.kind, reserve.phase}];
    if (best == nullptr || share(reserve) > share(*best)) best = &reserve;
  }
  book.heading("reserves", plain("Least reserve after each phase"));
  std::vector<std::string> columns = {"of"};
  for (std::size_t p = 0; p < phases; ++p) columns.push_back(input.whole->plant->phases[p].name);
  book.table(columns);
  for (const std::string& kind : kinds) {
    std::vector<Html> cells = {plain(kind)};
    for (std::uint32_t p = 0; p < phases; ++p) {
      const auto found = tightest.find({kind, p});
      if (found == tightest.end()) {
        cells.emplace_back();
        continue;
      }
      const Reserve& reserve = *found->second;
      const int digits = reserve.unit == "%" || reserve.unit == "kW" ? 1 : 0;
      const std::string text = fixed_digits(reserve.limit - reserve.used, digits) + " of " + fixed_digits(reserve.limit, digits) + " " +
                               reserve.unit + " (" + reserve.item + ")";
      cells.push_back(reserve.used > reserve.limit ? Html{"<b class=\"bad\">" + escape_markup(text) + "</b>"} : plain(text));
    }
    book.row("", cells);
  }
  book.end_table();
}

void write_growth_chapter(const BookInput& input, BookWriter& book) {
  const std::vector<PhaseWork>& phases = input.growth->phases;
  book.chapter(
      "growth", "Growth",
      "What each phase buys, pulls and patches. Each phase was compared with the one before, cable by cable: what stood already and is "
      "touched is named below.");
  std::vector<std::string> columns = {"what"};
  for (const Phase& phase : input.whole->plant->phases) columns.push_back(phase.name);
  book.table(columns);
  const auto line = [&](std::string_view what, auto value) {
    std::vector<Html> cells = {plain(what)};
    for (const PhaseWork& work : phases) cells.push_back(plain(value(work)));
    book.row("", cells);
  };
  const auto count = [&](std::string_view what, std::uint32_t PhaseWork::* member) {
    line(what, [&](const PhaseWork& work) { return std::to_string(work.*member); });
  };
  count("servers", &PhaseWork::servers);
  count("switches", &PhaseWork::switches);
  count("patch panels", &PhaseWork::panels);
  count("modules", &PhaseWork::modules);
  count("trunks", &PhaseWork::trunks);
  count("cords", &PhaseWork::cords);
  count("copper and active cables", &PhaseWork::cables);
  count("pulls", &PhaseWork::pulls);
  count("ends of trunks terminated", &PhaseWork::terminations);
  count("ends of cords and cables plugged", &PhaseWork::patches);
  count("earlier trunks lit further at their panels", &PhaseWork::relit_trunks);
  line("things of earlier phases touched", [](const PhaseWork& work) { return std::to_string(work.touched.size()); });
  line("hours of one person", [](const PhaseWork& work) { return fixed_digits(work.hours, 1); });
  if (input.prices != nullptr) {
    const BillSum sum = sum_of(*input.bill, phases.size());
    std::size_t p = 0;
    line("cost, " + input.prices->currency, [&](const PhaseWork&) { return money(sum.by_phase[p++]); });
  }
  book.end_table();
  const bool any = std::any_of(phases.begin(), phases.end(), [](const PhaseWork& work) { return !work.touched.empty(); });
  if (phases.size() > 1 && !any)
    book.paragraph(
        plain("No phase touches a cable, trunk or device of an earlier one. Trunks of earlier phases that are lit further get cords at "
              "their panels and stay as they are."));
  if (any) {
    book.heading("touched", plain("What stood already and is touched"));
    book.table({"phase", "item", "id", "change", "before", "after", "reason"});
    for (std::size_t p = 0; p < phases.size(); ++p)
      for (const Change& change : phases[p].touched)
        book.row("", {plain(std::to_string(p + 1)), plain(change.item), plain(change.id), plain(change.what), plain(change.before),
                      plain(change.after), plain(change.reason)});
    book.end_table();
  }
  write_reserve_table(input, book);
  book.end_chapter();
}

void write_changes(const BookInput& input, BookWriter& book) {
  if (input.changes == nullptr) return;
  book.chapter("changes", "Changes", "Against the previous version, by the stable ids.");
  if (input.changes->empty()) book.paragraph(plain("Nothing has changed."));
  book.table({"item", "id", "change", "before", "after", "reason"});
  for (const Change& change : *input.changes)
    book.row("", {plain(change.item), change.what == "removed" ? plain(change.id) : link_to(change.item, change.id, change.id),
                  plain(change.what), plain(change.before), plain(change.after), plain(change.reason)});
  book.end_table();
  book.end_chapter();
}

}  // namespace

void write_work(const BookInput& input, BookWriter& book) {
  write_pathways(input, book);
  write_bill(input, book);
  write_tests(input, book);
}

void write_growth_chapters(const BookInput& input, BookWriter& book) {
  write_growth_chapter(input, book);
  write_changes(input, book);
}

}  // namespace eastwest
