// SPDX-License-Identifier: Apache-2.0
// Growth: the phases of a site, each under the same workloads; what is bought and pulled in each, and how it performs.
//
// With `gpus: [32, 64, ...]` the base's site is the last phase and the others are what its plant has built by then (topology/plant/
// phases.hpp): later phases touch nothing that an earlier one laid. With `phases:` each phase is whatever its settings make of the base. In
// a workload, `per_gpu` holds values that grow with the site: path and number per GPU, rounded to a whole number of at least 1.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "analysis/figure_text.hpp"
#include "analysis/text_table.hpp"
#include "scenarios/site_builder.hpp"
#include "scenarios/studies/prices.hpp"
#include "scenarios/studies/study_axes.hpp"
#include "scenarios/studies/study_kind.hpp"
#include "scenarios/studies/study_text.hpp"

namespace eastwest {

namespace {

std::vector<ParameterSpec> parameters() {
  using enum ParameterType;
  return {
      {"gpus", integer_list, Dimension::none, "[]", 1, 1'000'000,
       "GPUs at the end of each phase, rising; the last is the whole site of the base", "eastwest"},
      {"price_file", text, Dimension::none, "none", 0, 0, "table of the user's prices: columns figure,price", "eastwest"},
  };
}

std::vector<StudyPart> parts() {
  return {{"phases", StudyPartShape::settings, false, "names of phases and what each changes; instead of `gpus`"},
          {"workloads", StudyPartShape::settings, false,
           "names of workloads and what each changes; `per_gpu: {PATH: NUMBER}` grows with the site"},
          {"prices", StudyPartShape::numbers, false, "the user's prices by figure of the site, such as `switches: 30000`"}};
}

YamlValue scalar(std::string text, const Place& place) {
  YamlValue value;
  value.kind = YamlValue::Kind::scalar;
  value.text = std::move(text);
  value.place = place;
  return value;
}

/// One setting for each entry of `gpus`.
std::optional<StudyAxis> phases_of_plant(const Study& study, Diagnostics& diagnostics) {
  const std::vector<std::int64_t>& gpus = study.parameters.values.list("gpus");
  const Place place = study.parameters.place_of("gpus", study.place);
  YamlValue list;
  list.kind = YamlValue::Kind::list;
  list.place = place;
  for (const std::int64_t count : gpus) list.items.push_back(scalar(std::to_string(count), place));
  StudyAxis axis{"phase", {}};
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    if (i > 0 && gpus[i] <= gpus[i - 1]) {
      diagnostics.error(place, "`gpus` must rise: " + std::to_string(gpus[i]) + " follows " + std::to_string(gpus[i - 1]),
                        "write them in order, each once");
      return std::nullopt;
    }
    axis.settings.push_back(
        {std::to_string(gpus[i]) + " GPUs",
         {{"site.plant.phases", list, false, place}, {"site.plant.phase", scalar(std::to_string(i + 1), place), false, place}},
         {},
         place});
  }
  return axis;
}

/// A workload of the file: the `per_gpu` numbers apart from what is the same in every phase.
struct Workload {
  StudySetting setting;
  std::vector<std::pair<std::string, double>> per_gpu;
  std::vector<Place> places;
};

std::optional<Workload> read_workload(Study& study, const YamlEntry& entry, Diagnostics& diagnostics) {
  YamlValue rest = entry.value;
  Workload out;
  if (const YamlValue* numbers = entry.value.find("per_gpu")) {
    if (!numbers->is_map()) {
      diagnostics.error(numbers->place, "`per_gpu` must be a map from paths to numbers, not " + describe(*numbers),
                        "write `per_gpu: {jobs.train.global_batch: 0.5}`");
      return std::nullopt;
    }
    for (const YamlEntry& number : numbers->entries) {
      double value = 0;
      const std::string& text = number.value.text;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (error != std::errc{} || end != text.data() + text.size() || !(value > 0) || value > 1e9) {
        diagnostics.error(number.value.place, "`" + number.key + "` needs a number above 0, not " + describe(number.value),
                          "write how much of it one GPU stands for");
        return std::nullopt;
      }
      out.per_gpu.emplace_back(number.key, value);
      out.places.push_back(number.key_place);
    }
    std::erase_if(rest.entries, [](const YamlEntry& one) { return one.key == "per_gpu"; });
  }
  std::optional<StudySetting> setting = read_setting(study, entry.key, rest, diagnostics);
  if (!setting) return std::nullopt;
  out.setting = std::move(*setting);
  return out;
}

/// The site of a phase; nothing with a mistake.
std::optional<BuiltSite> site_of_phase(Study study, const StudySetting& phase, Diagnostics& diagnostics) {
  study.axes = {{"phase", {phase}}};
  study.choices = {0};
  const std::optional<Scenario> scenario = load_point(study, 0, 0, diagnostics);
  std::optional<BuiltSite> whole = scenario ? build_site(scenario->site, diagnostics) : std::nullopt;
  return whole ? std::optional(part_built(std::move(*whole))) : std::nullopt;
}

void plan(Study& study, Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.error_count();
  const std::vector<std::pair<std::string, double>> prices = read_prices(study, diagnostics);
  const YamlValue* phases = study.root.find("phases");
  const bool by_plant = !study.parameters.values.list("gpus").empty();
  if (by_plant == (phases != nullptr)) {
    diagnostics.error(
        by_plant ? phases->place : study.place,
        by_plant ? "`gpus` and `phases` both say how the site grows" : "a growth study needs `gpus` or `phases`: how the site grows",
        by_plant ? "keep one of them" : "write `gpus: [32, 64, 128]`, the last being the whole site");
    return;
  }
  std::optional<StudyAxis> axis = by_plant ? phases_of_plant(study, diagnostics) : read_settings(study, "phase", *phases, diagnostics);
  std::vector<Workload> workloads;
  const YamlValue* named = study.root.find("workloads");
  if (named != nullptr && named->is_map()) {
    for (const YamlEntry& entry : named->entries)
      if (std::optional<Workload> workload = read_workload(study, entry, diagnostics)) workloads.push_back(std::move(*workload));
  } else if (named != nullptr && !named->is_null()) {
    diagnostics.error(named->place, "`workloads` must be a map from names to what each changes, not " + describe(*named),
                      "write `NAME: {PATH: VALUE}` lines below it");
  }
  if (!axis || diagnostics.error_count() != errors) return;
  if (workloads.empty()) workloads.push_back({{"as it is", {}, {}, study.place}, {}, {}});
  const bool grows = std::any_of(workloads.begin(), workloads.end(), [](const Workload& w) { return !w.per_gpu.empty(); });
  // One setting for each pair, as what a workload changes may depend on the phase; the names repeat.
  StudyAxis scaled{"workload", {}};
  std::vector<std::uint32_t> choices;
  for (std::uint32_t p = 0; p < axis->settings.size(); ++p) {
    std::uint32_t gpus = 0;
    if (grows || !prices.empty())
      if (const std::optional<BuiltSite> site = site_of_phase(study, axis->settings[p], diagnostics)) {
        gpus = site->fabric.gpu_count;
        refuse_unknown_prices(study, prices, site->fabric, "in the phase `" + axis->settings[p].label + "`", diagnostics);
      }
    if (diagnostics.error_count() != errors) return;
    for (const Workload& workload : workloads) {
      StudySetting setting = workload.setting;
      for (std::size_t i = 0; i < workload.per_gpu.size(); ++i) {
        const auto value = std::max<std::int64_t>(1, std::llround(workload.per_gpu[i].second * gpus));
        setting.changes.push_back(
            {workload.per_gpu[i].first, scalar(std::to_string(value), workload.places[i]), false, workload.places[i]});
      }
      choices.insert(choices.end(), {p, static_cast<std::uint32_t>(scaled.settings.size())});
      scaled.settings.push_back(std::move(setting));
    }
  }
  study.axes = {std::move(*axis), std::move(scaled)};
  study.choices = std::move(choices);
}

std::size_t workload_count(const Study& study) { return study.points() / study.axes[0].settings.size(); }

/// The first phase under the same workload.
std::optional<std::size_t> reference(const Study& study, std::size_t point) {
  const std::size_t first = point % workload_count(study);
  return point == first ? std::nullopt : std::optional<std::size_t>(first);
}

std::vector<std::string_view> results() {
  return {"*.step_time_mean_s",
          "*.tokens_per_s_per_gpu",
          "*.mfu",
          "*.exposed_share",
          "*.ttft_p99_s",
          "*.tpot_p99_s",
          "*.collective_time_mean_s",
          "*.busbw_GBps",
          "network.utilization_mean",
          "site.gpus",
          "site.servers",
          "site.switches",
          "site.switch_ports",
          "site.switch_ports_free",
          "site.cables",
          "site.fabric_cables",
          "site.transceivers",
          "site.pulls",
          "site.trunks",
          "site.cable_length_m",
          "site.switch_power_W",
          "site.server_power_W",
          "site.cost"};
}

/// "128, +64 new": what a phase has, and what it adds to the one before.
std::string with_new(const FigureColumn& column, double value, double before) {
  if (std::isnan(value)) return "not known";
  Estimate one{1, value, std::nan("")};
  std::string text = estimate_text(column, one);
  if (std::isnan(before) || before == value) return text;
  one.mean = std::fabs(value - before);
  return text + (value > before ? " (+" : " (-") + estimate_text(column, one) + ")";
}

/// Columns of the site that are asked for, those that no phase knows too: a figure must not vanish for being unknown.
std::vector<std::size_t> site_columns(const StudyTable& table) {
  std::vector<std::string> patterns;
  for (const PlacedText& text : table.study->results) patterns.push_back(text.text);
  if (patterns.empty())
    for (const std::string_view text : results()) patterns.emplace_back(text);
  std::vector<std::size_t> out;
  for (const std::string& pattern : patterns)
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      if (table.columns[c].subject == "site" && matches_pattern(pattern, table.columns[c].name) &&
          std::find(out.begin(), out.end(), c) == out.end())
        out.push_back(c);
  return out;
}

std::string purchases(const StudyTable& table) {
  const Study& study = *table.study;
  const std::size_t workloads = workload_count(study);
  const std::size_t phases = study.axes[0].settings.size();
  std::vector<TextTable::Column> columns = {{"site"}};
  for (const StudySetting& phase : study.axes[0].settings) columns.push_back({phase.label, TextTable::Align::right});
  TextTable out(std::move(columns));
  bool unknown = false;
  for (const std::size_t column : site_columns(table)) {
    std::vector<std::string> cells = {figure_heading(table.columns[column]).substr(5)};
    double before = std::nan("");
    for (std::size_t p = 0; p < phases; ++p) {
      const double value = table.row(p * workloads, 0).figures[column];
      unknown = unknown || (std::isnan(value) && table.row(p * workloads, 0).outcome != RowOutcome::refused);
      cells.push_back(with_new(table.columns[column], value, before));
      before = value;
    }
    out.add_row(std::move(cells));
  }
  return out.print("  ") + (unknown ? "  not known: the catalogue lacks it for a device of the site\n" : "");
}

/// Everything of a piece that a technician would have to touch again if it changed: its kind, way, ends, ports and length.
std::string laid(const BuiltSite& site, const Piece& piece) {
  std::string text = std::string(to_string(piece.kind)) + "\n" + piece.construction + "\n" + site.plant.end_name(site.fabric, piece.a) +
                     "\n" + site.plant.end_name(site.fabric, piece.b) + "\n" + std::to_string(piece.order_length.mm);
  for (std::uint32_t r = 0; r < piece.route_count; ++r) text += "\n" + site.plant.pathways[site.plant.routes[piece.first_route + r]].name;
  return text;
}

/// What each phase has to touch of what those before it laid, counted over the plants themselves: pieces by their ids, devices by their names.
std::string moves(const StudyTable& table) {
  const Study& study = *table.study;
  std::map<std::string, std::string> pieces;
  std::map<std::string, std::pair<std::uint32_t, std::uint32_t>> devices;  // rack and unit
  std::size_t held = 0;
  std::size_t moved = 0;
  for (std::size_t p = 0; p < study.axes[0].settings.size(); ++p) {
    Diagnostics ignored;
    const std::optional<BuiltSite> site = site_of_phase(study, study.axes[0].settings[p], ignored);
    if (!site) return {};
    std::map<std::string, std::string> now;
    std::map<std::string, std::pair<std::uint32_t, std::uint32_t>> stands;
    for (const Piece& piece : site->plant.pieces) now.emplace(piece.id, laid(*site, piece));
    for (const Device& device : site->plant.devices) stands.emplace(device.name, std::pair(device.rack, device.unit));
    const auto count = [&](const auto& before, const auto& after) {
      for (const auto& [name, how] : before) {
        const auto found = after.find(name);
        ++held;
        moved += found == after.end() || found->second != how ? 1 : 0;
      }
    };
    count(pieces, now);
    count(devices, stands);
    pieces = std::move(now);
    devices = std::move(stands);
  }
  return "  moves: " + std::to_string(moved) + ", of " + std::to_string(held) +
         " cables, trunks and devices of a phase that were held against the next one\n";
}

std::string answer(const StudyTable& table) {
  const Study& study = *table.study;
  const std::size_t workloads = workload_count(study);
  const std::vector<std::size_t> wanted = table.wanted();
  std::string text;
  for (std::size_t w = 0; w < workloads; ++w) {
    std::vector<TextTable::Column> columns = {{study.setting(w, 1).label}};
    for (std::size_t p = 0; p < study.axes[0].settings.size(); ++p) {
      columns.push_back({study.axes[0].settings[p].label, TextTable::Align::right});
      if (p > 0) columns.push_back({"", TextTable::Align::right});
    }
    TextTable out(std::move(columns));
    for (const std::size_t column : wanted) {
      if (table.columns[column].subject == "site") continue;
      std::vector<std::string> cells = {figure_heading(table.columns[column])};
      bool any = false;
      for (std::size_t p = 0; p < study.axes[0].settings.size(); ++p) {
        const std::size_t point = p * workloads + w;
        const PointFigure figure = point_figure(table, point, column);
        any = any || figure.estimate.runs > 0;
        const std::string trouble = trouble_word(table, point);
        cells.push_back(figure.estimate.runs == 0 && !trouble.empty() ? trouble : estimate_text(table.columns[column], figure.estimate));
        if (p > 0) cells.push_back(difference_text(figure.difference));
      }
      if (any) out.add_row(std::move(cells));
    }
    text += out.print("  ") + "\n";
  }
  text += purchases(table);
  const bool by_plant = !study.parameters.values.list("gpus").empty();
  text += by_plant ? "  (+): bought and pulled in that phase\n" + moves(table) : "  (+), (-): against the phase before\n";
  for (const FigureColumn& column : table.columns)
    if (column.name == "site.cost") text += "  cost: by the prices of the study, which are the user's, in the user's currency\n";
  return text;
}

}  // namespace

extern const StudyKind kind_study_growth;
const StudyKind kind_study_growth{
    .name = "growth",
    .summary = "the phases of a site under growing workloads: performance beside ports, cables, power and cost",
    .source = "eastwest",
    .parameters = parameters,
    .parts = parts,
    .plan = plan,
    .reference = reference,
    .answer = answer,
    .results = results};

}  // namespace eastwest
