// SPDX-License-Identifier: Apache-2.0
#include "workloads/large_vector.hpp"

#include <sys/mman.h>

namespace eastwest {

void advise_huge_pages(void* storage, std::size_t bytes) {
  madvise(storage, bytes, MADV_HUGEPAGE);  // only advice: a kernel that has none is as good, and slower
}

}  // namespace eastwest
