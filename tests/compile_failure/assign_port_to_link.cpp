// SPDX-License-Identifier: Apache-2.0
// An id of one kind is not an id of another, although both wrap a 32-bit index.
#include "core/id.hpp"

#ifdef EASTWEST_MUST_FAIL
eastwest::LinkId convert(eastwest::PortId id) { return id; }
#else
eastwest::PortId convert(eastwest::PortId id) { return id; }
#endif
