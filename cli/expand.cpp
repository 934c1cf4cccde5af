// SPDX-License-Identifier: Apache-2.0
// The verb `expand`: writes the explicit form of a site: every value, and its tables of racks, devices, pathways and cables.
#include <cstdio>
#include <optional>
#include <string>

#include "cli/output_folder.hpp"
#include "cli/program.hpp"
#include "scenarios/expand_site.hpp"

namespace eastwest::cli {

int expand_verb(const ExpandArguments& arguments) {
  Diagnostics diagnostics;
  const std::optional<Site> site = load_site(arguments.site, arguments.overrides, diagnostics);
  std::optional<BuiltSite> built;
  if (site) built = build_site(*site, diagnostics);
  if (print_diagnostics(diagnostics) || !built) return kExitInput;
  const Result<std::vector<ExpandedFile>> expanded = expand_site(*site, *built);
  if (!expanded) {
    print_error(expanded.error());
    return kExitInput;
  }
  std::vector<FolderFile> files;
  for (const ExpandedFile& file : *expanded) files.emplace_back(file.name, file.bytes);
  if (const Status written = write_folder(arguments.output, files); !written) {
    print_error(written.error());
    return kExitInput;
  }
  std::printf("%zu files in %s; site.yaml reads back as the same site, digest %s\n", files.size(), arguments.output.c_str(),
              digest_of(built->plant, built->fabric).c_str());
  return kExitDone;
}

}  // namespace eastwest::cli
