// SPDX-License-Identifier: Apache-2.0
// Private to hdf5*.cpp: HDF5 identifiers that close themselves, and the text of HDF5's last error.
#pragma once

#include <hdf5.h>

#include <string>
#include <utility>
#include <vector>

#include "sim/trace/hdf5.hpp"

namespace eastwest::hdf5 {

/// Closes an identifier of any kind (file, dataset, space, type, attribute, property list) when it goes out of scope.
class Handle {
 public:
  Handle() = default;
  explicit Handle(hid_t id) : id_(id) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Handle() {
    if (id_ >= 0) H5Idec_ref(id_);
  }
  [[nodiscard]] hid_t get() const { return id_; }
  [[nodiscard]] bool valid() const { return id_ >= 0; }
  hid_t release() { return std::exchange(id_, -1); }

 private:
  hid_t id_ = -1;
};

struct File::Handles {
  std::string path;
  hid_t file = -1;
  bool writing = false;
  int write_error = 0;  // errno of the write that failed
  struct Open {
    hid_t id = -1;
    hid_t memory_type = -1;  // one of HDF5's own types: not closed
    std::uint64_t rows = 0;
    std::uint64_t width = 0;
  };
  std::vector<Open> datasets;
};

/// HDF5 prints errors by default, once per thread that calls it; this stops it for the calling thread.
void silence();
hid_t memory_type(ElementType type);
Handle text_type(std::size_t size);  // fixed-size UTF-8
/// The driver for files that are written (hdf5_commit_driver.cpp): their structure reaches the disk in flushes alone, in a
/// safe order. `watch_errors`: a write that fails ends all writing and leaves its errno there, and HDF5 goes on as if nothing
/// had happened. `stop_writing`: from here on nothing reaches the disk, and nothing fails.
Handle commit_driver();
void watch_errors(hid_t file, int* into);
void stop_writing(hid_t file);
void stop_writing_after(hid_t file, std::uint64_t writes);  // for tests: as if killed there
/// The deepest reason that HDF5 gives for its last failure, e.g. "No space left on device".
std::string last_reason();
Error failure(const std::string& what, const std::string& path);
Error write_failure(int number, const std::string& path);

}  // namespace eastwest::hdf5
