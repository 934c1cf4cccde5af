// SPDX-License-Identifier: Apache-2.0
#include "analysis/figures.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "analysis/metrics.hpp"
#include "topology/catalogue.hpp"

namespace eastwest {

namespace {

using enum FigureColumn::Better;

struct Declared {
  std::string_view name;
  std::string_view unit;
  std::string_view meaning;
  FigureColumn::Better better = lower;
  double scale = 1;
};

enum JobFigure : std::uint8_t {
  kTime,
  kStepMean,
  kStepMax,
  kExposed,
  kBubble,
  kTokensPerGpu,
  kMfu,
  kRequestsFinished,
  kRequestsPerSecond,
  kOutputTokens,
  kTtftMean,
  kTtft50,
  kTtft99,
  kTpotMean,
  kTpot50,
  kTpot99,
  kGap99,
  kGapMax,
  kE2e50,
  kE2e99,
  kGoodput,
  kPreemptions,
  kCollectiveTime,
  kBusBandwidth,
  kSmallFlows,
  kMiddleFlows,
  kLargeFlows,
  kSmallSlowdown,
  kMiddleSlowdown,
  kLargeSlowdown,
  kLatency99,
  kJobFigures
};
constexpr std::array<Declared, kJobFigures> kOfJob = {{
    {"time_s", "s", "from the job's start to its end"},
    {"step_time_mean_s", "s", "training step, mean"},
    {"step_time_max_s", "s", "training step, longest"},
    {"exposed_share", "1", "share of a step that does not compute"},
    {"bubble_share", "1", "share of a step without anything to do"},
    {"tokens_per_s_per_gpu", "1/s", "tokens trained per second and GPU", higher},
    {"mfu", "1", "model FLOPs utilisation", higher},
    {"requests_finished", "count", "requests that were answered", higher},
    {"requests_per_s", "1/s", "requests answered per second", higher},
    {"output_tokens_per_s", "1/s", "tokens generated per second", higher},
    {"ttft_mean_s", "s", "time to first token, mean"},
    {"ttft_p50_s", "s", "time to first token, median"},
    {"ttft_p99_s", "s", "time to first token, 99th percentile"},
    {"tpot_mean_s", "s", "time per output token, mean"},
    {"tpot_p50_s", "s", "time per output token, median"},
    {"tpot_p99_s", "s", "time per output token, 99th percentile"},
    {"itl_p99_s", "s", "gap between two tokens of an answer, 99th percentile"},
    {"itl_max_s", "s", "gap between two tokens of an answer, longest"},
    {"e2e_p50_s", "s", "whole request, median"},
    {"e2e_p99_s", "s", "whole request, 99th percentile"},
    {"goodput_per_s", "1/s", "requests per second within their targets", higher},
    {"preemptions", "count", "requests that had to give their memory back"},
    {"collective_time_mean_s", "s", "largest collective, mean time"},
    {"busbw_GBps", "B/s", "largest collective, bus bandwidth", higher, 1e9},
    {"flow_small_p99_s", "s", "flows under 100 kB, 99th percentile of their times"},
    {"flow_middle_p99_s", "s", "flows of 100 kB to 10 MB, 99th percentile of their times"},
    {"flow_large_p99_s", "s", "flows over 10 MB, 99th percentile of their times"},
    {"flow_small_slowdown_p99", "1", "flows under 100 kB, 99th percentile of time over idle time"},
    {"flow_middle_slowdown_p99", "1", "flows of 100 kB to 10 MB, 99th percentile of time over idle time"},
    {"flow_large_slowdown_p99", "1", "flows over 10 MB, 99th percentile of time over idle time"},
    {"packet_latency_p99_s", "s", "packets, NIC to NIC, 99th percentile"},
}};

enum NetworkFigure : std::uint8_t { kBusiest, kPeak, kQueue, kDrops, kMarks, kPauses, kRetransmits, kTimeouts, kNetworkFigures };
constexpr std::array<Declared, kNetworkFigures> kOfNetwork = {{
    {"utilization_mean", "1", "busiest link, share of the run", neither},
    {"utilization_max", "1", "busiest link in one interval of the probe", neither},
    {"queue_max_B", "B", "longest queue"},
    {"drops", "count", "frames lost"},
    {"ecn_marks", "count", "packets marked"},
    {"pfc_pauses", "count", "pause frames"},
    {"retransmits", "count", "packets sent again"},
    {"timeouts", "count", "timeouts of queue pairs"},
}};

enum SiteFigure : std::uint8_t {
  kServers,
  kGpus,
  kSwitches,
  kSwitchPorts,
  kFreePorts,
  kCables,
  kFabricCables,
  kTransceivers,
  kCableLength,
  kPulls,
  kTrunks,
  kSwitchPower,
  kServerPower,
  kSiteFigures
};
constexpr std::array<Declared, kSiteFigures> kOfSite = {{
    {"servers", "count", "servers", neither},
    {"gpus", "count", "GPUs, or processes of plain hosts", neither},
    {"switches", "count", "switches", neither},
    {"switch_ports", "count", "switch ports in use", neither},
    {"switch_ports_free", "count", "switch ports that are not in use, where the catalogue knows all switches", higher},
    {"cables", "count", "cables", neither},
    {"fabric_cables", "count", "cables between switches", neither},
    {"transceivers", "count", "ends of cables that are lit by pluggable optics", neither},
    {"cable_length_m", "m", "all cables together", neither},
    {"pulls", "count", "pieces of cable that are pulled through pathways, trunks among them", neither},
    {"trunks", "count", "trunks that are pulled", neither},
    {"switch_power_W", "W", "switches at their most, where the catalogue knows all of them", neither},
    {"server_power_W", "W", "servers at their most, where the catalogue knows all of them", neither},
}};

constexpr double kNoFigure = std::numeric_limits<double>::quiet_NaN();

template <std::size_t N>
void add_columns(const std::string& subject, const std::array<Declared, N>& declared, std::vector<FigureColumn>& out) {
  for (const Declared& d : declared)
    out.push_back({subject + "." + std::string(d.name), subject, d.name, d.unit, d.meaning, d.scale, d.better});
}

void fill_flows(const JobFlows& flows, double* out) {
  for (const FlowClassMetrics& m : flows.classes) {
    const auto at = static_cast<std::size_t>(m.size);
    out[kSmallFlows + at] = m.time.p99;
    if (m.slowdown.count > 0) out[kSmallSlowdown + at] = m.slowdown.p99;
  }
}

void fill_requests(const RequestMetrics& m, double* out) {
  out[kRequestsFinished] = static_cast<double>(m.finished);
  out[kRequestsPerSecond] = m.requests_per_second;
  out[kOutputTokens] = m.output_tokens_per_second;
  out[kPreemptions] = static_cast<double>(m.preemptions);
  if (m.has_slo) out[kGoodput] = m.goodput;
  if (m.ttft.count > 0) {
    out[kTtftMean] = m.ttft.mean;
    out[kTtft50] = m.ttft.p50;
    out[kTtft99] = m.ttft.p99;
  }
  if (m.tpot.count > 0) {
    out[kTpotMean] = m.tpot.mean;
    out[kTpot50] = m.tpot.p50;
    out[kTpot99] = m.tpot.p99;
  }
  if (m.e2e.count > 0) {
    out[kE2e50] = m.e2e.p50;
    out[kE2e99] = m.e2e.p99;
  }
}

void fill_jobs(std::span<const std::string> jobs, const Workload& workload, const RunResult& result, const std::vector<JobFlows>& flows,
               std::vector<double>& out) {
  const std::vector<StepMetrics> steps = step_metrics(result.steps);
  const std::vector<RequestMetrics> requests = request_metrics(result.requests);
  const std::vector<CollectiveMetrics> collectives = collective_metrics(workload.schedule.collectives, result.collectives);
  for (std::size_t j = 0; j < workload.jobs.size(); ++j) {
    const auto found = std::find(jobs.begin(), jobs.end(), workload.jobs[j].name);
    if (found == jobs.end()) continue;
    double* row = out.data() + static_cast<std::size_t>(found - jobs.begin()) * kJobFigures;
    if (j < result.job_finish.size() && result.job_finish[j] != kTimeNever && result.job_finish[j] > workload.jobs[j].start)
      row[kTime] = (result.job_finish[j] - workload.jobs[j].start).seconds();
    for (const StepMetrics& m : steps) {
      if (m.job != j) continue;
      row[kStepMean] = m.time.mean;
      row[kStepMax] = m.time.max;
      row[kExposed] = m.exposed_share;
      row[kBubble] = m.bubble_share;
      if (const TrainingFacts* facts = facts_of_job(workload.schedule.training, m.job); facts != nullptr) {
        const TrainingRates rates = training_rates(*facts, m.time.mean);
        row[kTokensPerGpu] = rates.tokens_per_second_per_gpu;
        row[kMfu] = rates.model_flops_utilization;
      }
    }
    for (const RequestMetrics& m : requests)
      if (m.job == j) fill_requests(m, row);
    if (j < result.token_gaps.size() && !result.token_gaps[j].empty()) {
      const Percentiles gaps = gap_percentiles(result.token_gaps[j]);
      row[kGap99] = gaps.p99;
      row[kGapMax] = gaps.max;
    }
    const CollectiveMetrics* largest = nullptr;
    for (const CollectiveMetrics& m : collectives)
      if (m.job == j && (largest == nullptr || m.bytes > largest->bytes)) largest = &m;
    if (largest != nullptr) {
      row[kCollectiveTime] = largest->time.mean;
      row[kBusBandwidth] = largest->busbw * 1e-9;
    }
    for (const JobFlows& f : flows)
      if (f.job == j) fill_flows(f, row);
    for (const LatencyHistogram& h : result.latency)
      if (h.job == j && std::any_of(h.counts.begin(), h.counts.end(), [](std::uint64_t c) { return c > 0; }))
        row[kLatency99] = std::max(row[kLatency99] >= 0 ? row[kLatency99] : 0, h.quantile(0.99).seconds());
  }
}

void fill_network(const RunResult& result, double* out) {
  double busiest = 0;
  double peak = 0;
  std::uint32_t queue = 0;
  for (const LinkTotal& link : result.links) {
    busiest = std::max(busiest, link.utilization_mean);
    peak = std::max(peak, link.utilization_max);
    queue = std::max(queue, link.queue_bytes_max);
  }
  const Counters& c = result.counters;
  out[kBusiest] = busiest;
  out[kPeak] = peak;
  out[kQueue] = static_cast<double>(queue);
  out[kDrops] = static_cast<double>(c.drops_buffer + c.drops_fault + c.drops_loss);
  out[kMarks] = static_cast<double>(c.ecn_marks);
  out[kPauses] = static_cast<double>(c.pfc_pauses);
  out[kRetransmits] = static_cast<double>(c.retransmits);
  out[kTimeouts] = static_cast<double>(c.timeouts);
}

/// The sum over what the catalogue knows; NaN when it does not know one of them.
template <class Row, class Find>
double power_of(const std::vector<Row>& rows, Find find) {
  std::int64_t milliwatts = 0;
  for (const Row& row : rows) {
    const auto* model = find(row.model);
    if (model == nullptr || model->power_max.mw == 0) return kNoFigure;
    milliwatts += model->power_max.mw;
  }
  return static_cast<double>(milliwatts) * 1e-3;
}

/// Ports that a switch has at the rate of its links, less those in use; NaN when the catalogue does not know one of the switches.
double free_ports(const Fabric& fabric, const Catalogue& catalogue) {
  double free = 0;
  for (const Switch& one : fabric.switches) {
    const SwitchModel* model = catalogue.find_switch(one.model);
    if (model == nullptr) return kNoFigure;
    const Node& node = fabric.nodes[one.node.index()];
    BitRate rate = model->port_rate;
    double used = 0;
    for (std::uint32_t p = 0; p < node.port_count; ++p) {
      const Port& port = fabric.ports[node.first_port + p];
      if (!port.out.exists()) continue;
      rate = fabric.links[port.out.index()].rate;
      used += 1;
    }
    free += std::max(0.0, static_cast<double>(model->ports_at(rate)) - used);
  }
  return free;
}

void fill_site(const Fabric& fabric, const PlantCounts& plant, double* out) {
  out[kPulls] = plant.pulls;
  out[kTrunks] = plant.trunks;
  static const Catalogue kCatalogue = builtin_catalogue();
  std::uint32_t ports = 0;
  std::uint32_t between = 0;
  std::int64_t length = 0;
  std::uint32_t lit = 0;
  for (const Cable& cable : fabric.cables) {
    std::uint32_t ends = 0;
    for (const PortId port : {cable.a, cable.b})
      ends += fabric.nodes[fabric.ports[port.index()].node.index()].kind == NodeKind::network_switch ? 1 : 0;
    ports += ends;
    between += ends == 2 ? 1 : 0;
    length += cable.length.mm;
    const OpticModel* optic = kCatalogue.find_optic(cable.medium);
    if (optic != nullptr && optic->fibres != 0 && optic->connector != "integral") lit += 2;
  }
  out[kServers] = static_cast<double>(fabric.hosts.size());
  out[kGpus] = static_cast<double>(fabric.gpu_count);
  out[kSwitches] = static_cast<double>(fabric.switches.size());
  out[kSwitchPorts] = static_cast<double>(ports);
  out[kCables] = static_cast<double>(fabric.cables.size());
  out[kFabricCables] = static_cast<double>(between);
  out[kTransceivers] = static_cast<double>(lit);
  out[kFreePorts] = free_ports(fabric, kCatalogue);
  out[kCableLength] = static_cast<double>(length) * 1e-3;
  out[kSwitchPower] = power_of(fabric.switches, [](const std::string& id) { return kCatalogue.find_switch(id); });
  out[kServerPower] = power_of(fabric.hosts, [](const std::string& id) { return kCatalogue.find_server(id); });
}

/// "the switch leaf-0 (model `own`)" and how many more, of those that `known` does not know; "" without any.
template <class Row, class Known>
std::string unknown_rows(const Fabric& fabric, const std::vector<Row>& rows, const char* kind, Known known) {
  std::string text;
  std::size_t more = 0;
  for (const Row& row : rows) {
    if (known(row.model)) continue;
    if (!text.empty()) {
      ++more;
      continue;
    }
    text = std::string("the ") + kind + " " + fabric.nodes[row.node.index()].name +
           (row.model.empty() ? " (without a model)" : " (model `" + row.model + "`)");
  }
  return more == 0 ? text : text + " and " + std::to_string(more) + " more";
}

}  // namespace

std::vector<FigureColumn> figure_columns(std::span<const std::string> jobs) {
  std::vector<FigureColumn> columns;
  for (const std::string& job : jobs) add_columns(job, kOfJob, columns);
  add_columns("network", kOfNetwork, columns);
  add_columns("site", kOfSite, columns);
  return columns;
}

PlantCounts plant_counts(const Plant& plant) {
  PlantCounts out{0, 0};
  for (const Piece& piece : plant.pieces) {
    if (piece.status == PieceStatus::retired) continue;
    out.pulls += piece.route_count > 0 ? 1 : 0;
    out.trunks += piece.kind == PieceKind::trunk ? 1 : 0;
  }
  return out;
}

std::vector<double> site_figures(std::span<const std::string> jobs, const Fabric& fabric, const PlantCounts& plant) {
  std::vector<double> out(jobs.size() * kJobFigures + kNetworkFigures + kSiteFigures, kNoFigure);
  fill_site(fabric, plant, out.data() + jobs.size() * kJobFigures + kNetworkFigures);
  return out;
}

std::vector<double> run_figures(std::span<const std::string> jobs, const Fabric& fabric, const PlantCounts& plant, const Workload& workload,
                                const RunResult& result, const std::vector<JobFlows>& flows) {
  std::vector<double> out = site_figures(jobs, fabric, plant);
  if (result.outcome != Outcome::complete) return out;
  fill_jobs(jobs, workload, result, flows, out);
  fill_network(result, out.data() + jobs.size() * kJobFigures);
  return out;
}

std::string unknown_of_site(const Fabric& fabric, std::string_view figure) {
  const Catalogue catalogue = builtin_catalogue();
  const auto powered = [](const auto* model) { return model != nullptr && model->power_max.mw != 0; };
  const auto power_of_switch = [&](const std::string& id) { return powered(catalogue.find_switch(id)); };
  const auto power_of_server = [&](const std::string& id) { return powered(catalogue.find_server(id)); };
  const auto ports_of_switch = [&](const std::string& id) { return catalogue.find_switch(id) != nullptr; };
  std::string what;
  std::string text;
  if (figure == kOfSite[kSwitchPower].name) {
    what = "the most power of ";
    text = unknown_rows(fabric, fabric.switches, "switch", power_of_switch);
  } else if (figure == kOfSite[kServerPower].name) {
    what = "the most power of ";
    text = unknown_rows(fabric, fabric.hosts, "server", power_of_server);
  } else if (figure == kOfSite[kFreePorts].name) {
    what = "the ports of ";
    text = unknown_rows(fabric, fabric.switches, "switch", ports_of_switch);
  }
  return text.empty() ? text : what + text;
}

}  // namespace eastwest
