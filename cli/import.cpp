// SPDX-License-Identifier: Apache-2.0
// The verb `import`: a site folder from the files of another tool. The site is built from a folder beside the one named, and moved there when
// it can be built.
#include <cstdio>
#include <filesystem>

#include "cli/output_folder.hpp"
#include "cli/program.hpp"
#include "core/input_text.hpp"
#include "scenarios/netbox_site.hpp"
#include "scenarios/site_folder.hpp"

namespace eastwest::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kFileBytesMost = std::uint64_t{256} << 20;

/// The CSV files of a folder, and YAML files of it and of folders in it; a site file is none of NetBox's.
std::vector<ExchangeFile> read_folder(const std::string& folder, Diagnostics& diagnostics) {
  std::vector<ExchangeFile> files;
  std::error_code failure;
  if (!fs::is_directory(folder, failure)) {
    diagnostics.error({folder, 0, 0}, "there is no such folder", "name the folder that holds NetBox's CSV and YAML files");
    return files;
  }
  for (auto entry = fs::recursive_directory_iterator(folder, failure); !failure && entry != fs::recursive_directory_iterator();
       entry.increment(failure)) {
    const std::string extension = entry->path().extension().string();
    const bool table = extension == ".csv" && entry.depth() == 0;
    const bool type = (extension == ".yaml" || extension == ".yml") && entry->path().filename() != kSiteFile;
    if (!table && !type) continue;
    Result<std::string> text = read_input_file(entry->path().string(), kFileBytesMost, "import");
    if (text) files.push_back({entry->path().string(), std::move(text).value()});
    else diagnostics.error({entry->path().string(), 0, 0}, text.error().message, text.error().remedy);
  }
  return files;
}

/// A folder that goes when we go.
class Staging {
 public:
  explicit Staging(std::string path) : path_(std::move(path)) {}
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  ~Staging() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Messages of the site that was built in `staging` as of the folder that the user named.
Diagnostics at_folder(const Diagnostics& diagnostics, const std::vector<FolderFile>& files, const std::string& staging,
                      const std::string& output) {
  Diagnostics told;
  for (Diagnostic one : diagnostics.all()) {
    for (const auto& [path, text] : files) {
      if (one.place.line == 0 || fs::path(staging) / path != fs::path(one.place.file)) continue;
      std::size_t begin = 0;
      for (std::uint32_t line = 1; line < one.place.line && begin != std::string::npos; ++line)
        begin = text.find('\n', begin + (line > 1 ? 1 : 0));
      if (begin == std::string::npos) continue;
      if (one.place.line > 1) ++begin;
      one.source_line = text.substr(begin, text.find('\n', begin) - begin);
    }
    for (std::string* text : {&one.place.file, &one.message, &one.remedy})
      for (std::size_t at = text->find(staging); at != std::string::npos; at = text->find(staging, at + output.size()))
        text->replace(at, staging.size(), output);
    told.add(std::move(one));
  }
  return told;
}

}  // namespace

int import_verb(const ImportArguments& arguments) {
  if (arguments.format != "netbox") {
    print_error({"`" + arguments.format + "` is not a format of `import`",
                 "choose netbox; topologies and jobs of simulators are imported by their kinds (docs/imports.md)"});
    return kExitInput;
  }
  Diagnostics diagnostics;
  std::vector<ExchangeFile> files;
  {
    std::vector<ExchangeFile> read = read_folder(arguments.input, diagnostics);
    if (!diagnostics.has_errors()) files = import_netbox(std::move(read), arguments.input, diagnostics);
  }
  if (files.empty()) {
    print_diagnostics(diagnostics);
    return kExitInput;
  }
  std::string output = arguments.output;
  while (output.size() > 1 && output.ends_with('/')) output.pop_back();
  std::vector<FolderFile> outputs;
  for (const ExchangeFile& file : files) outputs.emplace_back(file.path, file.text);
  const Staging staging(output + ".part");
  if (const Status written = write_folder(staging.path(), outputs); !written) {
    print_error(written.error());
    return kExitInput;
  }
  const std::optional<Site> site = load_site((fs::path(staging.path()) / kSiteFile).string(), {}, diagnostics);
  std::optional<BuiltSite> built;
  if (site) built = build_site(*site, diagnostics);
  if (print_diagnostics(at_folder(diagnostics, outputs, staging.path(), output)) || !built) return kExitInput;
  if (const Status written = write_folder(output, outputs); !written) {
    print_error(written.error());
    return kExitInput;
  }
  std::printf("%zu racks, %zu devices, %zu cables, %zu links in %s\n", built->plant.racks.size(), built->plant.devices.size(),
              built->plant.pieces.size(), built->fabric.cables.size(), output.c_str());
  return kExitDone;
}

}  // namespace eastwest::cli
