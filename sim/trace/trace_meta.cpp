// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/trace_content.hpp"

namespace eastwest {

namespace {

/// Writes columns one after the other and keeps the first error.
struct Columns {
  hdf5::File& file;
  std::string group;
  Status status = Done{};
  Columns(hdf5::File& target, std::string path, const std::string& description) : file(target), group(std::move(path)) {
    status = file.make_group(group, description);
  }
  template <class T>
  void numbers(const char* name, const std::vector<T>& values, const char* units, const char* description) {
    if (status) status = file.write_numbers(group + "/" + name, values, units, description);
  }
  void texts(const char* name, const std::vector<std::string>& values, const char* description) {
    if (status) status = file.write_texts(group + "/" + name, values, description);
  }
};

/// One column: `get` of every row.
template <class Row, class Get>
auto column(const std::vector<Row>& rows, Get get) {
  std::vector<decltype(get(rows[0]))> values;
  values.reserve(rows.size());
  for (const Row& row : rows) values.push_back(get(row));
  return values;
}

std::string port_name(const Fabric& fabric, PortId port) {
  if (!port.exists()) return {};
  const Port& entry = fabric.ports[port.index()];
  return fabric.nodes[entry.node.index()].name + ":" + std::to_string(entry.index);
}

Status write_nodes(hdf5::File& file, const Fabric& fabric) {
  Columns out(file, "/meta/fabric/nodes", "hosts and switches");
  out.texts("name", column(fabric.nodes, [](const Node& n) { return n.name; }), "unique name");
  out.texts("kind", column(fabric.nodes, [](const Node& n) { return std::string(n.kind == NodeKind::host ? "host" : "switch"); }),
            "host or switch");
  out.texts(
      "model",
      column(fabric.nodes,
             [&](const Node& n) { return n.kind == NodeKind::host ? fabric.hosts[n.detail].model : fabric.switches[n.detail].model; }),
      "catalogue id or custom");
  out.numbers("tier", column(fabric.nodes, [](const Node& n) { return n.tier; }), "1", "0 host, 1 leaf, 2 spine or aggregation, 3 core");
  out.numbers("first_port", column(fabric.nodes, [](const Node& n) { return n.first_port; }), "1", "row of /meta/fabric/ports");
  out.numbers("port_count", column(fabric.nodes, [](const Node& n) { return n.port_count; }), "1", "ports");
  out.texts("rack",
            column(fabric.nodes, [&](const Node& n) { return n.rack < fabric.racks.size() ? fabric.racks[n.rack].name : std::string(); }),
            "rack that it stands in");
  return out.status;
}

Status write_ports(hdf5::File& file, const Fabric& fabric) {
  Columns out(file, "/meta/fabric/ports", "ends of cables, the ports of a node together");
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < fabric.ports.size(); ++i) names.push_back(port_name(fabric, {i}));
  out.texts("name", names, "node:port");
  out.numbers("node", column(fabric.ports, [](const Port& p) { return p.node.value; }), "1", "row of /meta/fabric/nodes");
  out.numbers("index", column(fabric.ports, [](const Port& p) { return p.index; }), "1", "number within the node");
  out.numbers("link_out", column(fabric.ports, [](const Port& p) { return p.out.value; }), "1",
              "row of /meta/fabric/links; 4294967295: nothing plugged in");
  out.numbers("link_in", column(fabric.ports, [](const Port& p) { return p.in.value; }), "1",
              "row of /meta/fabric/links; 4294967295: nothing plugged in");
  return out.status;
}

Status write_links(hdf5::File& file, const Fabric& fabric) {
  Columns out(file, "/meta/fabric/links", "directed links: two per cable");
  std::vector<std::uint32_t> ids;
  for (std::uint32_t i = 0; i < fabric.links.size(); ++i) ids.push_back(i);
  const auto cable = [&](const Link& l) -> const Cable* {
    return l.cable.exists() && l.cable.index() < fabric.cables.size() ? &fabric.cables[l.cable.index()] : nullptr;
  };
  out.numbers("id", ids, "1", "number of the link: column of the datasets of /links");
  out.texts("source", column(fabric.links, [&](const Link& l) { return port_name(fabric, l.source); }), "sending port, node:port");
  out.texts("target", column(fabric.links, [&](const Link& l) { return port_name(fabric, l.target); }), "receiving port, node:port");
  out.numbers("source_port", column(fabric.links, [](const Link& l) { return l.source.value; }), "1", "row of /meta/fabric/ports");
  out.numbers("target_port", column(fabric.links, [](const Link& l) { return l.target.value; }), "1", "row of /meta/fabric/ports");
  out.numbers("rate", column(fabric.links, [](const Link& l) { return l.rate.bits_per_second; }), "bit/s", "line rate");
  out.numbers("delay", column(fabric.links, [](const Link& l) { return l.delay.ps; }), "ps",
              "one way, first bit in to first bit out: medium, modules and FEC");
  out.texts("cable", column(fabric.links, [&](const Link& l) { return cable(l) == nullptr ? std::string() : cable(l)->name; }), "cable id");
  out.numbers("length", column(fabric.links, [&](const Link& l) { return cable(l) == nullptr ? std::int64_t{0} : cable(l)->length.mm; }),
              "mm", "installed length of the cable; 0 when the delay was given instead");
  out.numbers("frame_loss", column(fabric.links, [](const Link& l) { return l.frame_loss; }), "1",
              "probability that a frame is lost on the medium");
  return out.status;
}

Status write_cables(hdf5::File& file, const Fabric& fabric) {
  Columns out(file, "/meta/fabric/cables", "cables, both directions");
  out.texts("name", column(fabric.cables, [](const Cable& c) { return c.name; }), "stable id");
  out.texts("a", column(fabric.cables, [&](const Cable& c) { return port_name(fabric, c.a); }), "one end, node:port");
  out.texts("b", column(fabric.cables, [&](const Cable& c) { return port_name(fabric, c.b); }), "other end, node:port");
  out.texts("medium", column(fabric.cables, [](const Cable& c) { return c.medium; }), "catalogue optic id or custom");
  out.numbers("length", column(fabric.cables, [](const Cable& c) { return c.length.mm; }), "mm", "route, slack and drops");
  out.numbers("delay_medium", column(fabric.cables, [](const Cable& c) { return c.delay_medium.ps; }), "ps",
              "part of the link delay: glass or copper");
  out.numbers("delay_modules", column(fabric.cables, [](const Cable& c) { return c.delay_modules.ps; }), "ps",
              "part of the link delay: both modules");
  out.numbers("delay_fec", column(fabric.cables, [](const Cable& c) { return c.delay_fec.ps; }), "ps",
              "part of the link delay: forward error correction");
  out.numbers("margin", column(fabric.cables, [](const Cable& c) { return c.margin_db; }), "dB",
              "headroom of the optical power budget, worse direction; NaN: unknown");
  out.numbers("pre_fec_ber", column(fabric.cables, [](const Cable& c) { return c.pre_fec_ber; }), "1",
              "bit error rate before correction, worse direction; NaN: unknown");
  return out.status;
}

Status write_jobs(hdf5::File& file, const Workload& workload) {
  Columns out(file, "/meta/jobs", "jobs of the scenario");
  out.texts("name", column(workload.jobs, [](const Job& j) { return j.name; }), "name");
  out.texts("kind", column(workload.jobs, [](const Job& j) { return j.kind; }), "kind of job");
  out.numbers("start", column(workload.jobs, [](const Job& j) { return j.start.ps; }), "ps", "when it starts");
  out.numbers("first_rank", column(workload.jobs, [](const Job& j) { return j.first_rank; }), "1", "row of /meta/ranks of its rank 0");
  out.numbers("rank_count", column(workload.jobs, [](const Job& j) { return j.rank_count; }), "1", "its ranks");
  out.numbers("traffic_class", column(workload.jobs, [](const Job& j) { return j.traffic_class; }), "1", "class its messages travel in");
  return out.status;
}

Status write_training(hdf5::File& file, const std::vector<TrainingFacts>& training) {
  Columns out(file, "/meta/training", "training jobs: what a step stands for, and the memory that the fullest GPU needs");
  out.numbers("job", column(training, [](const TrainingFacts& t) { return t.job; }), "1", "row of /meta/jobs");
  out.numbers("gpus", column(training, [](const TrainingFacts& t) { return t.gpus; }), "1", "GPUs that train");
  out.numbers("tokens", column(training, [](const TrainingFacts& t) { return t.tokens; }), "1", "tokens per step");
  out.numbers("flops", column(training, [](const TrainingFacts& t) { return t.flops; }), "1",
              "model FLOPs per step, without what is computed twice");
  out.numbers("peak_flops", column(training, [](const TrainingFacts& t) { return t.peak_flops; }), "1/s", "of one GPU");
  out.numbers("weights", column(training, [](const TrainingFacts& t) { return t.weights.count; }), "B", "weights on the fullest GPU");
  out.numbers("gradients", column(training, [](const TrainingFacts& t) { return t.gradients.count; }), "B", "its gradients");
  out.numbers("optimizer", column(training, [](const TrainingFacts& t) { return t.optimizer.count; }), "B", "its optimiser state");
  out.numbers("activations", column(training, [](const TrainingFacts& t) { return t.activations.count; }), "B", "its activations");
  out.numbers("gpu_memory", column(training, [](const TrainingFacts& t) { return t.gpu_memory.count; }), "B", "memory that it has");
  return out.status;
}

Status write_ranks(hdf5::File& file, const Fabric& fabric, const Workload& workload) {
  std::vector<std::uint16_t> jobs(workload.ranks.size(), 0);
  for (std::size_t job = 0; job < workload.jobs.size(); ++job)
    for (std::uint32_t i = 0; i < workload.jobs[job].rank_count && workload.jobs[job].first_rank + i < jobs.size(); ++i)
      jobs[workload.jobs[job].first_rank + i] = static_cast<std::uint16_t>(job);
  std::vector<std::string> host_of_gpu;
  for (const Host& host : fabric.hosts) host_of_gpu.insert(host_of_gpu.end(), host.gpu_count, fabric.nodes[host.node.index()].name);
  Columns out(file, "/meta/ranks", "ranks of all jobs: where each one runs");
  out.numbers("job", jobs, "1", "row of /meta/jobs");
  out.numbers("gpu", column(workload.ranks, [](GpuId gpu) { return gpu.value; }), "1", "number of its GPU or process slot");
  out.texts("host",
            column(workload.ranks, [&](GpuId gpu) { return gpu.index() < host_of_gpu.size() ? host_of_gpu[gpu.index()] : std::string(); }),
            "host that it runs on");
  return out.status;
}

Status write_collectives(hdf5::File& file, const std::vector<Collective>& collectives) {
  Columns out(file, "/meta/collectives", "collectives of the schedule, finished or not");
  out.texts("name", column(collectives, [](const Collective& c) { return c.name; }), "name");
  out.texts("algorithm", column(collectives, [](const Collective& c) { return c.algorithm; }), "algorithm");
  out.texts("operation", column(collectives, [](const Collective& c) { return c.operation; }),
            "all_reduce, all_gather, reduce_scatter, all_to_all, point_to_point");
  out.numbers("job", column(collectives, [](const Collective& c) { return c.job; }), "1", "row of /meta/jobs");
  out.numbers("ranks", column(collectives, [](const Collective& c) { return c.ranks; }), "1", "ranks that take part");
  out.numbers("bytes", column(collectives, [](const Collective& c) { return c.bytes.count; }), "B", "size as nccl-tests has it");
  out.numbers("bus_factor", column(collectives, [](const Collective& c) { return c.bus_factor; }), "1", "busbw = algbw x bus factor");
  out.numbers("lower_bound", column(collectives, [](const Collective& c) { return c.lower_bound.ps; }), "ps",
              "closed-form bound on its time; 0: unknown");
  return out.status;
}

}  // namespace

Status write_meta(hdf5::File& file, const TraceInfo& info) {
  Status status = Done{};
  const auto attribute = [&](const char* name, const auto& value) {
    if (status) status = file.write_attribute("/", name, value);
  };
  attribute("description", std::string_view("eastwest trace; docs/trace-format.md"));
  attribute("format_version", kTraceFormatVersion);
  attribute("program_version", std::string_view(info.program_version));
  attribute("topology", std::string_view(info.fabric.topology));
  attribute("seed", info.seed);
  // Present from the start, so that the end of a run replaces values and a .partial has every name.
  attribute("complete", std::int64_t{0});
  attribute("outcome", std::string_view("running"));
  attribute("digest", std::string_view(""));
  attribute("simulated_ps", std::int64_t{0});
  attribute("wall_s", 0.0);

  if (status) status = file.make_group("/meta", "what was simulated");
  if (status) status = file.write_text("/meta/scenario", info.scenario_text, "the scenario with every default filled in, YAML");
  if (status) status = file.make_group("/meta/committed_rows", "rows of each table that are safe to read while complete is 0");
  if (status) status = file.make_group("/meta/fabric", "nodes, ports, links and cables");
  if (status) status = write_nodes(file, info.fabric);
  if (status) status = write_ports(file, info.fabric);
  if (status) status = write_links(file, info.fabric);
  if (status) status = write_cables(file, info.fabric);
  if (status) status = write_jobs(file, info.workload);
  if (status && !info.workload.schedule.training.empty()) status = write_training(file, info.workload.schedule.training);
  if (status) status = write_ranks(file, info.fabric, info.workload);
  if (status) status = write_collectives(file, info.workload.schedule.collectives);
  if (status) status = file.make_group("/packets", "packet latency");
  return status;
}

}  // namespace eastwest
