// SPDX-License-Identifier: Apache-2.0
// Traces with seconds and token counts in named columns: BurstGPT and Vidur's own form.
#include <algorithm>
#include <array>

#include "core/input_text.hpp"
#include "workloads/serving/arrival_formats.hpp"

namespace eastwest {

namespace {

constexpr std::int64_t kTokensMaximum = 100'000'000;
constexpr std::int64_t kPicosecondsPerSecond = 1'000'000'000'000;

struct Columns {
  std::array<std::string_view, 3> names;  // time, prompt, answer
  bool failed_when_empty = false;         // no tokens answered: the request failed
};

std::vector<Arrival> read_columns(std::string_view text, const Columns& columns, const std::string& file, Diagnostics& diagnostics) {
  InputErrors errors(file, text, diagnostics);
  const std::string header =
      std::string(columns.names[0]) + "`, `" + std::string(columns.names[1]) + "` and `" + std::string(columns.names[2]);
  if (const auto unfit = not_a_text(text, "a CSV file with the columns `" + header + "`")) {
    diagnostics.error(Place{file, 0, 0}, unfit->message, unfit->remedy);
    return {};
  }
  std::array<std::size_t, 3> places{};
  std::vector<Arrival> arrivals;
  std::vector<Word> fields;
  std::size_t width = 0;
  std::size_t failed = 0;
  std::uint32_t number = 0;
  for (std::size_t begin = 0; begin < text.size() && !errors.full();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    if (number == 1 && line.substr(0, 3) == "\xef\xbb\xbf") line.remove_prefix(3);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) continue;
    split_fields(line, number, fields);
    if (width == 0) {
      width = fields.size();
      for (std::size_t c = 0; c < places.size(); ++c) {
        const auto found = std::find_if(fields.begin(), fields.end(), [&](const Word& field) { return field.text == columns.names[c]; });
        places[c] = static_cast<std::size_t>(found - fields.begin());
        if (found == fields.end())
          errors.error(number, 1, "the header has no column `" + std::string(columns.names[c]) + "`",
                       "the columns `" + header + "` are read");
      }
      if (errors.any()) break;
      continue;
    }
    if (fields.size() != width) {
      errors.error(number, 1, "the row has " + std::to_string(fields.size()) + " fields, the header " + std::to_string(width),
                   "give every row one field per column; the file may be cut off");
      continue;
    }
    const auto seconds = scaled_number(fields[places[0]].text, kPicosecondsPerSecond);
    if (!seconds || *seconds < 0)
      errors.error(fields[places[0]], quote_input(fields[places[0]].text) + " is not a time in seconds of at most 106 days",
                   "write it as `45` or `45.25`");
    if (columns.failed_when_empty && fields[places[2]].text == "0") {  // its prompt may be 0 as well
      ++failed;
      continue;
    }
    std::array<std::int64_t, 2> tokens{};
    for (std::size_t c = 0; c < 2; ++c) {
      const Word& field = fields[places[c + 1]];
      const auto count = whole_number(field.text, 1, kTokensMaximum);
      if (!count)
        errors.error(field, "`" + std::string(columns.names[c + 1]) + "` is " + quote_input(field.text),
                     "it is a whole number of tokens from 1 to " + std::to_string(kTokensMaximum));
      tokens[c] = count.value_or(1);
    }
    arrivals.push_back({{seconds.value_or(0)}, static_cast<std::uint32_t>(tokens[0]), static_cast<std::uint32_t>(tokens[1])});
  }
  errors.finish();
  if (errors.any()) return {};
  if (failed > 0)
    diagnostics.warning(Place{file, 0, 0}, std::to_string(failed) + " requests got no answer in the trace and are left out",
                        "nothing needs to be done: they failed when the trace was taken");
  return settle_arrivals(std::move(arrivals), file, diagnostics);
}

}  // namespace

std::vector<Arrival> read_burstgpt_trace(std::string_view text, const std::string& file, Diagnostics& diagnostics) {
  return read_columns(text, {{"Timestamp", "Request tokens", "Response tokens"}, true}, file, diagnostics);
}

std::vector<Arrival> read_vidur_trace(std::string_view text, const std::string& file, Diagnostics& diagnostics) {
  return read_columns(text, {{"arrived_at", "num_prefill_tokens", "num_decode_tokens"}, false}, file, diagnostics);
}

}  // namespace eastwest
