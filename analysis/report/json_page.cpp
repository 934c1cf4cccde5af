// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/json_page.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "analysis/report/deflate.hpp"
#include "analysis/report/distributions.hpp"
#include "analysis/report/findings.hpp"
#include "analysis/report/layout.hpp"

namespace eastwest {

namespace {

using Json = nlohmann::ordered_json;

double seconds_or_nan(Time time) { return time == kTimeNever ? std::numeric_limits<double>::quiet_NaN() : time.seconds(); }

Json fabric_json(const ReportTrace& trace) {
  const TraceDetail& d = trace.detail;
  const Layout layout = lay_out(d, trace.data.topology);
  const std::vector<std::string> roles = node_roles(d);
  Json nodes = {{"name", Json::array()}, {"role", Json::array()}, {"model", Json::array()},
                {"rack", Json::array()}, {"x", Json::array()},    {"y", Json::array()}};
  for (std::size_t i = 0; i < d.nodes.size(); ++i) {
    nodes["name"].push_back(d.nodes[i].name);
    nodes["role"].push_back(roles[i]);
    nodes["model"].push_back(d.nodes[i].model);
    nodes["rack"].push_back(d.nodes[i].rack);
    nodes["x"].push_back(layout.nodes[i].x);
    nodes["y"].push_back(layout.nodes[i].y);
  }
  Json links = {{"name", trace.data.link_names}};
  const auto column = [&](const char* name, auto get) {
    Json list = Json::array();
    for (std::size_t i = 0; i < d.links.size(); ++i) list.push_back(get(d.links[i], trace.data.links[i]));
    links[name] = std::move(list);
  };
  const auto cable_of = [&](const FabricLink& l) { return l.cable < d.cables.size() ? &d.cables[l.cable] : nullptr; };
  column("source", [](const FabricLink& l, const LinkTotal&) { return Json(l.source); });
  column("target", [](const FabricLink& l, const LinkTotal&) { return Json(l.target); });
  column("group", [&](const FabricLink& l, const LinkTotal&) { return Json(roles[l.source] + " -> " + roles[l.target]); });
  column("cable", [&](const FabricLink& l, const LinkTotal&) { return cable_of(l) == nullptr ? Json(nullptr) : Json(cable_of(l)->name); });
  column("margin", [&](const FabricLink& l, const LinkTotal&) {
    const FabricCable* c = cable_of(l);
    return c == nullptr || !c->margin ? Json(nullptr) : Json(*c->margin);
  });
  column("rate", [](const FabricLink& l, const LinkTotal&) { return Json(l.rate.bits_per_second); });
  column("delay", [](const FabricLink& l, const LinkTotal&) { return Json(l.delay.seconds()); });
  column("mean", [](const FabricLink&, const LinkTotal& t) { return Json(t.utilization_mean); });
  column("peak", [](const FabricLink&, const LinkTotal& t) { return Json(t.utilization_max); });
  column("queue", [](const FabricLink&, const LinkTotal& t) { return Json(t.queue_bytes_max); });
  column("drops", [](const FabricLink&, const LinkTotal& t) { return Json(t.drops); });
  column("marks", [](const FabricLink&, const LinkTotal& t) { return Json(t.ecn_marks); });
  column("paused", [](const FabricLink&, const LinkTotal& t) { return Json(t.paused.seconds()); });
  return {
      {"form", layout.form}, {"width", layout.width}, {"height", layout.height}, {"nodes", std::move(nodes)}, {"links", std::move(links)}};
}

/// Bins are merged until the blobs fit; a grid of no bins fits always.
Json grid_json(LinkGrid grid, std::uint64_t grid_bytes, PageBlobs& blobs) {
  for (;;) {
    const std::size_t utilization = blobs.add(grid.utilization), queue = blobs.add(grid.queue), pause = blobs.add(grid.pause);
    const std::uint64_t size = blobs.at(utilization).size() + blobs.at(queue).size() + blobs.at(pause).size();
    if (size <= grid_bytes || grid.bins <= 1)
      return {{"links", grid.links},
              {"bins", grid.bins},
              {"rows", grid.rows},
              {"start", grid.start.seconds()},
              {"width", grid.width.seconds()},
              {"merged", grid.merged},
              {"queue_max", grid.queue_max},
              {"utilization", utilization},
              {"queue", queue},
              {"pause", pause}};
    for (int i = 0; i < 3; ++i) blobs.pop();
    grid = halved(grid);
  }
}

/// Columns one after the other in one blob.
Json packed(std::vector<std::pair<const char*, std::vector<double>>> columns, const std::string& note, PageBlobs& blobs) {
  Json names = Json::array();
  std::vector<double> values;
  for (const auto& [name, column] : columns) {
    names.push_back(name);
    values.insert(values.end(), column.begin(), column.end());
  }
  const std::size_t rows = columns.front().second.size();
  return {{"rows", rows}, {"columns", std::move(names)}, {"note", note}, {"blob", blobs.add(values)}};
}

/// Beyond the limit every n-th rank stays, and in every step the one that finished last; where that is too much, of every m-th step.
Json steps_json(const TraceData& trace, const PageLimits& limits, PageBlobs& blobs) {
  std::vector<StepRow> rows = trace.steps;
  std::string note;
  if (rows.size() > limits.steps) {
    const auto every = static_cast<std::uint32_t>((rows.size() + limits.steps - 1) / std::max<std::uint64_t>(limits.steps, 1));
    std::vector<StepRow> kept;
    for (std::size_t i = 0; i < rows.size();) {  // ranks of a step stand together in rows by (job, step); where not, each run has its last
      std::size_t end = i, last = i;
      for (; end < rows.size() && rows[end].job == rows[i].job && rows[end].step == rows[i].step; ++end)
        if (rows[end].finish > rows[last].finish) last = end;
      for (; i < end; ++i)
        if (rows[i].rank % every == 0 || i == last) kept.push_back(rows[i]);
    }
    note = "Every " + std::to_string(every) + "th rank of " + std::to_string(rows.size()) + " rows, and the last one of each step";
    // Many steps of few ranks: fewer steps too.
    const auto apart = static_cast<std::uint32_t>((kept.size() + limits.steps - 1) / std::max<std::uint64_t>(limits.steps, 1));
    if (apart > 1) {
      std::erase_if(kept, [&](const StepRow& row) { return row.step % apart != 0; });
      note += "; every " + std::to_string(apart) + "th step";
    }
    note += ".";
    rows = std::move(kept);
  }
  std::vector<std::pair<const char*, std::vector<double>>> columns;
  const auto add = [&](const char* name, auto get) {
    std::vector<double> values;
    for (const StepRow& row : rows) values.push_back(get(row));
    columns.emplace_back(name, std::move(values));
  };
  add("job", [](const StepRow& r) { return static_cast<double>(r.job); });
  add("step", [](const StepRow& r) { return static_cast<double>(r.step); });
  add("rank", [](const StepRow& r) { return static_cast<double>(r.rank); });
  add("start", [](const StepRow& r) { return r.start.seconds(); });
  add("finish", [](const StepRow& r) { return r.finish.seconds(); });
  add("compute", [](const StepRow& r) { return r.compute.seconds(); });
  add("tensor", [](const StepRow& r) { return r.tensor.seconds(); });
  add("pipeline", [](const StepRow& r) { return r.pipeline.seconds(); });
  add("data", [](const StepRow& r) { return r.data.seconds(); });
  add("expert", [](const StepRow& r) { return r.expert.seconds(); });
  add("context", [](const StepRow& r) { return r.context.seconds(); });
  add("bubble", [](const StepRow& r) { return std::max(0.0, r.bubble().seconds()); });
  return packed(std::move(columns), note, blobs);
}

/// Beyond the limit half of it are the slowest, and the rest every n-th.
Json requests_json(const TraceData& trace, const PageLimits& limits, PageBlobs& blobs) {
  std::vector<RequestRow> rows = trace.requests;
  std::string note;
  const auto by_arrival = [](const RequestRow& a, const RequestRow& b) {
    return a.arrival != b.arrival ? a.arrival < b.arrival : a.id < b.id;
  };
  if (rows.size() > limits.requests) {
    const auto end_to_end = [](const RequestRow& r) { return r.finish == kTimeNever ? kTimeNever.ps : (r.finish - r.arrival).ps; };
    std::stable_sort(rows.begin(), rows.end(), [&](const RequestRow& a, const RequestRow& b) { return end_to_end(a) > end_to_end(b); });
    const std::uint64_t slowest = limits.requests / 2;
    const std::uint64_t rest = rows.size() - slowest;
    const std::uint64_t every = (rest + limits.requests - slowest - 1) / std::max<std::uint64_t>(limits.requests - slowest, 1);
    std::vector<RequestRow> kept(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(slowest));
    for (std::uint64_t i = slowest; i < rows.size(); i += every) kept.push_back(rows[i]);
    note = std::to_string(kept.size()) + " of " + std::to_string(rows.size()) + " requests: the " + std::to_string(slowest) +
           " slowest and every " + std::to_string(every) + "th of the others.";
    rows = std::move(kept);
  }
  std::stable_sort(rows.begin(), rows.end(), by_arrival);
  std::vector<std::pair<const char*, std::vector<double>>> columns;
  const auto add = [&](const char* name, auto get) {
    std::vector<double> values;
    for (const RequestRow& row : rows) values.push_back(get(row));
    columns.emplace_back(name, std::move(values));
  };
  add("job", [](const RequestRow& r) { return static_cast<double>(r.job); });
  add("id", [](const RequestRow& r) { return static_cast<double>(r.id); });
  add("arrival", [](const RequestRow& r) { return seconds_or_nan(r.arrival); });
  add("prefill_start", [](const RequestRow& r) { return seconds_or_nan(r.prefill_start); });
  add("prefill_end", [](const RequestRow& r) { return seconds_or_nan(r.prefill_end); });
  add("kv_done", [](const RequestRow& r) { return seconds_or_nan(r.kv_done); });
  add("first_token", [](const RequestRow& r) { return seconds_or_nan(r.first_token); });
  add("finish", [](const RequestRow& r) { return seconds_or_nan(r.finish); });
  add("prompt_tokens", [](const RequestRow& r) { return static_cast<double>(r.prompt_tokens); });
  add("output_tokens", [](const RequestRow& r) { return static_cast<double>(r.output_tokens); });
  add("prefill_instance", [](const RequestRow& r) { return static_cast<double>(r.prefill_instance); });
  add("decode_instance", [](const RequestRow& r) { return static_cast<double>(r.decode_instance); });
  return packed(std::move(columns), note, blobs);
}

}  // namespace

std::string text_for_script(const std::string& json) {
  std::string out;
  out.reserve(json.size());
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '<') out += "\\u003c";
    else if (c == '>') out += "\\u003e";
    else if (c == '&') out += "\\u0026";
    else if (json.compare(i, 3, "\xe2\x80\xa8") == 0 || json.compare(i, 3, "\xe2\x80\xa9") == 0) {
      out += json[i + 2] == '\xa8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else out += c;
  }
  return out;
}

std::size_t PageBlobs::add(std::span<const std::uint8_t> bytes) {
  blobs_.push_back(base64(deflated(bytes)));
  return blobs_.size() - 1;
}

std::size_t PageBlobs::add(const std::vector<double>& values) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(values.size() * 8);
  for (const double value : values) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<std::uint8_t>(bits >> shift));
  }
  return add(std::span<const std::uint8_t>(bytes));
}

std::string trace_json(const ReportTrace& trace, const PageLimits& limits, std::uint64_t grid_bytes, PageBlobs& blobs) {
  const TraceData& t = trace.data;
  Json figures = Json::array(), list = Json::array(), curves = Json::array(), jobs = Json::array(), hosts = Json::array();
  for (const KeyFigure& f : key_figures(t)) figures.push_back({{"label", f.label}, {"value", f.value}, {"note", f.note}});
  for (const PageFinding& f : findings(t, trace.detail))
    list.push_back({{"weight", to_string(f.weight)},
                    {"text", f.text},
                    {"section", f.section},
                    {"link", f.link < t.link_names.size() ? Json(f.link) : Json(nullptr)}});
  for (const Distribution& d : distributions(t))
    curves.push_back({{"metric", d.metric}, {"unit", d.unit}, {"of", d.of}, {"count", d.count}, {"share", d.share}, {"value", d.value}});
  for (const Job& job : t.jobs) jobs.push_back({{"name", job.name}, {"kind", job.kind}, {"first_rank", job.first_rank}});
  for (const TraceRank& rank : trace.detail.ranks) hosts.push_back(rank.host);
  std::size_t passed = 0;
  for (const Sanity& s : trace.detail.sanity) passed += s.passed ? 1 : 0;
  Json object = {{"label", trace.label},
                 {"path", t.path},
                 {"name", scenario_value(t.scenario_text, "name")},
                 {"description", scenario_value(t.scenario_text, "description")},
                 {"what_ran", what_ran(t, trace.detail)},
                 {"outcome", t.outcome},
                 {"complete", t.complete},
                 {"sealed", t.sealed},
                 {"diagnosis", t.diagnosis},
                 {"checks", {{"passed", passed}, {"all", trace.detail.sanity.size()}}},
                 {"seed", std::to_string(t.seed)},  // of 64 bits, which a number of JavaScript is not
                 {"digest", t.digest},
                 {"topology", t.topology},
                 {"program_version", t.program_version},
                 {"simulated", t.simulated.seconds()},
                 {"figures", std::move(figures)},
                 {"findings", std::move(list)},
                 {"jobs", std::move(jobs)},
                 {"rank_hosts", std::move(hosts)},
                 {"curves", std::move(curves)},
                 {"fabric", fabric_json(trace)},
                 {"grid", grid_json(trace.detail.grid, grid_bytes, blobs)},
                 {"steps", steps_json(t, limits, blobs)},
                 {"requests", requests_json(t, limits, blobs)},
                 {"scenario", t.scenario_text}};
  std::string text = object.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.pop_back();
  return text + ",\"tables\":" + tables_json(trace, limits) + "}";
}

ReportData report_data(const Report& report, const PageLimits& limits) {
  PageBlobs blobs;
  std::string json = "{\"format\":1,\"traces\":[";
  for (std::size_t i = 0; i < report.traces.size(); ++i)
    json += (i == 0 ? "" : ",") + trace_json(report.traces[i], limits, limits.grid_bytes / report.traces.size(), blobs);
  Json sentences = Json::array();
  for (const PageFinding& f : compared(report.comparison)) sentences.push_back({{"weight", to_string(f.weight)}, {"text", f.text}});
  json += "],\"comparison\":" + (report.traces.size() > 1 ? comparison_json(report.comparison) : std::string("null")) +
          ",\"compared\":" + sentences.dump(-1, ' ', false, Json::error_handler_t::replace) + "}";
  return {text_for_script(json), blobs.take()};
}

}  // namespace eastwest
