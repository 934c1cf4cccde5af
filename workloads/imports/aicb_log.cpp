// SPDX-License-Identifier: Apache-2.0
// AICB's log of a physical run: the communications of a rank in order, as CSV.
#include <algorithm>

#include "workloads/imports/simai_text.hpp"

namespace eastwest {

namespace {

using Group = SimaiWorkload::Group;
constexpr std::int64_t kRanksMost = 1 << 20;
constexpr std::int64_t kBytesMost = 1'000'000'000'000'000;

struct KnownOperation {
  std::string_view name;
  GroupOperation operation;
};
constexpr KnownOperation kOperations[] = {
    {"all_reduce", GroupOperation::all_reduce},
    {"all_gather", GroupOperation::all_gather},
    {"reduce_scatter", GroupOperation::reduce_scatter},
    {"all_to_all", GroupOperation::all_to_all},
    {"broadcast", GroupOperation::broadcast},
    {"reduce", GroupOperation::reduce},
    {"gather", GroupOperation::gather},
    {"scatter", GroupOperation::scatter},
    {"barrier", GroupOperation::barrier},
};
struct KnownGroup {
  std::string_view name;
  Group group;
};
constexpr KnownGroup kGroups[] = {{"tp_group", Group::tensor},
                                  {"dp_group", Group::data},
                                  {"ep_group", Group::expert},
                                  {"ep_dp_group", Group::data_expert},
                                  {"all", Group::all}};

std::string_view behind(std::string_view text, std::string_view prefix) {
  if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  return text;
}

class AicbLogReader {
 public:
  AicbLogReader(std::string_view text, InputErrors& errors) : text_(text), errors_(errors) {}

  SimaiWorkload run() {
    workload_.policy = SimaiWorkload::Policy::micro;
    for (std::size_t begin = 0; begin < text_.size() && !errors_.full();) {
      const std::size_t end = std::min(text_.find('\n', begin), text_.size());
      std::string_view line = text_.substr(begin, end - begin);
      begin = end + 1;
      ++line_;
      while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
      if (line_ == 1) read_world(line);
      else if (!line.empty() && places_.empty()) read_header(line);
      else if (!line.empty()) read_row(line);
      if (errors_.any() && places_.empty()) break;
    }
    if (workload_.rows.empty() && !errors_.any())
      errors_.error(line_, 1, "the log has no communication", "give at least one row below the header");
    if (skipped_ > 0)
      errors_.warning(first_skipped_, 1,
                      std::to_string(skipped_) + " rows between pipeline stages, or of computation, are left out, this one first",
                      "kind `training` models pipelines");
    return std::move(workload_);
  }

 private:
  /// `[rank0 ~ rank127]`: the file was taken on 128 ranks.
  void read_world(std::string_view line) {
    const std::size_t last = line.rfind("rank");
    std::string_view number = last == std::string_view::npos ? line : line.substr(last + 4);
    if (number.ends_with(']')) number.remove_suffix(1);
    if (const auto rank = whole_number(number, 0, kRanksMost - 1)) workload_.all_gpus = *rank + 1;
    else errors_.error(1, 1, "the first line is not `[rank0 ~ rankN]`", "take the log as AICB wrote it");
  }

  std::vector<std::string_view> split(std::string_view line) {
    std::vector<std::string_view> fields;
    for (std::size_t begin = 0;;) {
      const std::size_t end = std::min(line.find(',', begin), line.size());
      fields.push_back(line.substr(begin, end - begin));
      if (end == line.size()) return fields;
      begin = end + 1;
    }
  }

  void read_header(std::string_view line) {
    const std::vector<std::string_view> names = split(line);
    for (const std::string_view column : {"comm_type", "comm_group", "comm_group_size", "msg_size", "stage"}) {
      const auto found = std::find(names.begin(), names.end(), column);
      if (found == names.end())
        errors_.error(line_, 1, "the header has no column `" + std::string(column) + "`", "take the log as AICB wrote it");
      places_.push_back(static_cast<std::size_t>(found - names.begin()));
    }
    width_ = names.size();
    if (errors_.any()) places_.clear();  // no row can be read
  }

  void read_row(std::string_view line) {
    const std::vector<std::string_view> fields = split(line);
    if (fields.size() != width_)
      return errors_.error(line_, 1, "the row has " + std::to_string(fields.size()) + " fields, the header " + std::to_string(width_),
                           "give every row one field per column; the file may be cut off");
    const auto word = [&](std::size_t column) {
      const std::string_view text = fields[places_[column]];
      return Word{text, line_, static_cast<std::uint32_t>(text.data() - line.data()) + 1};
    };
    const Word type = word(0);
    const std::string_view name = behind(type.text, "CommType.");
    if (name == "epoch_end") return;
    if (name == "isend" || name == "irecv" || name == "computation") {
      if (skipped_++ == 0) first_skipped_ = line_;
      return;
    }
    const auto operation =
        std::find_if(std::begin(kOperations), std::end(kOperations), [&](const KnownOperation& known) { return known.name == name; });
    if (operation == std::end(kOperations))
      return errors_.error(type, quote_input(type.text) + " is not a communication",
                           "all_reduce, all_gather, reduce_scatter, all_to_all, broadcast, reduce, "
                           "gather, scatter, barrier and epoch_end are");
    const Word group = word(1);
    const auto known = std::find_if(std::begin(kGroups), std::end(kGroups),
                                    [&](const KnownGroup& candidate) { return candidate.name == behind(group.text, "CommGroup."); });
    if (known == std::end(kGroups))
      return errors_.error(group, quote_input(group.text) + " is not a group", "tp_group, dp_group, ep_group, ep_dp_group and all are");
    const Word size = word(2);
    const Word bytes = word(3);
    const auto ranks = whole_number(size.text, 1, kRanksMost);
    const auto amount = scaled_number(bytes.text, 1);
    if (!ranks) errors_.error(size, quote_input(size.text) + " is not a number of ranks", "it is a whole number from 1 on");
    if (!amount || *amount < 0 || *amount > kBytesMost)
      errors_.error(bytes, quote_input(bytes.text) + " is not a number of bytes", "write it as `20971520`");
    if (!ranks || !amount) return;
    check_size(known->group, *ranks, size);
    SimaiWorkload::Row row;
    row.name = fields[places_[4]].substr(0, 60);
    row.weight_gradient = {.compute = {}, .operation = operation->operation, .group = known->group, .bytes = {*amount}};
    workload_.rows.push_back(std::move(row));
  }

  /// The sizes of tensor and expert groups stand for the header that the log does not have.
  void check_size(Group group, std::int64_t ranks, const Word& at) {
    std::int64_t* size = group == Group::tensor ? &workload_.tensor : group == Group::expert ? &workload_.expert : nullptr;
    if (size == nullptr) return;
    if (*size != 1 && *size != ranks)
      return errors_.error(at, "groups of one kind have " + std::to_string(*size) + " and " + std::to_string(ranks) + " ranks",
                           "take the log of one run");
    *size = ranks;
  }

  std::string_view text_;
  InputErrors& errors_;
  SimaiWorkload workload_;
  std::uint32_t line_ = 0;
  std::vector<std::size_t> places_;  // of comm_type, comm_group, comm_group_size, msg_size, stage
  std::size_t width_ = 0;
  std::size_t skipped_ = 0;
  std::uint32_t first_skipped_ = 0;
};

}  // namespace

SimaiWorkload read_aicb_log(std::string_view text, InputErrors& errors) { return AicbLogReader(text, errors).run(); }

}  // namespace eastwest
