// SPDX-License-Identifier: Apache-2.0
// A vector whose storage lies on huge pages once it is large, for tables that a run walks in no order.
//
// A table of a hundred megabytes on 4 KiB pages misses the address cache at nearly every touch, and its first touch is a
// page fault each 4 KiB. Storage below one huge page (2 MiB, x86-64 and most ARM64) comes from the ordinary heap, so small
// runs pay nothing; above, it begins on a huge page and the kernel is advised (Linux, madvise(2), MADV_HUGEPAGE), which it may
// ignore. Lost: the glibc tunable `glibc.malloc.hugetlb`, which must stand in the environment before the program starts.
// LIMITATIONS: a table grows by at most 2 MiB in resident memory for its last page.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <limits>
#include <new>
#include <vector>

namespace eastwest {

inline constexpr std::size_t kHugePage = std::size_t{2} << 20;

template <class T>
struct LargeAllocator {
  using value_type = T;
  LargeAllocator() = default;
  template <class U>
  LargeAllocator(const LargeAllocator<U>&) {}  // NOLINT(google-explicit-constructor): what the standard asks of an allocator

  T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / 2 / sizeof(T)) throw std::bad_array_new_length();
    const std::size_t bytes = count * sizeof(T);
    if (bytes < kHugePage) return static_cast<T*>(::operator new(bytes, std::align_val_t{alignof(T)}));
    const std::size_t whole = (bytes + kHugePage - 1) / kHugePage * kHugePage;
    void* storage = std::aligned_alloc(kHugePage, whole);
    if (storage == nullptr) throw std::bad_alloc();
    madvise(storage, whole, MADV_HUGEPAGE);  // advice: a kernel without huge pages is as good, only slower
    return static_cast<T*>(storage);
  }
  void deallocate(T* storage, std::size_t count) {
    if (count * sizeof(T) < kHugePage) ::operator delete(storage, std::align_val_t{alignof(T)});
    else std::free(storage);
  }
  template <class U>
  bool operator==(const LargeAllocator<U>&) const {
    return true;
  }
};

template <class T>
using LargeVector = std::vector<T, LargeAllocator<T>>;

}  // namespace eastwest
