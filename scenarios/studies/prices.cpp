// SPDX-License-Identifier: Apache-2.0
#include "scenarios/studies/prices.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "core/input_text.hpp"
#include "topology/csv.hpp"

namespace eastwest {

namespace {

std::vector<std::string> priced_figures() {
  std::vector<std::string> names;
  for (const FigureColumn& column : figure_columns({}))
    if (column.subject == "site") names.emplace_back(column.figure);
  return names;
}

bool read_price(const std::string& figure, const std::string& text, const Place& place, std::vector<std::pair<std::string, double>>& prices,
                Diagnostics& diagnostics) {
  const std::vector<std::string> known = priced_figures();
  if (std::find(known.begin(), known.end(), figure) == known.end()) {
    diagnostics.error(place, "`" + figure + "` is no figure of a site that could have a price", suggest(figure, known));
    return false;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value) || value < 0) {
    diagnostics.error(place, "the price of `" + figure + "` is " + quote_input(text) + ", not a number of at least 0",
                      "write a plain number, in any currency");
    return false;
  }
  const auto found = std::find_if(prices.begin(), prices.end(), [&](const auto& price) { return price.first == figure; });
  if (found == prices.end()) prices.emplace_back(figure, value);
  else found->second = value;
  return true;
}

void read_file(const Study& study, const std::string& name, std::vector<std::pair<std::string, double>>& prices, Diagnostics& diagnostics) {
  const Place place = study.parameters.place_of("price_file", study.place);
  std::filesystem::path path(name);
  if (path.is_relative()) path = std::filesystem::path(study.directory) / path;
  const Result<std::string> text = read_input_file(path.string());
  if (!text) {
    diagnostics.error(place, text.error().message, text.error().remedy);
    return;
  }
  const Result<CsvTable> table = parse_csv(*text);
  if (!table) {
    diagnostics.error({path.string(), 0, 0}, table.error().message, table.error().remedy);
    return;
  }
  const auto figure = table->column("figure");
  const auto price = table->column("price");
  if (!figure || !price) {
    diagnostics.error({path.string(), 1, 0}, "a price file needs the columns `figure` and `price`",
                      "write `figure,price` as its first line");
    return;
  }
  for (std::size_t row = 0; row < table->rows.size(); ++row)
    read_price(table->rows[row][*figure], table->rows[row][*price], {path.string(), table->lines[row], 0}, prices, diagnostics);
}

}  // namespace

std::vector<std::pair<std::string, double>> read_prices(const Study& study, Diagnostics& diagnostics) {
  std::vector<std::pair<std::string, double>> prices;
  if (study.parameters.values.has("price_file") && study.parameters.values.text("price_file") != "none")
    read_file(study, study.parameters.values.text("price_file"), prices, diagnostics);
  const YamlValue* value = study.root.find("prices");
  if (value == nullptr || value->is_null()) return prices;
  if (!value->is_map()) {
    diagnostics.error(value->place, "`prices` must be a map from figures of the site to numbers, not " + describe(*value),
                      "write `switches: 30000` lines below it");
    return prices;
  }
  for (const YamlEntry& entry : value->entries) read_price(entry.key, entry.value.text, entry.value.place, prices, diagnostics);
  return prices;
}

double cost_of(const std::vector<std::pair<std::string, double>>& prices, const std::vector<FigureColumn>& columns,
               const std::vector<double>& figures) {
  double cost = 0;
  for (const auto& [figure, price] : prices)
    for (std::size_t c = 0; c < columns.size(); ++c)
      if (columns[c].subject == "site" && columns[c].figure == figure && price != 0) cost += price * figures[c];
  return cost;
}

void refuse_unknown_prices(const Study& study, const std::vector<std::pair<std::string, double>>& prices, const Fabric& fabric,
                           const std::string& where, Diagnostics& diagnostics) {
  for (const auto& [figure, price] : prices) {
    const std::string unknown = unknown_of_site(fabric, figure);
    if (unknown.empty() || price == 0) continue;
    Place place = study.parameters.place_of("price_file", study.place);
    if (const YamlValue* own = study.root.find("prices"))
      if (const YamlEntry* entry = own->find_entry(figure)) place = entry->key_place;
    const std::string message = "`" + figure + "` has a price and is not known " + where + ": the catalogue lacks " + unknown;
    // Every site of the study may lack it; one is told.
    const std::string begin = "`" + figure + "` has a price and is not known ";
    const auto told = [&](const Diagnostic& other) { return other.message.starts_with(begin); };
    if (std::any_of(diagnostics.all().begin(), diagnostics.all().end(), told)) continue;
    diagnostics.error(place, message,
                      "name a model of the catalogue (data/switches.csv, data/servers.csv), or price another figure, such as `switches`");
  }
}

void add_cost(StudyTable& table) {
  Diagnostics ignored;
  const std::vector<std::pair<std::string, double>> prices = read_prices(*table.study, ignored);
  if (prices.empty()) return;
  for (StudyRow& row : table.rows) row.figures.push_back(cost_of(prices, table.columns, row.figures));
  table.columns.push_back({"site.cost", "site", "cost", "currency", "by the user's prices", 1, FigureColumn::Better::lower});
}

}  // namespace eastwest
