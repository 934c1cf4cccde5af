// SPDX-License-Identifier: Apache-2.0
// Network options for one transport, whether or not the engine offers it to users: defaults, and changes as they are written.
#pragma once

#include <string>
#include <vector>

#include "sim/packet/transports/transport_kind.hpp"

namespace eastwest::tests {

/// The kind of that name; the test fails when there is none.
const TransportKind& transport(std::string_view name);
/// `changes` are `name=value` in terms of `network:`.
NetworkOptions transport_options(const TransportKind& kind, const std::vector<std::string>& changes = {});

}  // namespace eastwest::tests
