// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>

#include "core/input_text.hpp"
#include "workloads/serving/arrival_formats.hpp"
#include "workloads/serving/kv_pool.hpp"

namespace eastwest {

namespace {

using nlohmann::json;

constexpr std::size_t kPrefixIdsMaximum = 4'000'000'000;
constexpr std::int64_t kTokensMaximum = 100'000'000;
constexpr double kMillisecondsMost = 9e9;  // 104 days

struct MooncakeRow {
  Arrival arrival;
  std::vector<std::uint64_t> blocks;
};

/// Finds where a line stops being JSON.
struct PlaceOfError : json::json_sax_t {
  std::size_t column = 1;
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    column = std::max<std::size_t>(position, 1);
    return false;
  }
};

class MooncakeReader {
 public:
  MooncakeReader(std::string_view text, InputErrors& errors) : text_(text), errors_(errors) {}

  std::vector<MooncakeRow> run() {
    std::vector<MooncakeRow> rows;
    std::uint32_t number = 0;
    for (std::size_t begin = 0; begin < text_.size() && !errors_.full();) {
      const std::size_t end = std::min(text_.find('\n', begin), text_.size());
      const std::string_view line = text_.substr(begin, end - begin);
      begin = end + 1;
      ++number;
      if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      if (auto row = read_line(line, number)) rows.push_back(std::move(*row));
    }
    return rows;
  }

 private:
  std::optional<MooncakeRow> read_line(std::string_view line, std::uint32_t number) {
    const json object = json::parse(line, nullptr, false);
    if (object.is_discarded()) {
      PlaceOfError place;
      json::sax_parse(line, &place);
      errors_.error(number, static_cast<std::uint32_t>(place.column), "the line is not JSON from here on",
                    "write one object per line; the file may be cut off");
      return std::nullopt;
    }
    if (!object.is_object()) {
      errors_.error(number, 1, "the line is no JSON object", "write `{\"timestamp\": 0, \"input_length\": 1600, \"output_length\": 40}`");
      return std::nullopt;
    }
    MooncakeRow row;
    const auto column = [&](std::string_view key) {
      const std::size_t at = line.find("\"" + std::string(key) + "\"");
      return at == std::string_view::npos ? 1 : static_cast<std::uint32_t>(at) + 1;
    };
    const auto timestamp = object.find("timestamp");
    const double time = timestamp != object.end() && timestamp->is_number() ? timestamp->get<double>() : -1;
    const bool timed = time >= 0 && time <= kMillisecondsMost;
    if (!timed)
      errors_.error(number, column("timestamp"),
                    timestamp == object.end() ? "the request has no `timestamp`" : "`timestamp` is not a time in ms",
                    "it is a number of milliseconds, such as `\"timestamp\": 120`");
    else row.arrival.offset = {std::llround(time * 1e9)};
    const auto count = [&](const char* key) {
      const auto value = object.find(key);
      const bool good = value != object.end() && value->is_number_integer() && value->get<std::int64_t>() >= 1 &&
                        value->get<std::int64_t>() <= kTokensMaximum;
      if (!good)
        errors_.error(number, column(key),
                      (value == object.end() ? "the request has no `" : "`") + std::string(key) +
                          (value == object.end() ? "`" : "` is not a number of tokens"),
                      "it is a whole number from 1 to " + std::to_string(kTokensMaximum));
      return good ? value->get<std::uint32_t>() : 1u;
    };
    row.arrival.prompt_tokens = count("input_length");
    row.arrival.output_tokens = count("output_length");
    read_blocks(object, number, column("hash_ids"), row);
    return row;
  }

  void read_blocks(const json& object, std::uint32_t number, std::uint32_t column, MooncakeRow& row) {
    const auto ids = object.find("hash_ids");
    if (ids == object.end()) return;
    const bool good = ids->is_array() && std::all_of(ids->begin(), ids->end(), [](const json& id) { return id.is_number_unsigned(); });
    if (!good) return errors_.error(number, column, "`hash_ids` is not a list of block numbers", "write `\"hash_ids\": [7, 8, 9]`");
    for (const json& id : *ids) row.blocks.push_back(id.get<std::uint64_t>());
  }

  std::string_view text_;
  InputErrors& errors_;
};

/// Takes from every prompt its leading blocks that an earlier request had; a token is left to compute.
void reuse_prefixes(std::vector<MooncakeRow>& rows) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const MooncakeRow& a, const MooncakeRow& b) { return a.arrival.offset < b.arrival.offset; });
  std::unordered_set<std::uint64_t> seen;
  for (MooncakeRow& row : rows) {
    std::size_t run = 0;
    while (run < row.blocks.size() && seen.contains(row.blocks[run])) ++run;
    const auto reused = std::min<std::int64_t>(static_cast<std::int64_t>(run) * kPrefixTokens, std::int64_t{row.arrival.prompt_tokens} - 1);
    row.arrival.prompt_tokens -= static_cast<std::uint32_t>(reused);
    seen.insert(row.blocks.begin(), row.blocks.end());
  }
}

/// Lists the ids of the blocks that each prompt fills; false when they are too many to count.
bool keep_prefixes(std::vector<MooncakeRow>& rows, std::vector<std::uint64_t>& ids) {
  for (MooncakeRow& row : rows) {
    const std::size_t whole = std::min<std::size_t>(row.blocks.size(), row.arrival.prompt_tokens / kPrefixTokens);
    if (ids.size() + whole > kPrefixIdsMaximum) return false;
    row.arrival.prefix_first = static_cast<std::uint32_t>(ids.size());
    row.arrival.prefix_count = static_cast<std::uint32_t>(whole);
    ids.insert(ids.end(), row.blocks.begin(), row.blocks.begin() + static_cast<std::ptrdiff_t>(whole));
  }
  return true;
}

}  // namespace

std::vector<Arrival> read_mooncake_trace(std::string_view text, PrefixUse prefix, const std::string& file, Diagnostics& diagnostics) {
  if (const auto unfit = not_a_text(text, "a trace of Mooncake: one JSON object per line")) {
    diagnostics.error(Place{file, 0, 0}, unfit->message, unfit->remedy);
    return {};
  }
  InputErrors errors(file, text, diagnostics);
  std::vector<MooncakeRow> rows = MooncakeReader(text, errors).run();
  errors.finish();
  if (errors.any()) return {};
  if (prefix.ideal) reuse_prefixes(rows);
  if (prefix.ids != nullptr && !keep_prefixes(rows, *prefix.ids)) {
    diagnostics.error(Place{file, 0, 0}, "the trace has more than " + std::to_string(kPrefixIdsMaximum) + " block ids", "cut it");
    return {};
  }
  std::vector<Arrival> arrivals;
  arrivals.reserve(rows.size());
  for (const MooncakeRow& row : rows) arrivals.push_back(row.arrival);
  return settle_arrivals(std::move(arrivals), file, diagnostics);
}

}  // namespace eastwest
