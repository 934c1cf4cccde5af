// SPDX-License-Identifier: Apache-2.0
// Against a machine: 300 requests of ShareGPT that vLLM 0.19 served with Llama-3.1-8B on one RTX PRO 6000, at 10 per second for half a
// minute, far above what it can do: 128 sequences and 2048 tokens per iteration. The defaults of the job, nothing fitted.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/driver_player.hpp"
#include "tests/support/temporary_directory.hpp"
#include "workloads/serving/serving_driver.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::tests;

namespace {

struct Measured {
  double queued = 0;
  double first = 0;
  double last = 0;
  std::uint32_t prompt = 0;
  std::uint32_t output = 0;
};

double number_after(std::string_view line, std::string_view key) {
  const std::size_t at = line.find(key);
  REQUIRE(at != std::string_view::npos);
  return std::strtod(std::string(line.substr(at + key.size(), 32)).c_str(), nullptr);
}

std::vector<Measured> read_measured(const std::string& text) {
  std::vector<Measured> rows;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    if (line.empty()) continue;
    rows.push_back({number_after(line, "\"queued_ts\": "), number_after(line, "\"first_token_ts\": "),
                    number_after(line, "\"last_token_ts\": "), static_cast<std::uint32_t>(number_after(line, "\"input_toks\": ")),
                    static_cast<std::uint32_t>(number_after(line, "\"output_toks\": "))});
  }
  std::sort(rows.begin(), rows.end(), [](const Measured& a, const Measured& b) { return a.queued < b.queued; });
  return rows;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

TEST_CASE("measured: an overloaded vLLM server, its waiting, its time per token and its whole run") {
  const auto path = shared_directory() / "data/measured/vllm/rtxpro6000_llama31-8b_tp1_requests.jsonl";
  if (!std::filesystem::exists(path)) {
    MESSAGE("skipped: no measurement; set EASTWEST_SHARED to the folder that holds data/measured");
    return;
  }
  const std::vector<Measured> measured = read_measured(read_file(path));
  REQUIRE(measured.size() == 300);
  ServingSettings settings;
  settings.control_latency = 10_us;
  settings.cost.model = find_transformer_model("llama-3.1-8b");
  settings.cost.rates = {0.6 * 500e12, 0.75 * 1.6e12};  // data/gpus.csv, the job's default efficiencies
  settings.cost.iteration_overhead = 500_us;
  settings.batching.sequences_maximum = 128;
  settings.batching.tokens_maximum = 2048;
  const StagedCost cost(settings.cost, settings.shape());
  settings.batching.blocks = kv_capacity_tokens(cost, Bytes{96'000'000'000}, 0.9, Bytes{std::int64_t{2} << 30}) / kBlockTokens;
  std::vector<double> ttft, tpot, e2e;
  for (const Measured& row : measured) {
    settings.arrivals.push_back({to_duration(row.queued - measured.front().queued), row.prompt, row.output});
    ttft.push_back(row.first - row.queued);
    e2e.push_back(row.last - row.queued);
    if (row.output > 1) tpot.push_back((row.last - row.first) / (row.output - 1));
  }
  Driver driver = make_serving_driver(settings);
  const Played played = play_driver(driver, {});
  REQUIRE(played.rows.size() == 300);
  std::vector<double> our_ttft, our_tpot, our_e2e;
  double last = 0;
  for (const RequestRow& row : played.rows) {
    our_ttft.push_back((row.first_token - row.arrival).seconds());
    our_e2e.push_back((row.finish - row.arrival).seconds());
    if (row.output_tokens > 1) our_tpot.push_back((row.finish - row.first_token).seconds() / (row.output_tokens - 1));
    last = std::max(last, row.finish.seconds());
  }
  double measured_last = 0;
  for (const Measured& row : measured) measured_last = std::max(measured_last, row.last - measured.front().queued);
  MESSAGE("TTFT p50 " << median(our_ttft) << " s, measured " << median(ttft) << "; TPOT p50 " << median(our_tpot) << ", measured "
                      << median(tpot) << "; E2E p50 " << median(our_e2e) << ", measured " << median(e2e) << "; whole " << last
                      << ", measured " << measured_last);
  CHECK(median(our_ttft) == doctest::Approx(median(ttft)).epsilon(0.05));
  CHECK(median(our_tpot) == doctest::Approx(median(tpot)).epsilon(0.05));
  CHECK(median(our_e2e) == doctest::Approx(median(e2e)).epsilon(0.05));
  CHECK(last == doctest::Approx(measured_last).epsilon(0.05));
}
