// SPDX-License-Identifier: Apache-2.0
// Test support: one reader of evidence over one text, with what it took and what it told.
#pragma once

#include <string>
#include <string_view>

#include "analysis/hardware/readers.hpp"

namespace eastwest::tests {

struct ReadText {
  Evidence evidence;
  std::string told;  // all diagnostics as printed
  std::size_t errors = 0;
  std::size_t warnings = 0;
};

template <class Reader>
ReadText read_text(Reader reader, std::string_view text, const EvidenceOrigin& origin = {}, const EvidenceContext& context = {}) {
  ReadText result;
  Diagnostics diagnostics;
  InputErrors errors("input", text, diagnostics);
  reader(text, origin, context, errors, result.evidence);
  errors.finish();
  result.told = diagnostics.print();
  result.errors = diagnostics.error_count();
  result.warnings = diagnostics.all().size() - result.errors;
  return result;
}

}  // namespace eastwest::tests
