// SPDX-License-Identifier: Apache-2.0
// `export --format graphviz`: the fabric of a site as a graph.
#include <cstdio>
#include <optional>

#include "analysis/documents/graphviz.hpp"
#include "cli/output_folder.hpp"
#include "cli/program.hpp"
#include "scenarios/site_builder.hpp"

namespace eastwest::cli {

int export_graphviz(const ExportArguments& arguments) {
  Diagnostics diagnostics;
  const std::optional<Site> site = load_site(arguments.scenario, arguments.overrides, diagnostics);
  std::optional<BuiltSite> built;
  if (site) built = build_site(*site, diagnostics);
  if (print_diagnostics(diagnostics) || !built) return kExitInput;
  const std::string graph = write_graphviz(part_built(std::move(*built)).fabric);
  if (const Status written = write_folder(arguments.output, {{"fabric.dot", graph}}); !written) {
    print_error(written.error());
    return kExitInput;
  }
  std::printf("fabric.dot in %s; `dot -Tsvg fabric.dot` draws it\n", arguments.output.c_str());
  return kExitDone;
}

}  // namespace eastwest::cli
