// SPDX-License-Identifier: Apache-2.0
#include "workloads/jobs/serving_arrivals.hpp"

#include <algorithm>
#include <filesystem>
#include <string>

#include "core/input_text.hpp"
#include "workloads/serving/arrival_formats.hpp"

namespace eastwest {

namespace {

constexpr std::int64_t kRequestsMaximum = 10'000'000;
constexpr std::string_view kNoTrace = "none";
/// Of the last arrival; what comes then has five days until drivers stop (kDriverTimeLast).
constexpr Duration kArrivalLast{std::int64_t{100} * 86'400 * 1'000'000'000'000};

/// Parameters that were set and change nothing.
void warn_of_idle(const ParameterSet& parameters, const JobContext& context, bool drawn, Diagnostics& diagnostics) {
  const auto idle = [&](const std::string& name, const std::string& why, const std::string& remedy) {
    diagnostics.warning(context.place, "`" + name + "` has no effect " + why, remedy);
  };
  if (drawn && parameters.real("arrivals.time_scale") != 1.0)
    idle("arrivals.time_scale", "on drawn arrivals", "remove it, and set `arrivals.rate`");
  if (parameters.real("arrivals.cv") != 1.0 && (!drawn || parameters.text("arrivals.process") != "gamma"))
    idle("arrivals.cv", drawn ? "on Poisson arrivals" : "on a trace",
         drawn ? "set `arrivals.process: gamma`, or remove it" : "remove it, or draw the arrivals");
}

/// Nothing comes too late for Time.
bool check_last(const std::vector<Arrival>& arrivals, const JobContext& context, Diagnostics& diagnostics) {
  if (arrivals.empty() || (context.start - Time{}) + arrivals.back().offset <= kArrivalLast) return true;
  diagnostics.error(context.place,
                    "the last request of job `" + context.name + "` comes " + to_readable(arrivals.back().offset) + " after its start at " +
                        to_string(context.start) + ", beyond the 100 days that can be simulated",
                    "start the job earlier, or cut its arrivals with `arrivals.requests` or `duration`");
  return false;
}

/// Drawn arrivals: none, or fewer than `limit` because the days that can be simulated are over.
void warn_of_few(const std::vector<Arrival>& arrivals, std::int64_t limit, Duration left, const JobContext& context,
                 Diagnostics& diagnostics) {
  const bool timeless = left.ps == 0 || left > kArrivalLast;
  const auto count = static_cast<std::int64_t>(arrivals.size());
  if (timeless && count < limit)
    diagnostics.warning(context.place,
                        "job `" + context.name + "` gets " + std::to_string(count) + " of " + std::to_string(limit) +
                            " requests: the others would come after the 100 days that can be simulated",
                        "raise `arrivals.rate`, or lower `arrivals.requests`");
  else if (count == 0)
    diagnostics.warning(context.place,
                        "job `" + context.name + "` serves nothing: its first request would come after the scenario's duration is over",
                        "raise `arrivals.rate` or `duration`");
}

}  // namespace

void append_arrival_parameters(std::vector<ParameterSpec>& list) {
  using Type = ParameterType;
  const std::vector<ParameterSpec> own{
      {.name = "arrivals.trace",
       .type = Type::text,
       .default_text = kNoTrace,
       .meaning = "request trace, path from the scenario's folder; none: arrivals are drawn",
       .source = "user"},
      {.name = "arrivals.format",
       .type = Type::choice,
       .default_text = "automatic",
       .meaning = "format of the trace; automatic: known by its first line",
       .source = "AzurePublicDataset, BurstGPT, Mooncake, Vidur",
       .choices = "automatic, azure, burstgpt, mooncake, vidur"},
      {.name = "arrivals.prefix_reuse",
       .type = Type::boolean,
       .default_text = "false",
       .meaning = "Mooncake traces: prompt blocks that an earlier request had need not be computed; an ideal cache of the whole site",
       .source = "Mooncake, FAST 2025: upper bound of what a KV cache pool saves"},
      {.name = "arrivals.process",
       .type = Type::choice,
       .default_text = "poisson",
       .meaning = "drawn arrivals: law of the gaps between requests; gamma: with the coefficient of variation `arrivals.cv`",
       .source = "vLLM's benchmark: burstiness; Azure traces 2023: CV 1.09 (conversation) and 13.2 (code)",
       .choices = "gamma, poisson"},
      {.name = "arrivals.rate",
       .type = Type::real,
       .default_text = "5",
       .minimum = 1e-6,
       .maximum = 1e6,
       .meaning = "drawn arrivals: requests per second",
       .source = "Azure conversation trace 2023: 5.5"},
      {.name = "arrivals.cv",
       .type = Type::real,
       .default_text = "1",
       .minimum = 0.05,
       .maximum = 20,
       .meaning = "gamma: deviation of the gaps over their mean; 1: as Poisson, more: bursts, less: more even",
       .source = "user"},
      {.name = "arrivals.requests",
       .default_text = "0",
       .minimum = 0,
       .maximum = static_cast<double>(kRequestsMaximum),
       .meaning = "at most so many requests; 0: no limit but the scenario's duration",
       .source = "user"},
      {.name = "arrivals.prompt_tokens",
       .type = Type::real,
       .default_text = "1155",
       .minimum = 1,
       .maximum = 1e6,
       .meaning = "drawn arrivals: mean prompt",
       .source = "Azure conversation trace 2023"},
      {.name = "arrivals.output_tokens",
       .type = Type::real,
       .default_text = "211",
       .minimum = 1,
       .maximum = 1e6,
       .meaning = "drawn arrivals: mean output",
       .source = "Azure conversation trace 2023"},
      {.name = "arrivals.lengths",
       .type = Type::choice,
       .default_text = "lognormal",
       .meaning = "drawn arrivals: law of the lengths",
       .source = "usual fit to measured lengths",
       .choices = "fixed, lognormal"},
      {.name = "arrivals.length_sigma",
       .type = Type::real,
       .default_text = "0.9",
       .minimum = 0,
       .maximum = 5,
       .meaning = "drawn arrivals: deviation of the logarithm of lengths",
       .source = "near Azure conversation trace 2023"},
      {.name = "arrivals.length_max",
       .default_text = "8192",
       .minimum = 1,
       .maximum = 1e6,
       .meaning = "drawn arrivals: longest prompt and longest output",
       .source = "context of the model"},
      {.name = "arrivals.time_scale",
       .type = Type::real,
       .default_text = "1",
       .minimum = 1e-6,
       .maximum = 1e6,
       .meaning = "trace: gaps are divided by this; 2 doubles the request rate",
       .source = "user"},
  };
  list.insert(list.end(), own.begin(), own.end());
}

bool make_arrivals(const ParameterSet& parameters, const JobContext& context, std::vector<Arrival>& arrivals,
                   std::vector<std::uint64_t>* prefix_ids, Diagnostics& diagnostics) {
  const std::int64_t limit = parameters.integer("arrivals.requests");
  const Duration left = context.duration.ps > 0 ? context.duration - (context.start - Time{}) : Duration{};
  if (context.duration.ps > 0 && left.ps <= 0) {
    diagnostics.warning(context.place,
                        "job `" + context.name + "` starts at " + to_string(context.start) +
                            ", not before the scenario's duration is over; it serves nothing",
                        "start it earlier or raise `duration`");
    return false;
  }
  if (context.start - Time{} > kArrivalLast) {
    diagnostics.error(context.place,
                      "job `" + context.name + "` starts at " + to_string(context.start) + ", beyond the 100 days that can be simulated",
                      "start it earlier");
    return false;
  }
  const std::string& trace = parameters.text("arrivals.trace");
  warn_of_idle(parameters, context, trace == kNoTrace, diagnostics);
  if (trace != kNoTrace) {
    std::filesystem::path path(trace);
    if (path.is_relative() && !context.directory.empty()) path = std::filesystem::path(context.directory) / path;
    const Result<std::string> text = read_input_file(path.string(), kInputBytesMost, "arrivals.trace");
    if (!text) {
      diagnostics.error(context.place, "`arrivals.trace`: " + text.error().message, text.error().remedy);
      return false;
    }
    arrivals = read_arrivals(arrival_format(parameters.text("arrivals.format")), {parameters.boolean("arrivals.prefix_reuse"), prefix_ids},
                             *text, path.string(), diagnostics);
    if (arrivals.empty()) return false;
    const double scale = parameters.real("arrivals.time_scale");
    const double span = static_cast<double>(arrivals.back().offset.ps) / scale;
    if (span > static_cast<double>(kArrivalLast.ps)) {
      diagnostics.error(context.place, "`arrivals.time_scale` stretches the trace beyond 100 days", "raise it");
      return false;
    }
    if (scale != 1.0)
      for (Arrival& arrival : arrivals) arrival.offset = {static_cast<std::int64_t>(static_cast<double>(arrival.offset.ps) / scale)};
    if (left.ps > 0)
      arrivals.erase(
          std::upper_bound(arrivals.begin(), arrivals.end(), left, [](Duration at, const Arrival& arrival) { return at < arrival.offset; }),
          arrivals.end());
    if (limit > 0 && static_cast<std::int64_t>(arrivals.size()) > limit) arrivals.resize(static_cast<std::size_t>(limit));
    return check_last(arrivals, context, diagnostics);
  }
  if (parameters.boolean("arrivals.prefix_reuse")) {
    diagnostics.error(context.place, "`arrivals.prefix_reuse` needs the block hashes of a Mooncake trace, and these arrivals are drawn",
                      "remove it, or give a Mooncake trace");
    return false;
  }
  DrawnArrivals wish;
  wish.process = parameters.text("arrivals.process") == "gamma" ? ArrivalProcess::gamma : ArrivalProcess::poisson;
  wish.requests_per_second = parameters.real("arrivals.rate");
  wish.variation = parameters.real("arrivals.cv");
  wish.requests = limit;
  wish.duration = left;
  wish.prompt_tokens = parameters.real("arrivals.prompt_tokens");
  wish.output_tokens = parameters.real("arrivals.output_tokens");
  wish.lengths = parameters.text("arrivals.lengths") == "fixed" ? LengthLaw::fixed : LengthLaw::lognormal;
  wish.sigma = parameters.real("arrivals.length_sigma");
  wish.tokens_maximum = parameters.integer("arrivals.length_max");
  wish.seed = context.seed;
  wish.stream = context.job;
  if (limit == 0 && left.ps == 0) {
    diagnostics.error(context.place, "the drawn arrivals of job `" + context.name + "` never end",
                      "set `arrivals.requests`, or a `duration` for the scenario");
    return false;
  }
  if (limit == 0 && wish.requests_per_second * left.seconds() > static_cast<double>(kRequestsMaximum)) {
    diagnostics.error(context.place, "job `" + context.name + "` would get more than " + std::to_string(kRequestsMaximum) + " requests",
                      "lower `arrivals.rate` or the duration, or set `arrivals.requests`");
    return false;
  }
  arrivals = draw_arrivals(wish);
  if (!check_last(arrivals, context, diagnostics)) return false;
  warn_of_few(arrivals, limit, left, context, diagnostics);
  return true;
}

}  // namespace eastwest
