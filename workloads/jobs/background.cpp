// SPDX-License-Identifier: Apache-2.0
// Background job: the traffic of general-purpose computing, flows of published sizes that arrive at random everywhere.
#include <algorithm>
#include <string>

#include "workloads/jobs/background_flows.hpp"
#include "workloads/jobs/pattern.hpp"

namespace eastwest {

namespace {

constexpr std::uint64_t kStream = 0x6261'636b'6772'0000u;  // "backgr"; the low bits are the job
constexpr std::uint64_t kFlowsMost = 10'000'000;           // 3 operations each, some 200 bytes of memory

std::vector<ParameterSpec> parameters() {
  return {
      {.name = "sizes",
       .type = ParameterType::choice,
       .dimension = Dimension::none,
       .default_text = "web_search",
       .meaning =
           "Distribution of the sizes of flows: web search (mean 1.71 MB), data mining (7.47 MB), Hadoop (120 kB), or all of `size`.",
       .source = "DCTCP, SIGCOMM 2010; VL2, SIGCOMM 2009; Roy et al., SIGCOMM 2015; points in data/flow_sizes.csv",
       .choices = "web_search, data_mining, hadoop, fixed"},
      {.name = "size",
       .type = ParameterType::quantity,
       .dimension = Dimension::bytes,
       .default_text = "1 MB",
       .minimum = 1,
       .maximum = 1e12,
       .meaning = "Bytes of every flow where `sizes` is `fixed`.",
       .source = "eastwest"},
      {.name = "load",
       .type = ParameterType::real,
       .dimension = Dimension::none,
       .default_text = "0.1",
       .minimum = 1e-6,
       .maximum = 1,
       .meaning = "Payload that every sender is asked to send, as a share of its NIC's rate: 0.1 is 10 percent.",
       .source = "eastwest"},
      {.name = "duration",
       .type = ParameterType::quantity,
       .dimension = Dimension::time,
       .default_text = "10 ms",
       .minimum = 1,
       .maximum = 1e15,
       .meaning = "How long flows arrive, from the start of the job; never beyond the scenario's `duration`.",
       .source = "eastwest"},
      {.name = "destinations",
       .type = ParameterType::choice,
       .dimension = Dimension::none,
       .default_text = "uniform",
       .meaning = "uniform: any rank on another host; leaf: `leaf_share` of the flows stay under the sender's switch, the others leave it.",
       .source = "usual in data-centre fabric studies",
       .choices = "uniform, leaf"},
      {.name = "leaf_share",
       .type = ParameterType::real,
       .dimension = Dimension::none,
       .default_text = "0.129",
       .minimum = 0,
       .maximum = 1,
       .meaning = "Share of the flows that stay under the sender's switch, its rack, where `destinations` is `leaf`.",
       .source = "Roy et al., SIGCOMM 2015, table 3: 12.9 percent of all bytes stay in the rack"},
  };
}

void append(const ParameterSet& parameters, const JobContext& context, ScheduleBuilder& schedule, std::vector<Driver>&,
            Diagnostics& diagnostics) {
  if (!has_two_ranks(context, diagnostics)) return;
  const std::string& name = parameters.text("sizes");
  BackgroundWish wish;
  wish.sizes = name == "fixed" ? fixed_flow_size(parameters.bytes("size")) : find_flow_sizes(name);
  wish.load = parameters.real("load");
  wish.by_leaf = parameters.text("destinations") == "leaf";
  wish.leaf_share = parameters.real("leaf_share");
  wish.duration = parameters.duration("duration");
  if (context.duration.ps > 0) wish.duration = std::min(wish.duration, context.duration - (context.start - Time{}));
  wish.seed = context.seed;
  wish.stream = kStream | context.job;
  wish.flows_most = kFlowsMost;
  const std::string job = "job `" + context.name + "`: ";
  if (wish.duration.ps <= 0) {
    diagnostics.warning(context.place, job + "it starts after the scenario's duration and sends nothing",
                        "start it earlier or raise `duration`");
    return;
  }
  const Result<std::vector<PatternFlow>> flows = draw_background_flows(context.fabric, context.gpus, wish);
  if (!flows) {
    diagnostics.error(context.place, job + flows.error().message, flows.error().remedy);
    return;
  }
  if (flows->empty()) {
    diagnostics.warning(context.place, job + "no flow arrives in " + to_readable(wish.duration), "raise `duration` or `load`");
    return;
  }
  schedule.begin_job(context.job, context.traffic_class);
  append_pattern("background " + name, *flows, context, schedule);
}

}  // namespace

extern const JobKind kind_job_background{
    .name = "background",
    .summary = "General-compute traffic: flows of published sizes arrive at random at every host, for other hosts drawn at random.",
    .source = "Alizadeh et al., pFabric, SIGCOMM 2013, section 5 (Poisson arrivals, web search and data mining)",
    .parameters = parameters,
    .append = append,
};

}  // namespace eastwest
