// SPDX-License-Identifier: Apache-2.0
// A folder of evidence: every file is known by its content, and told by its name which device and interface it comes from.
//
// The naming rule. The name without its ending is cut at points. A part that is a kind word (lldp, ethtool, module, eeprom, fec, sonic, ...)
// parts the device before it from the interface behind it: `leaf-0.lldp.json`, `leaf-0.ethtool.swp1.json`. Where nothing stands before it, the
// device is the nearest folder that is no kind word itself: `leaf-0/ethtool-swp1.json`. A name without kind word is the interface when such a
// folder exists (`leaf-0/swp1.json`), else the device (`lldp/leaf-0.json`). What the content says wins over the name. In names of interfaces
// `_` may stand for `/`.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/hardware/readers.hpp"
#include "core/diagnostic.hpp"

namespace eastwest {

/// Device and interface by the rule above; `path` is relative to the folder that the user named, with `/` between its parts.
EvidenceOrigin evidence_origin(std::string_view path);

struct EvidenceText {
  std::string path;
  std::string text;
};
/// Reads files that are in memory. Files of no known kind are warnings; mistakes inside the others are errors with their lines.
Evidence read_evidence(std::span<const EvidenceText> files, Diagnostics& diagnostics);

/// Reads a file, or a folder with all that is in it, in the order of the paths; hidden files are left out. Nothing when no file could be
/// read for what it is; then there is an error.
std::optional<Evidence> read_evidence(const std::string& path, Diagnostics& diagnostics);

}  // namespace eastwest
