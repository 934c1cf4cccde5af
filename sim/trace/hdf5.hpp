// SPDX-License-Identifier: Apache-2.0
// A thin door to HDF5: create, append to, flush, read and close files; no HDF5 type leaves it.
//
// Units: rows and bytes; times and other quantities are whatever the dataset's `units` attribute says. Invariants: every
// call returns an error instead of printing; a file whose writing failed is closed without another byte reaching it
// (`discard`), so what the last flush left on disk stays as it is. One thread at a time per File.
// Source: HDF5 1.10 C API; crash behaviour as in docs/trace-format.md. LIMITATIONS: Linux (fallocate); HDF5 1.10 itself
// is not hardened against files made to attack it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/result.hpp"

namespace eastwest::hdf5 {

enum class ElementType : std::uint8_t { u8, u16, u32, u64, i64, f32, f64 };
std::size_t size_of(ElementType type);

template <class T>
constexpr ElementType element_type() {
  if constexpr (std::is_same_v<T, std::uint8_t>) return ElementType::u8;
  else if constexpr (std::is_same_v<T, std::uint16_t>) return ElementType::u16;
  else if constexpr (std::is_same_v<T, std::uint32_t>) return ElementType::u32;
  else if constexpr (std::is_same_v<T, std::uint64_t>) return ElementType::u64;
  else if constexpr (std::is_same_v<T, std::int64_t>) return ElementType::i64;
  else if constexpr (std::is_same_v<T, float>) return ElementType::f32;
  else {
    static_assert(std::is_same_v<T, double>);
    return ElementType::f64;
  }
}

/// A dataset that grows by rows, or (see `write_numbers`) one of fixed size.
struct DatasetSpec {
  std::string path;  // its group must exist
  ElementType type = ElementType::i64;
  std::string units;  // "ps", "B", "1" for a pure number
  std::string description;
  std::uint64_t width = 0;  // elements per row of a two-dimensional dataset; 0: one-dimensional
  std::uint64_t chunk_rows = 1024;
  int compression = 0;  // shuffle + deflate level; 0 stores plain
};

struct Shape {
  std::uint64_t rows = 0;
  std::uint64_t width = 0;  // 0: one-dimensional
};

class File {
 public:
  static Result<File> create(const std::string& path);
  static Result<File> open(const std::string& path);  // to read
  File(File&&) noexcept;
  File& operator=(File&&) noexcept;
  ~File();  // of a file being written: discards

  Status make_group(const std::string& path, std::string_view description);
  /// Creates or replaces; `object` is a path, "/" for the root.
  Status write_attribute(const std::string& object, const std::string& name, std::string_view text);
  Status write_attribute(const std::string& object, const std::string& name, std::int64_t value);
  Status write_attribute(const std::string& object, const std::string& name, std::uint64_t value);
  Status write_attribute(const std::string& object, const std::string& name, double value);

  /// Handle of a growing dataset, an index into this file's open datasets.
  Result<std::size_t> create_dataset(const DatasetSpec& spec);
  /// Writes rows [first, first + count) and extends the dataset to hold them.
  Status write_rows(std::size_t dataset, std::uint64_t first, std::uint64_t count, const void* data);
  Status write_numbers(const DatasetSpec& spec, std::uint64_t rows, const void* data);
  template <class T>
  Status write_numbers(const std::string& path, const std::vector<T>& values, const std::string& units, const std::string& description,
                       std::uint64_t width = 0) {
    return write_numbers(DatasetSpec{path, element_type<T>(), units, description, width, 8192, 1},
                         width == 0 ? values.size() : values.size() / width, values.data());
  }
  Status write_texts(const std::string& path, const std::vector<std::string>& values, const std::string& description);
  Status write_text(const std::string& path, std::string_view text, const std::string& description);
  /// A single unsigned number that is later overwritten in place, without touching the file's structure.
  Result<std::size_t> create_counter(const std::string& path, const std::string& description);
  Status write_counter(std::size_t dataset, std::uint64_t value);
  /// Makes `scale` a dimension scale and attaches it to dimension `dimension` of `dataset`.
  Status attach_scale(const std::string& dataset, const std::string& scale, unsigned dimension, const std::string& label);

  /// Makes everything so far part of the file; in between, what is on disk is the file as the last flush left it, with more
  /// rows than it knows of. Killed at any point of a flush, the file opens and reaches all rows of the flush before.
  Status flush();
  Status close();
  /// Closes without another byte reaching the disk. Never fails.
  void discard();
  /// For tests: as if the process were killed after so many more writes.
  void stop_after(std::uint64_t writes);

  [[nodiscard]] bool has(const std::string& path) const;
  [[nodiscard]] Result<Shape> shape(const std::string& path) const;
  /// Rows [first, first + count), row-major; numbers are converted to T.
  template <class T>
  [[nodiscard]] Result<std::vector<T>> read(const std::string& path, std::uint64_t first, std::uint64_t count) const {
    Result<std::uint64_t> elements = check_read(path, first, count);
    if (!elements) return elements.error();
    std::vector<T> values(*elements);
    Status status = read_into(path, first, count, element_type<T>(), values.data());
    if (!status) return status.error();
    return values;
  }
  [[nodiscard]] Result<std::vector<std::string>> read_texts(const std::string& path) const;
  [[nodiscard]] Result<std::string> read_text_attribute(const std::string& name) const;  // of the root
  [[nodiscard]] Result<std::int64_t> read_integer_attribute(const std::string& name) const;
  [[nodiscard]] Result<double> read_real_attribute(const std::string& name) const;

 private:
  struct Handles;
  explicit File(std::unique_ptr<Handles> handles);
  [[nodiscard]] Result<std::uint64_t> check_read(const std::string& path, std::uint64_t first, std::uint64_t count) const;
  Status read_into(const std::string& path, std::uint64_t first, std::uint64_t count, ElementType type, void* data) const;
  std::unique_ptr<Handles> handles_;
};

}  // namespace eastwest::hdf5
