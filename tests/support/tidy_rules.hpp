// SPDX-License-Identifier: Apache-2.0
// The rules of the house as functions over file texts, so that the rules can be tested on bad examples.
//
// Each rule returns one sentence per breach, "path:line: what is wrong"; an empty list means that the rule holds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace eastwest::tests {

struct SourceFile {
  std::string path;  // from the tree root, with slashes
  std::string text;
};

using Breaches = std::vector<std::string>;

/// Includes go down the floors only, are written from the tree root, and sim/packet and sim/flow do not know each other.
Breaches check_arrows(const SourceFile& file);
/// Each library is included by its own few files only, and by no header.
Breaches check_doors(const SourceFile& file);
/// Licence line first; a header then opens with a sentence of purpose and has its guard.
Breaches check_opening(const SourceFile& file);
/// No file is longer than 600 lines.
Breaches check_length(const SourceFile& file);
/// Calls that break determinism, print, exit or throw where that is not allowed.
Breaches check_calls(const SourceFile& file);
/// Words that mark unfinished work, paths of one machine, and letters outside ASCII.
Breaches check_words(const SourceFile& file);
/// Names of test cases: unique over all files, and free of characters that CTest or the filter of doctest would eat.
Breaches check_test_names(const std::vector<SourceFile>& files);
/// No two types of one full name, outside anonymous namespaces.
Breaches check_type_names(const std::vector<SourceFile>& files);
/// Every source of a floor is named in that floor's CMakeLists.txt: what is not built is dead.
Breaches check_listed(const std::vector<SourceFile>& files);
/// Links of a page to files of the tree lead somewhere.
Breaches check_links(const SourceFile& file, const std::string& root);

std::size_t line_count(std::string_view text);
/// `text` with comments and the insides of string and character literals blanked, lines kept.
std::string code_only(std::string_view text);
/// Every text file of the tree, in order of path; build outputs and data tables are left out.
std::vector<SourceFile> read_tree(const std::string& root);

}  // namespace eastwest::tests
