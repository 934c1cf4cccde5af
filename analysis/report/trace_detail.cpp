// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/trace_detail.hpp"

#include <algorithm>
#include <cmath>
#include <new>
#include <stdexcept>

#include "analysis/trace_columns.hpp"
#include "sim/trace/hdf5.hpp"

namespace eastwest {

namespace {

constexpr std::uint32_t kNone = 0xffff'ffffu;

void read_nodes(const hdf5::File& file, TraceDetail& out, Status& status) {
  TraceColumns in(file, "/meta/fabric/nodes", status);
  in.rows("name", true);
  const auto names = in.texts("name"), kinds = in.texts("kind"), models = in.texts("model"), racks = in.texts("rack");
  const auto tiers = in.numbers<std::uint8_t>("tier");
  for (std::uint64_t i = 0; i < in.row_count(); ++i) out.nodes.push_back({names[i], models[i], racks[i], kinds[i] == "host", tiers[i]});
}

void read_cables(const hdf5::File& file, TraceDetail& out, Status& status) {
  TraceColumns in(file, "/meta/fabric/cables", status);
  in.rows("name", true);
  const auto names = in.texts("name"), a = in.texts("a"), b = in.texts("b"), media = in.texts("medium");
  const auto length = in.numbers<std::int64_t>("length"), medium = in.numbers<std::int64_t>("delay_medium"),
             modules = in.numbers<std::int64_t>("delay_modules"), fec = in.numbers<std::int64_t>("delay_fec");
  // Of newer programs; older traces say nothing of margins.
  const bool has_margin = in.has("margin");
  const auto margin = has_margin ? in.numbers<double>("margin") : std::vector<double>(in.row_count());
  const bool has_errors = in.has("pre_fec_ber");
  const auto errors = has_errors ? in.numbers<double>("pre_fec_ber") : std::vector<double>(in.row_count());
  const auto known = [](bool has, double value) { return has && std::isfinite(value) ? std::optional(value) : std::nullopt; };
  for (std::uint64_t i = 0; i < in.row_count(); ++i)
    out.cables.push_back({names[i], a[i], b[i], media[i], Length{length[i]}, Duration{medium[i]}, Duration{modules[i]}, Duration{fec[i]},
                          known(has_margin, margin[i]), known(has_errors, errors[i])});
}

void read_links(const hdf5::File& file, const std::string& path, TraceDetail& out, Status& status) {
  TraceColumns ports(file, "/meta/fabric/ports", status);
  ports.rows("node", true);
  const auto node = ports.numbers<std::uint32_t>("node");
  TraceColumns in(file, "/meta/fabric/links", status);
  in.rows("id", true);
  const auto source = in.numbers<std::uint32_t>("source_port"), target = in.numbers<std::uint32_t>("target_port");
  const auto rate = in.numbers<std::uint64_t>("rate");
  const auto delay = in.numbers<std::int64_t>("delay");
  const auto loss = in.numbers<double>("frame_loss");
  const auto cable_names = in.texts("cable");
  std::vector<std::pair<std::string, std::uint32_t>> cables;
  for (std::uint32_t i = 0; i < out.cables.size(); ++i) cables.emplace_back(out.cables[i].name, i);
  std::sort(cables.begin(), cables.end());
  for (std::uint64_t i = 0; i < in.row_count(); ++i) {
    const auto end = [&](std::uint32_t port) { return port < node.size() && node[port] < out.nodes.size() ? node[port] : kNone; };
    FabricLink link{end(source[i]), end(target[i]), kNone, BitRate{rate[i]}, Duration{delay[i]}, loss[i]};
    if (link.source == kNone || link.target == kNone) {
      status = Error{path + " has a link between ports that it does not know: link " + std::to_string(i), {}};
      return;
    }
    const auto found = std::lower_bound(cables.begin(), cables.end(), std::pair{cable_names[i], std::uint32_t{0}});
    if (found != cables.end() && found->first == cable_names[i]) link.cable = found->second;
    out.links.push_back(link);
  }
}

void read_ranks(const hdf5::File& file, const TraceData& data, TraceDetail& out, Status& status) {
  TraceColumns in(file, "/meta/ranks", status);
  in.rows("job", true);
  const auto jobs = in.numbers<std::uint16_t>("job");
  const auto hosts = in.texts("host");
  for (std::uint64_t i = 0; i < in.row_count(); ++i)
    out.ranks.push_back({jobs[i] < data.jobs.size() ? jobs[i] : std::uint16_t{0}, hosts[i]});
}

void read_sanity(const hdf5::File& file, TraceDetail& out, Status& status) {
  if (!status || !file.has("/sanity/check")) return;
  TraceColumns in(file, "/sanity", status);
  in.rows("check", true);
  const auto checks = in.texts("check"), details = in.texts("detail");
  const auto passed = in.numbers<std::uint8_t>("passed");
  for (std::uint64_t i = 0; i < in.row_count(); ++i) out.sanity.push_back({checks[i], passed[i] != 0, details[i]});
}

void read_events(const hdf5::File& file, bool sealed, TraceDetail& out, Status& status) {
  TraceColumns in(file, "/events", status);
  in.rows("time", sealed);
  const auto time = in.numbers<std::int64_t>("time");
  const auto kind = in.numbers<std::uint8_t>("kind");
  const auto link = in.numbers<std::uint32_t>("link");
  const auto detail = in.numbers<std::uint64_t>("detail");
  for (std::uint64_t i = 0; i < in.row_count(); ++i)
    out.events.push_back({Time{time[i]}, static_cast<EventKind>(kind[i]), link[i] < out.links.size() ? link[i] : kNone, detail[i]});
}

void read_grid(const hdf5::File& file, const TraceData& data, const GridLimits& limits, TraceDetail& out, Status& status) {
  TraceColumns in(file, "/links", status);
  const std::uint64_t rows = in.rows("time", data.sealed);
  const auto end = in.numbers<std::int64_t>("time"), interval = in.numbers<std::int64_t>("interval");
  if (!status) return;
  std::uint32_t queue_max = 0;
  for (const LinkTotal& link : data.links) queue_max = std::max(queue_max, link.queue_bytes_max);
  std::vector<Time> ends;
  std::vector<Duration> intervals;
  for (std::uint64_t i = 0; i < rows; ++i) {
    ends.push_back({end[i]});
    intervals.push_back({interval[i]});
  }
  const std::uint64_t width = out.links.size();
  out.grid = empty_grid(ends, intervals, width, queue_max, limits);
  if (out.grid.bins == 0) return;
  const std::uint64_t block = std::max<std::uint64_t>(16, (1u << 20) / width / 16 * 16);  // whole chunks of the file
  for (std::uint64_t first = 0; first < rows; first += block) {
    const std::uint64_t count = std::min(block, rows - first);
    const auto utilization = file.read<float>("/links/utilization", first, count),
               pause = file.read<float>("/links/pfc_pause", first, count);
    const auto queue = file.read<std::uint32_t>("/links/queue_bytes_max", first, count);
    if (!utilization || !pause || !queue || utilization->size() != count * width || pause->size() != count * width ||
        queue->size() != count * width) {
      status = Error{"cannot read the rows of /links of " + data.path, {}};
      return;
    }
    for (std::uint64_t row = 0; row < count; ++row) {
      const auto of = [&](const auto& values) { return std::span(*values).subspan(row * width, width); };
      add_row(out.grid, ends[first + row], intervals[first + row], of(utilization), of(queue), of(pause));
    }
  }
}

}  // namespace

Result<TraceDetail> read_trace_detail(const TraceData& data, const GridLimits& limits) {
  const Result<hdf5::File> file = hdf5::File::open(data.path);
  if (!file) return file.error();
  TraceDetail out;
  Status status = Done{};
  try {
    read_nodes(*file, out, status);
    read_cables(*file, out, status);
    read_links(*file, data.path, out, status);
    read_ranks(*file, data, out, status);
    read_sanity(*file, out, status);
    read_events(*file, data.sealed, out, status);
    if (status && (out.links.size() != data.link_names.size() || out.links.size() != data.links.size()))
      status = Error{data.path + " has changed while it was read, or its links and their totals are not as many", {}};
    read_grid(*file, data, limits, out, status);
  } catch (const std::bad_alloc&) {
    status = Error{data.path + " needs more memory to read than there is", {}};
  } catch (const std::length_error&) {
    status = Error{data.path + " claims a size that no memory holds: it is damaged", {}};
  }
  if (!status) return status.error();
  return out;
}

std::vector<std::string> node_roles(const TraceDetail& detail) {
  bool one_tier = true, joined = false;
  for (const FabricNode& node : detail.nodes) one_tier = one_tier && (node.host || node.tier == 1);
  for (const FabricLink& link : detail.links) joined = joined || (!detail.nodes[link.source].host && !detail.nodes[link.target].host);
  std::vector<std::string> out;
  for (const FabricNode& node : detail.nodes) {
    if (node.host) out.emplace_back("host");
    else if (node.tier == 1) out.emplace_back(one_tier && joined ? "switch" : "leaf");
    else if (node.tier == 2) out.emplace_back("spine");
    else if (node.tier == 3) out.emplace_back("core");
    else out.push_back("tier " + std::to_string(node.tier));
  }
  return out;
}

}  // namespace eastwest
