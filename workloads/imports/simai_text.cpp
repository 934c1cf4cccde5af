// SPDX-License-Identifier: Apache-2.0
#include "workloads/imports/simai_text.hpp"

#include <algorithm>

namespace eastwest {

namespace {

using Policy = SimaiWorkload::Policy;
using Group = SimaiWorkload::Group;

struct KnownPolicy {
  std::string_view name;
  std::optional<Policy> policy;  // none: refused
};
constexpr KnownPolicy kPolicies[] = {
    {"HYBRID_TRANSFORMER_FWD_IN_BCKWD", Policy::layers},
    {"HYBRID_TRANSFORMER", Policy::overlapped},
    {"DATA", Policy::layers},
    {"MODEL", Policy::layers},
    {"HYBRID_DATA_MODEL", Policy::layers},
    {"HYBRID_MODEL_DATA", Policy::layers},
    {"MICRO", Policy::micro},
    {"DISTRIBUTED_INFERENCE", Policy::forward},
    {"HYBRID_DLRM", std::nullopt},
    {"HYBRID_DLRM_ENHANCED", std::nullopt},
    {"HYBRID_CUSTOMIZED", std::nullopt},
};

struct KnownOperation {
  std::string_view name;
  GroupOperation operation;
};
constexpr KnownOperation kOperations[] = {
    {"ALLREDUCE", GroupOperation::all_reduce}, {"ALLGATHER", GroupOperation::all_gather}, {"REDUCESCATTER", GroupOperation::reduce_scatter},
    {"ALLTOALL", GroupOperation::all_to_all},  {"BROADCAST", GroupOperation::broadcast},
};
constexpr std::string_view kOperationRemedy =
    "write NONE, or ALLREDUCE, ALLGATHER, REDUCESCATTER, ALLTOALL or BROADCAST, alone or with `_EP` or `_DP_EP`";

constexpr std::int64_t kRanksMost = 1 << 20;
constexpr std::int64_t kBytesMost = 1'000'000'000'000'000;
constexpr std::int64_t kNanosecondsMost = 1'000'000'000'000'000;
constexpr std::size_t kFields = 12;

class SimaiReader {
 public:
  SimaiReader(std::string_view text, bool check_counts, InputErrors& errors)
      : reader_(text), check_counts_(check_counts), errors_(errors) {}

  SimaiWorkload run() {
    std::vector<Word> words;
    if (!reader_.next_line(words)) return {};
    read_header(words);
    if (!reader_.next_line(words)) {
      errors_.error(reader_.here(), "the file ends after its header", "the second line is the number of rows");
      return {};
    }
    const Word count_at = words.front();
    const auto count = whole_number(count_at.text, 0, 100'000'000);
    if (!count || words.size() != 1)
      errors_.error(count_at, "expected the number of rows and found " + quote_input(count_at.text), "write it alone on the second line");
    while (reader_.next_line(words) && !errors_.full()) read_row(words);
    const auto rows = static_cast<std::int64_t>(seen_);
    if (count && rows != *count && !errors_.full())
      errors_.mismatch(!check_counts_, count_at, "the file announces " + std::to_string(*count) + " rows and has " + std::to_string(rows),
                       rows < *count ? "the file may be cut off" : "SimAI would not read the rows beyond");
    if (seen_ == 0 && !errors_.any()) errors_.error(count_at, "the file has no rows", "give at least one layer");
    check_checkpoints();
    return std::move(workload_);
  }

 private:
  void read_header(const std::vector<Word>& words) {
    const Word& name = words.front();
    const auto known = std::find_if(std::begin(kPolicies), std::end(kPolicies), [&](const KnownPolicy& p) { return p.name == name.text; });
    if (known == std::end(kPolicies)) {
      std::vector<std::string> names;
      for (const KnownPolicy& policy : kPolicies) names.emplace_back(policy.name);
      const std::string near = nearest_name(name.text, names);
      errors_.error(
          name, "there is no policy " + quote_input(name.text),
          near.empty() ? "a SimAI workload starts with one, such as `HYBRID_TRANSFORMER_FWD_IN_BCKWD`" : "did you mean `" + near + "`?");
    } else if (!known->policy) {
      errors_.error(name, "the policy " + std::string(known->name) + " is not modelled",
                    "HYBRID_TRANSFORMER, HYBRID_TRANSFORMER_FWD_IN_BCKWD, DATA, MODEL, HYBRID_DATA_MODEL, HYBRID_MODEL_DATA, MICRO and "
                    "DISTRIBUTED_INFERENCE are");
    } else {
      workload_.policy = *known->policy;
    }
    for (std::size_t i = 1; i < words.size();) i = read_key(words, i);
  }

  /// Reads the key at `i` with its values; returns where the next stands.
  std::size_t read_key(const std::vector<Word>& words, std::size_t i) {
    const Word key = words[i++];
    std::string_view name = key.text;
    if (name.ends_with(':')) name.remove_suffix(1);
    std::int64_t ignored = 0;
    std::int64_t* value = name == "model_parallel_NPU_group" ? &workload_.tensor
                          : name == "ep"                     ? &workload_.expert
                          : name == "pp"                     ? &workload_.pipeline
                          : name == "all_gpus"               ? &workload_.all_gpus
                          : name == "pp_comm"                ? &workload_.pipeline_bytes
                          : name == "vpp" || name == "ga" || name == "mode" || name == "checkpoints" || name == "checkpoint_initiates"
                              ? &ignored
                              : nullptr;
    if (value == nullptr) {
      const bool a_key = key.text.ends_with(':');
      errors_.warning(key,
                      a_key ? "the key " + quote_input(name) + " is not known; it is ignored, as SimAI does"
                            : quote_input(name) + " is no key; it is ignored",
                      "the keys are model_parallel_NPU_group, ep, pp, vpp, ga, all_gpus, checkpoints, checkpoint_initiates, pp_comm, mode");
      return a_key && i < words.size() && !words[i].text.ends_with(':') ? i + 1 : i;
    }
    if (i == words.size()) {
      errors_.error(key, quote_input(name) + " has no value", "write `" + std::string(name) + ": 1`");
      return i;
    }
    const Word& at = words[i++];
    const bool bytes = value == &workload_.pipeline_bytes;
    const auto number = scaled_number(at.text, 1);  // a float such as 50331648.0 is fine
    const bool group = value != &ignored && !bytes && value != &workload_.all_gpus;
    if (!number || *number < (group ? 1 : 0) || *number > (bytes ? kBytesMost : kRanksMost)) {
      errors_.error(at, quote_input(name) + " is " + quote_input(at.text),
                    group ? "it is a whole number from 1 on" : "it is a whole number");
      return i;
    }
    *value = *number;
    if (name != "checkpoints" && name != "checkpoint_initiates") return i;
    std::vector<std::int64_t>& list = name == "checkpoints" ? workload_.checkpoints : workload_.checkpoint_initiates;
    for (std::int64_t left = *number; left > 0; --left) {
      const auto id = i < words.size() ? whole_number(words[i].text, 0, kRanksMost) : std::nullopt;
      if (!id) {
        errors_.error(i < words.size() ? words[i] : key,
                      quote_input(name) + " announces " + std::to_string(*number) + " rows and names fewer",
                      "name each row after the number");
        break;
      }
      list.push_back(*id);
      ++i;
    }
    return i;
  }

  void read_row(const std::vector<Word>& words) {
    ++seen_;
    if (words.size() != kFields) {
      errors_.error(words.front(), "the row has " + std::to_string(words.size()) + " fields, not " + std::to_string(kFields),
                    "name, -1, three times (time, communication, bytes), update time");
      return;
    }
    SimaiWorkload::Row row;
    row.name = words[0].text.substr(0, 60);
    row.forward = pass(words, 2, Group::tensor);
    row.input_gradient = pass(words, 5, Group::tensor);
    row.weight_gradient = pass(words, 8, Group::data);
    row.update = time(words[11]);
    workload_.rows.push_back(std::move(row));
  }

  Duration time(const Word& at) {
    const auto value = scaled_number(at.text, 1'000);
    if (value && *value >= 0 && *value <= kNanosecondsMost * 1'000) return {*value};
    errors_.error(at, quote_input(at.text) + " is not a time", "it is a number of nanoseconds, such as `250000`");
    return {};
  }

  SimaiWorkload::Pass pass(const std::vector<Word>& words, std::size_t first, Group group) {
    SimaiWorkload::Pass pass;
    pass.compute = time(words[first]);
    pass.group = group;
    const Word& type = words[first + 1];
    const Word& size = words[first + 2];
    const auto bytes = scaled_number(size.text, 1);
    if (!bytes || *bytes < 0 || *bytes > kBytesMost)
      errors_.error(size, quote_input(size.text) + " is not a number of bytes", "write it as `33554432`");
    else pass.bytes = {*bytes};
    if (type.text == "NONE") return pass;
    if (type.text.starts_with("ALLREDUCEALLTOALL")) {
      errors_.error(type, "ALLREDUCEALLTOALL has no meaning: SimAI's own reader takes it for an ALLREDUCE without a group",
                    "write two rows, one with ALLREDUCE and one with ALLTOALL");
      return pass;
    }
    for (const KnownOperation& known : kOperations) {
      if (!type.text.starts_with(known.name)) continue;
      const std::string_view suffix = type.text.substr(known.name.size());
      if (!suffix.empty() && suffix != "_EP" && suffix != "_DP_EP") break;
      pass.operation = known.operation;
      if (!suffix.empty()) pass.group = suffix == "_EP" ? Group::expert : Group::data_expert;
      return pass;
    }
    errors_.error(type, quote_input(type.text) + " is not a communication; SimAI would drop it silently", std::string(kOperationRemedy));
    return pass;
  }

  void check_checkpoints() {
    for (const auto* list : {&workload_.checkpoints, &workload_.checkpoint_initiates})
      for (const std::int64_t row : *list)
        if (row >= static_cast<std::int64_t>(seen_) && !errors_.any())
          errors_.error(1, 1, "checkpoint row " + std::to_string(row) + " does not exist", "rows are 0 to " + std::to_string(seen_ - 1));
    for (const std::int64_t row : workload_.checkpoint_initiates)
      if (std::none_of(workload_.checkpoints.begin(), workload_.checkpoints.end(), [&](std::int64_t kept) { return kept <= row; }) &&
          !errors_.any())
        errors_.error(1, 1, "row " + std::to_string(row) + " repeats the forward pass, and no checkpoint stands before it",
                      "add a row of at most " + std::to_string(row) + " to `checkpoints`");
  }

  WordReader reader_;
  bool check_counts_;
  InputErrors& errors_;
  SimaiWorkload workload_;
  std::size_t seen_ = 0;
};

}  // namespace

SimaiWorkload read_simai_workload(std::string_view text, bool check_counts, InputErrors& errors) {
  return SimaiReader(text, check_counts, errors).run();
}

}  // namespace eastwest
