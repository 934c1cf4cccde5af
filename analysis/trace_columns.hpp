// SPDX-License-Identifier: Apache-2.0
// Trace columns: the datasets of one group of a trace, read whole, with the first mistake kept for all of them.
//
// Invariants: after a mistake every column is empty, so that a reader of rows needs no checks of its own.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sim/trace/hdf5.hpp"

namespace eastwest {

/// Reads columns of one group and keeps the first error; after one every column is empty.
class TraceColumns {
 public:
  TraceColumns(const hdf5::File& file, std::string group, Status& status) : file_(file), group_(std::move(group)), status_(status) {}

  /// The number of rows that may be read: of a growing table the committed ones.
  std::uint64_t rows(const std::string& scale, bool sealed) {
    if (!status_) return 0;
    const Result<hdf5::Shape> shape = file_.shape(group_ + "/" + scale);
    if (!shape) return keep(shape.error());
    rows_ = shape->rows;
    if (sealed) return rows_;
    std::string counter = group_.substr(1);
    std::replace(counter.begin(), counter.end(), '/', '_');
    const Result<std::vector<std::uint64_t>> committed = file_.read<std::uint64_t>("/meta/committed_rows/" + counter, 0, 1);
    if (!committed) return keep(committed.error());
    return rows_ = std::min(rows_, committed->front());
  }
  template <class T>
  std::vector<T> numbers(const std::string& name) {
    if (!status_) return {};
    Result<std::vector<T>> values = file_.read<T>(group_ + "/" + name, 0, rows_);
    if (values && values->size() == rows_) return std::move(*values);
    keep(values ? Error{group_ + "/" + name + " has another number of rows than its group", {}} : values.error());
    return {};
  }
  std::vector<std::string> texts(const std::string& name) {
    if (!status_) return {};
    Result<std::vector<std::string>> values = file_.read_texts(group_ + "/" + name);
    if (values && values->size() == rows_) return std::move(*values);
    keep(values ? Error{group_ + "/" + name + " has another number of rows than its group", {}} : values.error());
    return {};
  }
  [[nodiscard]] bool has(const std::string& name) const { return status_ && file_.shape(group_ + "/" + name); }
  [[nodiscard]] std::uint64_t row_count() const { return status_ ? rows_ : 0; }

 private:
  std::uint64_t keep(Error error) {
    status_ = std::move(error);
    return 0;
  }
  const hdf5::File& file_;
  std::string group_;
  Status& status_;
  std::uint64_t rows_ = 0;
};

}  // namespace eastwest
