// SPDX-License-Identifier: Apache-2.0
// The verb `export`: writes the static jobs of a scenario in a format of other simulators, or its site for NetBox.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "cli/load.hpp"
#include "cli/program.hpp"
#include "scenarios/export.hpp"

namespace eastwest::cli {

namespace {

Status write_file(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (out.flush()) return Done{};
  return Error{"`" + path.string() + "` cannot be written", "check the folder's permissions and the space on the disk"};
}

/// Traces of ranks beyond the last, left by an export of a larger job: a reader takes every rank that it finds.
void remove_later_ranks(const std::filesystem::path& folder, const std::vector<ExportedFile>& files) {
  std::set<std::string> written;
  for (const ExportedFile& file : files) written.insert(file.name);
  for (const ExportedFile& file : files) {
    if (!file.name.ends_with(".et")) continue;
    const std::filesystem::path numbered = std::filesystem::path(file.name).stem();  // NAME.<rank>
    for (std::uint64_t later = std::stoul(numbered.extension().string().substr(1)) + 1;; ++later) {
      const std::string next = numbered.stem().string() + "." + std::to_string(later) + ".et";
      std::error_code failure;
      if (written.contains(next) || !std::filesystem::remove(folder / next, failure)) break;
    }
  }
}

}  // namespace

int export_verb(const ExportArguments& arguments) {
  if (arguments.format == "netbox") return export_netbox_verb(arguments);
  if (arguments.format == "graphviz") return export_graphviz(arguments);
  if (arguments.format != "goal" && arguments.format != "chakra") {
    print_error({"`" + arguments.format + "` is not a format of `export`", "choose goal, chakra, netbox or graphviz"});
    return kExitInput;
  }
  Diagnostics diagnostics;
  const std::optional<Scenario> scenario = load(arguments.scenario, arguments.overrides, diagnostics);
  std::optional<Built> built;
  if (scenario) built = build(*scenario, diagnostics);
  if (print_diagnostics(diagnostics) || !scenario || !built) return kExitInput;
  const auto files = export_scenario(*scenario, *built, arguments.format == "goal" ? ExportFormat::goal : ExportFormat::chakra);
  if (!files) {
    print_error(files.error());
    return kExitInput;
  }
  const std::filesystem::path folder(arguments.output);
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (!std::filesystem::is_directory(folder, failure)) {
    print_error({"the folder `" + folder.string() + "` cannot be made", "name a folder with -o that exists or can be made"});
    return kExitInput;
  }
  for (const ExportedFile& file : *files)
    if (const Status written = write_file(folder / file.name, file.bytes); !written) {
      print_error(written.error());
      return kExitInput;
    }
  remove_later_ranks(folder, *files);
  std::printf("%zu files in %s; `eastwest run %s` reads them back\n", files->size(), folder.string().c_str(),
              (folder / "scenario.yaml").string().c_str());
  return kExitDone;
}

}  // namespace eastwest::cli
