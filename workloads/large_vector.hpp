// SPDX-License-Identifier: Apache-2.0
// A vector whose storage lies on huge pages once it is large, for tables that a run walks in no order.
//
// A table of a hundred megabytes on 4 KiB pages misses the address cache at nearly every touch, and its first touch is a
// page fault each 4 KiB. Storage below one huge page (2 MiB, x86-64 and most ARM64) comes from the ordinary heap, so small
// runs pay nothing; above, it begins on a huge page and the kernel is advised (Linux, madvise(2), MADV_HUGEPAGE), which it may
// ignore. Lost: the glibc tunable `glibc.malloc.hugetlb`, which must stand in the environment before the program starts.
// LIMITATIONS: a table grows by at most 2 MiB in resident memory for its last page.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace eastwest {

inline constexpr std::size_t kHugePage = std::size_t{2} << 20;

/// Asks for huge pages behind storage that begins on one.
void advise_huge_pages(void* storage, std::size_t bytes);

template <class T>
struct LargeAllocator {
  using value_type = T;
  LargeAllocator() = default;
  template <class U>
  LargeAllocator(const LargeAllocator<U>&) {}  // NOLINT(google-explicit-constructor): what the standard asks of an allocator

  T* allocate(std::size_t count) {  // a vector asks for no more than an address can hold
    const std::size_t bytes = count * sizeof(T);
    void* storage = ::operator new(bytes, alignment(count));
    if (bytes >= kHugePage) advise_huge_pages(storage, bytes);
    return static_cast<T*>(storage);
  }
  void deallocate(T* storage, std::size_t count) { ::operator delete(storage, alignment(count)); }
  template <class U>
  bool operator==(const LargeAllocator<U>&) const {
    return true;
  }

 private:
  static std::align_val_t alignment(std::size_t count) { return std::align_val_t{count * sizeof(T) < kHugePage ? alignof(T) : kHugePage}; }
};

template <class T>
using LargeVector = std::vector<T, LargeAllocator<T>>;

}  // namespace eastwest
