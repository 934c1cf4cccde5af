// SPDX-License-Identifier: Apache-2.0
// Test support: a file system of its own in memory, as small as a test of full disks needs it. Mounting takes root.
#pragma once

#include <sys/mount.h>

#include <filesystem>
#include <string>

namespace eastwest::tests {

class SmallDisk {
 public:
  /// `size` as tmpfs reads it: "1500k", "3m".
  SmallDisk(const std::string& where, const std::string& size) : where_(where) {
    std::filesystem::create_directory(where);
    mounted_ = mount("eastwest-test", where.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (mounted_) umount2(where_.c_str(), MNT_DETACH);
  }
  [[nodiscard]] bool mounted() const { return mounted_; }

 private:
  std::string where_;
  bool mounted_ = false;
};

}  // namespace eastwest::tests
