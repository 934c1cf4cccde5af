// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "workloads/serving/arrival.hpp"

namespace eastwest {

namespace {

constexpr std::size_t kErrorsShown = 20;
constexpr std::uint32_t kTokensMaximum = 100'000'000;
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

/// Collects at most kErrorsShown located errors, each with its line.
class TraceErrors {
 public:
  TraceErrors(const std::string& file, Diagnostics& diagnostics) : file_(file), diagnostics_(diagnostics) {}
  void add(std::uint32_t line, std::size_t column, std::string_view source, std::string message, std::string remedy) {
    if (++count_ > kErrorsShown) {
      if (count_ == kErrorsShown + 1) line_ = line;
      return;
    }
    diagnostics_.add({Severity::error, Place{file_, line, static_cast<std::uint32_t>(column)}, std::move(message), std::move(remedy),
                      std::string(source.substr(0, 200))});
  }
  [[nodiscard]] bool any() const { return count_ > 0; }
  void finish() {
    if (count_ > kErrorsShown)
      diagnostics_.error(Place{file_, line_, 0}, std::to_string(count_ - kErrorsShown) + " further errors from here on are not shown",
                         "mend the first ones and read it again");
  }

 private:
  const std::string& file_;
  Diagnostics& diagnostics_;
  std::size_t count_ = 0;
  std::uint32_t line_ = 0;  // of the first that is not shown
};

struct Field {
  std::string_view text;
  std::size_t column = 1;  // 1-based
};

void split(std::string_view line, std::vector<Field>& fields) {
  fields.clear();
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = std::min(line.find(',', begin), line.size());
    fields.push_back({line.substr(begin, end - begin), begin + 1});
    if (end == line.size()) return;
    begin = end + 1;
  }
}

/// What a message quotes of a field: printable and short.
std::string quoted(std::string_view text) {
  std::string result = "`";
  for (const char c : text.substr(0, 40)) result += c >= ' ' && c <= '~' ? c : '?';
  return result + (text.size() > 40 ? "...`" : "`");
}

std::optional<std::uint32_t> parse_tokens(std::string_view text) {
  if (text.empty() || text.size() > 9) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  if (value < 1 || value > kTokensMaximum) return std::nullopt;
  return value;
}

bool too_large(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos && text.find_first_not_of('0') != std::string_view::npos;
}

/// Where each of kColumns stands; nothing after an error.
std::optional<std::array<std::size_t, 3>> read_header(std::string_view line, std::vector<Field>& fields, TraceErrors& errors) {
  split(line, fields);
  std::array<std::size_t, 3> places{};
  std::vector<std::string> names;
  for (const Field& field : fields) names.emplace_back(field.text);
  const auto absent = [&](std::string_view column) {
    return std::find(names.begin(), names.end(), column) == names.end() && nearest_name(column, names).empty();
  };
  if (std::all_of(kColumns.begin(), kColumns.end(), absent)) {
    errors.add(1, 1, line, "the first line is not the header of a trace in the Azure LLM format",
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
    errors.add(1, 1, line, "the header has no column `" + std::string(kColumns[c]) + "`",
               nearest.empty() ? "start the file with `TIMESTAMP,ContextTokens,GeneratedTokens`"
                               : "is column " + quoted(nearest) + " meant? Rename it");
  }
  if (!complete) return std::nullopt;
  return places;
}

}  // namespace

std::vector<Arrival> read_azure_trace(std::string_view text, const std::string& file, Diagnostics& diagnostics) {
  TraceErrors errors(file, diagnostics);
  if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);
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
  std::vector<Field> fields;
  std::array<std::size_t, 3> places{};
  std::size_t columns = 0;
  std::uint32_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
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
    split(line, fields);
    if (fields.size() != columns) {
      errors.add(number, 1, line, "the row has " + std::to_string(fields.size()) + " fields, the header " + std::to_string(columns),
                 "give every row one field per column");
      continue;
    }
    const auto stamp = parse_timestamp(fields[places[0]].text);
    if (!stamp)
      errors.add(number, fields[places[0]].column, line, quoted(fields[places[0]].text) + " is not a timestamp",
                 "write it as `2023-11-16 18:15:46.6805900`");
    std::array<std::uint32_t, 2> tokens{};  // 0: none that counts
    for (std::size_t c = 0; c < 2; ++c) {
      const Field& field = fields[places[c + 1]];
      tokens[c] = parse_tokens(field.text).value_or(0);
      if (tokens[c] != 0) continue;
      const std::string wrong = too_large(field.text) ? "more than " + std::to_string(kTokensMaximum) : "not a whole number of at least 1";
      errors.add(number, field.column, line, "`" + std::string(kColumns[c + 1]) + "` is " + quoted(field.text) + ", " + wrong,
                 "give the number of tokens, such as `374`");
    }
    if (stamp && tokens[0] != 0 && tokens[1] != 0) rows.push_back({*stamp, {{}, tokens[0], tokens[1]}});
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
