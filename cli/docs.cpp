// SPDX-License-Identifier: Apache-2.0
// The verb `docs`: writes the documents of a site into a folder.
#include <cstdio>
#include <optional>
#include <string>

#include "analysis/documents/bill_of_materials.hpp"
#include "analysis/documents/documents.hpp"
#include "cli/output_folder.hpp"
#include "cli/program.hpp"
#include "core/input_text.hpp"
#include "scenarios/site_builder.hpp"
#include "topology/catalogue.hpp"

namespace eastwest::cli {

namespace {

constexpr std::uint64_t kTableBytesMost = std::uint64_t{256} << 20;

/// The text of a file that an option names; what is wrong goes to `diagnostics`.
std::optional<std::string> option_file(const std::string& path, const char* option, Diagnostics& diagnostics) {
  Result<std::string> text = read_input_file(path, kTableBytesMost, option);
  if (text) {
    diagnostics.remember_source(path, *text);
    return std::move(text).value();
  }
  diagnostics.error({path, 0, 0}, text.error().message, text.error().remedy);
  return std::nullopt;
}

/// A site or scenario by its name's ending, else a cable schedule.
std::optional<SiteRecord> read_previous(const std::string& path, Diagnostics& diagnostics) {
  if (path.ends_with(".yaml") || path.ends_with(".yml")) {
    const std::optional<Site> site = load_site(path, {}, diagnostics);
    if (!site) return std::nullopt;
    const std::optional<BuiltSite> built = build_site(*site, diagnostics);
    if (!built) return std::nullopt;
    return record_of(built->plant, built->fabric);
  }
  const std::optional<std::string> text = option_file(path, "--previous", diagnostics);
  if (!text) return std::nullopt;
  return record_of_schedule(*text, path, diagnostics);
}

}  // namespace

int docs_verb(const DocsArguments& arguments) {
  Diagnostics diagnostics;
  const std::optional<Site> site = load_site(arguments.site, arguments.overrides, diagnostics);
  std::optional<BuiltSite> built;
  if (site) built = build_site(*site, diagnostics);
  std::optional<PriceList> prices;
  if (!arguments.prices.empty())
    if (const auto text = option_file(arguments.prices, "--prices", diagnostics))
      prices = read_price_list(*text, arguments.prices, diagnostics);
  UnitTimes times;
  if (!arguments.times.empty())
    if (const auto text = option_file(arguments.times, "--times", diagnostics))
      times = read_unit_times(*text, arguments.times, diagnostics);
  std::optional<SiteRecord> previous;
  if (!arguments.previous.empty()) previous = read_previous(arguments.previous, diagnostics);
  if (built && arguments.phase > built->plant.phases.size())
    diagnostics.error({arguments.site, 0, 0},
                      "`--phase` is " + std::to_string(arguments.phase) + ", the site has " + std::to_string(built->plant.phases.size()),
                      "count from 1; `plant.phases` lists them");
  const Catalogue catalogue = builtin_catalogue();
  if (built && prices)
    warn_of_other_prices(*prices, bill_of_materials(view_of(built->fabric, built->plant, catalogue, {}), nullptr), arguments.prices,
                         diagnostics);
  if (print_diagnostics(diagnostics) || !built) return kExitInput;

  const Result<Documents> documents = documents_of({.fabric = built->fabric,
                                                    .plant = built->plant,
                                                    .settings = built->settings,
                                                    .catalogue = catalogue,
                                                    .phase = arguments.phase == 0 ? built->phase : arguments.phase - 1,
                                                    .prices = prices ? &*prices : nullptr,
                                                    .times = times,
                                                    .previous = previous ? &*previous : nullptr});
  if (!documents) {
    print_error(documents.error());
    return kExitInput;
  }
  std::vector<FolderFile> files;
  for (const DocumentFile& file : documents->files) files.emplace_back(file.name, file.bytes);
  if (const Status written = write_folder(arguments.output, files, "contents.csv"); !written) {
    print_error(written.error());
    return kExitInput;
  }
  std::fputs(documents->summary.c_str(), stdout);
  std::printf("%zu files in %s; index.html is the book\n", files.size(), arguments.output.c_str());
  return kExitDone;
}

}  // namespace eastwest::cli
