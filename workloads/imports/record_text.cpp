// SPDX-License-Identifier: Apache-2.0
#include "workloads/imports/record_text.hpp"

#include <bit>
#include <charconv>
#include <cmath>

#include "core/input_text.hpp"

namespace eastwest {

namespace {

/// A word never is empty, so that words can be counted.
std::string word_of(const std::string& text) {
  std::string word = text.empty() ? "-" : text;
  for (char& c : word)
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') c = '_';
  return word;
}

}  // namespace

std::string print_record(const Collective& record) {
  std::string name = record.name;
  for (char& c : name)
    if (c == '\n' || c == '\r') c = ' ';
  return "record " + std::to_string(record.ranks) + " " + std::to_string(record.bytes.count) + " " +
         std::to_string(std::bit_cast<std::uint64_t>(record.bus_factor)) + " " + std::to_string(record.lower_bound.ps) + " " +
         word_of(record.algorithm) + " " + word_of(record.operation) + " " + name;
}

std::optional<Collective> parse_record(std::string_view line) {
  std::vector<Word> words;
  WordReader(line).next_line(words);
  if (words.size() < 7 || words[0].text != "record") return std::nullopt;
  Collective record;
  const auto ranks = whole_number(words[1].text, 0, 0xffff'ffff);
  const auto bytes = whole_number(words[2].text, 0, 999'999'999'999'999'999);
  const auto bound = whole_number(words[4].text, 0, 999'999'999'999'999'999);
  std::uint64_t bits = 0;
  const std::string_view digits = words[3].text;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  const auto factor = std::bit_cast<double>(bits);
  if (!ranks || !bytes || !bound || failure != std::errc{} || end != digits.data() + digits.size() || !std::isfinite(factor))
    return std::nullopt;
  record.ranks = static_cast<std::uint32_t>(*ranks);
  record.bytes = {*bytes};
  record.bus_factor = factor;
  record.lower_bound = {*bound};
  record.algorithm = words[5].text;
  record.operation = words[6].text;
  if (words.size() > 7) {
    const std::size_t begin = static_cast<std::size_t>(words[7].text.data() - line.data());
    std::string_view name = line.substr(begin);
    while (!name.empty() && (name.back() == '\r' || name.back() == '\n')) name.remove_suffix(1);
    record.name = name;
  }
  return record;
}

}  // namespace eastwest
