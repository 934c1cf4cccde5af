// SPDX-License-Identifier: Apache-2.0
#include "analysis/trace_reader.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <new>
#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <utility>

#include "analysis/trace_columns.hpp"
#include "sim/trace/hdf5.hpp"
#include "sim/trace/trace_writer.hpp"

namespace eastwest {

namespace {

Time to_time(std::int64_t stored) { return stored < 0 ? kTimeNever : Time{stored}; }

void read_jobs(const hdf5::File& file, TraceData& data, Status& status) {
  TraceColumns in(file, "/meta/jobs", status);
  in.rows("name", true);
  const auto names = in.texts("name"), kinds = in.texts("kind");
  const auto start = in.numbers<std::int64_t>("start");
  const auto first = in.numbers<std::uint32_t>("first_rank"), count = in.numbers<std::uint32_t>("rank_count");
  const auto traffic_class = in.numbers<std::uint8_t>("traffic_class");
  const auto finish = data.sealed ? in.numbers<std::int64_t>("finish") : std::vector<std::int64_t>(in.row_count(), -1);
  for (std::uint64_t i = 0; i < in.row_count(); ++i) {
    data.jobs.push_back({names[i], kinds[i], Time{start[i]}, first[i], count[i], traffic_class[i]});
    data.job_finish.push_back(to_time(finish[i]));
  }
}

void read_collectives(const hdf5::File& file, TraceData& data, Status& status) {
  TraceColumns list(file, "/meta/collectives", status);
  list.rows("name", true);
  const auto names = list.texts("name"), algorithms = list.texts("algorithm"), operations = list.texts("operation");
  const auto jobs = list.numbers<std::uint16_t>("job");
  const auto ranks = list.numbers<std::uint32_t>("ranks");
  const auto bytes = list.numbers<std::int64_t>("bytes"), bound = list.numbers<std::int64_t>("lower_bound");
  const auto factor = list.numbers<double>("bus_factor");
  for (std::uint64_t i = 0; i < list.row_count(); ++i)
    data.collective_list.push_back(
        {names[i], algorithms[i], operations[i], jobs[i], ranks[i], Bytes{bytes[i]}, factor[i], Duration{bound[i]}, 0});

  TraceColumns in(file, "/collectives", status);
  in.rows("collective", data.sealed);
  const auto index = in.numbers<std::uint32_t>("collective");
  const auto start = in.numbers<std::int64_t>("start"), finish = in.numbers<std::int64_t>("finish");
  for (std::uint64_t i = 0; i < in.row_count(); ++i) {
    if (index[i] >= data.collective_list.size()) {
      status = Error{"/collectives of " + data.path + " names collective " + std::to_string(index[i]) + " of " +
                         std::to_string(data.collective_list.size()),
                     {}};
      return;
    }
    data.collectives.push_back({index[i], Time{start[i]}, Time{finish[i]}});
  }
}

void read_steps(const hdf5::File& file, TraceData& data, Status& status) {
  TraceColumns in(file, "/steps", status);
  in.rows("step", data.sealed);
  const auto step = in.numbers<std::uint32_t>("step"), rank = in.numbers<std::uint32_t>("rank");
  const auto job = in.numbers<std::uint16_t>("job");
  const auto start = in.numbers<std::int64_t>("start"), finish = in.numbers<std::int64_t>("finish"),
             compute = in.numbers<std::int64_t>("compute");
  for (std::uint64_t i = 0; i < in.row_count(); ++i) {
    StepRow row;
    row.job = job[i];
    row.step = step[i];
    row.rank = rank[i];
    row.start = {start[i]};
    row.finish = {finish[i]};
    row.compute = {compute[i]};
    data.steps.push_back(row);
  }
  if (!file.has("/steps/exposed_tensor")) return;  // of an older program
  for (const auto& [name, part] : {std::pair{"exposed_tensor", &StepRow::tensor}, std::pair{"exposed_pipeline", &StepRow::pipeline},
                                   std::pair{"exposed_data", &StepRow::data}, std::pair{"exposed_expert", &StepRow::expert},
                                   std::pair{"exposed_context", &StepRow::context}}) {
    const auto values = in.numbers<std::int64_t>(name);
    for (std::uint64_t i = 0; i < in.row_count(); ++i) data.steps[i].*part = {values[i]};
  }
}

void read_training(const hdf5::File& file, TraceData& data, Status& status) {
  if (!file.has("/meta/training")) return;
  TraceColumns in(file, "/meta/training", status);
  in.rows("job", true);
  const auto job = in.numbers<std::uint16_t>("job");
  const auto gpus = in.numbers<std::uint32_t>("gpus");
  const auto tokens = in.numbers<double>("tokens"), flops = in.numbers<double>("flops"), peak = in.numbers<double>("peak_flops");
  const auto weights = in.numbers<std::int64_t>("weights"), gradients = in.numbers<std::int64_t>("gradients"),
             optimizer = in.numbers<std::int64_t>("optimizer"), activations = in.numbers<std::int64_t>("activations"),
             memory = in.numbers<std::int64_t>("gpu_memory");
  for (std::uint64_t i = 0; i < in.row_count(); ++i)
    data.training.push_back({job[i], gpus[i], tokens[i], flops[i], peak[i], Bytes{weights[i]}, Bytes{gradients[i]}, Bytes{optimizer[i]},
                             Bytes{activations[i]}, Bytes{memory[i]}});
}

void read_requests(const hdf5::File& file, TraceData& data, Status& status) {
  TraceColumns in(file, "/requests", status);
  in.rows("id", data.sealed);
  const auto id = in.numbers<std::uint32_t>("id"), prompt = in.numbers<std::uint32_t>("prompt_tokens"),
             output = in.numbers<std::uint32_t>("output_tokens");
  const auto job = in.numbers<std::uint16_t>("job"), prefill = in.numbers<std::uint16_t>("prefill_instance"),
             decode = in.numbers<std::uint16_t>("decode_instance");
  const auto bytes = in.numbers<std::int64_t>("kv_bytes"), arrival = in.numbers<std::int64_t>("arrival");
  const auto prefill_start = in.numbers<std::int64_t>("prefill_start"), prefill_end = in.numbers<std::int64_t>("prefill_end"),
             kv_done = in.numbers<std::int64_t>("kv_done");
  const auto first = in.numbers<std::int64_t>("first_token"), finish = in.numbers<std::int64_t>("finish");
  for (std::uint64_t i = 0; i < in.row_count(); ++i) {
    RequestRow row{id[i], job[i], prefill[i], decode[i], prompt[i], output[i], Bytes{bytes[i]}, to_time(arrival[i])};
    row.prefill_start = to_time(prefill_start[i]);
    row.prefill_end = to_time(prefill_end[i]);
    row.kv_done = to_time(kv_done[i]);
    row.first_token = to_time(first[i]);
    row.finish = to_time(finish[i]);
    data.requests.push_back(row);
  }
  if (!in.has("within_slo")) return;  // a trace from before these columns
  const auto cached = in.numbers<std::uint32_t>("cached_tokens"), preemptions = in.numbers<std::uint32_t>("preemptions");
  const auto itl_p50 = in.numbers<std::int64_t>("itl_p50"), itl_p99 = in.numbers<std::int64_t>("itl_p99"),
             itl_max = in.numbers<std::int64_t>("itl_max");
  const auto within = in.numbers<std::uint8_t>("within_slo");
  for (std::uint64_t i = 0; i < in.row_count(); ++i) {
    RequestRow& row = data.requests[i];
    row.cached_tokens = cached[i];
    row.preemptions = preemptions[i];
    row.itl_p50 = {itl_p50[i]};
    row.itl_p99 = {itl_p99[i]};
    row.itl_max = {itl_max[i]};
    row.within_slo = within[i] < 2 ? static_cast<SloVerdict>(within[i]) : SloVerdict::no_target;
  }
}

void read_flows(const hdf5::File& file, TraceData& data, Status& status) {
  TraceColumns in(file, "/flows", status);
  in.rows("id", data.sealed);
  const auto id = in.numbers<std::uint64_t>("id");
  const auto job = in.numbers<std::uint16_t>("job");
  const auto source = in.numbers<std::uint32_t>("source"), destination = in.numbers<std::uint32_t>("destination"),
             retransmits = in.numbers<std::uint32_t>("retransmits");
  const auto bytes = in.numbers<std::int64_t>("bytes"), start = in.numbers<std::int64_t>("start"),
             finish = in.numbers<std::int64_t>("finish"), ideal = in.numbers<std::int64_t>("ideal");
  data.flows.reserve(in.row_count());
  for (std::uint64_t i = 0; i < in.row_count(); ++i)
    data.flows.push_back(
        {id[i], job[i], source[i], destination[i], Bytes{bytes[i]}, Time{start[i]}, Time{finish[i]}, Duration{ideal[i]}, retransmits[i]});
}

void read_link_totals(const hdf5::File& file, TraceData& data, Status& status) {
  TraceColumns in(file, "/links/total", status);
  in.rows("drops", true);
  const auto mean = in.numbers<double>("utilization_mean"), max = in.numbers<double>("utilization_max");
  const auto drops = in.numbers<std::uint64_t>("drops"), marks = in.numbers<std::uint64_t>("ecn_marks");
  const auto queue = in.numbers<std::uint32_t>("queue_bytes_max");
  const auto paused = in.numbers<std::int64_t>("paused");
  for (std::uint64_t i = 0; i < in.row_count(); ++i)
    data.links.push_back({mean[i], max[i], drops[i], marks[i], queue[i], Duration{paused[i]}});
  if (!in.has("frames_lost_expected")) return;  // of an older program
  const auto frames = in.numbers<std::uint64_t>("frames"), lost = in.numbers<std::uint64_t>("frames_lost");
  const auto expected = in.numbers<double>("frames_lost_expected");
  for (std::uint64_t i = 0; i < in.row_count(); ++i) {
    data.links[i].frames = frames[i];
    data.links[i].frames_lost = lost[i];
    data.links[i].frames_lost_expected = expected[i];
    data.counters.frames_lost += lost[i];
    data.counters.frames_lost_expected += expected[i];
  }
}

/// Of a trace without totals: sums over its rows, a block at a time.
void sum_link_rows(const hdf5::File& file, TraceData& data, Status& status) {
  TraceColumns in(file, "/links", status);
  const std::uint64_t rows = in.rows("time", false);
  const std::uint64_t width = data.link_names.size();
  const auto time = in.numbers<std::int64_t>("time"), interval = in.numbers<std::int64_t>("interval");
  data.links.resize(width);
  data.link_rows = in.row_count();
  if (in.row_count() == 0 || width == 0) return;
  std::vector<double> busy(width, 0.0), paused(width, 0.0);
  double total = 0;
  const std::uint64_t block = std::max<std::uint64_t>(1, (1u << 20) / width);
  for (std::uint64_t first = 0; first < rows; first += block) {
    const std::uint64_t count = std::min(block, rows - first);
    const auto utilization = file.read<float>("/links/utilization", first, count),
               pause = file.read<float>("/links/pfc_pause", first, count);
    const auto drops = file.read<std::uint32_t>("/links/drops", first, count),
               marks = file.read<std::uint32_t>("/links/ecn_marks", first, count),
               queue = file.read<std::uint32_t>("/links/queue_bytes_max", first, count);
    for (const bool good :
         {utilization && utilization->size() == count * width, pause && pause->size() == count * width,
          drops && drops->size() == count * width, marks && marks->size() == count * width, queue && queue->size() == count * width})
      if (!good) {
        status = Error{"cannot read the rows of /links of " + data.path, {}};
        return;
      }
    for (std::uint64_t row = 0; row < count; ++row) {
      const double length = static_cast<double>(interval[first + row]);
      total += length;
      for (std::uint64_t l = 0; l < width; ++l) {
        const std::uint64_t at = row * width + l;
        LinkTotal& link = data.links[l];
        busy[l] += length * static_cast<double>((*utilization)[at]);
        paused[l] += length * static_cast<double>((*pause)[at]);
        link.utilization_max = std::max(link.utilization_max, static_cast<double>((*utilization)[at]));
        link.drops += (*drops)[at];
        link.ecn_marks += (*marks)[at];
        link.queue_bytes_max = std::max(link.queue_bytes_max, (*queue)[at]);
        if ((*pause)[at] > 0) ++data.pause_intervals;
        data.counters.drops_buffer += (*drops)[at];
        data.counters.ecn_marks += (*marks)[at];
      }
    }
  }
  for (std::uint64_t l = 0; l < width; ++l) {
    data.links[l].utilization_mean = total > 0 ? busy[l] / total : 0;
    data.links[l].paused = {static_cast<std::int64_t>(std::clamp(paused[l], 0.0, 9e18))};
  }
  data.simulated = std::max(data.simulated, Time{time.back()});
}

void read_latency(const hdf5::File& file, TraceData& data, Status& status) {
  TraceColumns in(file, "/packets", status);
  in.rows("latency_job", true);
  const auto jobs = in.numbers<std::uint16_t>("latency_job");
  const auto classes = in.numbers<std::uint8_t>("latency_class");
  if (!status || in.row_count() == 0) return;
  const auto counts = file.read<std::uint64_t>("/packets/latency_hist", 0, in.row_count());
  if (!counts || counts->size() != in.row_count() * LatencyHistogram::kBins) {
    status = Error{"/packets/latency_hist of " + data.path + " has not " + std::to_string(LatencyHistogram::kBins) + " bins a row", {}};
    return;
  }
  for (std::uint64_t i = 0; i < in.row_count(); ++i) {
    const auto first = counts->begin() + static_cast<std::ptrdiff_t>(i * LatencyHistogram::kBins);
    data.latency.push_back({jobs[i], classes[i], {first, first + static_cast<std::ptrdiff_t>(LatencyHistogram::kBins)}});
  }
}

void read_attributes(const hdf5::File& file, TraceData& data, Status& status) {
  const auto text = [&](const char* name, std::string& into) {
    if (!status) return;
    Result<std::string> value = file.read_text_attribute(name);
    if (value) into = std::move(*value);
    else status = value.error();
  };
  const auto integer = [&](const char* name, auto& into) {
    if (!status) return;
    const Result<std::int64_t> value = file.read_integer_attribute(name);
    if (value) into = static_cast<std::remove_reference_t<decltype(into)>>(*value);
    else status = value.error();
  };
  text("program_version", data.program_version);
  text("topology", data.topology);
  text("outcome", data.outcome);
  integer("seed", data.seed);
  std::int64_t complete = 0;
  integer("complete", complete);
  data.complete = complete != 0;
  data.sealed = data.outcome != "running";
  if (!data.sealed) return;
  text("digest", data.digest);
  text("diagnosis", data.diagnosis);
  integer("simulated_ps", data.simulated.ps);
  Counters& c = data.counters;
  const std::pair<const char*, std::uint64_t*> counts[] = {{"packets", &c.packets},         {"packets_delivered", &c.packets_delivered},
                                                           {"packet_hops", &c.packet_hops}, {"events", &c.events},
                                                           {"windows", &c.windows},         {"drops_buffer", &c.drops_buffer},
                                                           {"drops_fault", &c.drops_fault}, {"drops_loss", &c.drops_loss},
                                                           {"ecn_marks", &c.ecn_marks},     {"pfc_pauses", &c.pfc_pauses},
                                                           {"pfc_resumes", &c.pfc_resumes}, {"cnps", &c.cnps},
                                                           {"retransmits", &c.retransmits}, {"timeouts", &c.timeouts}};
  for (const auto& [name, into] : counts) integer(name, *into);
  integer("bytes_sent", c.bytes_sent.count);
  integer("bytes_delivered", c.bytes_delivered.count);
  integer("bytes_posted", c.bytes_posted.count);
  integer("bytes_scale_up", c.bytes_scale_up.count);
  const Result<double> wall = file.read_real_attribute("wall_s");
  if (wall) data.wall_seconds = *wall;
}

Status read_all(const hdf5::File& file, TraceData& data) {
  const Result<std::int64_t> version = file.read_integer_attribute("format_version");
  if (!version)
    return Error{data.path + " is an HDF5 file but no eastwest trace: it has no attribute format_version",
                 "give a file written by `eastwest run -o`"};
  if (*version != kTraceFormatVersion)
    return Error{
        data.path + " has trace format " + std::to_string(*version) + "; this program reads format " + std::to_string(kTraceFormatVersion),
        "read it with the program that wrote it"};
  Status status = Done{};
  read_attributes(file, data, status);
  if (!status) return status;
  const Result<std::vector<std::string>> scenario = file.read_texts("/meta/scenario");
  if (!scenario || scenario->size() != 1) return Error{data.path + " holds no scenario text", {}};
  data.scenario_text = scenario->front();

  read_jobs(file, data, status);
  read_collectives(file, data, status);
  read_steps(file, data, status);
  read_training(file, data, status);
  read_requests(file, data, status);
  read_flows(file, data, status);
  TraceColumns links(file, "/meta/fabric/links", status);
  links.rows("id", true);
  const auto source = links.texts("source"), target = links.texts("target");
  for (std::uint64_t i = 0; i < links.row_count(); ++i) data.link_names.push_back(source[i] + " -> " + target[i]);
  if (data.sealed) {
    read_link_totals(file, data, status);
    read_latency(file, data, status);
    if (status && data.links.size() != data.link_names.size()) data.links.resize(data.link_names.size());
    TraceColumns rows(file, "/links", status);
    data.link_rows = rows.rows("time", true);
    return status;
  }
  sum_link_rows(file, data, status);
  for (const FlowRow& row : data.flows) data.simulated = std::max(data.simulated, row.finish);
  for (const CollectiveRow& row : data.collectives) data.simulated = std::max(data.simulated, row.finish);
  return status;
}

/// HDF5 File Format Specification 3.0, section II.A; our files have no user block before it.
bool has_signature(const std::string& path) {
  constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";
  std::ifstream stream(path, std::ios::binary);
  char head[8] = {};
  return stream.read(head, sizeof head).good() && std::string_view(head, sizeof head) == kSignature;
}

}  // namespace

Result<TraceData> read_trace(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0)
    return Error{"cannot read " + path + ": " + std::strerror(errno), "give a trace written by `eastwest run -o`"};
  if (!S_ISREG(info.st_mode))
    return Error{"cannot read " + path + ": it is not a regular file", "give a trace written by `eastwest run -o`"};
  if (info.st_size == 0) return Error{path + " is empty", "give a trace written by `eastwest run -o`"};
  if (::access(path.c_str(), R_OK) != 0) return Error{"cannot read " + path + ": " + std::strerror(errno), "check its permissions"};
  if (!has_signature(path))
    return Error{path + " is not a trace: it does not start as an HDF5 file does",
                 "give a trace written by `eastwest run -o`; a scenario is run with `eastwest run`"};
  Result<hdf5::File> file = hdf5::File::open(path);
  if (!file) {
    const std::string named = "cannot read " + path + ": ";
    const std::string& reason = file.error().message;
    return Error{path + " is not a readable HDF5 file (" + (reason.starts_with(named) ? reason.substr(named.size()) : reason) + ")",
                 "it may be cut short or damaged: copy it again, or run the scenario again"};
  }
  TraceData data;
  data.path = path;
  Status status = Done{};
  try {
    status = read_all(*file, data);
  } catch (const std::bad_alloc&) {
    status = Error{path + " needs more memory to read than there is", {}};
  } catch (const std::length_error&) {
    status = Error{path + " claims a size that no memory holds: it is damaged", {}};
  }
  if (!status)
    return Error{status.error().message, status.error().remedy.empty()
                                             ? "the file is damaged or was written by another version: run the scenario again"
                                             : status.error().remedy};
  return data;
}

}  // namespace eastwest
