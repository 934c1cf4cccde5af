// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/findings.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "analysis/frame_losses.hpp"
#include "analysis/metrics.hpp"
#include "analysis/text_table.hpp"

namespace eastwest {

namespace {

constexpr std::uint32_t kNone = 0xffff'ffffu;

std::string counted(std::uint64_t count, const std::string& noun) { return std::to_string(count) + " " + noun + (count == 1 ? "" : "s"); }
std::string seconds(double value) { return readable(value, "s"); }
/// Cables that were down at some time.
std::set<std::uint32_t> cables_down(const TraceDetail& detail) {
  std::set<std::uint32_t> down;
  for (const EventRow& e : detail.events)
    if (e.kind == EventKind::link_down && e.link < detail.links.size()) down.insert(detail.links[e.link].cable);
  return down;
}
double share_of(Duration part, Duration all) { return all.ps > 0 ? part.seconds() / all.seconds() : 0; }

void add_run(std::vector<PageFinding>& out, const TraceData& trace, const TraceDetail& detail) {
  for (const Sanity& s : detail.sanity)
    if (!s.passed) out.push_back({Weight::failed, "The check \"" + s.check + "\" failed: " + s.detail, "verdicts", kNone});
  if (!trace.complete)
    out.push_back({Weight::failed,
                   !trace.sealed ? "The run did not end, or is still going: the page covers the " + to_readable(trace.simulated - Time{0}) +
                                       " that were safe on disk."
                                 : "The run was " + trace.outcome + " after " + to_readable(trace.simulated - Time{0}) +
                                       " of simulated time." + (trace.diagnosis.empty() ? "" : " " + trace.diagnosis),
                   "verdicts", kNone});
}

/// What a step waits for.
void add_training(std::vector<PageFinding>& out, const TraceData& trace) {
  for (const StepMetrics& m : step_metrics(trace.steps)) {
    const std::string name = m.job < trace.jobs.size() ? trace.jobs[m.job].name : std::to_string(m.job);
    std::array<std::pair<double, const char*>, 6> parts = {{{m.tensor_share, "tensor-parallel collectives"},
                                                            {m.pipeline_share, "transfers between pipeline stages"},
                                                            {m.data_share, "gradients and weights of the replicas"},
                                                            {m.expert_share, "tokens on their way to and from experts"},
                                                            {m.context_share, "exchanges of context parallelism"},
                                                            {m.bubble_share, "bubbles and waiting for the slowest rank"}}};
    std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::string text =
        "Job " + name + ": a training step takes " + seconds(m.time.mean) + ", of which " + percent(m.exposed_share) + " is not computing";
    if (parts[0].first > 0) {
      text += ": " + percent(parts[0].first) + " " + parts[0].second;
      if (parts[1].first > 0.01) text += ", " + percent(parts[1].first) + " " + parts[1].second;
    }
    out.push_back({m.exposed_share >= 0.1 ? Weight::warning : Weight::note, text + ".", "steps", kNone});
  }
}

/// Where the slowest tenth of requests waited before their first token.
void add_requests(std::vector<PageFinding>& out, const TraceData& trace) {
  for (const RequestMetrics& m : request_metrics(trace.requests)) {
    const std::string name = m.job < trace.jobs.size() ? trace.jobs[m.job].name : std::to_string(m.job);
    if (m.finished < m.arrived)
      out.push_back({trace.complete ? Weight::note : Weight::warning,
                     "Job " + name + ": " + std::to_string(m.arrived - m.finished) + " of " + counted(m.arrived, "request") +
                         " did not finish before the run ended.",
                     "serving", kNone});
    if (m.has_slo && m.finished > 0) {
      const double met = static_cast<double>(m.within_slo) / static_cast<double>(m.finished);
      out.push_back({met < 0.99 ? Weight::warning : Weight::note,
                     "Job " + name + ": " + percent(met) + " of finished requests met their targets, " + fixed(m.goodput, 2) +
                         " requests/s (goodput).",
                     "serving", kNone});
    }
    if (m.ttft.count == 0) continue;
    std::array<std::pair<double, const char*>, 4> parts = {
        {{0, "waiting for a prefill instance"}, {0, "in the prefill"}, {0, "moving the KV cache"}, {0, "from there to the first token"}}};
    double all = 0;
    std::uint64_t slow = 0;
    for (const RequestRow& r : trace.requests) {
      if (r.job != m.job || r.first_token == kTimeNever || r.prefill_start == kTimeNever || r.prefill_end == kTimeNever) continue;
      const double ttft = (r.first_token - r.arrival).seconds();
      if (ttft < m.ttft.p90) continue;
      // A prefill may give the first token before its KV cache has moved.
      const Time moved = std::min(r.kv_done == kTimeNever ? r.prefill_end : r.kv_done, r.first_token);
      parts[0].first += (r.prefill_start - r.arrival).seconds();
      parts[1].first += (std::min(r.prefill_end, r.first_token) - r.prefill_start).seconds();
      parts[2].first += std::max(0.0, (moved - r.prefill_end).seconds());
      parts[3].first += (r.first_token - moved).seconds();
      all += ttft;
      ++slow;
    }
    if (all <= 0) continue;
    std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    out.push_back({m.ttft.p99 > 3 * m.ttft.p50 ? Weight::warning : Weight::note,
                   "Job " + name + ": time to first token is " + seconds(m.ttft.p50) + " at p50 and " + seconds(m.ttft.p99) +
                       " at p99; the slowest tenth (" + counted(slow, "request") + ") spent " + percent(parts[0].first / all) + " of it " +
                       parts[0].second +
                       (parts[1].first > 0.005 * all ? ", " + percent(parts[1].first / all) + " " + parts[1].second : std::string()) + ".",
                   "serving", kNone});
  }
}

void add_collectives(std::vector<PageFinding>& out, const TraceData& trace) {
  std::optional<PageFinding> worst;
  double most = 1.5;
  for (const CollectiveMetrics& m : collective_metrics(trace.collective_list, trace.collectives)) {
    if (m.lower_bound.ps <= 0) continue;
    const double ratio = m.time.mean / m.lower_bound.seconds();
    if (ratio < most) continue;
    most = ratio;
    worst = PageFinding{Weight::warning,
                        "Collective " + m.name + " (" + m.algorithm + ", " + std::to_string(m.ranks) + " ranks, " + to_readable(m.bytes) +
                            ") takes " + seconds(m.time.mean) + ", " + fixed(ratio, 2) + " times its closed-form bound of " +
                            seconds(m.lower_bound.seconds()) + ".",
                        "collectives", kNone};
  }
  if (worst) out.push_back(*worst);
}

void add_links(std::vector<PageFinding>& out, const TraceData& trace, const TraceDetail& detail) {
  const Duration run = trace.simulated - Time{0};
  const LinkGroup* longest = nullptr;
  const std::vector<LinkGroup> groups = link_groups(trace, detail);
  for (const LinkGroup& g : groups) {
    if (g.mean >= 0.7) {
      out.push_back({Weight::warning,
                     "Links " + g.name + " are full: " + percent(g.mean) + " on average over " + counted(g.count, "link") +
                         ". More or faster links there would help.",
                     "links", g.busiest});
    } else if (g.count - g.down > 1 && g.most >= 1.5 * g.mean && (g.most >= 0.2 || (g.most >= 0.02 && g.peak >= 0.95))) {
      out.push_back({g.from == "host" || g.to == "host" ? Weight::note : Weight::warning,
                     "Links " + g.name + " are unevenly loaded: the busiest, " + trace.link_names[g.busiest] + ", was sending " +
                         percent(g.most) + " of the time, the average of " + counted(g.count - g.down, "link") +
                         (g.down > 0 ? " that stayed up" : "") + " is " + percent(g.mean) +
                         (g.down > 0 ? ". " + counted(g.down, "link") + " there " + (g.down == 1 ? "was" : "were") +
                                           " down for a time: what is left carries more, and no choice of paths gives that back."
                          : g.to == "host"   ? ". What is sent to whom decides here: the pattern and the placement of ranks."
                          : g.from == "host" ? ". Some hosts send more than others: the pattern and the placement of ranks decide here."
                                             : ". Choice of paths and placement decide here, not capacity."),
                     "links", g.busiest});
    }
    const double paused = share_of(g.paused_most, run);
    if (g.paused_most.ps > 0)
      out.push_back({paused >= 0.01 ? Weight::warning : Weight::note,
                     "PFC stopped links " + g.name + ", most of all " + trace.link_names[g.most_paused] + ": " +
                         seconds(g.paused_most.seconds()) + ", " + percent(paused) + " of the run.",
                     "queues", g.most_paused});
    if (g.from != "host" && g.queue_max > 0 && (longest == nullptr || g.queue_max > longest->queue_max)) longest = &g;
  }
  if (longest != nullptr)
    out.push_back({Weight::note,
                   "The longest queue of a switch was " + to_readable(Bytes{longest->queue_max}) + ", before " +
                       trace.link_names[longest->longest] +
                       (longest->to == "host" ? ": at the last hop, so several senders meant one receiver." : "."),
                   "queues", longest->longest});
}

/// What the medium lost and had to lose, and on which link; or that the run was too short to tell.
void add_medium(std::vector<PageFinding>& out, const TraceData& trace) {
  const Counters& c = trace.counters;
  if (!trace.sealed || trace.simulated <= Time{0} || (c.frames_lost == 0 && c.frames_lost_expected < kLossesWorthATable)) return;
  const std::vector<std::uint32_t> worst = lossiest_links(trace.links, 1);
  if (worst.empty()) return;
  const LinkTotal& link = trace.links[worst[0]];
  const bool drawn = c.packets > 0;  // flows draw none and take the goodput of what is left
  std::string text = "Bad light or cable: " + (drawn ? counted(c.frames_lost, "frame") + " lost, " : std::string()) +
                     significant(c.frames_lost_expected) + " expected. Most on " + trace.link_names[worst[0]] + ", which loses " +
                     significant(mean_frame_loss(link)) + " of its frames (" + (drawn ? std::to_string(link.frames_lost) + " of " : "of ") +
                     counted(link.frames, "frame") + ", " + significant(link.frames_lost_expected) + " expected).";
  if (c.timeouts > 0)
    text += " " + counted(c.timeouts, "timeout") +
            " in the run: a message whose last packet is lost waits for one, and everybody waits for it.";
  if (too_rare_to_sample(c)) text += " Losses are " + rare_loss_text(loss_outlook(c, trace.links, trace.simulated, {})) + ".";
  out.push_back({c.frames_lost > 0 ? Weight::warning : Weight::note, text, "links", worst[0]});
}

void add_losses(std::vector<PageFinding>& out, const TraceData& trace, const TraceDetail& detail) {
  const Counters& c = trace.counters;
  const std::uint64_t medium = std::max(c.frames_lost, c.drops_loss);  // answers are lost too
  if (c.drops_buffer + c.drops_fault + medium > 0)
    out.push_back({Weight::warning,
                   counted(c.drops_buffer + c.drops_fault + medium, "frame") + " dropped: " +
                       (trace.sealed ? std::to_string(c.drops_buffer) + " for want of room, " + std::to_string(c.drops_fault) +
                                           " at a link that was down, " + std::to_string(medium) + " lost on the medium; " +
                                           counted(c.retransmits, "packet") + " sent again, " + counted(c.timeouts, "timeout") + "."
                                     : "of which kind is not known before the run has ended."),
                   "links", kNone});
  add_medium(out, trace);
  std::uint64_t storms = 0;
  std::uint64_t failures = 0;
  std::uint32_t first_down = kNone;
  for (const EventRow& e : detail.events) {
    storms += e.kind == EventKind::pfc_storm ? 1 : 0;
    if (e.kind != EventKind::link_down) continue;
    ++failures;
    if (first_down == kNone) first_down = e.link;
  }
  if (const std::uint64_t cables = cables_down(detail).size(); cables > 0)
    out.push_back({Weight::warning,
                   counted(cables, "cable") + " went down during the run" +
                       (failures > cables ? ", " + std::to_string(failures) + " times together" : "") +
                       (first_down < trace.link_names.size() ? ", first " + trace.link_names[first_down] : "") + ".",
                   "events", first_down});
  if (storms > 0) out.push_back({Weight::warning, counted(storms, "pause storm") + " were seen.", "events", kNone});

  const FabricCable* least = nullptr;
  std::uint64_t negative = 0;
  for (const FabricCable& cable : detail.cables) {
    if (!cable.margin) continue;
    negative += *cable.margin < 0 ? 1 : 0;
    if (least == nullptr || *cable.margin < *least->margin) least = &cable;
  }
  if (least != nullptr)
    out.push_back({negative > 0 ? Weight::failed : Weight::note,
                   (negative > 0 ? counted(negative, "cable") + " without optical margin as built; the least is "
                                 : "The least optical margin as built is ") +
                       fixed(*least->margin, 2) + " dB, on " + least->name + " (" + least->a + " - " + least->b + ").",
                   "budgets", kNone});
}

}  // namespace

const char* to_string(Weight weight) {
  switch (weight) {
    case Weight::failed: return "failed";
    case Weight::warning: return "warning";
    case Weight::note: return "note";
  }
  return "note";
}

std::vector<LinkGroup> link_groups(const TraceData& trace, const TraceDetail& detail) {
  std::vector<LinkGroup> out;
  const std::vector<std::string> roles = node_roles(detail);
  std::map<std::string, std::size_t> known;
  const std::set<std::uint32_t> down = cables_down(detail);
  std::vector<double> all;  // sums with the links that were down
  for (std::uint32_t i = 0; i < detail.links.size() && i < trace.links.size(); ++i) {
    const std::string& from = roles[detail.links[i].source];
    const std::string& to = roles[detail.links[i].target];
    const auto [at, fresh] = known.try_emplace(from + " -> " + to, out.size());
    if (fresh) {
      LinkGroup group;
      group.name = at->first;
      group.from = from;
      group.to = to;
      group.busiest = group.longest = group.most_paused = i;
      out.push_back(std::move(group));
      all.push_back(0);
    }
    LinkGroup& g = out[at->second];
    const LinkTotal& link = trace.links[i];
    ++g.count;
    if (down.contains(detail.links[i].cable)) ++g.down;
    else g.mean += link.utilization_mean;
    all[at->second] += link.utilization_mean;
    g.peak = std::max(g.peak, link.utilization_max);
    g.drops += link.drops;
    g.ecn_marks += link.ecn_marks;
    if (link.utilization_mean > g.most) g.most = link.utilization_mean, g.busiest = i;
    if (link.queue_bytes_max > g.queue_max) g.queue_max = link.queue_bytes_max, g.longest = i;
    if (link.paused > g.paused_most) g.paused_most = link.paused, g.most_paused = i;
  }
  for (std::size_t g = 0; g < out.size(); ++g)
    out[g].mean = out[g].down < out[g].count ? out[g].mean / (out[g].count - out[g].down) : all[g] / out[g].count;
  return out;
}

std::vector<PageFinding> findings(const TraceData& trace, const TraceDetail& detail) {
  std::vector<PageFinding> out;
  add_run(out, trace, detail);
  add_training(out, trace);
  add_requests(out, trace);
  add_links(out, trace, detail);
  add_collectives(out, trace);
  add_losses(out, trace, detail);
  std::stable_sort(out.begin(), out.end(), [](const PageFinding& a, const PageFinding& b) { return a.weight < b.weight; });
  return out;
}

}  // namespace eastwest
