// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "scenarios/placement.hpp"
#include "scenarios/scenario_parts.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

namespace {

constexpr std::string_view kChosen = "eastwest";
constexpr std::string_view kJobKeys[] = {"kind",          "ranks", "start", "class", "placement", "placement.policy", "placement.servers",
                                         "placement.gpus"};

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const JobKind* kind : job_kinds()) names.emplace_back(kind->name);
  return names;
}

void read_ranks(const YamlValue& value, ScenarioJob& job, Diagnostics& diagnostics) {
  job.ranks_place = value.place;
  if (value.is_scalar() && value.text == "all") return;
  std::uint32_t count = 0;
  const char* end = value.text.data() + value.text.size();
  const auto [stop, error] = std::from_chars(value.text.data(), end, count);
  if (!value.is_scalar() || error != std::errc{} || stop != end || count == 0) {
    diagnostics.error(value.place, "`ranks` is how many GPUs the job uses, from 1 on, or `all`; not " + describe(value),
                      value.is_list() ? "name GPUs under `placement: {gpus: [0-7]}`" : "write `ranks: 8`");
    return;
  }
  job.ranks = count;
}

/// A list of names or ranges, or one of them; "all" is the empty list.
void read_names(const YamlValue& value, std::string_view key, bool ranges_only, std::vector<PlacedText>& names, Diagnostics& diagnostics) {
  if (value.is_scalar() && value.text == "all") return;
  const auto take = [&](const YamlValue& item) {
    if (item.is_scalar() && (!ranges_only || parse_index_range(item.text))) {
      names.push_back({item.text, item.place});
    } else {
      diagnostics.error(item.place, describe(item) + " in `" + std::string(key) + "` is not an index or a range",
                        ranges_only ? "write indices or ascending ranges, such as `[0-7, 12]`"
                                    : "write names, indices or ranges, such as `[0-3, server-07]`");
    }
  };
  if (value.is_list()) {
    for (const YamlValue& item : value.items) take(item);
    if (value.items.empty())
      diagnostics.error(value.place, "`" + std::string(key) + "` is an empty list", "remove it: without it all may be used");
  } else {
    take(value);
  }
}

void read_placement(const YamlValue* value, ScenarioJob& job, Diagnostics& diagnostics) {
  Placement& placement = job.placement;
  placement.place = job.place;
  if (value == nullptr || !value->is_map()) return;  // a wrong shape is reported with the job's parameters
  placement.place = value->place;
  if (const YamlValue* servers = value->find("servers")) {
    placement.servers_place = servers->place;
    read_names(*servers, "placement.servers", false, placement.servers, diagnostics);
  }
  if (const YamlValue* gpus = value->find("gpus")) {
    placement.gpus_place = gpus->place;
    read_names(*gpus, "placement.gpus", true, placement.gpus, diagnostics);
  }
  if (!placement.servers.empty() && !placement.gpus.empty()) {
    diagnostics.error(placement.gpus_place,
                      "`gpus` and `servers` (line " + std::to_string(placement.servers_place.line) + ") both say where the job runs",
                      "keep one of the two");
  }
}

}  // namespace

std::vector<ParameterSpec> job_parameters() {
  using enum ParameterType;
  return {
      {"ranks", text, Dimension::none, "all", 0, 0,
       "how many GPUs the job uses; all: every one that its placement allows and no earlier job took", kChosen},
      {"start", quantity, Dimension::time, "0 s", 0, 9e18, "when the job starts", kChosen},
      {"class", quantity, Dimension::none, "1", 1, 3, "traffic class, 1 to 3; class 0 is the control class of the fabric", kChosen},
      {"placement.policy", choice, Dimension::none, "packed", 0, 0,
       "order in which ranks take GPUs: server after server, one per server in turn, leaf after leaf, or shuffled by the seed", kChosen,
       "packed, strided, rail_aligned, scattered"},
      {"placement.servers", text, Dimension::none, "all", 0, 0, "servers the job may use: names, indices or ranges, `[0-3, server-07]`",
       kChosen},
      {"placement.gpus", text, Dimension::none, "all", 0, 0, "GPUs of the site in the order of ranks, `[0-7, 12]`; all: as `policy` says",
       kChosen},
  };
}

void read_job(const YamlEntry& entry, ScenarioJob& job, Diagnostics& diagnostics) {
  job.name = entry.key;
  job.place = entry.key_place;
  job.ranks_place = entry.key_place;
  const YamlValue& value = entry.value;
  if (!value.is_map()) {
    diagnostics.error(value.place, "job `" + job.name + "` must be a map, not " + describe(value),
                      "write `kind: KIND` and its parameters below the name, indented");
    return;
  }
  // The common part first: it is checked even when the kind is not known.
  YamlValue common;
  common.kind = YamlValue::Kind::map;
  common.place = value.place;
  for (const std::string_view key : {"start", "class", "placement"}) {
    if (const YamlEntry* found = value.find_entry(key)) common.entries.push_back(*found);
  }
  std::vector<ParameterSpec> specs;
  for (const ParameterSpec& spec : job_parameters()) {
    if (spec.name == "start" || spec.name == "class" || spec.name == "placement.policy") specs.push_back(spec);
  }
  constexpr std::string_view kByHand[] = {"placement.servers", "placement.gpus"};
  const std::string owner = "job `" + job.name + "`";
  const ReadParameters shared = read_parameters(&common, job.place, owner, std::move(specs), kByHand, diagnostics);
  job.start = Time{shared.values.integer("start")};
  job.traffic_class = static_cast<std::uint8_t>(shared.values.integer("class"));
  const std::string& policy = shared.values.text("placement.policy");
  job.placement.policy = policy == "strided"        ? PlacementPolicy::strided
                         : policy == "rail_aligned" ? PlacementPolicy::rail_aligned
                         : policy == "scattered"    ? PlacementPolicy::scattered
                                                    : PlacementPolicy::packed;
  if (const YamlValue* ranks = value.find("ranks")) read_ranks(*ranks, job, diagnostics);
  read_placement(value.find("placement"), job, diagnostics);
  if (!job.placement.gpus.empty() && shared.was_given("placement.policy")) {
    diagnostics.error(shared.place_of("placement.policy", job.place),
                      "`policy` has no meaning beside `gpus` (line " + std::to_string(job.placement.gpus_place.line) +
                          "), which already orders the ranks",
                      "keep one of the two");
  }

  const YamlValue* kind_name = value.find("kind");
  if (kind_name == nullptr || !kind_name->is_scalar()) {
    diagnostics.error(kind_name == nullptr ? job.place : kind_name->place, owner + " needs a `kind`",
                      suggest("", kind_names()) + " are known");
    return;
  }
  const JobKind* kind = find_job_kind(kind_name->text);
  if (kind == nullptr) {
    diagnostics.error(kind_name->place, "there is no job kind `" + kind_name->text + "`", suggest(kind_name->text, kind_names()));
    return;
  }
  job.kind = kind->name;
  job.parameters = read_parameters(&value, job.place, owner + " (" + job.kind + ")", kind->parameters(), kJobKeys, diagnostics);
}

std::vector<ParameterSpec> fault_parameters() {
  using enum ParameterType;
  return {
      {"time", quantity, Dimension::time, "", 0, 9e18, "when it happens", kChosen},
      {"link", text, Dimension::none, "", 0, 0, "the cable: its name `C0001`, a port `leaf-0:3`, or two nodes `leaf-0 - spine-1`", kChosen},
      {"action", choice, Dimension::none, "down", 0, 0,
       "down and up: both directions of the cable; hang and recover: the NIC at its end stops taking data and pauses its switch, or goes "
       "on; dirty_connector: `loss` off the cable's optical margin; frame_loss: its frame loss is `probability`; clean: as the site has it",
       "chosen; NICs that hang: Guo et al., SIGCOMM 2016, section 4.3", "down, up, hang, recover, dirty_connector, clean, frame_loss"},
      {"loss", quantity, Dimension::loss, "0 dB", 0, 60'000, "dirty_connector: optical loss that it adds to what is there", kChosen},
      {"margin", quantity, Dimension::loss, "0 dB", -20'000, 60'000,
       "dirty_connector: the cable's optical margin without dirt, where the site's plant does not say it or another is to be tried",
       kChosen},
      {"probability", real, Dimension::none, "0", 0, 1, "frame_loss: probability that a frame is lost", kChosen},
      {"direction", choice, Dimension::none, "both", 0, 0,
       "of a lossy cable: both, or from what `link` names first (of a cable its end a) to the other end, or back", kChosen,
       "both, a_to_b, b_to_a"}};
}

namespace {

/// A value that the action has no use for, or the lack of one that it needs.
void check_fault_values(const ReadParameters& read, const ScenarioFault& fault, Diagnostics& diagnostics) {
  struct Need {
    std::string_view value, action, example;
  };
  for (const Need& need : {Need{"loss", "dirty_connector", "loss: 0.8 dB"}, Need{"margin", "dirty_connector", ""},
                           Need{"probability", "frame_loss", "probability: 1e-4"}}) {
    const std::string quoted = "`" + std::string(need.value) + "`";
    if (fault.action == need.action && !need.example.empty() && !read.was_given(need.value))
      diagnostics.error(fault.place, "`action: " + fault.action + "` needs " + quoted, "write `" + std::string(need.example) + "`");
    if (fault.action != need.action && read.was_given(need.value))
      diagnostics.error(read.place_of(need.value, fault.place), quoted + " has no meaning with `action: " + fault.action + "`",
                        "remove it, or use `action: " + std::string(need.action) + "`");
  }
  const bool lossy = fault.action == "dirty_connector" || fault.action == "frame_loss" || fault.action == "clean";
  if (!lossy && read.was_given("direction"))
    diagnostics.error(read.place_of("direction", fault.place), "`direction` has no meaning with `action: " + fault.action + "`",
                      "remove it: the fault takes the whole cable");
}

}  // namespace

void read_faults(const YamlValue& value, std::vector<ScenarioFault>& faults, Diagnostics& diagnostics) {
  if (value.is_null()) return;
  if (!value.is_list()) {
    diagnostics.error(value.place, "`faults` must be a list, not " + describe(value),
                      "write `- {time: 1 ms, link: \"leaf-0 - spine-0\", action: down}` lines");
    return;
  }
  for (const YamlValue& item : value.items) {
    const std::size_t errors = diagnostics.error_count();
    const ReadParameters read = read_parameters(&item, item.place, "a fault", fault_parameters(), {}, diagnostics);
    if (diagnostics.error_count() != errors) continue;
    ScenarioFault fault{Time{read.values.integer("time")}, read.values.text("link"), read.values.text("action"), item.place};
    fault.loss = {read.values.integer("loss")};
    if (read.was_given("margin")) fault.margin = Loss{read.values.integer("margin")};
    fault.probability = read.values.real("probability");
    fault.direction = read.values.text("direction");
    check_fault_values(read, fault, diagnostics);
    faults.push_back(std::move(fault));
  }
}

}  // namespace eastwest
