// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "core/input_text.hpp"
#include "workloads/serving/arrival.hpp"

namespace eastwest {

namespace {

constexpr std::int64_t kTokensMaximum = 100'000'000;
constexpr std::int64_t kPicosecondsPerSecond = 1'000'000'000'000;
constexpr std::array<std::string_view, 3> kColumns{"TIMESTAMP", "ContextTokens", "GeneratedTokens"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Days since 1970-01-01 in the Gregorian calendar (years start in March, so that the leap day is the last).
std::int64_t days_since_epoch(std::int64_t year, std::int64_t month, std::int64_t day) {
  if (month <= 2) --year;
  const std::int64_t era = year / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}

std::int64_t days_in_month(std::int64_t year, std::int64_t month) {
  constexpr std::array<std::int64_t, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

/// Seconds and picoseconds apart, because picoseconds since 1970 do not fit 64 bits.
struct Stamp {
  std::int64_t seconds = 0;
  std::int64_t fraction_ps = 0;
};

std::optional<std::int64_t> fixed_digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  std::int64_t value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (!is_digit(text[i])) return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

/// `Z`, `+HH:MM` or `-HH:MM` in seconds; nothing when it is something else.
std::optional<std::int64_t> offset_seconds(std::string_view zone) {
  if (zone.empty() || zone == "Z") return 0;
  if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return std::nullopt;
  const auto hours = fixed_digits(zone, 1, 2);
  const auto minutes = fixed_digits(zone, 4, 2);
  if (!hours || !minutes || *hours > 14 || *minutes > 59) return std::nullopt;
  return (zone[0] == '-' ? -1 : 1) * (*hours * 3600 + *minutes * 60);
}

std::optional<Stamp> parse_timestamp(std::string_view text) {
  const auto year = fixed_digits(text, 0, 4);
  const auto month = fixed_digits(text, 5, 2);
  const auto day = fixed_digits(text, 8, 2);
  const auto hour = fixed_digits(text, 11, 2);
  const auto minute = fixed_digits(text, 14, 2);
  const auto second = fixed_digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || (text[10] != ' ' && text[10] != 'T') || text[13] != ':' || text[16] != ':') return std::nullopt;
  if (*year < 1970 || *month < 1 || *month > 12 || *day < 1 || *day > days_in_month(*year, *month) || *hour > 23 || *minute > 59 ||
      *second > 60)
    return std::nullopt;
  Stamp stamp;
  std::size_t at = 19;
  if (at < text.size() && text[at] == '.') {
    std::int64_t unit = kPicosecondsPerSecond;
    for (++at; at < text.size() && is_digit(text[at]); ++at) {
      if (unit == 1) return std::nullopt;
      unit /= 10;
      stamp.fraction_ps += unit * (text[at] - '0');
    }
    if (unit == kPicosecondsPerSecond) return std::nullopt;
  }
  const auto offset = offset_seconds(text.substr(at));
  if (!offset) return std::nullopt;
  stamp.seconds = days_since_epoch(*year, *month, *day) * 86'400 + *hour * 3600 + *minute * 60 + *second - *offset;
  return stamp;
}

bool too_large(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos && text.find_first_not_of('0') != std::string_view::npos;
}

/// Where each of kColumns stands; nothing after an error.
std::optional<std::array<std::size_t, 3>> read_header(std::string_view line, std::vector<Word>& fields, InputErrors& errors) {
  split_fields(line, 1, fields);
  std::array<std::size_t, 3> places{};
  std::vector<std::string> names;
  for (const Word& field : fields) names.emplace_back(field.text);
  const auto absent = [&](std::string_view column) {
    return std::find(names.begin(), names.end(), column) == names.end() && nearest_name(column, names).empty();
  };
  if (std::all_of(kColumns.begin(), kColumns.end(), absent)) {
    errors.error(1, 1, "the first line is not the header of a trace in the Azure LLM format",
                 line.find(';') != std::string_view::npos ? "separate the columns by commas: `TIMESTAMP,ContextTokens,GeneratedTokens`"
                                                          : "start the file with `TIMESTAMP,ContextTokens,GeneratedTokens`");
    return std::nullopt;
  }
  bool complete = true;
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    const auto found = std::find(names.begin(), names.end(), kColumns[c]);
    places[c] = static_cast<std::size_t>(found - names.begin());
    if (found != names.end()) continue;
    complete = false;
    const std::string nearest = nearest_name(kColumns[c], names);
    errors.error(1, 1, "the header has no column `" + std::string(kColumns[c]) + "`",
                 nearest.empty() ? "start the file with `TIMESTAMP,ContextTokens,GeneratedTokens`"
                                 : "is column " + quote_input(nearest) + " meant? Rename it");
  }
  if (!complete) return std::nullopt;
  return places;
}

}  // namespace

std::vector<Arrival> read_azure_trace(std::string_view text, const std::string& file, Diagnostics& diagnostics) {
  if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);
  InputErrors errors(file, text, diagnostics);
  if (text.empty()) {
    diagnostics.error(Place{file, 0, 0}, "the trace is empty", "start it with `TIMESTAMP,ContextTokens,GeneratedTokens`");
    return {};
  }
  if (text.find('\0') != std::string_view::npos) {
    diagnostics.error(Place{file, 0, 0}, "the trace is not a text file", "give a CSV file in the Azure LLM trace format");
    return {};
  }
  struct Row {
    Stamp stamp;
    Arrival arrival;
  };
  std::vector<Row> rows;
  std::vector<Word> fields;
  std::array<std::size_t, 3> places{};
  std::size_t columns = 0;
  std::uint32_t number = 0;
  for (std::size_t begin = 0; begin < text.size() && !errors.full();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (number == 1) {
      const auto header = read_header(line, fields, errors);
      if (!header) return {};
      places = *header;
      columns = fields.size();
      continue;
    }
    if (line.empty()) continue;
    split_fields(line, number, fields);
    if (fields.size() != columns) {
      errors.error(number, 1, "the row has " + std::to_string(fields.size()) + " fields, the header " + std::to_string(columns),
                   "give every row one field per column");
      continue;
    }
    const auto stamp = parse_timestamp(fields[places[0]].text);
    if (!stamp)
      errors.error(fields[places[0]], quote_input(fields[places[0]].text) + " is not a timestamp",
                   "write it as `2023-11-16 18:15:46.6805900`");
    std::array<std::int64_t, 2> tokens{};  // 0: none that counts
    for (std::size_t c = 0; c < 2; ++c) {
      const Word& field = fields[places[c + 1]];
      tokens[c] = whole_number(field.text, 1, kTokensMaximum).value_or(0);
      if (tokens[c] != 0) continue;
      const std::string wrong = too_large(field.text) ? "more than " + std::to_string(kTokensMaximum) : "not a whole number of at least 1";
      errors.error(field, "`" + std::string(kColumns[c + 1]) + "` is " + quote_input(field.text) + ", " + wrong,
                   "give the number of tokens, such as `374`");
    }
    if (stamp && tokens[0] != 0 && tokens[1] != 0)
      rows.push_back({*stamp, {{}, static_cast<std::uint32_t>(tokens[0]), static_cast<std::uint32_t>(tokens[1])}});
  }
  errors.finish();
  if (errors.any()) return {};
  if (rows.empty()) {
    diagnostics.error(Place{file, number, 0}, "the trace has a header but no rows", "add at least one request");
    return {};
  }
  const auto earlier = [](const Row& a, const Row& b) {
    return a.stamp.seconds != b.stamp.seconds ? a.stamp.seconds < b.stamp.seconds : a.stamp.fraction_ps < b.stamp.fraction_ps;
  };
  std::stable_sort(rows.begin(), rows.end(), earlier);
  constexpr std::int64_t kSpanMaximum = 100LL * 86'400;  // seconds; Time holds 106 days
  std::vector<Arrival> arrivals;
  arrivals.reserve(rows.size());
  for (const Row& row : rows) {
    const std::int64_t seconds = row.stamp.seconds - rows.front().stamp.seconds;
    if (seconds > kSpanMaximum) {
      diagnostics.error(Place{file, 0, 0}, "the trace spans " + std::to_string(seconds / 86'400) + " days; at most 100 can be simulated",
                        "cut it");
      return {};
    }
    arrivals.push_back(row.arrival);
    arrivals.back().offset = {seconds * kPicosecondsPerSecond + row.stamp.fraction_ps - rows.front().stamp.fraction_ps};
  }
  return arrivals;
}

}  // namespace eastwest
