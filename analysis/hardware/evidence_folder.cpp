// SPDX-License-Identifier: Apache-2.0
#include "analysis/hardware/evidence_folder.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "analysis/hardware/field_text.hpp"

namespace eastwest {

namespace {

constexpr std::array<std::string_view, 24> kKindWords = {"lldp",    "lldpcli", "neighbor", "neighbors", "neighbour",     "neighbours",
                                                         "ethtool", "module",  "modules",  "eeprom",    "transceiver",   "transceivers",
                                                         "optics",  "dom",     "fec",      "errors",    "settings",      "speed",
                                                         "speeds",  "sonic",   "statedb",  "state",     "ibnetdiscover", "counters"};
constexpr std::array<std::string_view, 7> kEndings = {".json", ".txt", ".csv", ".log", ".out", ".tsv", ".yaml"};
constexpr std::uint64_t kBytesMost = std::uint64_t{256} << 20;

bool is_kind_word(std::string_view word) { return std::find(kKindWords.begin(), kKindWords.end(), lower_case(word)) != kKindWords.end(); }

/// What stands behind the kind words that a part begins with: "swp1" of "ethtool-swp1", "" of "lldp"; nothing when it begins with none.
std::optional<std::string> behind_kind_word(std::string_view part) {
  bool found = false;
  for (;;) {
    const std::size_t end = std::min(part.find_first_of("-_ "), part.size());
    // "ethtool-m" and "state_db" go on with a word that is no interface.
    const std::string word = lower_case(part.substr(0, end));
    if (!is_kind_word(word) && !(found && (word == "m" || word == "db" || word == "show"))) break;
    found = true;
    if (end == part.size()) return std::string();
    part.remove_prefix(end + 1);
  }
  return found ? std::optional(std::string(part)) : std::nullopt;
}

std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(mark);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string joined(const std::vector<std::string_view>& parts, std::size_t begin, std::size_t end) {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) text += (i == begin ? "" : ".") + std::string(parts[i]);
  return text;
}

/// How many records are left without the device that they came from.
std::size_t homeless(const Evidence& evidence, std::uint32_t file) {
  std::size_t count = 0;
  const auto add = [&](const auto& records) {
    for (const auto& record : records) count += record.at.file == file && record.device.empty();
  };
  add(evidence.modules);
  add(evidence.neighbours);
  add(evidence.speeds);
  add(evidence.errors);
  return count;
}

void read_one(const EvidenceText& file, const EvidenceContext& context, Evidence& evidence, Diagnostics& diagnostics) {
  const auto index = static_cast<std::uint32_t>(evidence.files.size());
  EvidenceOrigin origin = evidence_origin(file.path);
  origin.file = index;
  evidence.files.push_back({file.path, {}, origin.device, origin.interface, 0});
  if (const auto problem = not_a_text(file.text, "the text that the tool printed")) {
    diagnostics.warning({file.path, 0, 0}, problem->message + "; it is left out", problem->remedy);
    return;
  }
  const EvidenceFormat* format = recognise_evidence(file.text, context);
  if (format == nullptr) {
    diagnostics.warning({file.path, 0, 0}, "this is no kind of evidence that is known; it is left out",
                        "docs/verify.md lists the kinds of files; tables of a test instrument need a mapping file beside them");
    return;
  }
  evidence.files[index].format = format->name;
  if (format->read == nullptr) return;
  InputErrors errors(file.path, file.text, diagnostics);
  const std::size_t before = evidence.records() + evidence.parts.rows().size();
  format->read(file.text, origin, context, errors, evidence);
  errors.finish();
  evidence.files[index].records = evidence.records() + evidence.parts.rows().size() - before;
  if (evidence.files[index].records == 0 && !errors.any())
    diagnostics.warning({file.path, 0, 0}, "nothing was found in this file, taken for " + std::string(format->title), "is it complete?");
  if (const std::size_t count = homeless(evidence, index); count > 0)
    diagnostics.warning(
        {file.path, 0, 0}, "the file does not say from which device it comes, nor does its name",
        "name it DEVICE." + std::string(format->name == "lldp" ? "lldp" : "ethtool") + ".json, or put it into a folder DEVICE");
}

}  // namespace

EvidenceOrigin evidence_origin(std::string_view path) {
  std::vector<std::string_view> folders = split(path, '/');
  std::string_view stem = folders.back();
  folders.pop_back();
  for (const std::string_view ending : kEndings)
    if (lower_case(stem).ends_with(ending)) {
      stem.remove_suffix(ending.size());
      break;
    }
  std::string folder;
  for (auto one = folders.rbegin(); one != folders.rend() && folder.empty(); ++one)
    if (*one != "." && !behind_kind_word(*one)) folder = *one;

  EvidenceOrigin origin;
  const std::vector<std::string_view> parts = split(stem, '.');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto behind = behind_kind_word(parts[i]);
    if (!behind) continue;
    origin.device = joined(parts, 0, i);
    if (origin.device.empty()) origin.device = folder;
    origin.interface = *behind;
    std::size_t next = i + 1;
    while (next < parts.size() && behind_kind_word(parts[next]) == std::string()) ++next;
    const std::string rest = joined(parts, next, parts.size());
    if (!rest.empty()) origin.interface += (origin.interface.empty() ? "" : ".") + rest;
    return origin;
  }
  origin.device = folder.empty() ? std::string(stem) : folder;
  if (!folder.empty()) origin.interface = std::string(stem);
  return origin;
}

Evidence read_evidence(std::span<const EvidenceText> files, Diagnostics& diagnostics) {
  EvidenceContext context;
  for (const EvidenceText& file : files) {  // first what tells how to read the others
    const EvidenceFormat* format = not_a_text(file.text, {}) ? nullptr : recognise_evidence(file.text, context);
    if (format == nullptr || format->read != nullptr) continue;
    InputErrors errors(file.path, file.text, diagnostics);
    if (format->name == "column_mapping") {
      ColumnMapping mapping = read_column_mapping(file.text, errors);
      mapping.file = file.path;
      if (!mapping.fields.empty()) context.mappings.push_back(std::move(mapping));
    } else {
      const std::vector<InfinibandName> names = read_infiniband_names(file.text, errors);
      context.infiniband_names.insert(context.infiniband_names.end(), names.begin(), names.end());
    }
    errors.finish();
  }
  Evidence evidence;
  for (const EvidenceText& file : files) read_one(file, context, evidence, diagnostics);
  return evidence;
}

std::optional<Evidence> read_evidence(const std::string& path, Diagnostics& diagnostics) {
  namespace fs = std::filesystem;
  std::error_code failure;
  std::vector<fs::path> paths;
  const bool folder = fs::is_directory(path, failure);
  if (folder) {
    fs::recursive_directory_iterator entry(path, fs::directory_options::skip_permission_denied, failure);
    for (; !failure && entry != fs::recursive_directory_iterator(); entry.increment(failure)) {
      const bool hidden = entry->path().filename().string().starts_with('.');
      if (hidden && entry->is_directory()) entry.disable_recursion_pending();
      if (!hidden && entry->is_regular_file()) paths.push_back(entry->path());
    }
  } else if (fs::exists(path, failure)) {
    paths.emplace_back(path);
  } else {
    diagnostics.error({path, 0, 0}, "there is no such file or folder", "name with --received what arrived or was measured");
    return std::nullopt;
  }
  std::sort(paths.begin(), paths.end());
  std::vector<EvidenceText> files;
  for (const fs::path& one : paths) {
    const std::string name = folder ? one.lexically_relative(path).generic_string() : one.filename().generic_string();
    Result<std::string> text = read_input_file(one.string(), kBytesMost, "--received");
    if (text) files.push_back({name, std::move(text).value()});
    else diagnostics.warning({name, 0, 0}, text.error().message, text.error().remedy);
  }
  Evidence evidence = read_evidence(files, diagnostics);
  if (evidence.records() > 0) return evidence;
  diagnostics.error({path, 0, 0},
                    files.empty() ? "there is no file to read"
                                  : "none of the " + std::to_string(files.size()) + " files holds evidence that could be read",
                    "docs/verify.md lists the kinds of files and how they are named");
  return std::nullopt;
}

}  // namespace eastwest
